"""Whatever goes wrong is a problem in one form, with a code that stays, and nothing of the inside."""

from __future__ import annotations

import json
import re
import socket
import threading
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.frontier import depth
from server.problems import BY_CODE, CODES, Problem
from server.settings import DEFAULTS
from tests.server.conftest import Strict
from tests.server.language.programs import GOOD

JSON = {"Content-Type": "application/json"}


def problem(answer: httpx.Response, code: str) -> dict[str, Any]:
    """The problem that an answer is."""
    known = BY_CODE[code]
    assert answer.status_code == known.status, answer.text[:500]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in answer.headers) == (known.retry is not None)
    found: dict[str, Any] = answer.json()
    Problem.model_validate(found)
    assert (found["code"], found["status"], found["title"]) == (code, known.status, known.title)
    assert found["type"] == f"urn:apextrade:problem:{code}"
    assert found["instance"] == f"urn:apextrade:request:{answer.headers['X-Request-ID']}"
    assert "Traceback" not in answer.text
    return found


def test_codes_are_told_apart_and_in_order_of_status() -> None:
    assert len(BY_CODE) == len(CODES)
    assert [one.status for one in CODES] == sorted(one.status for one in CODES)


@pytest.mark.parametrize(
    "path", ["/", "/api", "/api/", "/api/compile/", "/api/nothing", "/docs", "/redoc", "/api/catalog/x", "/%00", "/api/..%2f"]
)
def test_a_path_without_a_route(path: str, client: httpx.Client) -> None:
    problem(client.get(path), "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"), [("GET", "/api/compile", "POST"), ("DELETE", "/api/catalog", "GET"), ("POST", "/healthz", "GET")]
)
def test_a_method_that_a_route_has_not(method: str, path: str, allow: str, client: httpx.Client) -> None:
    answer = client.request(method, path, headers=JSON)
    problem(answer, "method_not_allowed")
    assert answer.headers["Allow"] == allow


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nothing",
        b"{} {}",
        b"{'a': 1}",
        b"\xff\xfe",
        b'{"source": "\xff"}',
        b'{"source": ' + b"9" * 5_000 + b"}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_a_body_that_is_no_json(body: bytes, client: httpx.Client) -> None:
    answer = client.post("/api/format", content=body, headers=JSON)
    problem(answer, "invalid_request" if body == b"\xef\xbb\xbf{}" else "not_json")


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ("{}", "/source"), ("[]", ""), ("1", ""), ("null", ""), ('"apx 1"', ""), ('{"source": 1}', "/source"), ('{"source": null}', "/source"),
        ('{"source": ["a"]}', "/source"), ('{"source": NaN}', "/source"), ('{"source": 1e400}', "/source"), ('{"source": "a", "user_id": 1}', "/user_id"),
        (r'{"source": "\ud800"}', "/source"), (r'{"source": "a", "a/b~\ud800": 1}', ""),
    ],
)  # fmt: skip
def test_a_body_of_another_form_names_the_place(body: str, at: str, client: httpx.Client) -> None:
    found = problem(client.post("/api/format", content=body.encode(), headers=JSON), "invalid_request")
    assert [one["at"] for one in found["errors"]] == [at]
    assert found["detail"].endswith(".")


def test_places_are_those_of_the_body(client: httpx.Client) -> None:
    """A union's alternatives have names in the model's own words, which are no members of what was sent."""
    edit = {"edit": "setLiteral", "at": "let:x/value", "value": []}
    body = {"source": "apx 1\n", "source_hash": "0" * 64, "edit": edit}
    found = problem(client.post("/api/edit", json=body), "invalid_request")
    assert {one["at"] for one in found["errors"]} == {"/edit/value"}
    del edit["value"]
    found = problem(client.post("/api/edit", json=body), "invalid_request")
    assert [one["at"] for one in found["errors"]] == ["/edit/value"]


@pytest.mark.parametrize("entry", ["{}", '{"id":"a","slots":[]}'])
def test_whoever_sends_a_huge_body_keeps_nobody_waiting(entry: str, client: httpx.Client) -> None:
    """The process that serves all does not read bodies: while a worker reads one, the others are answered."""
    blocks = ",".join([entry] * (1_400_000 // (len(entry) + 1)))
    body = f'{{"tree":{{"version":1,"offsets":"utf-16","source":"apx 1","slots":[{{"name":"x","blocks":[{blocks}]}}]}}}}'
    answered: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answered.append(client.post("/api/validate", content=body, headers=JSON)))
    asking.start()
    others = 0
    while asking.is_alive():
        others += client.get("/healthz").status_code == 200
    asking.join()
    assert answered[0].json()["code"] in ("invalid_request", "tree_disagrees")
    assert others >= 3


def test_what_was_sent_is_not_sent_back(client: httpx.Client) -> None:
    body = {"source": {"password": "hunter2"}, "libraries": ["hunter2"] * 50}
    answer = client.post("/api/compile", json=body)
    assert len(problem(answer, "invalid_request")["errors"]) == 20
    assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/jsonp",
        "",
    ],
)
def test_a_body_of_another_kind(kind: str, client: httpx.Client) -> None:
    problem(client.post("/api/format", content=b'{"source": ""}', headers={"Content-Type": kind}), "unsupported_media_type")


def test_json_with_its_charset_is_json(client: httpx.Client) -> None:
    for kind in ("application/json; charset=utf-8", 'Application/JSON; charset="UTF-8"'):
        assert client.post("/api/format", content=b'{"source": ""}', headers={"Content-Type": kind}).status_code == 200


def test_a_body_too_large_is_not_read(client: httpx.Client) -> None:
    most = DEFAULTS.body_bytes
    body = json.dumps({"source": "#" * (most - 14)}).encode()
    assert len(body) == most
    assert client.post("/api/format", content=body, headers=JSON).status_code == 200
    answer = client.post("/api/format", content=body + b" ", headers=JSON)
    assert problem(answer, "body_too_large")["limit"] == most


def test_a_body_in_pieces_is_measured_as_it_comes(strict: Strict) -> None:
    """The length is not said before; the answer comes before the end."""
    sent = 0

    def pieces() -> Any:
        nonlocal sent
        for _ in range(1_000):
            sent += 100_000
            yield b" " * 100_000

    answer = strict.client.post("/api/format", content=pieces(), headers=JSON)
    problem(answer, "body_too_large")


def test_a_body_that_is_declared_too_large_is_refused_before_it_comes(client: httpx.Client) -> None:
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port or 0), timeout=10) as line:
        line.sendall(
            b"POST /api/format HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n"
        )
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_does_not_come_is_not_waited_for(strict: Strict) -> None:
    host, port = strict.client.base_url.host, strict.client.base_url.port
    with socket.create_connection((host, port or 0), timeout=10) as line:
        line.sendall(b'POST /api/format HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"so')
        assert line.recv(100).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("nested", ["[" * 851 + "]" * 851, "[" * 1_400_000, '{"a":' * 851 + "1" + "}" * 851])
def test_a_body_nested_too_deeply(nested: str, client: httpx.Client) -> None:
    answer = client.post("/api/validate", content=nested.encode(), headers=JSON)
    assert problem(answer, "body_too_deep")["limit"] == DEFAULTS.body_depth


@pytest.mark.parametrize(
    ("body", "found"),
    [(b"", 0), (b"1", 0), (b"[]", 1), (b'{"a": [1, {"b": []}]}', 4), (b'"[[["', 0), (rb'["\"[[", "\\", [1]]', 2), (b'["[[', 1), (b"]]]", 0), (b"[][][]", 1)],
)  # fmt: skip
def test_brackets_in_strings_are_no_depth(body: bytes, found: int) -> None:
    assert depth(body) == found


def test_the_id_of_a_request_is_kept_or_made(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1.2_3"}).headers["X-Request-ID"] == "abc-1.2_3"
    for bad in ("a b", "a" * 65, "a;b", ""):
        made = client.get("/healthz", headers={"X-Request-ID": bad}).headers["X-Request-ID"]
        assert re.fullmatch("[0-9a-f]{32}", made)


def test_every_answer_has_the_headers_of_every_answer(client: httpx.Client) -> None:
    for answer in (
        client.get("/healthz"),
        client.get("/nothing"),
        client.post("/api/format", json={"source": ""}),
        client.post("/api/format", json={}),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert len(answer.headers.get_list("X-Request-ID")) == 1
        assert "server" not in answer.headers or answer.headers["server"] == "uvicorn"


def test_a_defect_of_ours_tells_nothing_of_the_inside(strict: Strict, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(type(strict.app.state.pool), "run", broken)
    answer = strict.client.post("/api/validate", json={"source": GOOD})
    problem(answer, "internal_error")
    assert "hunter2" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_health_is_of_the_process_and_readiness_of_the_workers(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    client.post("/api/format", json={"source": ""})  # done by a worker that is warm
    assert client.get("/readyz").json() == {"status": "ready", "workers": 1}


@given(
    st.recursive(
        st.one_of(st.none(), st.text(alphabet='[]{}"\\a')),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(alphabet='[{"\\'), inner, max_size=3)),
    )
)
def test_the_depth_of_a_body_is_that_of_its_value(value: object) -> None:
    def deep(part: object) -> int:
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else None
        return 0 if inner is None else 1 + max(map(deep, inner), default=0)

    assert depth(json.dumps(value).encode()) == deep(value)
