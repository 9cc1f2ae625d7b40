"""Every correction of every code's failing program, taken by a real client: asked for, made in its text, sent back, and checked again by `apx check`'s own check."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import attrs
import pytest
import pytest_asyncio
from lsprotocol import types

from apextrade.libraries import check_file
from compiler.codes import CODES, Code
from compiler.diagnostics import Diagnostic
from compiler.limits import NO_LIMITS
from lsp.features.code_actions import FIX_ALL
from tests.lsp.applying import applied, edits_of, last_first
from tests.lsp.editor import FULL, MINIMAL, Editor, start, stop

pytestmark = pytest.mark.asyncio(loop_scope="module")
Kind = types.CodeActionKind
AT_ONCE = 12
"""So many programs are open together."""
OF_A_HOST = {"E0611", "E0612"}
"""What a program may cost is set by who runs it for others. An editor sets nothing, so it never shows these."""


@dataclass
class Tally:
    """What was seen of one code, and what was not as it should be."""

    code: str
    published: int = 0
    fixes: int = 0
    safe: int = 0
    offered: int = 0
    clean: int = 0
    at_once: int = 0
    withheld: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str) -> bool:
        if not holds:
            self.wrong.append(what)
        return holds


def told(found: Iterable[types.Diagnostic]) -> Counter[tuple[str, int, int, str]]:
    """What a client shows: code, first line and column, first line of the message."""
    return Counter((str(d.code), d.range.start.line, d.range.start.character, d.message.split("\n")[0]) for d in found)


def checked(path: Path, text: str, editor: Editor) -> tuple[tuple[Diagnostic, ...], Counter[tuple[str, int, int, str]]]:
    """What `apx check` says of a file with this text, and the same as a client shows it."""
    path.write_text(text, encoding="utf-8", newline="")
    own = tuple(d for d in check_file(str(path)).diagnostics if d.source is None or d.source.name == str(path))
    places = [editor.position(text, d.span.start) for d in own]
    return own, Counter((d.code, at.line, at.character, d.message.split("\n")[0]) for d, at in zip(own, places, strict=True))


def errors(found: Iterable[Diagnostic]) -> Counter[str]:
    return Counter(d.code for d in found if d.severity == "error")


def left_to_do(found: tuple[Diagnostic, ...]) -> tuple[int, int]:
    return errors(found).total(), len(found)


def count(found: Iterable[Diagnostic], code: str) -> int:
    return sum(d.code == code for d in found)


async def settled(editor: Editor, uri: str, expected: Counter[tuple[str, int, int, str]]) -> list[types.Diagnostic]:
    """The document is saved; its diagnostics, once they are what `apx check` says, all of it and nothing else."""
    editor.client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
    try:
        return await editor.diagnostics(uri, lambda now: told(now) == expected)
    except AssertionError:
        newest = next(p for p in reversed(editor.published) if p.uri == uri)
        raise AssertionError(f"check says {sorted(expected)}, the server {sorted(told(newest.diagnostics))}") from None


def send(editor: Editor, uri: str, edits: list[types.TextEdit], encoding: str = "utf-16") -> None:
    """Edits made by the client and told to the server as one notification of several changes."""
    text = editor.texts[uri]
    editor.edit(uri, [(e.range.start, e.range.end, e.new_text) for e in last_first(text, edits, encoding)])
    editor.texts[uri] = applied(text, edits, encoding)


async def actions_at(editor: Editor, uri: str, shown: types.Diagnostic, kind: str) -> list[types.CodeAction]:
    context = types.CodeActionContext([shown], [kind], types.CodeActionTriggerKind.Invoked)
    params = types.CodeActionParams(types.TextDocumentIdentifier(uri), shown.range, context)
    answer = await editor.settled(lambda: editor.client.text_document_code_action_async(params))
    return [action for action in answer or () if isinstance(action, types.CodeAction)]


def as_data(edits: Iterable[types.TextEdit]) -> list[tuple[int, int, int, int, str]]:
    return sorted(
        (e.range.start.line, e.range.start.character, e.range.end.line, e.range.end.character, e.new_text) for e in edits
    )


def of_data(fix: dict[str, object]) -> list[tuple[int, int, int, int, str]]:
    found = []
    for edit in fix["edits"]:  # type: ignore[attr-defined]
        first, last = edit["range"]["start"], edit["range"]["end"]
        found.append((first["line"], first["character"], last["line"], last["character"], edit["newText"]))
    return sorted(found)


async def tried(editor: Editor, entry: Code) -> Tally:
    """One code's program: each correction alone, then all safe ones at once; the text is as it was before each."""
    tally, folder = Tally(entry.code), editor.folder / entry.code
    folder.mkdir()
    for library in entry.shelf.texts:
        (folder / f"the_{library.name}").write_text(library.text, encoding="utf-8", newline="")
    if entry.shelf.lock is not None:
        pins = [{"title": t, "version": v, "sha256": sha} for (t, v), sha in entry.shelf.lock.hashes.items()]
        (folder / "program.lock").write_text(json.dumps({"lock": 1, "libraries": pins}), encoding="utf-8")
    path, text = folder / "program.apx", entry.failing
    before, expected = checked(path, text, editor)
    uri = editor.open(text, f"{entry.code}/program.apx")
    own = [d for d in await settled(editor, uri, expected) if d.code == entry.code]
    tally.published = len(own)
    for index, shown in enumerate(own):
        given = shown.data["fixes"] if isinstance(shown.data, dict) else []
        tally.fixes += len(given)
        offered = await actions_at(editor, uri, shown, Kind.QuickFix.value)
        for fix in given:
            tally.safe += fix["safe"]
            title = fix["title"][:1].upper() + fix["title"][1:]
            mine = [a for a in offered if a.title == title and a.diagnostics and told(a.diagnostics) == told([shown])]
            if not mine:
                tally.withheld.append(title)
                continue
            tally.offered += 1
            assert mine[0].edit is not None
            edits = edits_of(mine[0].edit, uri, editor.versions[uri])
            tally.expect(as_data(edits) == of_data(fix), f"“{title}” makes other edits than its diagnostic said")
            tally.expect(not (mine[0].is_preferred and not fix["safe"]), f"“{title}” is preferred and not safe")
            send(editor, uri, edits)
            after, expected_after = checked(path, editor.texts[uri], editor)
            await settled(editor, uri, expected_after)
            gone = tally.expect(count(after, entry.code) < count(before, entry.code), f"“{title}” leaves {entry.code} there")
            better = tally.expect(errors(after) <= errors(before), f"“{title}” brings {errors(after) - errors(before)}")
            clean = not errors(after) and count(after, entry.code) == 0
            if fix["safe"]:
                tally.expect(clean, f"“{title}” is safe and leaves {errors(after)}")
            tally.clean += clean and gone and better
            editor.write(uri, text)
            own_again = [d for d in await settled(editor, uri, expected) if d.code == entry.code]
            shown = own_again[index]
            offered = await actions_at(editor, uri, shown, Kind.QuickFix.value)
        for action in await actions_at(editor, uri, shown, FIX_ALL) if index == 0 else ():
            assert action.edit is not None
            send(editor, uri, edits_of(action.edit, uri, editor.versions[uri]))
            after, expected_after = checked(path, editor.texts[uri], editor)
            left = await settled(editor, uri, expected_after)
            tally.at_once += 1
            tally.expect(left_to_do(after) < left_to_do(before), "all at once leaves as much to do")
            tally.expect(errors(after) <= errors(before), f"all at once brings {errors(after) - errors(before)}")
            safe = [fix for d in left for fix in (d.data or {}).get("fixes", ()) if fix["safe"]]
            tally.expect(not safe, f"all at once leaves {safe}")
            editor.write(uri, text)
            await settled(editor, uri, expected)
    editor.close(uri)
    return tally


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tallies(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    editor = await start(tmp_path_factory.mktemp("fixes"), FULL)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(entry: Code) -> Tally:
        async with turns:
            try:
                return await tried(editor, entry)
            except Exception as error:
                return Tally(entry.code, wrong=[f"{type(error).__name__}: {error}"])

    yield await asyncio.gather(*(one(entry) for entry in CODES if entry.code not in OF_A_HOST))
    assert await stop(editor) == 0


async def test_every_code_arrives_and_every_correction_made_by_a_client_leaves_the_program_better(tallies: list[Tally]) -> None:
    total = Counter[str]()
    for one in tallies:
        for name in ("published", "fixes", "safe", "offered", "clean", "at_once"):
            total[name] += getattr(one, name)
        total["with corrections"] += one.fixes > 0
    print(f"{len(tallies)} codes:", ", ".join(f"{number} {name}" for name, number in total.items()))
    assert {one.code: one.wrong for one in tallies if one.wrong} == {}
    assert [one.code for one in tallies if not one.published] == []
    assert {one.code: one.withheld for one in tallies if one.withheld} == {}
    assert [one.code for one in tallies if one.clean != one.fixes] == []
    assert [one.code for one in tallies if one.safe and not one.at_once] == []
    assert total["fixes"] >= 100


@pytest.mark.parametrize(("encoding", "versioned"), [("utf-8", False), ("utf-16", True), ("utf-32", True)])
async def test_a_correction_behind_wide_characters_is_made_where_it_belongs(
    tmp_path: Path, encoding: str, versioned: bool
) -> None:
    general = types.GeneralClientCapabilities(position_encodings=[encoding])
    editor = await start(tmp_path, attrs.evolve(FULL if versioned else MINIMAL, general=general))
    assert editor.result is not None
    assert editor.result.capabilities.position_encoding == encoding
    for ends in ("\n", "\r\n", "\r"):
        lines = 'plot close "é\u2028😀", closs "👩‍🚀", smaa(close, 5), open < close && close > open'
        text = f'apx 1\nstrategy "𝄞"\ntrade "SPY" every 1d\n{lines}\n'.replace("\n", ends)
        right = text.replace("closs", "close").replace("&&", "and").replace("smaa", "sma")
        uri = editor.open(text, f"wide_{len(ends)}_{ord(ends[0])}.apx")
        made = 0
        while wrong := [d for d in await editor.diagnostics(uri) if d.severity == types.DiagnosticSeverity.Error]:
            action = (await actions_at(editor, uri, wrong[0], Kind.QuickFix.value))[0]
            assert action.edit is not None
            edits = edits_of(action.edit, uri, editor.versions[uri]) if versioned else (action.edit.changes or {})[uri]
            send(editor, uri, list(edits), encoding)
            made += 1
            assert made <= 3
        assert editor.texts[uri] == right
    assert await stop(editor) == 0


async def test_the_codes_that_an_editor_never_shows_are_those_of_a_hosts_limits() -> None:
    assert {entry.code for entry in CODES if entry.limits != NO_LIMITS} == OF_A_HOST
