"""What is ours of pygls' protocol: a session that has begun already, answers to requests, none of which may end the process or touch pygls' own documents."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from lsp.inbox import Message
from lsp.ready import Ready, response, written

if TYPE_CHECKING:
    from lsp.answering import Answering


def worth_telling(record: logging.LogRecord) -> bool:
    """Refusals and parameters that are none are answered, in words; how pygls came upon them helps nobody who reads the error output."""
    refused = record.exc_info is not None and isinstance(record.exc_info[1], JsonRpcException)
    return not refused and record.funcName != "structure_message"


logging.getLogger("pygls.protocol.json_rpc").addFilter(worth_telling)


class ApexProtocol(LanguageServerProtocol):
    """pygls makes one for each LanguageServer object. Each `lsp_method` below stands in place of pygls' own."""

    def __init__(self, server: Any, converter: Any, answering: Answering) -> None:
        self.answering = answering
        super().__init__(server, converter)

    def take(self, message: Message) -> None:
        """Handles one message. One whose parameters are none of its method is refused if it is a request, told in the log if not."""
        try:
            structured = self.structure_message(message)
        except JsonRpcException as error:
            number = message.get("id")
            if number is not None and "method" in message:
                code = error.code or types.ErrorCodes.InvalidParams
                self.answering.wire.refuse(number, code, f"The parameters are none of {message['method']}.")
            else:
                self.answering.not_understood(message)
            return
        self.handle_message(structured)

    def begin(self, params: Any) -> None:
        """Tells pygls what the client said when it began; it was answered before pygls was there."""
        try:
            told = self._converter.structure(params, types.InitializeParams)
        except Exception:  # whatever a converter raises: an odd client is served as one that says nothing
            told = types.InitializeParams(capabilities=types.ClientCapabilities())
        for _ in super().lsp_initialize(told):
            pass

    def _send_response(self, msg_id: Any, result: Any | None = None, error: types.ResponseError | None = None) -> None:
        if error is None and isinstance(result, Ready):
            self.answering.wire.out.write(response(msg_id, result))
        else:
            super()._send_response(msg_id, result, error)

    def _send_data(self, data: Any) -> None:
        """pygls' own takes messages apart by the hooks of their classes, part by part; lsp/ready.py is quicker."""
        try:
            body = written(data).encode()
        except (TypeError, ValueError, RecursionError) as error:
            kept = self.answering.failed(error, "writing a message", repr(data)[:10_000])
            number = getattr(data, "id", None)
            if number is not None and not hasattr(data, "method"):
                said = f"This is a defect of ApexTrade; what is needed to find it is in {kept}."
                self.answering.wire.refuse(number, types.ErrorCodes.InternalError, said)
            return
        self.answering.wire.out.write(body)

    @lsp_method(types.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(self, params: types.ExecuteCommandParams) -> Any:  # type: ignore[override]
        return await self.answering.execute(params)

    def when_answered(self, number: object, done: Callable[[], None]) -> None:
        """Calls when a request that was taken is answered: now, unless it is worked on."""
        future = self._request_futures.get(number) if isinstance(number, str | int) else None
        if future is None:
            done()
        else:
            future.add_done_callback(lambda _: done())

    def give_up(self, number: str | int) -> None:
        """Ends a request that is being worked on, if it can be ended; it is answered as cancelled."""
        future = self._request_futures.get(number)
        if future is not None:
            future.cancel()
