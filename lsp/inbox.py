"""The messages that have come in and wait: handled one at a time in their order, so that one that is cancelled while it waits never runs."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

CANCEL: Final = "$/cancelRequest"
PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
REQUEST_CANCELLED: Final = -32800

Message = dict[str, Any]
"""A message of JSON-RPC as it was read."""


@dataclass(slots=True)
class Inbox:
    """handle: does what one message asks. refuse: answers a request, by its id, with an error's number and text. give_up: ends one that is worked on."""

    handle: Callable[[Message], None]
    refuse: Callable[[str | int | None, int, str], None]
    give_up: Callable[[str | int], None] = lambda number: None
    _waiting: deque[Message] = field(default_factory=deque)
    _running: bool = False
    _closed: bool = False
    _ended: Callable[[], None] | None = None

    def put(self, body: str | bytes) -> None:
        """Takes a message in, on the event loop. What is none is answered with an error, and the session goes on."""
        if self._closed:
            return
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            self.refuse(None, PARSE_ERROR, f"This is no JSON: {error}.")
            return
        if not _is_message(message):
            self.refuse(None, INVALID_REQUEST, "This is no message of JSON-RPC 2.0.")
        elif message.get("method") == CANCEL:
            self._cancel(message.get("params"))
        else:
            self._waiting.append(message)
            if not self._running:
                self._running = True
                asyncio.get_running_loop().call_soon(self._next)

    def end(self, ended: Callable[[], None]) -> None:
        """Nothing more comes in. ended: called when all that has come is handled."""
        if self._running:
            self._ended = ended
        else:
            ended()

    def close(self) -> None:
        """Nothing more is handled."""
        self._closed = True
        self._waiting.clear()

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._waiting)

    def _next(self) -> None:
        """One message; then the loop has its turn, in which a cancellation may come in."""
        if not self._waiting:
            self._running = False
            if self._ended is not None:
                self._ended()
            return
        message = self._waiting.popleft()
        try:
            self.handle(message)
        finally:
            if self._closed:
                self._running = False
            else:
                asyncio.get_running_loop().call_soon(self._next)

    def _cancel(self, params: object) -> None:
        wanted = params.get("id") if isinstance(params, dict) else None
        if not isinstance(wanted, str | int):
            return
        for message in self._waiting:
            if message.get("id") == wanted and "method" in message:
                self._waiting.remove(message)
                self.refuse(wanted, REQUEST_CANCELLED, "The request was cancelled before it was begun.")
                return
        self.give_up(wanted)


def _is_message(value: object) -> bool:
    """Whether a value is a message, by its members that every message may have."""
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0" or not isinstance(value.get("method", ""), str):
        return False
    number = value.get("id")
    return number is None or (isinstance(number, str | int) and not isinstance(number, bool))
