"""What is done a little after an edit: the deep tier is asked after a short pause, what was held back while a line was typed is shown after a longer one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from lsp.deepening import Deep, Question
from lsp.paths import name_of, path_of
from lsp.plain import diagnostic, known_names
from lsp.session import Open, Session

PAUSE_S = 0.03
"""As `lsp/publishing.py` tells edits apart from a burst. A question is taken back by the next edit, so asking soon costs little."""
LONGEST_PAUSE_S = 0.3
SHARE = 0.25
"""Of what the last answer took: a long program is asked about when typing stops, and does not take turns with its own edits."""
REST_S = 1.0


@dataclass(slots=True)
class Resting:
    """One session's. changed: called when more can be shown of a document. refreshed: when more is known of its names."""

    session: Session
    deep: Deep
    changed: Callable[[str], None]
    refreshed: Callable[[], None]
    log: Callable[[str], None]
    _asked: dict[str, int] = field(default_factory=dict)
    _took: dict[str, float] = field(default_factory=dict)
    _timers: dict[tuple[str, str], asyncio.TimerHandle] = field(default_factory=dict)

    def edited(self, uri: str) -> None:
        """A document, or a library that it may use, is another."""
        self._asked[uri] = self._asked.get(uri, 0) + 1
        self.deep.forget((id(self), uri))
        self._later("ask", uri, pause_after(self._took.get(uri, 0.0)), self._ask)
        self._later("rest", uri, REST_S, self._rested)

    def saved(self, uri: str) -> None:
        known = self.session.documents.get(uri)
        if known is not None:
            known.told.saved()
            self.changed(uri)
            if ("ask", uri) in self._timers:  # who saves takes the text for done, so there is nothing to wait for
                self._later("ask", uri, 0, self._ask)

    def closed(self, uri: str) -> None:
        for what in ("ask", "rest"):
            timer = self._timers.pop((what, uri), None)
            if timer is not None:
                timer.cancel()
        self._asked.pop(uri, None)
        self._took.pop(uri, None)
        self.deep.forget((id(self), uri))

    def close(self) -> None:
        for uri in {uri for _, uri in self._timers} | set(self.session.documents):
            self.closed(uri)

    def _later(self, what: str, uri: str, seconds: float, call: Callable[[str], None]) -> None:
        timer = self._timers.get((what, uri))
        if timer is not None:
            timer.cancel()
        self._timers[what, uri] = asyncio.get_running_loop().call_later(seconds, call, uri)

    def _rested(self, uri: str) -> None:
        known = self.session.documents.get(uri)
        if known is not None and known.told.rested():
            self.changed(uri)

    def _ask(self, uri: str) -> None:
        self._timers.pop(("ask", uri), None)
        known = self.session.documents.get(uri)
        if known is None:
            return
        loop, asked = asyncio.get_running_loop(), self._asked[uri]
        begun = loop.time()
        data = {"path": path_of(uri), "name": name_of(uri), "text": known.document.text, "texts": self.session.texts()}

        def answered(found: dict[str, Any]) -> None:
            if self.session.documents.get(uri) is known and self._asked[uri] == asked:
                if "diagnostics" in found:
                    self._took[uri] = loop.time() - begun
                self._answered(uri, known, found)

        self.deep.ask((id(self), uri), Question(data, answered, self.log, again=True))

    def _answered(self, uri: str, known: Open, found: dict[str, Any]) -> None:
        """What the built program tells: its diagnostics, or after them what is known of its names."""
        if "diagnostics" in found:
            known.told.found(tuple(map(diagnostic, found["diagnostics"])))
            if known.view is not None and not any(cell.of_libraries for cell in known.view.analysis.cells):
                known.view = replace(known.view, told=known.told.full)
            self.changed(uri)
            return
        names = known_names(found["known"])
        if names != known.told.known:
            known.told.known = names
            if known.view is not None:
                known.view = replace(known.view, known=names)
            self.refreshed()


def pause_after(took: float) -> float:
    """Seconds from an edit until the built program is asked for, where the last answer took so many."""
    return max(PAUSE_S, min(SHARE * took, LONGEST_PAUSE_S))
