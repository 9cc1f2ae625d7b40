"""Answers to requests of one connection: the features of the table and the commands, each called by pygls with the classes of the protocol.

Made when a client first asks for something, after the first diagnostics have gone out: those classes take longer to make than a program to check.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from lsp.asking import Asking
from lsp.commands import COMMANDS, execute
from lsp.features import FEATURES, Feature
from lsp.inbox import Message
from lsp.library_texts import SCHEME
from lsp.protocol import ApexProtocol
from lsp.session import Session
from lsp.wire import Wire
from lsp.workspace.closed import Closed
from lsp.workspace.index import Index
from lsp.workspace.watching import Watching

if TYPE_CHECKING:
    from lsp.defects import Failed


class Answering:
    """began: what the client said in `initialize`. failed: told of a defect, and says where what is needed to find it is kept."""

    def __init__(self, version: str, session: Session, watching: Watching, wire: Wire, failed: Failed, began: object) -> None:
        self.session, self.wire, self.failed = session, wire, failed
        index = watching.indexing.index if watching.indexing is not None else Index()
        self.closed = Closed(session, index, watching.settled, watching.ask)
        self.language_server = LanguageServer(
            "apx", version, protocol_cls=partial(ApexProtocol, answering=self), converter_factory=default_converter
        )
        self.protocol: ApexProtocol = self.language_server.protocol  # type: ignore[assignment]
        self.protocol.set_writer(wire.out, include_headers=False)
        if session.results is not None:
            for command in COMMANDS:
                self.language_server.command(command)(partial(self.execute))  # pygls marks what it registers
        for feature in FEATURES:
            if feature.about != "results" or session.results is not None:
                answer = self.answer_later if feature.later else self.answer
                self.language_server.feature(feature.method, feature.options)(partial(answer, feature))
        self.protocol.begin(began)

    @property
    def offer(self) -> dict[str, Any]:
        """What pygls makes of the table for this client: the server's capabilities as JSON."""
        capabilities = self.protocol.server_capabilities
        if capabilities.workspace is not None:
            capabilities.workspace.text_document_content = types.TextDocumentContentOptions(schemes=[SCHEME])
        plain: dict[str, Any] = self.protocol._converter.unstructure(capabilities, types.ServerCapabilities)
        return plain

    def take(self, message: Message) -> None:
        self.protocol.take(message)

    def not_understood(self, message: Message) -> None:
        self.wire.log(not_understood(message), "warning")

    def answer(self, feature: Feature, params: Any) -> object:
        """What a feature gives. A defect in it is kept and told, and the session goes on."""
        uri = uri_named(params)
        try:
            seen = self.seen(feature, uri)
            if seen is None:  # an item that names no document was whole when it was given, and some clients ask all the same
                return params if feature.method.endswith("/resolve") else None
            return feature.function(*seen, params)
        except JsonRpcException:  # a refusal: the answer that the feature wants given
            raise
        except Exception as error:
            self.defective(error, feature, params, uri)
            return None

    def seen(self, feature: Feature, uri: str) -> tuple[object, ...] | None:
        """What a feature sees; None if it is of a document that is not open."""
        session = self.session
        if feature.about == "workspace":
            return (session.views(),)
        if feature.about == "files":
            return session.views(), self.closed
        view = session.view(uri)
        match feature.about:
            case _ if view is None:
                return None
            case "across":
                return view, session.others(uri)
            case "everywhere":
                return view, session.others(uri), self.closed
            case "results":
                return view, session.results
        return (view,)

    async def answer_later(self, feature: Feature, params: Any) -> object:
        """The same for a feature that waits."""
        uri = uri_named(params)
        try:
            seen = self.seen(feature, uri)
            return None if seen is None else await feature.function(*seen, params)
        except JsonRpcException:
            raise
        except Exception as error:
            self.defective(error, feature, params, uri)
            return None

    def defective(self, error: Exception, feature: Feature, params: Any, uri: str) -> None:
        """Keeps a defect in a feature and tells it. Raises it as an error if a person has asked for this very thing, else there is nothing."""
        kept = self.failed(error, feature.method, params, uri)
        if feature.aloud:
            raise JsonRpcInternalError(f"This is a defect of ApexTrade; what is needed to find it is in {kept}.") from None

    async def execute(self, params: types.ExecuteCommandParams) -> object:
        """What a command gives. It is asked for by a person, so a defect in it is an error."""
        if self.session.results is None:
            raise JsonRpcInvalidParams(f"There is no command {params.command}: nothing is run here.")
        if params.command not in COMMANDS:
            raise JsonRpcInvalidParams(f"There is no command {params.command}.")
        try:
            return await execute(self.session.results, Asking(self.language_server, self.session), self.session.view, params)
        except Exception as error:
            kept = self.failed(error, params.command, params)
            raise JsonRpcInternalError(f"This is a defect of ApexTrade; what is needed to find it is in {kept}.") from None


def not_understood(message: Message) -> str:
    return f"A message could not be understood: {message.get('method', 'a response')}."


def uri_named(params: object) -> str:
    """The document that a request's parameters name; '' for none."""
    for holder in (getattr(params, name, None) for name in ("text_document", "item", "textDocument")):
        uri = getattr(holder, "uri", None)
        if isinstance(uri, str):
            return uri
    data = getattr(params, "data", None)
    uri = data.get("uri") if isinstance(data, dict) else None
    return uri if isinstance(uri, str) else ""
