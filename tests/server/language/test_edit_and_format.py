"""`/api/edit` and `/api/format`: the compiler's own edits and layout, for the text that was meant."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, get_args

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import apextrade
from compiler.blocks.edits import EDITS
from compiler.text.format import format_source
from server.language import edits as models
from server.language.answers import EditAnswer, EditProblem, FormatAnswer, StaleProblem
from server.language.work import source_hash
from tests.server.language.programs import BROKEN, GOOD
from tests.server.language.test_builder_trees import spliced

Json = dict[str, Any]


def edit(client: httpx.Client, text: str, wanted: Json, status: int = 200, of: str | None = None) -> Json:
    asked = {"source": text, "source_hash": source_hash(of if of is not None else text), "edit": wanted}
    answer = client.post("/api/edit", json=asked)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def test_the_edits_of_the_route_are_those_of_the_compiler() -> None:
    union = get_args(get_args(models.BlockEdit)[0])
    found = {get_args(model.model_fields["edit"].annotation)[0]: model for model in union}
    assert set(found) == set(EDITS)
    for name, kind in EDITS.items():
        fields = {f.name: f.default is dataclasses.MISSING for f in dataclasses.fields(kind)}
        taken = {key: one.is_required() for key, one in found[name].model_fields.items() if key != "edit"}
        assert taken == fields, name


def test_an_edit_and_its_undo(client: httpx.Client) -> None:
    wanted = {"edit": "setOp", "at": "when:1/condition/clauses.0", "op": "crosses below"}
    found = edit(client, GOOD, wanted)
    EditAnswer.model_validate(found)
    after = spliced(GOOD, found["edits"])
    assert after == GOOD.replace("when quick crosses above", "when quick crosses below")
    assert found["source_hash"] == source_hash(after)
    assert spliced(after, found["undo"]) == GOOD


def test_an_edit_of_another_text_is_stale(client: httpx.Client) -> None:
    wanted = {"edit": "toggleNot", "at": "when:1/condition"}
    found = edit(client, GOOD, wanted, 409, of=GOOD + "\n")
    StaleProblem.model_validate(found)
    assert found["code"] == "stale_source"
    assert found["source_hash"] == source_hash(GOOD)
    first = edit(client, GOOD, wanted)
    after = spliced(GOOD, first["edits"])
    assert edit(client, after, wanted, 409, of=GOOD)["source_hash"] == first["source_hash"]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"edit": "toggleNot", "at": "when:7/condition"}, "no_block"),
        ({"edit": "replaceSlot", "at": "when:1/condition", "text": "and and"}, "unreadable"),
        ({"edit": "rename", "at": "let:quick", "name": "close"}, "name_taken"),
        ({"edit": "deleteClause", "at": "let:quick/value"}, "needed"),
    ],
)
def test_a_refused_edit_says_why(wanted: Json, reason: str, client: httpx.Client) -> None:
    found = edit(client, GOOD, wanted, 422)
    EditProblem.model_validate(found)
    refused = apextrade.block_edit(GOOD, wanted)["refused"]
    assert (found["code"], found["reason"], found["detail"]) == ("edit_refused", reason, refused["message"])
    assert refused["reason"] == reason


@pytest.mark.parametrize(
    ("wanted", "at"),
    [
        ({"edit": "explode", "at": "when:1"}, "/edit"),
        ({"at": "when:1"}, "/edit"),
        ({"edit": "toggleNot"}, "/edit/at"),
        ({"edit": "toggleNot", "at": 1}, "/edit/at"),
        ({"edit": "toggleNot", "at": "when:1", "now": True}, "/edit/now"),
        ({"edit": "move", "at": "when:1", "to": "", "slot": "statements", "index": 1.5}, "/edit/index"),
        ({"edit": "move", "at": "when:1", "to": "", "slot": "statements", "index": True}, "/edit/index"),
    ],
)
def test_what_is_no_edit_is_an_invalid_request(wanted: Json, at: str, client: httpx.Client) -> None:
    found = edit(client, GOOD, wanted, 422)
    assert found["code"] == "invalid_request"
    assert at in [one["at"] for one in found["errors"]]


IDS = sorted(
    {
        part["id"]
        for text in (GOOD, BROKEN)
        for slot in apextrade.block_tree(text)["slots"]
        for top in slot["blocks"]
        for part in [
            top,
            *(b for s in top["slots"] for b in s["blocks"]),
            *(c for s in top["slots"] for b in s["blocks"] for t in b["slots"] for c in t["blocks"]),
        ]
    }
)
PLACES = st.sampled_from(["", "nothing", *IDS])
TEXTS = st.sampled_from(
    ["close", "? and close > 1", "close > open", "not ?", "plot close", "buy 1 share", "5%", "\U0001f40e", "# c", "a b"]
)
WANTED = st.one_of(
    st.fixed_dictionaries({"edit": st.just("setLiteral"), "at": PLACES, "value": st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS)}),
    st.fixed_dictionaries({"edit": st.sampled_from(["replaceSlot", "wrap"]), "at": PLACES, "text": TEXTS}),
    st.fixed_dictionaries({"edit": st.just("unwrap"), "at": PLACES, "keep": PLACES}),
    st.fixed_dictionaries(
        {"edit": st.just("insertClause"), "at": PLACES, "slot": st.sampled_from(["statements", "clauses", "actions", "attached"]), "text": TEXTS},
        optional={"index": st.integers(-3, 12)},
    ),
    st.fixed_dictionaries({"edit": st.sampled_from(["deleteClause", "toggleNot"]), "at": PLACES}),
    st.fixed_dictionaries({"edit": st.just("move"), "at": PLACES, "to": PLACES, "slot": st.sampled_from(["statements", "clauses", "actions"]), "index": st.integers(-1, 12)}),
    st.fixed_dictionaries({"edit": st.just("setOp"), "at": PLACES, "op": st.sampled_from(["<", ">", "and", "or", "short", "*", "crosses"])}),
    st.fixed_dictionaries({"edit": st.just("rename"), "at": PLACES, "name": st.sampled_from(["swift", "close", "1", "quick"])}),
)  # fmt: skip


@settings(
    max_examples=int(os.environ.get("API_EDITS", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.sampled_from([GOOD, BROKEN, GOOD.replace("\n", "\r\n")]), wanted=WANTED)
def test_an_edit_by_the_server_is_the_edit_by_the_compiler(client: httpx.Client, text: str, wanted: Json) -> None:
    own = apextrade.block_edit(text, wanted)
    if "refused" in own:
        found = edit(client, text, wanted, 422)
        assert (found["reason"], found["detail"]) == (own["refused"]["reason"], own["refused"]["message"])
    else:
        found = edit(client, text, wanted)
        assert found.pop("source_hash") == source_hash(spliced(text, own["edits"]))
        assert found == own


@pytest.mark.parametrize("text", [GOOD, BROKEN, "apx 1\r\nlet   x=close # why\r\n", "", "\ufeff"])
def test_the_layout_is_that_of_the_formatter(text: str, client: httpx.Client) -> None:
    found = client.post("/api/format", json={"source": text}).json()
    FormatAnswer.model_validate(found)
    canonical = format_source(text)
    assert found == {"source": canonical, "changed": canonical != text, "source_hash": source_hash(canonical)}
