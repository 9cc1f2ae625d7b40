"""Program text and places in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of character offsets into `Source.text`."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """The smallest span that covers both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Position:
    """A 0-based line and UTF-16 column, as editors count."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Source:
    """A program's text under a display name. Lines end at LF, CR LF or CR, and nowhere else."""

    text: str
    name: str = "<text>"
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)

    @property
    def whole(self) -> str:
        """All of the text that places are in."""
        return self.text

    def line_starts(self) -> list[int]:
        """Offsets at which lines begin."""
        if not self._starts:
            self._starts.append(0)
            if "\r" in self.text:
                self._starts.extend(match.end() for match in _LINE_END.finditer(self.text))
            else:  # cheaper, and at every key
                self._starts.extend(accumulate(len(line) + 1 for line in self.text.split("\n")[:-1]))
        return self._starts

    def position(self, offset: int) -> Position:
        """The editor position of a character offset; offsets past the end give the end."""
        offset = max(0, min(offset, len(self.text)))
        starts = self.line_starts()
        line = bisect_right(starts, offset) - 1
        before = self.text[starts[line] : offset]
        return Position(line, len(before) + sum(1 for ch in before if ch > "\uffff"))

    def said(self, span: Span) -> str:
        """What stands at a span."""
        return self.text[span.start : span.end]

    def on_one_line(self, span: Span) -> str:
        """What stands at a span, each run of blanks and line ends as one blank."""
        return " ".join(self.said(span).split())

    def line_text(self, line: int) -> str:
        """A line without its line ending."""
        starts = self.line_starts()
        end = starts[line + 1] if line + 1 < len(starts) else len(self.text)
        return self.text[starts[line] : end].rstrip("\r\n")
