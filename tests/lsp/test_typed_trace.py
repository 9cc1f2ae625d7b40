"""Typing that was recorded in an editor, and whole strategies key by key, through the server's process: no key shows an error on a line other than the one being typed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.raw import Body, Raw, raw
from tests.lsp.test_typing import AHEAD, ALL, EXAMPLES

pytestmark = pytest.mark.asyncio(loop_scope="function")
TRACE = Path(__file__).parent / "traces" / "pullback.jsonl"
"""Made by tests/lsp/traces/record.py: in a real Neovim, whose changes are given here as it gives them to a language server."""
STRATEGIES = ALL if os.environ.get("TYPING") == "all" else [EXAMPLES / "overnight_hold.apx"]
KEY_S = 0.032
"""Between two keys of a quick author. Keys that come faster are a burst, of which not every version is published."""
PAUSE_S = 0.4
UNHURRIED = (sys.executable, "-m", "tests.lsp.faulty")
"""The server, which does not take a machine that is busy elsewhere for an author who has stopped: what is shown then is another test's."""
PULLS = {
    "textDocument": {"diagnostic": {"dynamicRegistration": False}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


def errors(found: list[Body]) -> list[tuple[int, str, str]]:
    """The line, code and sentence of each error."""
    return [(d["range"]["start"]["line"], d["code"], d["message"].split("\n")[0]) for d in found if d["severity"] == 1]


def written(line: int, text: str) -> range:
    """The lines that a change writes: of what was put in as a whole all, of a key the one that it is typed in, which is the new one after a line's end."""
    last = line + text.count("\n")
    return range(line if text.strip() else last, last + 1)


def elsewhere(found: list[Body], lines: range, ahead: tuple[str, ...] = ()) -> list[tuple[int, str, str]]:
    """Those that are not on lines, without those of names that the program itself uses before it gives them."""
    return [error for error in errors(found) if error[0] not in lines and not any(f"`{name}`" in error[2] for name in ahead)]


def change(line: int, column: int, last_line: int, last_column: int, text: str) -> Body:
    start, end = {"line": line, "character": column}, {"line": last_line, "character": last_column}
    return {"range": {"start": start, "end": end}, "text": text}


async def test_recorded_typing_shows_no_error_on_another_line(tmp_path: Path) -> None:
    uri = (tmp_path / "pullback.apx").as_uri()
    recorded: list[list[Any]] = [json.loads(line) for line in TRACE.read_text(encoding="utf-8").splitlines()]
    typed_in = {1: range(1)}
    async with raw(tmp_path, *UNHURRIED, APX_REST="3600") as client:
        await client.initialize()
        client.open(uri, "\n")
        for version, (line, column, last_line, last_column, text, pause) in enumerate(recorded, start=2):
            await asyncio.sleep(pause / 1000 if pause else KEY_S)
            client.change(uri, version, change(line, column, last_line, last_column, text))
            typed_in[version] = written(line, text)
            await client.until(lambda version=version: reached(client, uri, version))  # type: ignore[misc]
        await asyncio.sleep(PAUSE_S)
        held = await client.result("apx/documentText", {"textDocument": {"uri": uri}})
        published = client.published(uri)
        assert await client.end() == 0
        assert client.logged() == []
    lines = held["text"].split("\n")
    assert (lines[0], lines[-2]) == ("apx 1", 'alert when weaker "close"')
    assert {p["version"] for p in published} >= set(typed_in)  # every key was answered
    shown = [(p["version"], wrong) for p in published if (wrong := elsewhere(p["diagnostics"], typed_in[p["version"]]))]
    assert shown == []
    assert sum(bool(errors(p["diagnostics"])) for p in published) > 100  # what is being typed is mostly not right yet
    assert errors(published[-1]["diagnostics"]) == []
    print(f"{len(recorded)} changes, {len(published)} publishes, none with an error on another line")


def reached(client: Raw, uri: str, version: int) -> bool:
    published = client.published(uri)
    return bool(published) and published[-1]["version"] >= version


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
async def test_a_strategy_typed_key_by_key_shows_a_client_that_asks_no_error_on_another_line(tmp_path: Path, path: Path) -> None:
    for library in EXAMPLES.glob("trend_filters.apx"):
        (tmp_path / library.name).write_text(library.read_text(encoding="utf-8"), encoding="utf-8")
    uri, ahead = (tmp_path / f"typed_{path.name}").as_uri(), AHEAD.get(path.stem, ())
    line = column = keys = 0
    async with raw(tmp_path, *UNHURRIED, APX_REST="3600") as client:
        await client.initialize(**PULLS)
        client.open(uri, "", 0)

        async def asked() -> list[Body]:
            answer = await client.result("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            assert answer["kind"] == "full"  # no id was given
            return list(answer["items"])

        for key in path.read_text(encoding="utf-8"):
            keys += 1
            client.change(uri, keys, change(line, column, line, column, key))
            line, column = (line + 1, 0) if key == "\n" else (line, column + 1)
            assert elsewhere(await asked(), range(line, line + 1), ahead) == [], (line, column)
            if key == "\n":
                await asyncio.sleep(PAUSE_S / 2)  # the built program tells what it finds
                assert elsewhere(await asked(), range(line, line + 1), ahead) == [], (line, column)
        client.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
        assert errors(await asked()) == []
        assert client.logged() == []
        assert await client.end() == 0
    print(f"{path.stem}: {keys} keys")
