"""The language server of one connection: what comes in is handed to the session or to a feature of the table, what goes out to its transport.

One `Server` is one process; it makes a `Connection` with a LanguageServer object of its own for each client, so that nothing of one reaches another.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from compiler.libraries.head import library_head
from compiler.library import FunctionLibrary
from lsp.asking import Asking
from lsp.commands import COMMANDS, execute
from lsp.deepening import Deep
from lsp.defects import Defects
from lsp.features import FEATURES, Feature
from lsp.functions import prepare
from lsp.host import Host, libraries_named
from lsp.inbox import INVALID_REQUEST, Inbox, Message
from lsp.protocol import ApexProtocol
from lsp.publishing import Publisher
from lsp.resting import Resting
from lsp.results import Results
from lsp.session import ENCODINGS, Session
from lsp.settings import Client, Settings
from lsp.warm import Warm

NOT_INITIALIZED = -32002
QUIET_S = 0.02
AT_ONCE = 4
"""Functions whose signatures are found in one turn of the loop, in a few milliseconds, so long apart."""


class Out(Protocol):
    """Where messages of one connection go, each whole."""

    def write(self, body: bytes) -> None: ...

    def close(self) -> None: ...


class Server:
    """What the connections of one process share: the host and the library. close: ends what runs for them."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.libraries = libraries_named(host.libraries)
        self.connections: set[Connection] = set()
        self.deep = Deep(host.libraries)

    def connect(self, out: Out, ended: Callable[[], None]) -> Connection:
        """A new client. ended: called when it has said exit. On the event loop."""
        connection = Connection(self, out, ended)
        self.connections.add(connection)
        return connection

    def close(self) -> None:
        for connection in tuple(self.connections):
            connection.close()


def loaded_library() -> FunctionLibrary:
    from stdlib.library import load

    return load()


class Connection:
    """One client: its session, its LanguageServer object, and its messages in and out."""

    def __init__(self, server: Server, out: Out, ended: Callable[[], None]) -> None:
        self.server, self.out, self.ended = server, out, ended
        self.preparing = False
        self.session = Session(loaded_library, server.libraries)
        self.language_server = LanguageServer(
            "apx", server.host.version, protocol_cls=partial(ApexProtocol, connection=self), converter_factory=default_converter
        )
        self.protocol: ApexProtocol = self.language_server.protocol  # type: ignore[assignment]
        self.protocol.set_writer(out, include_headers=False)
        self.defects = Defects(server.host.home, server.host.version, self.log)
        self.inbox = Inbox(self.handle, self.protocol.refuse, self.protocol.give_up)
        self.publisher = Publisher(
            self.session, self.language_server.text_document_publish_diagnostics, self.failed, lambda: self.inbox.waiting > 0
        )
        self.resting = Resting(
            self.session,
            server.deep,
            self.publisher.changed,
            self.refresh_hints,
            lambda text: self.log(text, types.MessageType.Warning),
        )
        if server.host.answer is not None:
            warm = Warm(server.host.answer, lambda text: self.log(text, types.MessageType.Warning))
            self.session.results = Results(warm, self.session, self.refresh_lenses)
            for command in COMMANDS:
                self.language_server.command(command)(partial(self.execute))  # pygls marks what it registers
        for feature in FEATURES:
            if feature.about != "results" or self.session.results is not None:
                answer = self.answer_later if feature.later else self.answer
                self.language_server.feature(feature.method, feature.options)(partial(answer, feature))

    # ------------------------------------------------------------ messages

    def receive(self, body: str | bytes) -> None:
        """Takes in one message, on the event loop."""
        self.inbox.put(body)

    def handle(self, message: Message) -> None:
        method, number = message.get("method"), message.get("id")
        if not self.session.initialized and method not in (types.INITIALIZE, types.EXIT, None):
            if number is not None:
                self.protocol.refuse(number, NOT_INITIALIZED, "The first request has to be `initialize`.")
            return
        if self.session.shut_down and method != types.EXIT:
            if number is not None and method is not None:
                self.protocol.refuse(number, INVALID_REQUEST, "The server was shut down.")
            return
        self.protocol.take(message)

    def answer(self, feature: Feature, params: Any) -> object:
        """What a feature gives. A defect in it is kept and told, and the session goes on."""
        uri = uri_named(params)
        try:
            if feature.about == "workspace":
                return feature.function(self.session.views(), params)
            view = self.session.view(uri)
            if view is None:  # an item that names no document was whole when it was given, and some clients ask all the same
                return params if feature.method.endswith("/resolve") else None
            if feature.about == "across":
                return feature.function(view, self.session.others(uri), params)
            if feature.about == "results":
                return feature.function(view, self.session.results, params)
            return feature.function(view, params)
        except JsonRpcException:  # a refusal: the answer that the feature wants given
            raise
        except Exception as error:
            kept = self.failed(error, feature.method, params, uri)
            if feature.aloud:
                raise JsonRpcInternalError(f"This is a defect of ApexTrade; what is needed to find it is in {kept}.") from None
            return None

    async def answer_later(self, feature: Feature, params: Any) -> object:
        """The same for a feature that waits."""
        uri = uri_named(params)
        try:
            view = self.session.view(uri)
            return None if view is None else await feature.function(view, self.session.results, params)
        except Exception as error:
            self.failed(error, feature.method, params, uri)
            return None

    async def execute(self, params: types.ExecuteCommandParams) -> object:
        """What a command gives. It is asked for by a person, so a defect in it is an error."""
        if self.session.results is None:
            raise JsonRpcInvalidParams(f"There is no command {params.command}: nothing is run here.")
        try:
            return await execute(self.session.results, Asking(self.language_server, self.session), self.session.view, params)
        except Exception as error:
            kept = self.failed(error, params.command, params)
            raise JsonRpcInternalError(f"This is a defect of ApexTrade; what is needed to find it is in {kept}.") from None

    def refresh_lenses(self) -> None:
        """Has the client ask for lenses again, if it can."""
        workspace = self.session.capabilities.workspace
        if workspace is not None and workspace.code_lens is not None and workspace.code_lens.refresh_support:
            self.language_server.workspace_code_lens_refresh(None)

    def refresh_hints(self) -> None:
        """Has the client ask for inlay hints again, if it can."""
        workspace = self.session.capabilities.workspace
        if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            self.language_server.workspace_inlay_hint_refresh(None)

    def failed(self, error: BaseException, what: str, params: object, uri: str = "") -> str:
        """A defect of ours: kept in a file and told. Returns the file."""
        known = self.session.documents.get(uri)
        return self.defects.keep(error, what, params, known.document if known is not None else None)

    def log(self, text: str, kind: types.MessageType = types.MessageType.Log) -> None:
        """Tells the client's log, and the error output."""
        print(f"apx lsp: {text}", file=sys.stderr, flush=True)
        self.language_server.window_log_message(types.LogMessageParams(kind, text))

    # ------------------------------------------------------------ its life

    def initialize(self, params: types.InitializeParams, encoding: str) -> None:
        self.session.capabilities = params.capabilities
        self.session.settings = Settings(client=Client.of(params.capabilities))
        self.session.encoding = ENCODINGS[encoding]
        self.session.initialized = True
        self.session.folders = {folder.uri: folder.name for folder in params.workspace_folders or ()}

    def opened(self, item: types.TextDocumentItem) -> None:
        self.session.opened(item.uri, item.text, item.version)
        self.publisher.changed(item.uri)
        self.resting.edited(item.uri)
        self.library_changed(item.uri, item.text)
        if not self.preparing:
            self.preparing = True
            asyncio.get_running_loop().call_later(QUIET_S, self.prepare)

    def prepare(self) -> None:
        """Finds a little of what completion orders its answers by, while no message waits."""
        if self not in self.server.connections:
            return
        busy = self.inbox.waiting > 0
        if busy or not prepare(self.session.library(), AT_ONCE):
            asyncio.get_running_loop().call_later(QUIET_S, self.prepare)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        known = self.session.documents.get(uri)
        before = known.document.text if known is not None else ""
        after = self.session.changed(uri, params.text_document.version, params.content_changes)
        if after is not None:
            self.resting.edited(uri)
            self.library_changed(uri, before, after.text)
            if self.session.results is not None:
                self.session.results.changed(uri)
            self.publisher.changed(uri)

    def library_changed(self, uri: str, *texts: str) -> None:
        """A document is another. If it was or is a library, those that may use it are looked at again."""
        if any(library_head(text) is not None for text in texts):
            for other in self.session.dependents(uri):
                self.session.forget(other)
                self.publisher.changed(other)
                self.resting.edited(other)

    def closed(self, uri: str) -> None:
        known = self.session.documents.get(uri)
        if known is not None and self.session.closed(uri):
            self.resting.closed(uri)
            self.library_changed(uri, known.document.text)
            if self.session.results is not None:
                self.session.results.closed(uri)
            self.publisher.closed(uri)

    def exit(self) -> None:
        self.close()
        self.ended()

    @property
    def exit_code(self) -> int:
        return 0 if self.session.shut_down else 1

    def close(self) -> None:
        """The client is gone, or is to go: nothing more is handled, nothing more is sent."""
        self.server.connections.discard(self)
        self.inbox.close()
        self.publisher.close()
        self.resting.close()
        if self.session.results is not None:
            self.session.results.close()
        self.out.close()


def uri_named(params: object) -> str:
    """The document that a request's parameters name; '' for none."""
    for holder in (getattr(params, name, None) for name in ("text_document", "item", "textDocument")):
        uri = getattr(holder, "uri", None)
        if isinstance(uri, str):
            return uri
    data = getattr(params, "data", None)
    uri = data.get("uri") if isinstance(data, dict) else None
    return uri if isinstance(uri, str) else ""
