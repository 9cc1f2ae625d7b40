"""An editor for tests: a real client of the server's process, with documents that it edits as an editor does."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pytest_lsp import LanguageClient, make_test_lsp_client

ROOT = Path(__file__).resolve().parents[2]
R = TypeVar("R")
PATIENCE_S = 60
"""A test that has waited so long has failed: the machine may be loaded, so it says nothing of speed."""

# Three kinds of client. What each can is what the editor of its name says in its `initialize` request, as far as this server reads it.
MINIMAL = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=["utf-16"]),
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True),
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown, types.MarkupKind.PlainText]),
    ),
)
"""As Neovim 0.7 is: what is wrong is pushed, no configuration is asked for."""

FULL = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=["utf-16"]),
    workspace=types.WorkspaceClientCapabilities(
        configuration=True,
        workspace_folders=True,
        apply_edit=True,
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=True),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True),
        inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=True),
        semantic_tokens=types.SemanticTokensWorkspaceClientCapabilities(refresh_support=True),
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
    ),
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
            related_information=True,
            version_support=True,
            code_description_support=True,
            data_support=True,
            tag_support=types.ClientDiagnosticsTagOptions([types.DiagnosticTag.Unnecessary, types.DiagnosticTag.Deprecated]),
        ),
        completion=types.CompletionClientCapabilities(
            completion_item=types.ClientCompletionItemOptions(
                snippet_support=True, documentation_format=[types.MarkupKind.Markdown]
            )
        ),
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
        code_action=types.CodeActionClientCapabilities(
            code_action_literal_support=types.ClientCodeActionLiteralOptions(
                types.ClientCodeActionKindOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.Refactor])
            ),
            data_support=True,
            is_preferred_support=True,
        ),
        document_symbol=types.DocumentSymbolClientCapabilities(hierarchical_document_symbol_support=True),
        rename=types.RenameClientCapabilities(prepare_support=True),
        definition=types.DefinitionClientCapabilities(link_support=True),
        folding_range=types.FoldingRangeClientCapabilities(),
        semantic_tokens=types.SemanticTokensClientCapabilities(
            requests=types.ClientSemanticTokensRequestOptions(
                range=True, full=types.ClientSemanticTokensRequestFullDelta(delta=True)
            ),
            token_types=[str(kind.value) for kind in types.SemanticTokenTypes],
            token_modifiers=[str(modifier.value) for modifier in types.SemanticTokenModifiers],
            formats=[types.TokenFormat.Relative],
        ),
    ),
    window=types.WindowClientCapabilities(work_done_progress=True, show_message=types.ShowMessageRequestClientCapabilities()),
)
"""As VS Code is, but for diagnostics, which are pushed so that their order can be watched."""

BROWSER = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=["utf-16"]),
    workspace=types.WorkspaceClientCapabilities(diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)),
    text_document=types.TextDocumentClientCapabilities(
        diagnostic=types.DiagnosticClientCapabilities(related_document_support=False),
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True),
        completion=types.CompletionClientCapabilities(),
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
    ),
)
"""As a page in a browser is: columns in UTF-16, diagnostics are pulled."""

REQUESTS = (
    types.CLIENT_REGISTER_CAPABILITY,
    types.WORKSPACE_CODE_LENS_REFRESH,
    types.WORKSPACE_INLAY_HINT_REFRESH,
    types.WORKSPACE_SEMANTIC_TOKENS_REFRESH,
)
"""What the server may ask of a client that does nothing but note it."""


@dataclass
class Editor:
    """A client with its documents. `published`: every publish, in the order in which they came. `asked`: requests of the server to refresh and to register."""

    client: LanguageClient
    folder: Path
    result: types.InitializeResult | None = None
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    published: list[types.PublishDiagnosticsParams] = field(default_factory=list)
    asked: list[tuple[str, object]] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _opened: int = 0

    # ------------------------------------------------------------ documents

    def open(self, text: str, name: str = "") -> str:
        """Opens a document, that is no file yet, and gives its uri. Each name is a document of its own; without one it is a new one."""
        self._opened += 1
        uri = (self.folder / (name or f"document_{self._opened}.apx")).as_uri()
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, "apx", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def replace(self, uri: str, old: str, new: str) -> None:
        """Edits a document: the only place where `old` stands becomes `new`."""
        text = self.texts[uri]
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        at = text.index(old)
        self.edit(uri, [(self.position(text, at), self.position(text, at + len(old)), new)])
        self.texts[uri] = text.replace(old, new)

    def edit(self, uri: str, edits: Iterable[tuple[types.Position, types.Position, str]]) -> None:
        """Sends one change notification. The document's text as this editor knows it is the caller's to keep."""
        self.versions[uri] += 1
        changes = [types.TextDocumentContentChangePartial(types.Range(start, end), text) for start, end, text in edits]
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))

    def write(self, uri: str, text: str) -> None:
        """Replaces the whole text of a document."""
        self.versions[uri] += 1
        self.texts[uri] = text
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))

    def close(self, uri: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
        del self.texts[uri], self.versions[uri]

    def position(self, text: str, offset: int) -> types.Position:
        """The place of a character, in UTF-16 units."""
        before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
        line = before.rpartition("\n")[2]
        return types.Position(before.count("\n"), len(line.encode("utf-16-le")) // 2)

    def at(self, uri: str, marked: str) -> types.TextDocumentPositionParams:
        """The place of `|` in `marked`, whose text without it stands once in the document: `at(uri, "rs|i(close")`."""
        before, bar, after = marked.partition("|")
        assert bar, "mark the place with |"
        text = self.texts[uri]
        assert text.count(before + after) == 1, f"{before + after!r} stands {text.count(before + after)} times"
        place = self.position(text, text.index(before + after) + len(before))
        return types.TextDocumentPositionParams(types.TextDocumentIdentifier(uri), place)

    # ------------------------------------------------------------ what comes

    async def diagnostics(
        self, uri: str, until: Callable[[list[types.Diagnostic]], bool] | None = None
    ) -> list[types.Diagnostic]:
        """The diagnostics of the newest version, once they were published or by asking for them; with `until`, once they are such."""
        if self.result is not None and self.result.capabilities.diagnostic_provider is not None:
            return await self._asked(uri, until)
        seen: list[types.Diagnostic] = []
        while True:
            newest = next((p for p in reversed(self.published) if p.uri == uri), None)
            if newest is not None and newest.version == self.versions[uri]:
                seen = list(newest.diagnostics)
                if until is None or until(seen):
                    return seen
            self._came.clear()
            try:
                await asyncio.wait_for(self._came.wait(), PATIENCE_S)
            except TimeoutError:
                raise AssertionError(f"no such diagnostics came; the last were {[d.code for d in seen]}") from None

    async def _asked(self, uri: str, until: Callable[[list[types.Diagnostic]], bool] | None) -> list[types.Diagnostic]:
        """What a client that asks is told."""
        params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
        async with asyncio.timeout(PATIENCE_S):
            while True:
                report = await self.client.text_document_diagnostic_async(params)
                assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)  # no id was given
                if until is None or until(list(report.items)):
                    return list(report.items)
                await asyncio.sleep(0.05)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something holds that a message from the server brings about."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.01)

    async def settled(self, answer: Callable[[], Awaitable[R]]) -> R:
        """An answer, or a failure of the test where none comes."""
        return await asyncio.wait_for(answer(), PATIENCE_S)

    def change_files(self, files: Mapping[Path, str | None]) -> None:
        """Writes files, None removes one, and tells the server if it has asked to be told, as editors that watch files do."""
        events = []
        for path, text in files.items():
            kind = types.FileChangeType.Changed if path.exists() else types.FileChangeType.Created
            if text is None:
                path.unlink()
                kind = types.FileChangeType.Deleted
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="")
            events.append(types.FileEvent(path.as_uri(), kind))
        if types.WORKSPACE_DID_CHANGE_WATCHED_FILES in self.registered:
            self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    @property
    def registered(self) -> set[str]:
        """What the server has asked to be told of, by method."""
        asked = (params for _, params in self.asked if isinstance(params, types.RegistrationParams))
        return {one.method for params in asked for one in params.registrations}

    def _was_asked(self, method: str, params: object) -> None:
        self.asked.append((method, params))

    def _took(self, params: types.PublishDiagnosticsParams) -> None:
        self.published.append(params)
        self.client.diagnostics[params.uri] = params.diagnostics
        self._came.set()


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "apextrade.cli", "lsp", *arguments]


async def start(
    folder: Path,
    capabilities: types.ClientCapabilities,
    configuration: dict[str, Any] | None = None,
    folders: Iterable[Path] = (),
    options: object = None,
    trace: types.TraceValue | None = None,
    **environment: str,
) -> Editor:
    """A server of its own over its standard input and output, and an editor at its other end. `folder`: where documents are, and the home of `apx`."""
    client = make_test_lsp_client()
    editor = Editor(client, folder)
    client.protocol.fm.features.pop(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, None)
    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: editor._took(params))
    for method in REQUESTS:
        client.feature(method)(partial(editor._was_asked, method))
    if configuration is not None:
        client.set_configuration({"apx": configuration})
    env = {**os.environ, "PYTHONPATH": str(ROOT), "APX_HOME": str(folder / "home"), **environment}
    await client.start_io(*command(), env=env)
    workspace = [types.WorkspaceFolder(path.as_uri(), path.name) for path in folders]
    params = types.InitializeParams(capabilities=capabilities, workspace_folders=workspace or None)
    params.initialization_options, params.trace = options, trace
    editor.result = await asyncio.wait_for(client.initialize_session(params), PATIENCE_S)
    return editor


async def stop(editor: Editor) -> int | None:
    """Ends a server as an editor does, and gives its exit code."""
    await asyncio.wait_for(editor.client.shutdown_session(), PATIENCE_S)
    server = editor.client._server
    code = server.returncode if server is not None else None
    await editor.client.stop()
    return code
