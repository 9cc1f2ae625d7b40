"""How far the index is, shown by clients that show progress."""

from __future__ import annotations

import itertools
from asyncio import Future
from dataclasses import dataclass
from typing import Any

from lsp.session import Session
from lsp.wire import Wire

STEP = 5
"""Per cent between two reports."""
_tokens = itertools.count(1)


@dataclass(slots=True)
class Progress:
    """One connection's. Nothing waits for the client: until it has agreed to show progress, nothing is reported."""

    session: Session
    wire: Wire
    _token: str = ""
    _begun: bool = False
    _percent: int = 0

    def begin(self, title: str) -> None:
        if not self.session.can("window", "workDoneProgress"):
            return
        token = self._token = f"apx-index-{next(_tokens)}"
        self._begun, self._percent = False, 0

        def agreed(answer: Future[Any]) -> None:
            if token == self._token and not answer.cancelled() and answer.exception() is None:
                self._begun = True
                self._say({"kind": "begin", "title": title, "cancellable": False, "percentage": 0})

        self.wire.ask("window/workDoneProgress/create", {"token": token}).add_done_callback(agreed)

    def report(self, done: int, total: int) -> None:
        percent = 100 * done // max(total, 1)
        if self._begun and percent >= self._percent + STEP:
            self._percent = percent
            self._say({"kind": "report", "message": f"{done} of {total}", "percentage": percent})

    def end(self) -> None:
        if self._begun:
            self._say({"kind": "end"})
        self._token, self._begun = "", False

    def _say(self, value: dict[str, Any]) -> None:
        self.wire.notify("$/progress", {"token": self._token, "value": value})
