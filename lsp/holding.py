"""What is held back while a line is typed, so that no key shows a mistake on another line: the line is not done yet, and those lines are right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from compiler.diagnostics import Diagnostic
from compiler.source import Source
from compiler.words import LEADING, SETTINGS_WORDS
from lsp.document import Change

_ACTIONS: Final = frozenset(
    [
        "buy",
        "sell",
        "short",
        "cover",
        "exit",
        "cancel",
        "notify",
        "protect",
        "stop",
        "take",
        "trail",
        "hold",
        "expire",
        "otherwise",
        "weighted",
    ]
)
_TESTS: Final = frozenset(("with", "given", "expect"))
UNFINISHED: Final[Mapping[str, frozenset[str]]] = {
    "E0107": frozenset(("let", "remember", "give")),
    "E0130": _ACTIONS,
    "E0504": _ACTIONS,
    "E0520": _ACTIONS,
    "E0704": _TESTS,
    "E0711": _TESTS,
}
"""Codes that say of a line that something is missing below it, with the words that the lines below begin with. They are held as long as typing goes on there."""
_FIRST_WORD = re.compile(r"\s*([a-z_]*)")
_LINE_END = re.compile(r"\r\n|\r|\n")

Spot = tuple[str, int, int]
"""A diagnostic on a line that is not typed in: code, line, column. It stays where it is while another line is typed."""


@dataclass(slots=True)
class Held:
    """One tier of diagnostics of one document. Call `edited` with each change, then `shown` with what was found.

    While edits stay on one line, a diagnostic on another is shown only if it was there when typing came to this line. Typing elsewhere, `rested` and `saved`
    end that: nothing stays hidden from an author who has stopped.
    """

    line: int | None = None
    before: frozenset[Spot] | None = frozenset()  # None: what is found next
    found: frozenset[Spot] = frozenset()
    erring: bool = False
    broken: bool = False  # a line began or ended, and what is wrong with what came of that was not looked at yet

    def edited(self, changes: Sequence[Change]) -> None:
        line, broken = typed_line(changes)
        if line is None or broken:
            self.line, self.before, self.broken = line, None, line is not None
        elif line != self.line:
            self.line, self.before = line, self.found if self.before is not None else None

    def rested(self) -> bool:
        """Typing has stopped for a while: all is shown next, unless the line itself is not right yet. Whether that may be more than before."""
        if self.line is None or self.erring:
            return False
        self.before, self.broken = None, False
        return True

    def saved(self) -> None:
        """The author takes the text for done: all is shown next, also what is missing below a line."""
        self.line, self.before, self.broken = None, None, False

    def shown(
        self, source: Source, diagnostics: Iterable[Diagnostic], there: frozenset[Spot] | None = None
    ) -> tuple[Diagnostic, ...]:
        """What is shown of what was found in the text as it is now.

        there: what is known to have been there when the line began, for a tier that looks at a text only when more of it is typed.
        """
        own = [(d, spot_of(source, d) if d.source is None else None) for d in diagnostics]
        self.found = frozenset(spot for _, spot in own if spot is not None)
        if self.line is None:
            self.before, self.erring = self.found, False
            return tuple(d for d, _ in own)
        if self.before is None:
            self.before = there if self.broken and there is not None else self.found
        self.broken = False
        self.erring = any(spot is not None and spot[1] == self.line and d.severity == "error" for d, spot in own)
        return tuple(d for d, spot in own if spot is None or self._shows(source, d, spot))

    def _shows(self, source: Source, diagnostic: Diagnostic, spot: Spot) -> bool:
        assert self.line is not None
        assert self.before is not None
        last = source.position(diagnostic.span.end).line
        if spot[1] <= self.line <= last:
            return True
        return spot in self.before and not unfinished(source, diagnostic.code, spot[1], self.line)


def unfinished(source: Source, code: str, at: int, line: int) -> bool:
    """Whether what is missing below line `at` may be what is typed in `line`: nothing between them begins another statement."""
    words = UNFINISHED.get(code)
    if words is None or line <= at or line >= len(source.line_starts()):
        return False
    for between in range(at + 1, line):
        first = _FIRST_WORD.match(source.line_text(between))
        word = first[1] if first is not None else ""
        if word not in words and (word in LEADING or word in SETTINGS_WORDS):
            return False
    return True


def typed_line(changes: Sequence[Change]) -> tuple[int | None, bool]:
    """The line that changes are typed in, and whether a line began or ended by them. None where they are in several places, or replace all."""
    line: int | None = None
    broken = False
    for change in changes:
        if change.start is None or change.end is None:
            return None, False
        ends = len(_LINE_END.findall(change.text))
        at = change.start.line + ends
        if line is not None and line not in (change.start.line, change.end.line):
            return None, False
        line = at
        broken = broken or ends > 0 or change.end.line != change.start.line
    return line, broken


def spot_of(source: Source, diagnostic: Diagnostic) -> Spot:
    place = source.position(diagnostic.span.start)
    return diagnostic.code, place.line, place.character
