"""Cells: a text under edit as its statements, each read once and kept for as long as its own text stays the same.

The trees of a cell are never moved. Each cell has offsets of its own, its `base` on, that no other cell ever has; where it stands in the
text is said by the layout of a version. So an edit in one line leaves the trees of all others as they are, and what is known of them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from compiler import syntax as s
from compiler.bounds import lines_and_words
from compiler.diagnostics import Diagnostic, Edit, Fix, Label
from compiler.schedules import with_schedules_as_rules
from compiler.source import Position, Source, Span
from compiler.text.moved import moved
from compiler.text.parse import read_card
from compiler.text.slices import Piece, Slice

FIRST_BASE = 1 << 40
"""No text is so long: an offset from here on belongs to a cell, one below to the text itself."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A statement's text, read. Compared by identity: two equal lines are two cells.

    base: the offset of its first character in its own trees. cards: more than one where a statement was found inside another's text.
    """

    text: str
    base: int
    heads: tuple[Piece, ...]
    cards: tuple[s.Card, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def end(self) -> int:
        return self.base + len(self.text)

    @cached_property
    def statements(self) -> tuple[s.Statement, ...]:
        return tuple(card.statement for card in self.cards if card.statement is not None)

    @cached_property
    def rules(self) -> tuple[s.Card, ...]:
        """Its cards, with schedules as rules."""
        return with_schedules_as_rules(s.File(self.cards)).cards

    @cached_property
    def size(self) -> tuple[int, int]:
        """Its lines, and its words and signs."""
        return lines_and_words(self.text)

    @cached_property
    def of_libraries(self) -> bool:
        """Whether it uses a library, or says that the file is one."""
        return any(isinstance(x, s.Use | s.Library) for x in self.statements)

    @cached_property
    def is_library(self) -> bool:
        """Whether it says that the file is a library."""
        return any(isinstance(x, s.Library) for x in self.statements)

    @cached_property
    def word(self) -> str:
        """The word that it begins with; '' for text that begins with none."""
        return self.heads[0].word


@dataclass(slots=True)
class Reader:
    """Reads cells and gives each its own offsets. One for each document."""

    base: int = FIRST_BASE

    def read(self, text: str, cut: Slice) -> Cell:
        """The cell at a slice of a text."""
        base, own = self.base, text[cut.start : cut.end]
        self.base += len(own) + 1
        pieces = tuple(_moved_piece(piece, -cut.start) for piece in cut.pieces)
        read = read_card(own, Slice(0, len(own), pieces))
        cards: tuple[s.Card, ...] = moved(read.cards, base)
        heads = (_moved_piece(pieces[0], base), *(Piece("", c.span.start, c.span.start, c.span.end) for c in cards[1:]))
        return Cell(own, base, heads, cards, moved(read.problems, base))


def _moved_piece(piece: Piece, by: int) -> Piece:
    return Piece(piece.word, piece.trivia + by, piece.start + by, piece.end + by, piece.in_settings)


@dataclass(frozen=True)
class Layout:
    """Where the cells of one version stand in its text: cells in order, each with the offset at which it starts."""

    cells: tuple[Cell, ...]
    starts: tuple[int, ...]
    text: str

    @cached_property
    def _by_base(self) -> tuple[list[int], list[int]]:
        order = sorted(range(len(self.cells)), key=lambda i: self.cells[i].base)
        return [self.cells[i].base for i in order], order

    def cell_of(self, inner: int) -> int:
        """The number of the cell that an offset of the trees belongs to; -1 if none does any more."""
        bases, order = self._by_base
        at = bisect_right(bases, inner) - 1
        if at < 0 or inner > self.cells[order[at]].end:
            return -1
        return order[at]

    def at(self, outer: int) -> int:
        """The number of the cell at an offset of the text, -1 if there is none."""
        at = bisect_right(self.starts, outer) - 1
        return at if at >= 0 and outer <= self.starts[at] + len(self.cells[at].text) else -1

    def outer(self, inner: int) -> int:
        """The offset in the text of an offset of the trees. Offsets of the text are their own."""
        if inner < FIRST_BASE:
            return inner
        number = self.cell_of(inner)
        assert number >= 0, "an offset of a cell that this version does not have"
        return inner - self.cells[number].base + self.starts[number]

    def inner(self, outer: int) -> int:
        """The offset in the trees of an offset of the text; itself where no cell is."""
        number = self.at(outer)
        return outer if number < 0 else outer - self.starts[number] + self.cells[number].base

    def span(self, span: Span) -> Span:
        """The place in the text of a place in the trees. One may reach over several cells."""
        return span if span.end < FIRST_BASE else Span(self.outer(span.start), self.outer(span.end))

    def diagnostic(self, d: Diagnostic) -> Diagnostic:
        """A diagnostic of the trees with its places in the text."""
        if d.source is not None:
            return d
        labels = tuple(x if x.source is not None else Label(self.span(x.span), x.text) for x in d.labels)
        fixes = tuple(Fix(f.title, tuple(Edit(self.span(e.span), e.text) for e in f.edits), f.safe) for f in d.fixes)
        return Diagnostic(d.code, self.span(d.span), d.message, d.severity, d.hint, labels, fixes)


@dataclass(frozen=True, slots=True)
class Patchwork(Source):
    """What the spans of trees point into, one for all versions of a document: `version` holds the text and layout of the one being analysed.

    Its own `text` is empty: a place in the trees is no place in any one text.
    """

    version: list[tuple[Source, Layout]] = field(default_factory=list, compare=False)

    def turn(self, source: Source, layout: Layout) -> None:
        """From now on it is that version."""
        self.version[:] = [(source, layout)]

    @property
    def whole(self) -> str:
        return self.version[0][0].text

    def said(self, span: Span) -> str:
        source, layout = self.version[0]
        return source.said(layout.span(span))

    def position(self, offset: int) -> Position:
        source, layout = self.version[0]
        return source.position(layout.outer(offset))

    def line_text(self, line: int) -> str:
        return self.version[0][0].line_text(line)
