"""The language server of one connection: what comes in is handed to the session, or to a feature of the table, and what goes out to its transport.

One `Server` is one process; it makes a `Connection` for each client, with a LanguageServer object of its own, so that nothing of one reaches another.
The life of a session and the edits of its documents are handled here, on their JSON; for everything else there is `Answering`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from compiler.libraries.head import library_head
from compiler.library import FunctionLibrary
from lsp import incoming
from lsp.client import Client, encoding_of
from lsp.configuring import Configuring
from lsp.deepening import Deep
from lsp.defects import Defects
from lsp.functions import prepare
from lsp.host import Host, libraries_named
from lsp.inbox import INTERNAL_ERROR, INVALID_PARAMS, INVALID_REQUEST, Inbox, Message
from lsp.offer import initialized
from lsp.publishing import Publisher
from lsp.pulling import Pulling
from lsp.resting import Resting
from lsp.results import Results
from lsp.session import Session
from lsp.settings import Settings
from lsp.tracing import Tracing
from lsp.warm import Warm
from lsp.wire import LogLevel, Out, Wire
from lsp.workspace.checking import Checking
from lsp.workspace.indexing import Indexing
from lsp.workspace.progress import Progress
from lsp.workspace.watching import Watching

if TYPE_CHECKING:
    from lsp.answering import Answering

NOT_INITIALIZED = -32002
QUIET_S = 0.003
AT_ONCE = 1
"""Functions whose signatures are found in one turn of the loop, in a millisecond, so long apart: no answer waits for more."""


class Server:
    """What the connections of one process share: the host and the library. close: ends what runs for them.

    touched: called with every message, on the event loop.
    """

    def __init__(self, host: Host, touched: Callable[[], None] = lambda: None) -> None:
        self.host, self.touched = host, touched
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
    """One client: its session, what answers its requests, and its messages in and out."""

    def __init__(self, server: Server, out: Out, ended: Callable[[], None]) -> None:
        self.server, self.ended = server, ended
        self.wire = Wire(out)
        self.preparing = False
        self.began: object = None
        self.session = Session(loaded_library, server.libraries)
        self.defects = Defects(server.host.home, server.host.version, self.log)
        self.inbox = Inbox(self.handle, self.wire.refuse, self.give_up)
        self.pulling = Pulling(self.session, self.failed)
        self.publisher = Publisher(
            self.session,
            lambda params: self.wire.notify("textDocument/publishDiagnostics", params),
            self.failed,
            lambda: self.inbox.waiting > 0,
            self.pulling,
            self.refresh_diagnostics,
            lambda uri, count, seconds: self.tracing.found(uri, count, seconds),
        )
        self.resting = Resting(
            self.session, server.deep, self.publisher.more, self.refresh_hints, lambda text: self.log(text, "warning")
        )
        self.configuring = Configuring(self.session, self.wire, self.settings_changed, lambda text: self.log(text, "warning"))
        self.tracing = Tracing(self.session, self.wire, lambda: self.inbox.waiting)
        indexing = None
        if server.host.libraries:
            progress = Progress(self.session, self.wire)
            indexing = Indexing(server.deep, self.session, lambda paths: self.watching.changed(paths), progress, self.log)
            self.pulling.checking = Checking(server.deep, self.session, indexing.index, self.refresh_diagnostics, self.log)
        self.watching = Watching(self.session, indexing, self.wire, self.files_changed)
        if server.host.answer is not None:
            warm = Warm(server.host.answer, lambda text: self.log(text, "warning"))
            self.session.results = Results(warm, self.session, self.refresh_lenses)
        self._answering: Answering | None = None
        self.requests: Mapping[str, Callable[[object], object]] = {
            "initialize": self.initialize,
            "shutdown": self.shutdown,
            "textDocument/diagnostic": self.pulling.document,
            "workspace/diagnostic": self.pulling.workspace,
        }
        """Answered here, on their JSON. Each raises `Malformed` for parameters that are none of its own."""
        self.notifications: Mapping[str, Callable[[object], None]] = {
            "initialized": self.asked,
            "exit": lambda params: self.exit(),
            "$/setTrace": lambda params: self.tracing.set(incoming.member(params, "value")),
            "workspace/didChangeConfiguration": lambda params: self.configuring.told(incoming.member(params, "settings")),
            "workspace/didChangeWorkspaceFolders": self.folders_changed,
            "workspace/didChangeWatchedFiles": self.watching.told,
            "textDocument/didOpen": self.opened,
            "textDocument/didChange": self.changed,
            "textDocument/didClose": self.closed,
            "textDocument/didSave": self.saved,
        }

    # ------------------------------------------------------------ messages

    def receive(self, body: str | bytes) -> None:
        """Takes in one message, on the event loop."""
        self.server.touched()
        self.inbox.put(body)

    def end(self) -> None:
        """The client sends nothing more: what it has sent is done, then the session ends."""
        self.inbox.end(self.ended)

    def handle(self, message: Message) -> None:
        method, number = message.get("method"), message.get("id")
        if not self.session.initialized and method not in ("initialize", "exit", None):
            if number is not None:
                self.wire.refuse(number, NOT_INITIALIZED, "The first request has to be `initialize`.")
            return
        if self.session.shut_down and method != "exit":
            if number is not None and method is not None:
                self.wire.refuse(number, INVALID_REQUEST, "The server was shut down.")
            return
        if self.tracing.on:
            began, trace = time.perf_counter(), self.tracing.handled
            self.take(message)
            if method is not None and self._answering is not None:
                self._answering.protocol.when_answered(number, lambda: trace(message, began))
            elif method is not None:
                trace(message, began)
        else:
            self.take(message)

    def take(self, message: Message) -> None:
        method, number = message.get("method"), message.get("id")
        if method is None:
            if not self.wire.answered(message) and self._answering is not None:
                self.hand_on(message)
        elif number is None and method in self.notifications:
            self.note(method, message.get("params"))
        elif number is not None and method in self.requests:
            self.reply(number, method, message)
        else:
            self.hand_on(message)

    def hand_on(self, message: Message) -> None:
        """Has what answers requests take a message. A defect on the way there is kept and told too."""
        try:
            self.answering.take(message)
        except Exception as error:
            self.defective(error, message)

    def defective(self, error: Exception, message: Message) -> None:
        """A message met a defect of ours: it is kept and told, and a request is answered with it."""
        method, number = message.get("method"), message.get("id")
        kept = self.failed(error, method or "taking in an answer", message.get("params"))
        if number is not None and method is not None:
            self.wire.refuse(number, INTERNAL_ERROR, f"This is a defect of ApexTrade; what is needed to find it is in {kept}.")

    def note(self, method: str, params: object) -> None:
        """Does what a notification of the table above says. A defect in it is kept and told, and the session goes on."""
        try:
            self.notifications[method](params)
        except incoming.Malformed:
            self.log(f"A message could not be understood: {method}.", "warning")
        except Exception as error:
            self.failed(error, method, params)

    def reply(self, number: str | int, method: str, message: Message) -> None:
        """Answers a request of the table above."""
        if method == "initialize" and self.session.initialized:
            self.wire.refuse(number, INVALID_REQUEST, "The session was initialized before.")
            return
        try:
            self.wire.answer(number, self.requests[method](message.get("params")))
        except incoming.Malformed:
            self.wire.refuse(number, INVALID_PARAMS, f"The parameters are none of {method}.")
        except Exception as error:
            self.defective(error, message)

    @property
    def answering(self) -> Answering:
        """What answers requests. Making it takes a while, so diagnostics that are due are told before."""
        if self._answering is None:
            self.publisher.at_once()
            from lsp.answering import Answering

            self._answering = Answering(self.server.host.version, self.session, self.watching, self.wire, self.failed, self.began)
        return self._answering

    def give_up(self, number: str | int) -> None:
        """A request that may be worked on is no longer wanted."""
        if self._answering is not None:
            self._answering.protocol.give_up(number)

    def refresh_diagnostics(self) -> None:
        """Has a client that asks for diagnostics ask again."""
        self.wire.ask("workspace/diagnostic/refresh")

    def refresh_lenses(self) -> None:
        """Has the client ask for lenses again, if it can."""
        if self.session.can("workspace", "codeLens", "refreshSupport"):
            self.wire.ask("workspace/codeLens/refresh")

    def refresh_hints(self) -> None:
        """Has the client ask for inlay hints again, if it can."""
        if self.session.can("workspace", "inlayHint", "refreshSupport"):
            self.wire.ask("workspace/inlayHint/refresh")

    def failed(self, error: BaseException, what: str, params: object, uri: str = "") -> str:
        """A defect of ours: kept in a file and told. Returns the file."""
        known = self.session.documents.get(uri)
        return self.defects.keep(error, what, params, known.document if known is not None else None)

    def log(self, text: str, level: LogLevel = "log") -> None:
        """Tells the client's log, and the error output."""
        with suppress(OSError, ValueError):  # nobody reads it any more
            print(f"apx lsp: {text}", file=sys.stderr, flush=True)
        self.wire.log(text, level)

    def folders_changed(self, params: object) -> None:
        """The workspace has other folders, and each has settings of its own."""
        self.watching.folders_changed(params)
        self.configuring.refresh()

    def settings_changed(self, uris: list[str]) -> None:
        """Documents are shown with other settings."""
        for uri in uris:
            self.publisher.changed(uri)
        if uris:
            self.refresh_hints()
            self.refresh_lenses()

    # ------------------------------------------------------------ its life

    def initialize(self, params: object) -> object:
        if not isinstance(params, dict) or not isinstance(params.get("capabilities"), dict):
            raise incoming.Malformed("capabilities")
        self.began = params
        self.session.capabilities = params["capabilities"]
        self.session.settings = Settings(client=Client.of(self.session.capabilities))
        self.session.encoding = encoding_of(self.session.capabilities)
        self.session.folders = incoming.folders(params)
        self.session.initialized = True
        self.tracing.set(params.get("trace"))
        self.configuring.begin(params.get("initializationOptions"))
        asyncio.get_running_loop().call_soon(self.session.library)  # while the client makes up what it opens
        return initialized(self.session.capabilities, self.server.host.version, runs=self.session.results is not None)

    def asked(self, params: object) -> None:
        """The client can be asked from now on."""
        self.configuring.asked()
        self.watching.begin()

    def shutdown(self, params: object) -> object:
        self.session.shut_down = True
        return None

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
        self.configuring.close()
        self.watching.close()
        self.pulling.close()
        if self.session.results is not None:
            self.session.results.close()
        self.wire.close()

    async def leave(self) -> None:
        """Closes, and waits until no process runs for it: one that is being started when the loop ends would never be waited for."""
        self.close()
        if self.session.results is not None:
            await self.session.results.warm.close()

    # ------------------------------------------------------------ documents

    def opened(self, params: object) -> None:
        uri, text, version = incoming.opened(params)
        self.session.opened(uri, text, version)
        self.publisher.edited(uri)
        self.resting.edited(uri)
        self.library_changed(uri, text)
        self.watching.opened(uri)
        if not self.preparing:
            self.preparing = True
            asyncio.get_running_loop().call_later(QUIET_S, self.prepare)

    def prepare(self) -> None:
        """Makes ready for requests a little at a time, while no message waits: what answers them, and what completion orders its answers by."""
        if self not in self.server.connections:
            return
        busy = self.inbox.waiting > 0
        if not busy and self._answering is None:
            busy = self.answering is not None
        if busy or not prepare(self.session.library(), AT_ONCE):
            asyncio.get_running_loop().call_later(QUIET_S, self.prepare)

    def changed(self, params: object) -> None:
        uri, version, changes = incoming.changed(params)
        known = self.session.documents.get(uri)
        before = known.document.text if known is not None else ""
        after = self.session.changed(uri, version, changes)
        if after is not None:
            self.resting.edited(uri)
            self.library_changed(uri, before, after.text)
            if self.session.results is not None:
                self.session.results.changed(uri)
            self.publisher.edited(uri)

    def saved(self, params: object) -> None:
        uri = incoming.named(params)
        self.resting.saved(uri)
        self.watching.saved(uri)

    def library_changed(self, uri: str, *texts: str) -> None:
        """A document is another. If it was or is a library, those that may use it are looked at again."""
        if any(library_head(text) is not None for text in texts) or self.watching.is_library(uri):
            self.recheck(self.session.dependents(uri))

    def files_changed(self, uris: Iterable[str]) -> None:
        """A file that documents use is another on disk: they are looked at again, and their results are old."""
        found = tuple(uris)
        self.recheck(found)
        if found and self.session.results is not None:
            for uri in found:
                self.session.results.files_changed(uri)
            self.refresh_lenses()
        if found:
            self.refresh_hints()

    def recheck(self, uris: Iterable[str]) -> None:
        """What documents use is another: they are looked at again."""
        for uri in tuple(uris):
            self.session.forget(uri)
            self.publisher.changed(uri)
            self.resting.edited(uri)

    def closed(self, params: object) -> None:
        uri = incoming.named(params)
        known = self.session.documents.get(uri)
        if known is not None and self.session.closed(uri):
            self.resting.closed(uri)
            self.library_changed(uri, known.document.text)
            self.watching.closed(uri)
            if self.session.results is not None:
                self.session.results.closed(uri)
            self.publisher.closed(uri)
