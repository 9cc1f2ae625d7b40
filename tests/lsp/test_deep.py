"""Warnings and warm-ups, which the built program tells: they come after a pause, follow edits, and outlive the process that finds them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from compiler.diagnostics import Diagnostic
from compiler.editing import Editing
from compiler.pipeline import check
from compiler.source import Span
from lsp.deep import TAKEN_BACK, Checker, Questions, TakenBack, framed
from lsp.deepening import Deep, Question
from lsp.document import Change, Document, Place
from lsp.host import libraries_named
from lsp.told import Told
from stdlib.library import load
from tests.lsp.editor import FULL, Editor, start, stop
from tests.lsp.features.views import EXAMPLES

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNUSED = 'apx 1\nstrategy "S"\ntrade "AAPL" every 1d\nlet unused = sma(close, 20)\nlet a = close\nwhen a > open\n  buy 10 shares\nwhen a < open\n  sell\n'


def warned(found: list[types.Diagnostic]) -> bool:
    return any(d.severity == types.DiagnosticSeverity.Warning and "unused" in d.message for d in found)


async def test_a_warning_comes_after_a_pause_and_stays_while_typing_goes_on_elsewhere(editor: Editor) -> None:
    uri = editor.open(UNUSED)
    await editor.diagnostics(uri, warned)
    first = len(editor.published)
    editor.replace(uri, "let a = close", "let a = close + 1 - 1")
    await editor.diagnostics(uri, warned)
    own = [p for p in editor.published[first:] if p.uri == uri and p.version == editor.versions[uri]]
    assert own
    assert all(warned(list(p.diagnostics)) for p in own)
    versions = [p.version or 0 for p in editor.published if p.uri == uri]
    assert versions == sorted(versions)
    editor.replace(uri, "let unused = sma(close, 20)\n", "")
    await editor.diagnostics(uri, lambda found: not warned(found))


async def test_a_library_that_is_edited_is_looked_at_again_where_it_is_used(editor: Editor) -> None:
    library = 'apx 1\nlibrary "Levels" version 1\ndefine level(x) = x * 2\n'
    edited = editor.open(library, "levels.apx")
    uri = editor.open(
        'apx 1\nstrategy "S"\nuse "Levels" version 1\ntrade "AAPL" every 1d\nwhen close > level(open)\n  buy 10 shares\nwhen close < open\n  sell\n'
    )
    await editor.diagnostics(uri, lambda found: not any(d.severity == types.DiagnosticSeverity.Error for d in found))
    editor.replace(edited, "define level(x)", "define other(x)")
    await editor.diagnostics(uri, lambda found: any(d.severity == types.DiagnosticSeverity.Error for d in found))
    editor.replace(edited, "define other(x)", "define level(x)")
    await editor.diagnostics(uri, lambda found: not any(d.severity == types.DiagnosticSeverity.Error for d in found))


async def warned_of_unused(tmp_path: Path) -> tuple[Editor, str, int, int]:
    """A client that was told of the name that is never read: with the document, and the ids of the server and of its process of the deep tier."""
    editor = await start(tmp_path, FULL)
    uri = editor.open(UNUSED)
    await editor.diagnostics(uri, warned)
    server = editor.client._server
    assert server is not None
    [process] = deep_processes(server.pid)
    return editor, uri, server.pid, process


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process in /proc")
async def test_a_process_that_is_killed_is_replaced_and_the_server_answers_meanwhile(tmp_path: Path) -> None:
    editor, uri, server, process = await warned_of_unused(tmp_path)
    os.kill(process, signal.SIGSTOP)  # a check that takes long
    editor.replace(uri, "let unused = sma(close, 20)", "let unused = sma(close, 21)")
    where = editor.at(uri, "sm|a(close")
    params = types.HoverParams(where.text_document, where.position)
    assert await editor.settled(lambda: editor.client.text_document_hover_async(params)) is not None
    os.kill(process, signal.SIGKILL)
    await editor.until(lambda: process not in deep_processes(server))
    editor.replace(uri, "sma(close, 21)", "sma(close, 22)")
    await editor.diagnostics(uri, warned)
    assert deep_processes(server) not in ([], [process])
    assert await stop(editor) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process in /proc")
async def test_what_a_killed_process_was_asked_is_asked_again_without_an_edit(tmp_path: Path) -> None:
    editor, uri, _, process = await warned_of_unused(tmp_path)
    await idle(process)
    os.kill(process, signal.SIGSTOP)
    editor.replace(uri, "let a = close", "let later = ema(close, 9)\nlet a = close")
    await asyncio.sleep(1)  # it is asked in this time; if it were not, nothing would be told below
    os.kill(process, signal.SIGKILL)
    await editor.diagnostics(uri, lambda found: any("`later`" in d.message for d in found))
    assert [m.message for m in editor.client.log_messages if "another one is asked again" in m.message]
    assert await stop(editor) == 0


async def asked(deep: Deep, text: str, path: str | None = None, limit_s: float = 60) -> tuple[list[str], list[dict[str, object]]]:
    """What is said and answered about a text, until it is one or the other for good."""
    said, found, done = list[str](), list[dict[str, object]](), asyncio.Event()

    def answered(answer: dict[str, object]) -> None:
        found.append(answer)
        if not answer.get("more"):
            done.set()

    question = Question(
        {"path": path, "name": "a.apx", "text": text, "texts": {}}, answered, said.append, lambda gone: done.set(), again=True
    )
    deep.ask((0, "a"), question)
    await asyncio.wait_for(done.wait(), limit_s)
    return said, found


async def test_a_process_that_hangs_is_replaced_and_asked_again() -> None:
    deep = Deep("", limit_s=3)
    assert await asked(deep, UNUSED) != ([], [])
    assert deep._process is not None
    first = deep._process.pid
    os.kill(first, signal.SIGSTOP)
    said, found = await asked(deep, UNUSED)
    assert said == ["The process that finds warnings took too long; another one is asked again."]
    assert [next(iter(part)) for part in found] == ["diagnostics", "known"]
    assert deep._process.pid != first
    await deep.close()


async def test_a_text_that_ends_every_process_is_asked_twice_and_others_are_answered(tmp_path: Path) -> None:
    deep, path = Deep("tests.lsp.fatal:fatal"), tmp_path / "tries"
    said, found = await asked(deep, UNUSED, str(path))
    assert found == []
    assert [text.partition("; ")[2] for text in said] == [
        "another one is asked again.",
        "another one is started when it is needed.",
    ]
    assert path.read_text(encoding="utf-8") == "asked\nasked\n"
    assert len((await asked(deep, UNUSED))[1]) == 2
    await deep.close()


async def test_a_document_that_is_closed_meanwhile_is_not_asked_about_again(tmp_path: Path) -> None:
    deep, path, said, gone = Deep("tests.lsp.fatal:fatal"), tmp_path / "tries", list[str](), asyncio.Event()
    data = {"path": str(path), "name": "a.apx", "text": UNUSED, "texts": {}}
    deep.ask((0, "a"), Question(data, print, said.append, lambda lost: gone.set(), again=True))
    await asyncio.sleep(0)
    deep.forget((0, "a"))
    await asyncio.wait_for(gone.wait(), 60)
    assert path.read_text(encoding="utf-8") == "asked\n"
    assert said == ["The process that finds warnings ended; another one is started when it is needed."]
    await deep.close()


async def idle(process: int) -> None:
    """Waits until a process has done nothing for a while: it is asked nothing more about files."""
    before, now = "", busy_time(process)
    while now != before:
        await asyncio.sleep(1)
        before, now = now, busy_time(process)


def busy_time(process: int) -> str:
    return " ".join(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13])


def deep_processes(parent: int) -> list[int]:
    """The deep tier's processes that a server has started and that live."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(child) for child in children if b"lsp.deep" in Path(f"/proc/{child}/cmdline").read_bytes()]


NOWHERE = libraries_named("")


def told(checker: Checker, text: str, name: str = "a") -> list[dict[str, Any]]:
    return list(checker.answers({"path": "", "name": name, "text": text, "texts": {}}))


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(sorted(EXAMPLES)),
    st.lists(st.tuples(st.integers(0, 5_000), st.sampled_from(("", "x", "\n", "let b = 1\n", '"'))), max_size=6),
)
async def test_what_is_found_does_not_depend_on_the_texts_before(name: str, edits: list[tuple[int, str]]) -> None:
    checker, text = Checker(load(), NOWHERE), EXAMPLES[name]
    for place, put in [(0, ""), *edits]:
        at = place % (len(text) + 1)
        text = text[:at] + put + text[at + (not put) :]
        assert told(checker, text) == told(Checker(load(), NOWHERE), text)


async def test_a_program_is_told_its_diagnostics_and_then_what_is_known_of_its_names() -> None:
    first, second = told(Checker(load(), NOWHERE), UNUSED)
    assert first["more"]
    assert "unused" in str(first["diagnostics"])
    assert "unused" in second["known"]
    assert told(Checker(load(), NOWHERE), "let a = b")[0]["more"] is False


async def test_a_question_that_is_taken_back_ends_between_two_stages() -> None:
    asked = []

    def go_on() -> None:
        asked.append(1)
        if len(asked) == 4:
            raise TakenBack

    checker = Checker(load(), NOWHERE, go_on)
    assert told(checker, UNUSED) == [{"taken_back": True}]
    asked[:] = [1] * 4
    assert told(checker, UNUSED) == told(Checker(load(), NOWHERE), UNUSED)


async def test_only_the_question_that_is_being_answered_is_taken_back() -> None:
    frames = framed({"n": 1}) + TAKEN_BACK + framed({"n": 2}) + framed({"n": 3}) + TAKEN_BACK
    questions = Questions(BytesIO(frames))
    taken = []
    for question in questions:
        while question["n"] == 3 and questions._taken_back != 3:  # the last one comes while it is being answered
            await asyncio.sleep(0.001)
        with suppress(TakenBack):
            questions.go_on()
            taken.append(question["n"])
    assert taken[-1:] == [2]


async def test_what_is_carried_moves_with_the_text_above_it_and_goes_with_its_own_line() -> None:
    document = Document("file:///x.apx", "one\ntwo\nsix\n", 1, "utf-16")
    told = Told()
    told.found((Diagnostic("W0201", Span(4, 7), "two", "warning"), Diagnostic("W0202", Span(8, 11), "six", "warning")))
    told.shown(document.source, ())
    after = told.edited(document, [Change("0\n", Place(0, 0), Place(0, 0))], 2)
    assert [(d.code, after.text[d.span.start : d.span.end]) for d in told.carried] == [("W0201", "two"), ("W0202", "six")]
    last = told.edited(after, [Change("", Place(2, 0), Place(2, 1))], 3)
    assert [(d.code, last.text[d.span.start : d.span.end]) for d in told.carried] == [("W0202", "six")]
    whole = told.edited(last, [Change("none\n" + last.text)], 4)
    assert [whole.text[d.span.start : d.span.end] for d in told.carried] == ["six"]


async def test_what_a_new_line_does_to_others_is_held_back_also_where_the_built_program_is_asked_late() -> None:
    head = 'apx 1\nstrategy "S"\ntrade "AAPL" every 1d\nwhen close > open\n  buy 10 shares\n'
    document = Document("file:///x.apx", head + "    stop loss at entry - 1\n", 1, "utf-16")
    editing, told = Editing(load(), "x.apx"), Told()

    def shown(deep: bool) -> set[str]:
        if deep:
            told.found(check(document.text, load(), "x.apx").diagnostics)
        return {d.code for d in told.shown(document.source, editing.analyse(document.text).diagnostics) if d.severity == "error"}

    assert shown(deep=True) == set()
    place = Place(4, len("  buy 10 shares"))
    document = told.edited(document, [Change("\n", place, place)], 2)
    assert shown(deep=False) == set()
    for column, key in enumerate('  notify "x"'):
        at = Place(5, column)
        document = told.edited(document, [Change(key, at, at)], column + 3)
        shown(deep=False)
    assert shown(deep=True) == set()
    assert told.rested()
    assert shown(deep=True) == {"E0105"}
