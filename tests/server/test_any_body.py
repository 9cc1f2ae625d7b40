"""Whatever body comes, the answer is one or a problem: never a 500, never silence."""

from __future__ import annotations

import copy
import json
import os
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import apextrade
from server.language.answers import CompileAnswer, EditAnswer, FormatAnswer, ValidateAnswer
from server.language.work import source_hash
from server.problems import MEDIA_TYPE, Problem
from tests.server.language.programs import BROKEN, GOOD, LIBRARY, USER

COUNT = int(os.environ.get("API_BODIES", "30"))
"""Bodies a property tries."""

ROUTES = {"compile": CompileAnswer, "validate": ValidateAnswer, "format": FormatAnswer, "edit": EditAnswer}
EDIT = {"edit": "move", "at": "when:1", "to": "", "slot": "statements", "index": 2}
WHOLE: list[dict[str, Any]] = [
    {
        "source": GOOD,
        "name": "a",
        "edits": [EDIT],
        "limits": {"most_cost": 1e9, "most_state": 10**9},
        "run_tests": True,
        "blocks": True,
    },
    {
        "source": USER,
        "libraries": [{"text": LIBRARY, "name": "l"}],
        "lock": [{"title": "Bands", "version": 2, "sha256": source_hash(LIBRARY)}],
    },
    {"tree": apextrade.block_tree(BROKEN), "blocks": True},
    {"source": GOOD, "source_hash": source_hash(GOOD), "edit": EDIT},
    {"source": BROKEN},
]
"""Bodies that are right for one route or another."""

TEXTS = st.one_of(
    st.sampled_from(
        [
            GOOD,
            BROKEN,
            "",
            "when:1",
            "let:quick/value",
            "close",
            "?",
            "\u2028",
            "\0",
            "\ud800",
            "1e999",
            "__proto__",
            "../../etc/passwd",
        ]
    ),
    st.text(max_size=30),
    st.text(alphabet=' \n\t#"()[].,:0123456789abcdefghijklmnop_<>=+-*/%', max_size=80).map(lambda text: "apx 1\n" + text),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.integers(-(10**40), 10**40), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)


def held(route: str, answer: httpx.Response) -> None:
    """The answer is one of those that the document promises."""
    assert answer.status_code in (200, 400, 409, 422), (answer.status_code, answer.text[:2_000])
    if answer.status_code == 200:
        ROUTES[route].model_validate(answer.json())
    else:
        assert answer.headers["Content-Type"] == MEDIA_TYPE
        Problem.model_validate(answer.json())


def places(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, part in inner for place in places(part, (*at, key)))]


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """A body that is right, with other values in some of its places, or without them."""
    body = copy.deepcopy(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 3))):
        found = [place for place in places(body) if place]
        if not found:
            break
        *way, last = draw(st.sampled_from(found))
        part: Any = body
        for step in way:
            part = part[step]
        if draw(st.integers(0, 4)) == 0:
            del part[last]
        elif isinstance(part, dict) and draw(st.integers(0, 6)) == 0:
            part[draw(TEXTS)] = draw(VALUES)
        else:
            part[last] = draw(VALUES)
    return body


@settings(max_examples=COUNT, deadline=None, suppress_health_check=list(HealthCheck))
@given(route=st.sampled_from(sorted(ROUTES)), body=changed())
def test_a_body_with_other_values_in_it(client: httpx.Client, route: str, body: Any) -> None:
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    held(route, client.post(f"/api/{route}", content=content, headers={"Content-Type": "application/json"}))


@settings(max_examples=COUNT, deadline=None, suppress_health_check=list(HealthCheck))
@given(route=st.sampled_from(sorted(ROUTES)), body=VALUES)
def test_any_json_at_all(client: httpx.Client, route: str, body: Any) -> None:
    content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    held(route, client.post(f"/api/{route}", content=content, headers={"Content-Type": "application/json"}))


@settings(max_examples=COUNT, deadline=None, suppress_health_check=list(HealthCheck))
@given(route=st.sampled_from(sorted(ROUTES)), body=st.binary(max_size=200))
def test_any_bytes_at_all(client: httpx.Client, route: str, body: bytes) -> None:
    held(route, client.post(f"/api/{route}", content=body, headers={"Content-Type": "application/json"}))


@settings(max_examples=COUNT, deadline=None, suppress_health_check=list(HealthCheck))
@given(route=st.sampled_from(["compile", "validate", "format"]), source=TEXTS, blocks=st.booleans())
def test_any_text_as_a_program(client: httpx.Client, route: str, source: str, blocks: bool) -> None:
    body = {"source": source, **({"blocks": blocks} if route == "validate" else {})}
    held(route, client.post(f"/api/{route}", content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}))
