"""Messages of JSON-RPC as they go out of one connection, without the classes of the protocol: what is sent at each key is a few fields."""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from lsp.inbox import Message

LogLevel = Literal["error", "warning", "info", "log"]
LEVELS: Final[dict[LogLevel, int]] = {"error": 1, "warning": 2, "info": 3, "log": 4}
"""The protocol's `MessageType`."""


class Out(Protocol):
    """Where messages of one connection go, each whole."""

    def write(self, body: bytes) -> None: ...

    def close(self) -> None: ...


MOST_ASKED: Final = 200
"""So many requests may wait for their answers; then the oldest is given up, so that a client which answers none fills no memory."""


class Refused(Exception):
    """The client answered a request with an error."""


@dataclass(slots=True)
class Wire:
    """One connection's way out. Belongs to one event loop."""

    out: Out
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _asked: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    def notify(self, method: str, params: object) -> None:
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def answer(self, number: str | int, result: object) -> None:
        self._write({"jsonrpc": "2.0", "id": number, "result": result})

    def refuse(self, number: str | int | None, code: int, text: str) -> None:
        """Answers a request with an error."""
        self._write({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": text}})

    def log(self, text: str, level: LogLevel = "log") -> None:
        """Tells the client's log."""
        self.notify("window/logMessage", {"type": LEVELS[level], "message": text})

    def ask(self, method: str, params: object = None) -> asyncio.Future[Any]:
        """A request to the client: its answer, `Refused` if it answers with an error. Who does not care may forget it."""
        number = f"apx-{next(self._numbers)}"
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.add_done_callback(_retrieved)
        if len(self._asked) >= MOST_ASKED:
            self._asked.pop(next(iter(self._asked))).cancel()
        self._asked[number] = future
        self._write({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return future

    def answered(self, message: Message) -> bool:
        """Takes in an answer of the client. Whether it is one to a request of `ask`."""
        number = message.get("id")
        future = self._asked.pop(number, None) if isinstance(number, str) else None
        if future is None:
            return False
        if not future.done():
            error = message.get("error")
            if error is not None:
                future.set_exception(Refused(str(error.get("message", "")) if isinstance(error, dict) else str(error)))
            else:
                future.set_result(message.get("result"))
        return True

    def close(self) -> None:
        """The client is gone: nobody is kept waiting for it."""
        for future in self._asked.values():
            future.cancel()
        self._asked.clear()
        self.out.close()

    def _write(self, message: Message) -> None:
        self.out.write(json.dumps(message, separators=(",", ":")).encode())


def _retrieved(future: asyncio.Future[Any]) -> None:
    """Nobody need look at a refusal."""
    if not future.cancelled():
        future.exception()
