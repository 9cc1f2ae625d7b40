"""What is ours of pygls' protocol: the life of a session and its documents, none of which may end the process or touch pygls' own documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from lsp.inbox import Message
from lsp.library_texts import SCHEME

if TYPE_CHECKING:
    from lsp.server import Connection


class ApexProtocol(LanguageServerProtocol):
    """pygls makes one for each LanguageServer object. Each `lsp_method` below stands in place of pygls' own."""

    def __init__(self, server: Any, converter: Any, connection: Connection) -> None:
        self.connection = connection
        super().__init__(server, converter)

    def take(self, message: Message) -> None:
        """Handles one message. One whose parameters are none of its method is refused if it is a request, told in the log if not."""
        try:
            structured = self.structure_message(message)
        except JsonRpcException as error:
            number = message.get("id")
            if number is not None and "method" in message:
                self.refuse(
                    number, error.code or types.ErrorCodes.InvalidParams, f"The parameters are none of {message['method']}."
                )
            else:
                self.connection.log(
                    f"A message could not be understood: {message.get('method', 'a response')}.", types.MessageType.Warning
                )
            return
        self.handle_message(structured)

    def refuse(self, number: str | int | None, code: int, text: str) -> None:
        """Answers a request with an error."""
        error = {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": text}}
        self.connection.out.write(json.dumps(error).encode())

    # ------------------------------------------------------------ the session's life

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Any:
        result = yield from super().lsp_initialize(params)
        if result.capabilities.workspace is not None:
            result.capabilities.workspace.text_document_content = types.TextDocumentContentOptions(schemes=[SCHEME])
        self.connection.initialize(params, self.server_capabilities.position_encoding or types.PositionEncodingKind.Utf16)
        return result

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *args: Any) -> Any:
        self.connection.session.shut_down = True
        return None

    @lsp_method(types.EXIT)
    def lsp_exit(self, *args: Any) -> Any:
        self.connection.exit()

    # ------------------------------------------------------------ commands

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:  # type: ignore[override]
        return await self.connection.execute(params)

    def give_up(self, number: str | int) -> None:
        """Ends a request that is being worked on, if it can be ended; it is answered as cancelled."""
        future = self._request_futures.get(number)
        if future is not None:
            future.cancel()

    # ------------------------------------------------------------ documents

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> Any:
        self.connection.opened(params.text_document)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        self.connection.changed(params)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> Any:
        self.connection.closed(params.text_document.uri)

    @lsp_method(types.TEXT_DOCUMENT_DID_SAVE)
    def lsp_text_document__did_save(self, params: types.DidSaveTextDocumentParams) -> Any:
        self.connection.resting.saved(params.text_document.uri)
