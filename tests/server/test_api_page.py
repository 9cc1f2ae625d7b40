"""The page about the server: each request gets the response shown under it, `…` standing for what is left out. `--update-goldens` writes them anew."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.problems import CODES
from server.settings import DEFAULTS

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
PAIR = re.compile(r"```http\n((?:GET|POST) .*?)```\n```http\n(HTTP/1\.1 .*?)```\n", re.DOTALL)
LEFT_OUT = "…"
WIDE = 118


def pretty(value: Any, margin: int = 0) -> str:
    """JSON that a page shows: a value on one line where it fits."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) + margin <= WIDE or not isinstance(value, (dict, list)) or not value:
        return text
    pad = " " * (margin + 2)
    if isinstance(value, dict):
        parts = [f"{pad}{json.dumps(key, ensure_ascii=False)}: {pretty(part, margin + 2)}" for key, part in value.items()]
        return "{\n" + ",\n".join(parts) + "\n" + " " * margin + "}"
    return "[\n" + ",\n".join(pad + pretty(part, margin + 2) for part in value) + "\n" + " " * margin + "]"


def as_shown(found: Any, shown: Any) -> Any:
    """What was found, with left out what the page leaves out."""
    if shown == LEFT_OUT:
        return LEFT_OUT
    if isinstance(found, dict) and isinstance(shown, dict):
        if LEFT_OUT not in shown:
            return {key: as_shown(part, shown.get(key)) for key, part in found.items()}
        kept = {key: as_shown(found[key], part) for key, part in shown.items() if key in found}
        return {**kept, LEFT_OUT: LEFT_OUT} if set(found) - set(kept) else kept
    if isinstance(found, list) and isinstance(shown, list):
        if shown and shown[-1] == LEFT_OUT:
            kept = [as_shown(part, one) for part, one in zip(found, shown[:-1], strict=False)]
            return [*kept, LEFT_OUT] if len(found) > len(kept) else kept
        return [as_shown(part, shown[i] if i < len(shown) else None) for i, part in enumerate(found)]
    return found


def in_order(found: Any, shown: Any) -> Any:
    """Members in the order of the page."""
    if isinstance(found, dict) and isinstance(shown, dict):
        keys = [key for key in shown if key in found] + [key for key in found if key not in shown]
        return {key: in_order(found[key], shown.get(key)) for key in keys}
    if isinstance(found, list) and isinstance(shown, list):
        return [in_order(part, shown[i] if i < len(shown) else None) for i, part in enumerate(found)]
    return found


def parts(text: str) -> tuple[str, dict[str, str], str]:
    """First line, headers and body."""
    head, _, body = text.partition("\n\n")
    first, *lines = head.strip().split("\n")
    return first, dict(line.split(": ", 1) for line in lines), body.strip()


def played(page: str, client: httpx.Client) -> str:
    """The page with the responses that the server gives."""
    known: dict[str, str] = {}

    def answered(pair: re.Match[str]) -> str:
        request, sent, body = parts(pair[1])
        _, headers, shown = parts(pair[2])
        method, path = request.split(" ")
        given = {name: known["ETag"] if (name, value) == ("If-None-Match", LEFT_OUT) else value for name, value in sent.items()}
        answer = client.request(method, path, headers=given, content=body.encode() or None)
        known["ETag"] = answer.headers.get("ETag", "")
        code = answer.status_code
        lines = [f"HTTP/1.1 {code} {PHRASES.get(code) or HTTPStatus(code).phrase}"]
        lines += [
            f"{name}: {LEFT_OUT if value == LEFT_OUT and name in answer.headers else answer.headers.get(name)}"
            for name, value in headers.items()
        ]
        if answer.content:
            looks = json.loads(shown) if shown else {LEFT_OUT: LEFT_OUT}
            lines += ["", pretty(in_order(as_shown(answer.json(), looks), looks))]
        assert not body or pretty(json.loads(body)) == body, "the request is not laid out as the others"
        text = "\n".join(lines)
        return f"```http\n{pair[1]}```\n```http\n{text}\n```\n"

    return PAIR.sub(answered, page)


PHRASES = {422: "Unprocessable Content"}  # as RFC 9110 calls it


def test_each_request_gets_the_response_shown(client: httpx.Client, request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```http") == 2 * len(PAIR.findall(text)) > 30
    after = played(text, client)
    if request.config.getoption("--update-goldens"):
        PAGE.write_text(after, encoding="utf-8")
    else:
        assert after == text


def test_every_route_and_problem_is_shown(client: httpx.Client) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for path, methods in client.get("/api/openapi.json").json()["paths"].items():
        assert f"```http\n{next(iter(methods)).upper()} {path}\n" in text, path
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (.*) \|$", text, re.MULTILINE)
    assert rows == [(str(one.status), one.code, f"{one.title}. {one.meaning}") for one in CODES]


def test_the_bounds_are_those_of_the_server() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for row in (
        f"| a body | {DEFAULTS.body_bytes:,} bytes, {DEFAULTS.body_depth} brackets inside each other, {DEFAULTS.body_seconds:g} seconds to come in |",
        f"| work on one request | {DEFAULTS.work_seconds:g} seconds, {DEFAULTS.work_megabytes} MB beyond what a warm worker holds |",
        f"| an answer | {DEFAULTS.answer_bytes:,} bytes |",
        f"| requests that wait | {DEFAULTS.waiting}, each for {DEFAULTS.wait_seconds:g} seconds; {DEFAULTS.of_one_client} of one address, which take turns with those of others |",
    ):
        assert row in text


def test_another_response_is_noticed() -> None:
    """The comparison itself: a value changed, a member more, an item less."""
    shown = {"a": 1, "b": [1, LEFT_OUT], "…": LEFT_OUT}
    assert as_shown({"a": 1, "b": [1, 2, 3], "c": 0}, shown) == shown
    assert as_shown({"a": 2, "b": [1, 2], "c": 0}, shown) != shown
    assert as_shown({"b": [1, 2], "c": 0}, shown) != shown
    assert as_shown({"a": 1, "b": 1}, {"a": 1}) != {"a": 1}
    assert as_shown([1], [1, 2]) != [1, 2]
