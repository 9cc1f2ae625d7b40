"""The files of the workspace that are not open: symbols, references and renames reach them, and nothing waits while they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from apextrade.libraries import beside_open_texts
from lsp.features.workspace_symbols import workspace_symbols
from lsp.mentions import is_shared
from lsp.occurrences import scopes_of
from lsp.workspace.reading import read_entry
from stdlib.library import load
from tests.lsp.editor import BROWSER, FULL, MINIMAL, Editor, start, stop
from tests.lsp.seeing import seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

BANDS = 'apx 1\nlibrary "Bands" version 1\nlet reach = 2\ndefine band(x = close, n = 20 bars)\n  give top = sma(x, n) + reach, base = sma(x, n)\n'
USER = 'apx 1\nstrategy "User"\nuse "Bands" version 1 as b\ntrade "SPY" every 1d\nlet m = b.band(n = 10 bars)\nwhen close > m.top\n  buy 10 shares\n'
PLAIN = USER.replace(" as b", "").replace("b.", "").replace("User", "Plain")
ALONE = 'apx 1\nstrategy "Alone"\ntrade "SPY" every 1d\nlet band = close\nlet reach = band\nplot reach\n'
PROFILES = {"full": FULL, "minimal": MINIMAL, "browser": BROWSER}


def fill(folder: Path) -> None:
    """Two folders: in `one` a library and its users, in `two` another copy of it with a user of its own."""
    files = {
        "one/bands.apx": BANDS,
        "one/user.apx": USER,
        "one/plain.apx": PLAIN,
        "one/alone.apx": ALONE,
        "two/deep/bands.apx": BANDS,
        "two/deep/other.apx": USER.replace("User", "Other"),
        "one/.hidden/hidden.apx": ALONE.replace("Alone", "Hidden"),
        "one/node_modules/package/module.apx": ALONE.replace("Alone", "Module"),
        "two/python/pyvenv.cfg": "",
        "two/python/lib/installed.apx": ALONE.replace("Alone", "Installed"),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


every_client = pytest.mark.parametrize("client", PROFILES, indirect=True)
watched_or_not = pytest.mark.parametrize("client", ["full", "minimal"], indirect=True)
"""A client that tells of files that change, and one that does not."""


@pytest_asyncio.fixture(loop_scope="module")
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Editor]:
    fill(tmp_path)
    running = await start(
        tmp_path / "one", PROFILES[getattr(request, "param", "full")], folders=[tmp_path / "one", tmp_path / "two"]
    )
    yield running
    assert await stop(running) == 0


def progress(editor: Editor) -> list[str]:
    """What the server has shown of its work: begin, report, end."""
    return [str(one.kind) for reports in editor.client.progress_reports.values() for one in reports]


async def symbols(editor: Editor, query: str) -> list[str]:
    found = await editor.client.workspace_symbol_async(types.WorkspaceSymbolParams(query)) or ()
    return sorted(f"{one.location.uri.rpartition('/')[2]} {one.name}" for one in found if one.name == query)


async def references(editor: Editor, uri: str, marked: str, declaration: bool = True) -> list[str]:
    at = editor.at(uri, marked)
    asked = types.ReferenceParams(types.ReferenceContext(declaration), at.text_document, at.position)
    found = await editor.settled(lambda: editor.client.text_document_references_async(asked)) or ()
    return sorted(f"{one.uri.rpartition('/')[2]} {one.range.start.line}:{one.range.start.character}" for one in found)


async def renamed(editor: Editor, uri: str, marked: str, new: str) -> dict[str, list[types.TextEdit]]:
    """The edits of a rename by the path of their files."""
    at = editor.at(uri, marked)
    asked = types.RenameParams(at.text_document, at.position, new)
    edit = await editor.settled(lambda: editor.client.text_document_rename_async(asked))
    assert edit is not None
    changes = {uri: list(edits) for uri, edits in (edit.changes or {}).items()}
    for one in edit.document_changes or ():
        assert isinstance(one, types.TextDocumentEdit)
        assert one.text_document.version == editor.versions.get(one.text_document.uri)
        changes[one.text_document.uri] = one.edits  # type: ignore[assignment]
    return {name(uri): edits for uri, edits in changes.items()}


def name(uri: str) -> str:
    return uri.rpartition("/")[2]


def after(text: str, edits: list[types.TextEdit]) -> str:
    lines = text.split("\n")
    for one in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        assert one.range.start.line == one.range.end.line
        line = lines[one.range.start.line]
        lines[one.range.start.line] = line[: one.range.start.character] + one.new_text + line[one.range.end.character :]
    return "\n".join(lines)


async def known(editor: Editor, query: str, count: int) -> list[str]:
    """Symbols, once so many are known."""
    found = await symbols(editor, query)
    while len(found) < count:
        found = await symbols(editor, query)
    return found


@every_client
async def test_symbols_of_closed_files_are_found_and_an_open_text_wins(client: Editor) -> None:
    assert await known(client, "band", 3) == ["alone.apx band", "bands.apx band", "bands.apx band"]
    for hidden in ("Hidden", "Module", "Installed"):
        assert await symbols(client, hidden) == []
    uri = client.open(ALONE.replace("let band", "let strap").replace("= band", "= strap"), "alone.apx")
    assert await symbols(client, "strap") == ["alone.apx strap"]
    assert await symbols(client, "band") == ["bands.apx band", "bands.apx band"]
    client.close(uri)
    assert await known(client, "band", 3) == ["alone.apx band", "bands.apx band", "bands.apx band"]
    assert await symbols(client, "strap") == []


async def test_references_reach_the_closed_files_beside_a_document_and_no_others(client: Editor) -> None:
    library = client.open(BANDS, "bands.apx")
    assert await references(client, library, "define b|and") == ["bands.apx 3:7", "plain.apx 4:8", "user.apx 4:10"]
    assert await references(client, library, "to|p =") == ["bands.apx 4:7", "plain.apx 5:15", "user.apx 5:15"]
    assert await references(client, library, "define b|and", declaration=False) == ["plain.apx 4:8", "user.apx 4:10"]
    user = client.open(USER, "user.apx")
    assert await references(client, user, "b.b|and") == ["bands.apx 3:7", "plain.apx 4:8", "user.apx 4:10"]
    client.close(library)
    assert await references(client, user, "b.b|and") == ["bands.apx 3:7", "plain.apx 4:8", "user.apx 4:10"]
    assert await references(client, user, "let |m") == ["user.apx 4:4", "user.apx 5:13"]


async def test_the_definition_in_a_closed_library_is_found_from_what_uses_it(client: Editor) -> None:
    at = client.at(client.open(USER, "user.apx"), "b.b|and")
    found = await client.client.text_document_definition_async(types.DefinitionParams(at.text_document, at.position))
    assert [(name(one.uri), one.range.start) for one in found] == [("bands.apx", types.Position(3, 7))]  # type: ignore[union-attr]


@watched_or_not
async def test_a_rename_edits_open_and_closed_files_and_the_programs_still_compile(client: Editor) -> None:
    library = client.open(BANDS, "bands.apx")
    edits = await renamed(client, library, "define b|and", "belt")
    assert sorted(edits) == ["bands.apx", "plain.apx", "user.apx"]
    assert after(USER, edits["user.apx"]) == USER.replace("b.band", "b.belt")
    assert after(PLAIN, edits["plain.apx"]) == PLAIN.replace("band(", "belt(")
    assert after(BANDS, edits["bands.apx"]) == BANDS.replace("band(", "belt(")
    user = client.open(USER, "user.apx")
    client.close(library)
    edits = await renamed(client, user, "m.t|op", "upper")
    assert sorted(edits) == ["bands.apx", "plain.apx", "user.apx"]
    assert after(BANDS, edits["bands.apx"]) == BANDS.replace("top", "upper")


@watched_or_not
async def test_a_rename_counts_what_is_on_disk_now_and_is_refused_where_a_file_cant_be_read(client: Editor) -> None:
    library = client.open(BANDS, "bands.apx")
    assert await references(client, library, "define b|and", declaration=False) == ["plain.apx 4:8", "user.apx 4:10"]
    folder = client.folder
    client.change_files({folder / "user.apx": "\n" + USER, folder / "plain.apx": None})
    edits = await renamed(client, library, "define b|and", "belt")
    assert sorted(edits) == ["bands.apx", "user.apx"]
    assert after("\n" + USER, edits["user.apx"]) == "\n" + USER.replace("b.band", "b.belt")
    client.change_files({folder / "user.apx": USER.replace("let m = b.band(n = 10 bars)", "let m = b.band(n = (10 bars")})
    with pytest.raises(JsonRpcException, match=r"Line 5 of user\.apx can't be read and may use `band`"):
        await renamed(client, library, "define b|and", "belt")
    client.change_files(
        {folder / "user.apx": USER.replace("let m", "let belt = 1\nlet m").replace(" as b", "").replace("b.", "")}
    )
    with pytest.raises(JsonRpcException, match=r"`belt` already has a meaning in `user\.apx`"):
        await renamed(client, library, "define b|and", "belt")


async def test_a_rename_takes_the_libraries_that_use_the_library_along(client: Editor) -> None:
    wide = 'apx 1\nlibrary "Wide" version 1\nuse "Bands" version 1 as b\ndefine wide(x) = b.reach * x\n'
    both = USER.replace("trade", 'use "Wide" version 1 as w\ntrade') + "let reached = w.wide(b.reach)\n"
    client.change_files({client.folder / "wide.apx": wide, client.folder / "both.apx": both})
    library = client.open(BANDS, "bands.apx")
    edits = await renamed(client, library, "let rea|ch", "extent")
    assert sorted(edits) == ["bands.apx", "both.apx", "wide.apx"]
    assert after(wide, edits["wide.apx"]) == wide.replace("reach", "extent")
    assert after(both, edits["both.apx"]) == both.replace("b.reach", "b.extent")


async def test_folders_come_and_go(client: Editor, tmp_path: Path) -> None:
    await known(client, "Other", 1)
    two = types.WorkspaceFolder((tmp_path / "two").as_uri(), "two")
    client.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(types.WorkspaceFoldersChangeEvent([], [two]))
    )
    assert await symbols(client, "Other") == []
    client.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(types.WorkspaceFoldersChangeEvent([two], []))
    )
    assert await known(client, "Other", 1) == ["other.apx Other"]


@pytest.mark.parametrize("path", sorted(Path("examples").glob("*.apx")), ids=lambda path: path.stem)
async def test_what_the_index_keeps_of_a_file_is_what_an_open_document_says(path: Path) -> None:
    entry = read_entry({"path": str(path.absolute()), "texts": {}, "encoding": "utf-16"}, load(), beside_open_texts)
    view = seen(path.read_text(), path.name)
    mentions = [m for cell in view.analysis.cells for x in cell.statements for m in scopes_of(view).mentions(x)]
    shared = {m.span: m for m in mentions if is_shared(m.symbol) and m.span.start < m.span.end}.values()
    assert [tuple(one[:5]) for one in entry["mentions"]] == [
        (m.symbol.space, m.symbol.name, m.symbol.home, m.symbol.owner, m.role)
        for m in sorted(shared, key=lambda m: view.analysis.outer(m.span))
    ]
    assert [[one[0], *one[2:4]] for one in entry["symbols"]] == [
        [one.name, one.location.range.start.line, one.location.range.start.character]
        for one in sorted(
            workspace_symbols([view], types.WorkspaceSymbolParams("")), key=lambda one: one.location.range.start.line
        )
        if isinstance(one.location, types.Location)
    ]


async def test_five_hundred_files_are_read_while_hovers_are_answered(tmp_path: Path) -> None:
    (tmp_path / "bands.apx").write_text(BANDS)
    for number in range(500):
        lines = "".join(f"let v{i} = close + {i}\n" for i in range(8))
        (tmp_path / f"user_{number}.apx").write_text(USER.replace("User", f"User {number}") + lines)
    editor = await start(tmp_path, FULL, folders=[tmp_path])
    uri = editor.open(USER, "user_0.apx")
    await editor.until(lambda: "report" in progress(editor))
    at = editor.at(uri, "b.b|and")
    hover = await editor.client.text_document_hover_async(types.HoverParams(at.text_document, at.position))
    assert hover is not None
    assert "end" not in progress(editor)
    assert len(await references(editor, uri, "b.b|and")) == 501
    await editor.until(lambda: "end" in progress(editor))
    assert progress(editor).count("begin") == 1
    assert await stop(editor) == 0
