"""Diagnostics that are asked for: what is shown, what is held back and what comes later are those of a client that is sent them, and nothing comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from lsprotocol import types

from tests.lsp.editor import BROWSER, FULL, MINIMAL, PATIENCE_S, Editor, start, stop

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAD = 'apx 1\nstrategy "S"\ntrade "AAPL" every 1d\n'
RULES = "when close > open\n  buy 10 shares\nwhen close < open\n  sell\n"
UNUSED = HEAD + "let unused = sma(close, 20)\n" + RULES
DONE = (
    HEAD
    + "settings\n  commission 0.1%\nlet weak = rsi(2) < 10\nwhen weak\n  buy 10 shares\nlet more = close\nwhen more > open\n  sell\n"
)
Codes = list[str]

PULLING = deepcopy(FULL)
"""As VS Code is."""
assert PULLING.text_document is not None
PULLING.text_document.diagnostic = types.DiagnosticClientCapabilities(dynamic_registration=True, related_document_support=False)

NEVER_TOLD = deepcopy(MINIMAL)
"""As Neovim 0.11 is, and CodeMirror's own client: it could ask, and can't be told to ask again."""
assert NEVER_TOLD.text_document is not None
NEVER_TOLD.text_document.diagnostic = types.DiagnosticClientCapabilities()


@dataclass
class Puller:
    """What an editor shows that asks: after each of its own edits, and when it is told to. answers: how many were whole."""

    editor: Editor
    shown: dict[str, list[types.Diagnostic]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    answers: int = 0

    @property
    def told(self) -> int:
        """How often it was told to ask again."""
        return self.editor.client.diagnostic_refresh_count

    async def pull(self, uri: str) -> Codes:
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), "apx", self.ids.get(uri))
        report = await self.editor.settled(lambda: self.editor.client.text_document_diagnostic_async(params))
        if isinstance(report, types.RelatedFullDocumentDiagnosticReport):
            assert report.result_id is not None
            self.shown[uri], self.ids[uri] = list(report.items), report.result_id
            self.answers += 1
        else:
            assert report.result_id == self.ids[uri]
        return self.codes(uri)

    def codes(self, uri: str) -> Codes:
        return sorted(str(d.code) for d in self.shown[uri])

    async def until(self, uri: str, wanted: Codes) -> None:
        """Asks again each time it is told to, until it shows just this."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told = self.told
                if await self.pull(uri) == wanted:
                    return
                while self.told == told:
                    await asyncio.sleep(0.01)

    async def open(self, text: str, name: str = "") -> str:
        uri = self.editor.open(text, name)
        await self.pull(uri)
        return uri


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def puller(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Puller]:
    running = await start(tmp_path_factory.mktemp("pulling"), PULLING, {})
    assert running.result is not None
    assert isinstance(running.result.capabilities.diagnostic_provider, types.DiagnosticOptions)
    yield Puller(running)
    assert running.published == []  # nothing was ever sent: an editor would show it twice
    assert await stop(running) == 0


async def test_mistakes_are_those_of_the_newest_text_and_an_answer_that_is_known_is_not_sent_again(puller: Puller) -> None:
    uri = await puller.open(DONE.replace("rsi(2)", "rsii(2)"))
    assert puller.codes(uri) == ["E0202"]
    [mistake] = puller.shown[uri]
    assert mistake.range.start == types.Position(5, 11)
    answers = puller.answers
    assert await puller.pull(uri) == ["E0202"]
    assert puller.answers == answers
    puller.editor.replace(uri, "let more = close", "let more = close + 0")
    assert await puller.pull(uri) == ["E0202"]
    assert puller.answers == answers  # of another version, and the same
    puller.editor.replace(uri, "rsii(2)", "rsi(2)")
    assert await puller.pull(uri) == []
    assert puller.answers == answers + 1


async def test_what_the_built_program_tells_is_told_to_be_there(puller: Puller) -> None:
    uri = await puller.open(UNUSED)
    await puller.until(uri, ["W0202", "W0502"])
    puller.editor.replace(uri, "when close > open", "when close > open + 1 - 1")
    assert await puller.pull(uri) == ["W0202", "W0502"]  # carried along until it is found anew
    puller.editor.replace(uri, "let unused = sma(close, 20)\n", "")
    await puller.until(uri, ["W0502"])


async def test_a_client_is_not_told_to_ask_for_what_it_has(puller: Puller) -> None:
    uri = await puller.open(DONE.replace("rsi(2)", "rsii(2)"))
    await puller.until(await puller.open(UNUSED), ["W0202", "W0502"])  # the first one was looked at before
    told = puller.told
    puller.editor.replace(uri, "let more = close", "let more = close + 0")
    assert await puller.pull(uri) == ["E0202"]
    later = await puller.open(UNUSED)
    await puller.until(later, ["W0202", "W0502"])
    assert puller.told == told + 1


async def test_what_a_half_typed_line_does_to_others_is_held_back_until_typing_rests(puller: Puller) -> None:
    uri = await puller.open(DONE)
    for length in range(len(" < 10")):
        typed = "let weak = rsi(2)" + " < 10"[: len(" < 10") - length]
        puller.editor.replace(uri, typed, typed[:-1])
        await puller.pull(uri)
        lines = {d.range.start.line for d in puller.shown[uri] if d.severity == types.DiagnosticSeverity.Error}
        assert lines <= {5}, puller.shown[uri]
    await puller.until(uri, ["E0302"])
    assert [d.range.start.line for d in puller.shown[uri]] == [6]


async def test_a_library_that_is_edited_is_told_of_where_it_is_used(puller: Puller) -> None:
    library = await puller.open('apx 1\nlibrary "Levels" version 1\ndefine level(x) = x * 2\n', "levels.apx")
    using = (
        HEAD.replace("trade", 'use "Levels" version 1\ntrade')
        + "settings\n  commission 0.1%\n"
        + RULES.replace("> open", "> level(open)")
    )
    uri = await puller.open(using)
    await puller.until(uri, [])
    puller.editor.replace(library, "define level(x)", "define other(x)")
    await puller.until(uri, ["E0202"])
    puller.editor.replace(library, "define other(x)", "define level(x)")
    await puller.until(uri, [])


async def test_settings_that_change_are_told_of(puller: Puller) -> None:
    uri = await puller.open(UNUSED)
    await puller.until(uri, ["W0202", "W0502"])
    for settings, wanted in (({"lints": {"W0202": "off"}}, ["W0502"]), ({}, ["W0202", "W0502"])):
        puller.editor.client.set_configuration({"apx": settings})
        puller.editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
        await puller.until(uri, wanted)


async def test_the_workspace_is_every_open_document_and_what_was_closed_is_said_to_be_right(puller: Puller) -> None:
    client = puller.editor.client
    wrong, right = await puller.open(DONE.replace("rsi(2)", "rsii(2)")), await puller.open(DONE)

    async def all_of(ids: dict[str, str]) -> dict[str, types.WorkspaceDocumentDiagnosticReport]:
        known = [types.PreviousResultId(uri, value) for uri, value in ids.items()]
        params = types.WorkspaceDiagnosticParams(known, "apx")
        report = await puller.editor.settled(lambda: client.workspace_diagnostic_async(params))
        return {item.uri: item for item in report.items}

    first = await all_of({})
    assert set(first) == set(puller.editor.texts)
    whole = first[wrong]
    assert isinstance(whole, types.WorkspaceFullDocumentDiagnosticReport)
    assert ([d.code for d in whole.items], whole.version) == (["E0202"], 1)
    ids = {uri: str(item.result_id) for uri, item in first.items()}
    assert {item.kind for item in (await all_of(ids)).values()} == {"unchanged"}
    puller.editor.replace(right, "rsi(2)", "rsii(2)")
    puller.editor.close(wrong)
    again = await all_of(ids)
    assert {uri for uri, item in again.items() if item.kind == "full"} == {wrong, right}
    gone, broken = again[wrong], again[right]
    assert isinstance(gone, types.WorkspaceFullDocumentDiagnosticReport)
    assert isinstance(broken, types.WorkspaceFullDocumentDiagnosticReport)
    assert (list(gone.items), gone.version) == ([], None)
    assert ([d.code for d in broken.items], broken.version) == (["E0202"], 2)
    assert await puller.pull(wrong) == []


async def test_files_that_are_not_open_are_looked_at_too_and_again_when_they_or_their_libraries_change(tmp_path: Path) -> None:
    folder, beside = tmp_path / "here", tmp_path / "beside.apx"
    folder.mkdir()
    using = HEAD.replace("trade", 'use "Levels" version 1\ntrade') + RULES.replace("> open", "> level(open)")
    library = 'apx 1\nlibrary "Levels" version 1\ndefine level(x) = x * 2\n'
    texts = {"wrong": DONE.replace("rsi(2)", "rsii(2)"), "right": DONE, "using": using, "levels": library}
    for name, text in texts.items():
        (folder / f"{name}.apx").write_text(text)
    beside.write_text(texts["wrong"])
    editor = await start(tmp_path, PULLING, folders=(folder,))
    ids: dict[str, str] = {}
    shown: dict[str, Codes] = {}
    uris = {name: (folder / f"{name}.apx").as_uri() for name in texts}

    async def pull() -> dict[str, Codes]:
        known = [types.PreviousResultId(uri, value) for uri, value in ids.items()]
        report = await editor.settled(lambda: editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(known)))
        for item in report.items:
            assert (item.version is None) == (item.uri not in editor.texts)
            if isinstance(item, types.WorkspaceFullDocumentDiagnosticReport):
                shown[item.uri] = sorted(str(d.code) for d in item.items)
                ids[item.uri] = str(item.result_id)
        return {name: shown[uri] for name, uri in uris.items() if shown.get(uri)}

    async def until(wanted: dict[str, Codes]) -> None:
        """As VS Code does it: asks again and again."""
        async with asyncio.timeout(PATIENCE_S):
            while await pull() != wanted or set(uris.values()) - set(shown):
                await asyncio.sleep(0.05)

    def written(name: str, text: str) -> None:
        (folder / f"{name}.apx").write_text(text)
        event = types.FileEvent(uris[name], types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    await until({"wrong": ["E0202"]})
    assert set(shown) == set(uris.values())
    editor.client.set_configuration({"apx": {"lints": {"E0202": "off"}}})  # no mistake has a level
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    written("levels", library.replace("level(x)", "other(x)"))
    await until({"wrong": ["E0202"], "using": ["E0202"]})
    opened = editor.open(texts["wrong"].replace("rsii(2)", "rsi(2)"), "here/wrong.apx")
    assert opened == uris["wrong"]
    await until({"using": ["E0202"]})  # the text of a document counts
    editor.close(opened)
    await until({"using": ["E0202"], "wrong": ["E0202"]})  # and its file again
    written("levels", library)
    written("wrong", DONE)
    await until({})
    told = editor.client.diagnostic_refresh_count
    written("right", DONE.replace("rsi(2)", "rsii(2)"))
    await until({"right": ["E0202"]})
    await editor.until(lambda: editor.client.diagnostic_refresh_count > told)
    (folder / "right.apx").unlink()
    event = types.FileEvent(uris["right"], types.FileChangeType.Deleted)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    await until({})
    assert editor.published == []
    assert await stop(editor) == 0


async def test_a_page_in_a_browser_that_asks_is_sent_nothing(tmp_path: Path) -> None:
    page = Puller(await start(tmp_path, BROWSER))
    await page.until(await page.open(UNUSED), ["W0202", "W0502"])
    assert page.editor.published == []
    assert await stop(page.editor) == 0


@pytest.mark.parametrize("capabilities", [MINIMAL, FULL, NEVER_TOLD], ids=["minimal", "full", "never told"])
async def test_a_client_that_does_not_ask_or_could_not_be_told_to_is_sent_them(
    tmp_path: Path, capabilities: types.ClientCapabilities
) -> None:
    editor = await start(tmp_path, capabilities)
    assert editor.result is not None
    assert editor.result.capabilities.diagnostic_provider is None
    uri = editor.open(UNUSED)
    await editor.diagnostics(uri, lambda found: {d.code for d in found} == {"W0202", "W0502"})
    editor.close(uri)
    await editor.until(lambda: editor.published[-1].uri == uri and editor.published[-1].diagnostics == ())
    assert editor.client.diagnostic_refresh_count == 0
    assert await stop(editor) == 0
