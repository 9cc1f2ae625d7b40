"""How a picture looks: the marks and colours that an output can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from apextrade.render import cells
from apextrade.report.markup import visible
from apextrade.terminal import colours, shows_unicode

_CODES = {"bold": "\x1b[1m", "dim": "\x1b[2m", "good": "\x1b[32m", "bad": "\x1b[31m", "open": "\x1b[33m", "mark": "\x1b[1;36m"}
_BY_TRUTH = {0: ("bad", "\N{MULTIPLICATION SIGN}", "x"), 1: ("open", "?", "?"), 2: ("good", "\N{CHECK MARK}", "+")}


@dataclass(frozen=True, slots=True)
class Look:
    """What an output can show. width: characters of a line."""

    unicode: bool = False
    colour: bool = False
    width: int = 100

    @classmethod
    def of(cls, stream: TextIO, width: int) -> Look:
        return cls(shows_unicode(stream), colours(stream), width)

    def paint(self, text: str, *looks: str) -> str:
        codes = "".join(_CODES[look] for look in looks if look)
        return f"{codes}{text}\x1b[0m" if self.colour and codes and text.strip() else text

    def truth(self, code: int) -> str:
        """The mark of a truth: a cross, a question mark, a tick."""
        colour, sign, plain = _BY_TRUTH[code]
        return self.paint(sign if self.unicode else plain, colour)

    def truth_word(self, code: int) -> str:
        return self.paint({0: "false", 1: "unknown", 2: "true"}[code], _BY_TRUTH[code][0])

    @property
    def pointer(self) -> str:
        return "\N{BLACK RIGHT-POINTING POINTER}" if self.unicode else ">"

    @property
    def because(self) -> str:
        """Stands behind what decided."""
        return self.paint("\N{LEFTWARDS ARROW} decides" if self.unicode else "<- decides", "mark")

    @property
    def nothing(self) -> str:
        return "\N{MIDDLE DOT}" if self.unicode else "-"


def one_line(text: str) -> str:
    """A text on one line, without anything that could command the terminal."""
    return " ".join(visible(text).split())


def width_of(text: str) -> int:
    return sum(cells(ch) for ch in text)


def table(rows: Sequence[Sequence[str]], left: frozenset[int] = frozenset()) -> list[list[str]]:
    """Cells padded to the width of their column; those of `left` to the left."""
    widths = [max(width_of(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return [
        [
            cell + " " * (widths[i] - width_of(cell)) if i in left else " " * (widths[i] - width_of(cell)) + cell
            for i, cell in enumerate(row)
        ]
        for row in rows
    ]
