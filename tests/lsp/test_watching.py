"""Files that change on disk while programs that use them are open: what is wrong with these, their results and their hints are of the files as they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types

from tests.lsp.editor import BROWSER, FULL, MINIMAL, Editor, start, stop

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEVELS = 'apx 1\nlibrary "Levels" version 1\ndefine level(x) = x\n'
USER = 'apx 1\nstrategy "User"\nuse "Levels" version 1\ntrade "AAPL" every 1d\nsettings\n  commission 0.1%\nlet ceiling = level(close)\nwhen ceiling > 3\n  buy 10 shares\nwhen close < open\n  sell\n'
TESTED = USER + 'test "t"\n  given close = [1, 2, 3]\n  expect ceiling at bar 2 is 3\n'
PROFILES = {"full": FULL, "minimal": MINIMAL}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PROFILES)
async def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """A client that tells of files that change, and one that does not."""
    folder = tmp_path_factory.mktemp("watching")
    running = await start(folder, PROFILES[request.param], folders=[folder])
    await running.until(lambda: bool(running.registered) == (request.param == "full"))
    yield running
    assert await stop(running) == 0


@pytest_asyncio.fixture(loop_scope="module")
async def client(server: Editor) -> AsyncIterator[Editor]:
    """The same client in a folder of its own, where a library is and a program that uses it."""
    root = server.folder
    server.folder = root / f"folder_{len(list(root.iterdir()))}"
    server.change_files({server.folder / "levels.apx": LEVELS, server.folder / "other.apx": USER})
    server.published.clear()
    yield server
    for uri in tuple(server.texts):
        server.close(uri)
    server.folder = root


def write(editor: Editor, library: str | None, name: str = "levels.apx") -> None:
    """Another program writes a file. An editor that tells of no files saves some document later on."""
    editor.change_files({editor.folder / name: library})
    if types.WORKSPACE_DID_CHANGE_WATCHED_FILES not in editor.registered:
        saved = types.TextDocumentIdentifier(next(iter(editor.texts)))
        editor.client.text_document_did_save(types.DidSaveTextDocumentParams(saved))


def codes(found: list[types.Diagnostic]) -> list[str]:
    return sorted(str(d.code) for d in found)


async def shown(editor: Editor, uri: str, *expected: str) -> None:
    """Waits until these are the diagnostics of a document."""
    await editor.diagnostics(uri, lambda found: codes(found) == sorted(expected))


async def test_a_library_that_is_written_removed_or_made_is_seen_where_it_is_used(client: Editor) -> None:
    uri = client.open(USER, "user.apx")
    await shown(client, uri)
    write(client, LEVELS.replace("define level", "define line"))
    await client.diagnostics(uri, lambda found: "E0202" in codes(found))
    write(client, LEVELS)
    await shown(client, uri)
    write(client, None)
    await shown(client, uri, "E0220")
    write(client, LEVELS, "of_another_name.apx")
    await shown(client, uri)


async def test_the_deep_tier_knows_no_old_library(client: Editor) -> None:
    uri = client.open(USER, "user.apx")
    await shown(client, uri)
    write(client, LEVELS.replace("= x", "= 2"))
    await shown(client, uri, "W0301", "W0310")
    write(client, LEVELS)
    await shown(client, uri)


async def test_a_result_of_an_earlier_library_is_old_and_the_next_one_is_of_the_new(client: Editor) -> None:
    uri = client.open(TESTED, "tested.apx")
    await shown(client, uri)
    asked = types.ExecuteCommandParams("apx.test", [uri, "t"])
    await client.settled(lambda: client.client.workspace_execute_command_async(asked))
    assert "passed" in await lens(client, uri)
    write(client, LEVELS.replace("= x", "= x + 1"))
    while (before := await lens(client, uri)) and "before the last edit" not in before:
        pass
    await client.settled(lambda: client.client.workspace_execute_command_async(asked))
    assert "failed" in await lens(client, uri)


async def lens(editor: Editor, uri: str) -> str:
    found = await editor.client.text_document_code_lens_async(types.CodeLensParams(types.TextDocumentIdentifier(uri))) or ()
    (title,) = [one.command.title for one in found if one.command is not None and one.command.command == "apx.test"][-1:]
    return title


async def test_a_library_moves_from_its_file_to_an_open_text_and_back(client: Editor) -> None:
    uri = client.open(USER, "user.apx")
    await shown(client, uri)
    library = client.open(LEVELS, "levels.apx")
    client.replace(library, "= x", "= 2")
    await shown(client, uri, "W0301", "W0310")
    write(client, LEVELS.replace("level", "line"))  # the open text counts
    client.replace(library, "= 2", "= 1")
    await shown(client, uri, "W0301", "W0310")
    client.close(library)
    await client.diagnostics(uri, lambda found: "E0202" in codes(found))
    write(client, LEVELS)
    await shown(client, uri)


async def test_only_open_documents_are_published(client: Editor) -> None:
    uri = client.open(USER, "user.apx")
    await shown(client, uri)
    write(client, None)
    await shown(client, uri, "E0220")
    assert {one.uri for one in client.published if one.uri.startswith(client.folder.as_uri())} == {uri}


async def test_a_lock_that_is_written_is_seen_by_its_program(tmp_path: Path) -> None:
    (tmp_path / "levels.apx").write_text(LEVELS)
    editor = await start(tmp_path, FULL, folders=[tmp_path])
    uri = editor.open(USER, "user.apx")
    await shown(editor, uri)
    await editor.until(lambda: types.WORKSPACE_DID_CHANGE_WATCHED_FILES in editor.registered)
    lock = '{"lock": 1, "libraries": [{"title": "Levels", "version": 1, "sha256": "%s"}]}' % ("0" * 64)
    editor.change_files({tmp_path / "user.lock": lock})
    await editor.diagnostics(uri, lambda found: any(d.severity == types.DiagnosticSeverity.Error for d in found))
    editor.change_files({tmp_path / "user.lock": None})
    await shown(editor, uri)
    assert await stop(editor) == 0


async def test_a_document_outside_of_all_folders_has_the_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "levels.apx").write_text(LEVELS)
    (tmp_path / "other.apx").write_text(USER)
    editor = await start(tmp_path, BROWSER)
    uri = editor.open(USER, "user.apx")
    at = editor.at(uri, "lev|el(close)")
    asked = types.ReferenceParams(types.ReferenceContext(True), at.text_document, at.position)
    found = await editor.settled(lambda: editor.client.text_document_references_async(asked)) or ()
    assert sorted(one.uri.rpartition("/")[2] for one in found) == ["levels.apx", "other.apx", "user.apx"]
    assert await stop(editor) == 0
