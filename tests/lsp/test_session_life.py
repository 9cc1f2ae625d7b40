"""The life of a session with the server's process: its order, messages that are none, requests given up, defects of ours, bursts of edits, and its end."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lsp.publishing import LONGEST_S
from tests.lsp.editor import PATIENCE_S
from tests.lsp.faulty import FAULT
from tests.lsp.raw import Body, Raw, raw

pytestmark = pytest.mark.asyncio(loop_scope="function")
URI = "file:///life/program.apx"
TEXT = 'apx 1\nstrategy "Life"\ntrade "SPY" every 1d\nlet unused = sma(close, 20)\nlet a = close\nwhen a > open\n  buy 10 shares\nwhen a < open\n  sell\n'
PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS, INTERNAL_ERROR = -32700, -32600, -32601, -32602, -32603
NOT_INITIALIZED, CANCELLED = -32002, -32800
FAULTY = (sys.executable, "-m", "tests.lsp.faulty")


def hover(line: int = 3, character: int = 14) -> Body:
    return {"textDocument": {"uri": URI}, "position": {"line": line, "character": character}}


async def code(client: Raw, number: object) -> int:
    """The number of the error that a request is answered with."""
    answer = await client.answer(number)
    assert "result" not in answer
    return int(answer["error"]["code"])


async def ended(client: Raw) -> int:
    return await asyncio.wait_for(client.process.wait(), PATIENCE_S)


# ---------------------------------------------------------------- order


async def test_nothing_is_done_before_initialize_and_nothing_after_shutdown(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        assert await code(client, client.ask("textDocument/hover", hover())) == NOT_INITIALIZED
        assert await code(client, client.ask("shutdown", None)) == NOT_INITIALIZED
        client.open(URI, TEXT)  # is not taken in
        await client.initialize()
        assert await client.result("textDocument/hover", hover()) is None
        assert await code(client, client.ask("initialize", {"capabilities": {}})) == INVALID_REQUEST
        client.open(URI, TEXT)
        assert await client.result("textDocument/hover", hover()) is not None
        await client.result("shutdown", None)
        before = len(client.published(URI))
        assert await code(client, client.ask("textDocument/hover", hover())) == INVALID_REQUEST
        client.change(URI, 2, {"text": "apx 1\nlet = 1\n"})
        assert await code(client, client.ask("shutdown", None)) == INVALID_REQUEST
        assert len(client.published(URI)) == before
        client.tell("exit", None)
        assert await ended(client) == 0
        assert "Traceback" not in client.said()


@pytest.mark.parametrize("way", ["exit", "input ends", "exit before initialize"])
async def test_an_end_without_shutdown_is_told_by_the_exit_code(tmp_path: Path, way: str) -> None:
    async with raw(tmp_path) as client:
        if way != "exit before initialize":
            await client.initialize()
            client.open(URI, TEXT)
            await client.until(lambda: bool(client.published(URI)))
        if way == "input ends":
            assert client.process.stdin is not None
            client.process.stdin.close()
        else:
            client.tell("exit", None)
        assert await ended(client) == 1
        assert "Traceback" not in client.said()
        assert client.left == b""


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"Length: 5\r\n\r\nabcde", "Content-Length"), (b"Content-Length: 99999999999\r\n\r\n", "99999999999 bytes")],
)
async def test_bytes_that_are_no_messages_end_the_session_with_a_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        client.bytes(data)
        assert await ended(client) == 1
        assert said in client.said()
        assert "Traceback" not in client.said()


# ---------------------------------------------------------------- messages


async def test_messages_that_are_none_are_refused_or_passed_over_and_the_session_goes_on(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        client.open(URI, TEXT)
        bodies = (
            (b"{", PARSE_ERROR), (b"\xff\xfe\xfd", PARSE_ERROR), (b"[" * 100_000, PARSE_ERROR), (b"", PARSE_ERROR),
            (b"[]", INVALID_REQUEST), (b"5", INVALID_REQUEST), (b'{"id": 5, "method": "shutdown"}', INVALID_REQUEST),
        )  # fmt: skip
        for refused, (body, number) in enumerate(bodies, start=1):
            client.body(body)
            await client.until(lambda so_far=refused: sum("error" in m for m in client.kept) == so_far)  # type: ignore[misc]
            assert client.kept[-1]["error"]["code"] == number, body[:20]
        wrong: tuple[tuple[str, object, int], ...] = (
            ("apx/nothing", {}, NO_METHOD),
            ("$/nothing", None, NO_METHOD),
            ("textDocument/hover", {"textDocument": 5}, INVALID_PARAMS),
            ("textDocument/hover", [], INVALID_PARAMS),
            ("textDocument/completion", {"textDocument": {"uri": URI}, "position": {"line": "one"}}, INVALID_PARAMS),
            ("textDocument/diagnostic", {"textDocument": None}, INVALID_PARAMS),
            ("workspace/executeCommand", {"command": "apx.nothing"}, INVALID_PARAMS),
        )
        for method, params, number in wrong:
            assert await code(client, client.ask(method, params)) == number, (method, params)
        for method, params in (
            ("apx/nothing", {}), ("$/nothing", None), ("textDocument/didChange", {"contentChanges": 5}), ("textDocument/didOpen", []),
            ("textDocument/didClose", {}), ("textDocument/didSave", {"textDocument": {"uri": "file:///none.apx"}}), ("$/cancelRequest", {"id": 999}),
            ("$/cancelRequest", None), ("workspace/didChangeConfiguration", {"settings": 5}), ("workspace/didChangeWatchedFiles", {"changes": 5}),
        ):  # fmt: skip
            client.tell(method, params)
        client.body(b'{"jsonrpc": "2.0", "id": "not asked", "result": 5}')
        client.body(b'{"jsonrpc": "2.0", "id": null, "error": {"code": 1, "message": "no"}}')
        client.change("file:///not/open.apx", 5, {"text": "apx 1"})
        client.change(
            URI, 2, {"range": {"start": {"line": 99, "character": 0}, "end": {"line": 999, "character": 9}}, "text": "plot a\n"}
        )
        client.change(
            URI, 3, {"range": {"start": {"line": -5, "character": -1}, "end": {"line": 0, "character": -1}}, "text": "# "}
        )
        held = await client.result("apx/documentText", {"textDocument": {"uri": URI}})
        assert (held["version"], held["text"]) == (3, f"# {TEXT}plot a\n")
        client.body(json.dumps({"jsonrpc": "2.0", "id": "a word", "method": "textDocument/hover", "params": hover()}).encode())
        assert (await client.answer("a word"))["result"] is not None
        assert await client.end() == 0
        assert "Traceback" not in client.said(), client.said()[-2000:]


async def test_a_request_that_is_cancelled_is_answered_once_and_mostly_not_worked_on(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        client.open(URI, TEXT)
        await client.result("textDocument/hover", hover())
        numbers = [client.ask("textDocument/hover", hover()) for _ in range(200)]
        for number in numbers[100:]:
            client.tell("$/cancelRequest", {"id": number})
        answers = [await client.answer(number) for number in numbers]
        assert all("result" in answer for answer in answers[:100])
        cancelled = [answer["error"]["code"] for answer in answers[100:] if "error" in answer]
        assert set(cancelled) == {CANCELLED}
        assert await client.end() == 0


# ---------------------------------------------------------------- defects


async def test_a_defect_is_logged_with_the_text_it_came_of_kept_and_the_session_goes_on(tmp_path: Path) -> None:
    async with raw(tmp_path, *FAULTY) as client:
        await client.initialize()
        client.open(URI, f"# {FAULT}\n{TEXT}")
        assert await client.result("textDocument/hover", hover(4)) is None  # nobody asked for it aloud
        await client.until(lambda: len(client.logged()) == 1)
        (said,) = client.logged()
        (kept,) = (tmp_path / "home" / "defects").iterdir()
        assert str(kept) in said
        assert "textDocument/hover" in said
        report = kept.read_text(encoding="utf-8")
        for part in (
            "put in by a test",
            "Traceback",
            "textDocument/hover",
            f"{URI}, version 1, utf-16",
            f"# {FAULT}\n{TEXT}",
            "position=4:14",
        ):
            assert part in report, part
        options = {"textDocument": {"uri": URI}, "options": {"tabSize": 2, "insertSpaces": True}}
        answer = await client.answer(client.ask("textDocument/formatting", options))
        assert answer["error"]["code"] == INTERNAL_ERROR
        assert "defects" in answer["error"]["message"]
        at = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        client.change(URI, 2, {"range": at, "text": f"# {FAULT} in what is told\n"})
        await client.until(lambda: any("publishing" in text for text in client.logged()))
        client.change(URI, 3, {"range": at, "text": ""})
        await client.until(lambda: client.published(URI)[-1]["version"] == 3)
        assert await client.result("textDocument/hover", hover()) is not None
        assert await client.result("textDocument/formatting", options) is not None
        assert await client.end() == 0


# ---------------------------------------------------------------- bursts and rests


async def test_a_burst_of_edits_is_told_of_a_few_times_and_at_last_as_it_is(tmp_path: Path) -> None:
    lines = "".join(f"let name_{n} = sma(close, {n % 90 + 2}) + {n}\n" for n in range(990))
    text = f'apx 1\nstrategy "Burst"\ntrade "SPY" every 1d\n{lines}plot name_1\n'
    async with raw(tmp_path) as client:
        await client.initialize()
        client.open(URI, text)
        await client.result("textDocument/hover", hover())
        await client.until(lambda: bool(client.published(URI)))
        before, began = len(client.published(URI)), time.monotonic()
        place = {"line": 500, "character": 0}
        for n in range(100):  # a word that is no name, letter by letter, on a line of its own
            text = "\n" if n == 0 else "x"
            at = place if n == 0 else {"line": 500, "character": n - 1}
            client.change(URI, n + 2, {"range": {"start": at, "end": at}, "text": text})
        seen = client.ask("textDocument/hover", hover())
        assert (await client.answer(seen))["result"] is not None
        await client.until(lambda: client.published(URI)[-1]["version"] == 101)
        took = time.monotonic() - began
        told = client.published(URI)[before:]
        versions = [one["version"] for one in told]
        print(f"100 edits: {len(set(versions))} publishes ({versions}) in {took * 1000:.0f} ms")
        assert versions == sorted(versions)
        assert len(set(versions)) <= 3 + int(took / LONGEST_S)
        wrong = [d for d in told[-1]["diagnostics"] if d["severity"] == 1]
        assert [d["range"]["start"]["line"] for d in wrong] == [500]
        assert "x" * 99 in (await client.result("apx/documentText", {"textDocument": {"uri": URI}}))["text"]
        assert await client.end() == 0


def unused(found: list[Body]) -> bool:
    return bool(found) and any("unused" in d["message"] for d in found[-1]["diagnostics"])


async def test_a_save_has_the_built_program_looked_at_at_once_and_hints_are_told_of(tmp_path: Path) -> None:
    async with raw(tmp_path, *FAULTY, APX_PAUSE="3600") as client:
        await client.initialize(workspace={"inlayHint": {"refreshSupport": True}})
        client.open(URI, TEXT)
        await client.until(lambda: bool(client.published(URI)))
        await asyncio.sleep(0.3)
        assert not unused(client.published(URI))
        client.tell("textDocument/didSave", {"textDocument": {"uri": URI}})
        await client.until(lambda: unused(client.published(URI)))
        await client.until(lambda: any(m.get("method") == "workspace/inlayHint/refresh" for m in client.kept))
        assert await client.end() == 0


async def test_what_is_held_back_is_told_when_typing_rests(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        client.open(URI, TEXT)
        await client.until(lambda: bool(client.published(URI)))
        at = {"start": {"line": 4, "character": 4}, "end": {"line": 4, "character": 5}}
        client.change(URI, 2, {"range": at, "text": "b"})
        await client.until(lambda: client.published(URI)[-1]["version"] == 2)
        first = [d for d in client.published(URI)[-1]["diagnostics"] if d["severity"] == 1]
        assert first == []
        await client.until(lambda: errors_on(client.published(URI)[-1]) == {5})
        assert await client.end() == 0


def errors_on(published: Body) -> set[Any]:
    return {d["range"]["start"]["line"] for d in published["diagnostics"] if d["severity"] == 1}


async def test_a_check_that_hangs_is_given_up_and_the_next_one_is_answered(tmp_path: Path) -> None:
    from lsp.deepening import LIMIT_S, Deep, Question

    assert LIMIT_S == 10
    deep, told, logged = Deep("tests.lsp.hanging:hanging", limit_s=1.0), list[Body](), list[str]()
    for name, text in (("hangs", 'use "Hanging" version 1\n'), ("goes", "")):
        data = {
            "path": str(tmp_path / f"{name}.apx"),
            "name": name,
            "texts": {},
            "text": f'apx 1\nstrategy "{name}"\n{text}trade "SPY" every 1d\nplot close\n',
        }
        deep.ask((0, name), Question(data, told.append, logged.append))
    async with asyncio.timeout(PATIENCE_S):
        while not told:
            await asyncio.sleep(0.05)
    await deep.close()
    assert len(logged) == 1
    assert "took too long" in logged[0]
    assert all(d[0] != "E0220" for d in told[0]["diagnostics"])
