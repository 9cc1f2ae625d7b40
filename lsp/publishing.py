"""When diagnostics are sent: the first edit's at once, then at most once in a while as long as edits keep coming, always of the newest version.

A client that asks for diagnostics is sent none; it is told to ask again where it would not know by itself that there is something else to show.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lsp.defects import Failed
from lsp.pulling import Pulling
from lsp.reported import shown
from lsp.session import Session

QUIET_S = 0.03
"""Edits further apart than this are no burst."""
LONGEST_S = 0.24
"""While a burst lasts, the time between two publishes grows from QUIET_S to this."""


@dataclass(slots=True)
class Publisher:
    """One session's. failed: told of a defect. busy: whether messages wait that may change the documents again. published: of how many, in what time.

    Timers of the event loop alone: there is no task that a cancellation or an exception could end.
    """

    session: Session
    send: Callable[[dict[str, Any]], None]
    failed: Failed
    busy: Callable[[], bool]
    pulling: Pulling
    refresh: Callable[[], None]
    published: Callable[[str, int, float], None] = lambda uri, count, seconds: None
    _due: dict[str, None] = field(default_factory=dict)
    _sent: dict[str, dict[str, Any]] = field(default_factory=dict)  # of each open document, what the client was told last
    _timer: asyncio.Handle | None = None
    _since: float = 0.0
    _edited: float = -1.0
    _published: float = -1.0
    _gap: float = QUIET_S
    _closed: bool = False

    def edited(self, uri: str) -> None:
        """The client has another text of a document. One that asks for diagnostics does so now by itself."""
        if not self.session.settings.client.pulls:
            self.changed(uri)

    def changed(self, uri: str) -> None:
        """A document is another: its diagnostics are due."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now - self._edited > QUIET_S:
            self._gap = QUIET_S
        self._edited = now
        self._due[uri] = None
        if self._timer is None and not self._closed:
            self._since = now
            at = self._published + self._gap
            self._timer = loop.call_soon(self._run) if now >= at else loop.call_at(at, self._run)

    def more(self, uri: str) -> None:
        """More can be told of a document that is as it was: that makes no burst, and the next edit does not wait because of it."""
        self._due[uri] = None
        if self._timer is None and not self._closed:
            self._send_due()

    def closed(self, uri: str) -> None:
        """A document is no longer open: the client is told that nothing is wrong with it."""
        self._due.pop(uri, None)
        self._sent.pop(uri, None)
        if self.session.settings.client.pulls:
            self.pulling.closed(uri)
        else:
            self.send({"uri": uri, "diagnostics": []})

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()

    def _run(self) -> None:
        loop = asyncio.get_running_loop()
        if self._closed:
            return
        if self.busy() and loop.time() - self._since < QUIET_S:
            self._timer = loop.call_soon(self._run)
            return
        self._publish_due()

    def at_once(self) -> None:
        """What is due is not kept waiting: something that takes long comes next."""
        if self._timer is not None and not self._closed:
            self._timer.cancel()
            self._publish_due()

    def _publish_due(self) -> None:
        self._timer = None
        self._send_due()
        self._published = asyncio.get_running_loop().time()
        self._gap = min(self._gap * 2, LONGEST_S)

    def _send_due(self) -> None:
        due, self._due = self._due, {}
        if self.session.settings.client.pulls:
            if any(map(self.pulling.differs, due)):
                self.refresh()
        else:
            for uri in due:
                self._publish(uri)

    def _publish(self, uri: str) -> None:
        began = time.perf_counter()
        try:
            found = self.session.diagnostics(uri)
            if found is not None:
                view, diagnostics = found
                message = {"uri": uri, "version": view.document.version, "diagnostics": shown(view, diagnostics)}
                if self._sent.get(uri) == message:  # the client has just this
                    return
                self._sent[uri] = message
                self.send(message)
                self.published(uri, len(diagnostics), time.perf_counter() - began)
        except Exception as error:
            self.failed(error, "publishing diagnostics", None, uri)
