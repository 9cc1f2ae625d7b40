"""What a client that traces is told: each message that was handled, and in what time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from lsp.inbox import Message
from lsp.session import Session
from lsp.settings import TRACES, Trace
from lsp.wire import Wire


@dataclass(slots=True)
class Tracing:
    """One connection's: `$/logTrace` for a client that traces by the protocol, its log where the setting `trace` asks for it. waiting: how many messages do.

    With `messages` a line says what was handled and in how many milliseconds; `verbose` adds which document, in which version, and how many messages wait.
    """

    session: Session
    wire: Wire
    waiting: Callable[[], int]
    by_protocol: Trace = "off"

    def set(self, value: object) -> None:
        """By `$/setTrace` or `initialize`. What is no level is none."""
        self.by_protocol = next((trace for trace in TRACES if trace == value), "off")

    @property
    def on(self) -> bool:
        return self.by_protocol != "off" or self.session.settings.trace != "off"

    def handled(self, message: Message, began: float) -> None:
        """A message was handled: a request is answered, a notification taken in. began: of `time.perf_counter`."""
        method, took = message.get("method"), (time.perf_counter() - began) * 1000
        if method is None:
            return
        done = "answered" if "id" in message else "taken in"
        self.tell(f"{method} {done} in {took:.1f} ms", _uri(message.get("params")))

    def found(self, uri: str, count: int, seconds: float) -> None:
        """Diagnostics were found and sent."""
        if self.on:
            self.tell(f"{count} {'diagnostic' if count == 1 else 'diagnostics'} found and sent in {seconds * 1000:.1f} ms", uri)

    def tell(self, text: str, uri: str = "") -> None:
        if self.by_protocol != "off":
            more = {"verbose": self._more(uri)} if self.by_protocol == "verbose" else {}
            self.wire.notify("$/logTrace", {"message": text, **more})
        elif self.session.settings.trace != "off":
            where = self._more(uri) if self.session.settings.trace == "verbose" else ""
            self.wire.log(f"{text}: {where}" if where else text)

    def _more(self, uri: str) -> str:
        known = self.session.documents.get(uri)
        waiting = self.waiting()
        parts = [f"{uri}, version {known.document.version}, {len(known.document.text)} characters"] if known is not None else []
        if waiting:
            parts.append(f"{waiting} {'message waits' if waiting == 1 else 'messages wait'}")
        return "; ".join(parts)


def _uri(params: object) -> str:
    document = params.get("textDocument") if isinstance(params, dict) else None
    uri = document.get("uri") if isinstance(document, dict) else None
    return uri if isinstance(uri, str) else ""
