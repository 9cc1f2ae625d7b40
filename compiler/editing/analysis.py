"""What is known of one version of a text under edit: its statements, what their names mean, the type of every expression, and the mistakes
of words, names, kinds and units. What needs the whole program built (ranges, costs, warnings) is `compiler.pipeline.check`'s."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.bounds import check_length
from compiler.cascades import told
from compiler.corrections import corrected
from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.editing.cells import Cell, Layout, Patchwork, Reader
from compiler.editions import retired_edition
from compiler.inference import Typed, infer
from compiler.libraries.checking import read_module
from compiler.libraries.linking import link
from compiler.libraries.loading import Libraries
from compiler.libraries.port import Resolver
from compiler.library import FunctionLibrary
from compiler.resolve import Names, resolve
from compiler.source import Source, Span
from compiler.text.heads import check_heads
from compiler.text.moved import moved
from compiler.text.slices import slices_of
from compiler.types import Type


@dataclass(frozen=True)
class Analysis:
    """One version. Spans in `names`, `typed` and the cells' trees are places in the trees; `layout` carries them to places in the text and back.

    diagnostics: places in the text, in their order. typed: None where the text is too long to be read, or of a retired edition.
    """

    source: Source
    layout: Layout
    names: Names
    typed: Typed | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.layout.cells

    @property
    def statements(self) -> Iterator[s.Statement]:
        """The statements in their order, as they were read. Those of `names.file` have the names of libraries put in."""
        return (statement for cell in self.cells for statement in cell.statements)

    def cell_at(self, offset: int) -> Cell | None:
        """The cell at an offset of the text."""
        number = self.layout.at(offset)
        return self.cells[number] if number >= 0 else None

    def inner(self, offset: int) -> int:
        """The offset in the trees of an offset of the text."""
        return self.layout.inner(offset)

    def outer(self, span: Span) -> Span:
        """The place in the text of a place in the trees."""
        return self.layout.span(span)

    def said(self, span: Span) -> str:
        """The text of a place in the trees."""
        return self.source.said(self.layout.span(span))

    def type_of(self, expr: s.Expr) -> Type | None:
        """The type of an expression of the program; None if it has none, as inside a define, whose types come with its calls."""
        return self.typed.types.get(id(expr)) if self.typed is not None else None


@dataclass(slots=True)
class Editing:
    """A document's versions one after another. Each call of `analyse` makes the next one and costs what has changed."""

    library: FunctionLibrary
    name: str = "<text>"
    reader: Reader = field(default_factory=Reader)
    patchwork: Patchwork = field(init=False)
    _last: tuple[Cell, ...] = ()

    def __post_init__(self) -> None:
        self.patchwork = Patchwork("", self.name)

    def analyse(self, text: str, resolver: Resolver | None = None) -> Analysis:
        """What is known of a text, the next version of this document. resolver: where the libraries are that it uses."""
        source, found = Source(text, self.name), Diagnostics()
        layout = self._laid_out(text)
        self.patchwork.turn(source, layout)
        self._last = layout.cells
        if not check_length(source, found):
            return Analysis(source, layout, Names(self.patchwork, s.File(()), self.library), None, tuple(found))
        retired = retired_edition(source)
        if retired is not None:
            return Analysis(source, layout, Names(self.patchwork, s.File(()), self.library), None, (retired,))
        for cell in layout.cells:
            found.found.extend(cell.problems)
        file = s.File(tuple(card for cell in layout.cells for card in cell.cards))
        found.found.extend(check_heads([head for cell in layout.cells for head in cell.heads], file.cards))
        libraries = Libraries(resolver, lambda source, head, libraries: read_module(source, head, self.library, libraries))
        linked = link(self.patchwork, file, self.library, libraries, found)
        names = resolve(self.patchwork, linked, self.library, found)
        typed = infer(names, found)
        return Analysis(source, layout, names, typed, self._told(source, layout, names, found, libraries.told))

    def _laid_out(self, text: str) -> Layout:
        kept: dict[str, list[Cell]] = {}
        for cell in reversed(self._last):
            kept.setdefault(cell.text, []).append(cell)
        cells: list[Cell] = []
        slices = slices_of(text)
        for cut in slices:
            same = kept.get(text[cut.start : cut.end])
            cells.append(same.pop() if same else self.reader.read(text, cut))
        return Layout(tuple(cells), tuple(cut.start for cut in slices))

    def _told(
        self, source: Source, layout: Layout, names: Names, found: Diagnostics, libraries: list[Diagnostic]
    ) -> tuple[Diagnostic, ...]:
        placed = Diagnostics([layout.diagnostic(d) for d in found.found])

        def statement_at(offset: int) -> s.Statement | None:
            number = layout.at(offset)
            if number < 0:
                return None
            cell, by = layout.cells[number], layout.starts[number] - layout.cells[number].base
            inside = (moved(x, by) for x in cell.statements)
            return next((x for x in inside if x.span.start <= offset <= x.span.end), None)

        return (*(corrected(d, source.text, names, statement_at) for d in told(source, placed)), *libraries)
