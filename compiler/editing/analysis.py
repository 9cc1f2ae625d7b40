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
from compiler.editing.laying import lay_out, too_long
from compiler.editing.naming import Naming, resolve_again
from compiler.editing.relinking import Modules, Relinking, link_again
from compiler.editing.retyping import infer_again
from compiler.editions import retired_edition
from compiler.inference import Typed, infer
from compiler.inference.calls import Called
from compiler.libraries.linking import link
from compiler.libraries.loading import Libraries
from compiler.libraries.port import Resolver
from compiler.library import FunctionLibrary
from compiler.resolve import Names, resolve
from compiler.source import Source, Span
from compiler.text.heads import check_heads
from compiler.text.moved import moved
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


_LITTLE = 10_000
"""Characters that are read in no time, so that a text which grew by no more may be read before it is known whether it is too long."""


@dataclass(slots=True)
class Editing:
    """A document's versions one after another. Each call of `analyse` makes the next one and costs what has changed."""

    library: FunctionLibrary
    name: str = "<text>"
    reader: Reader = field(default_factory=Reader)
    patchwork: Patchwork = field(init=False)
    layout: Layout | None = None
    modules: Modules = field(init=False)
    linking: Relinking | None = None
    naming: Naming | None = None
    typed: Typed | None = None
    called: dict[tuple[object, ...], Called] = field(default_factory=dict)
    heads: tuple[list[str], list[Cell]] | None = (
        None  # the words that statements began with when nothing was wrong with their order, and where the edition stood or may stand
    )

    def __post_init__(self) -> None:
        self.patchwork = Patchwork("", self.name)
        self.modules = Modules(self.library)

    def analyse(self, text: str, resolver: Resolver | None = None) -> Analysis:
        """What is known of a text, the next version of this document. resolver: where the libraries are that it uses."""
        source, found = Source(text, self.name), Diagnostics()
        grown = len(text) - len(self.layout.text) if self.layout is not None else len(text)
        if grown > _LITTLE and not check_length(source, found):
            return self._unread(source, tuple(found))
        retired = retired_edition(source)
        if retired is not None:
            return self._unread(source, (retired,))
        layout = self.layout = lay_out(text, self.layout, self.reader)
        if too_long(layout) and not check_length(source, found):
            return self._unread(source, tuple(found))
        self.patchwork.turn(source, layout)
        for cell in layout.cells:
            if cell.problems:
                found.found.extend(cell.problems)
        self._check_heads(layout, found)
        of_libraries = [cell for cell in layout.cells if cell.of_libraries]
        if any(cell.is_library for cell in of_libraries):
            return self._whole(source, layout, resolver, found)
        libraries = Libraries(resolver, self.modules.read)
        linking = link_again(self.patchwork, layout, of_libraries, self.library, libraries, found, self.linking)
        if linking.anew:
            self._forget()
        self.linking = linking
        entries = tuple(entry for own in linking.entries.values() for entry in own)
        self.naming = resolve_again(self.patchwork, linking.linked, entries, self.library, found, self.naming)
        self.typed = infer_again(self.naming, found, self.typed, self.called)
        names = self.naming.names
        return Analysis(source, layout, names, self.typed, self._told(source, layout, names, found, libraries.told))

    def _unread(self, source: Source, diagnostics: tuple[Diagnostic, ...]) -> Analysis:
        self._forget()
        self.layout = None
        return Analysis(source, Layout((), (), ""), Names(self.patchwork, s.File(()), self.library), None, diagnostics)

    def _forget(self) -> None:
        """Nothing of the statements is carried on."""
        self.naming, self.typed, self.linking = None, None, None

    def _check_heads(self, layout: Layout, found: Diagnostics) -> None:
        """Looks at the order of statements again if it has changed, or was wrong."""
        words = [cell.word for cell in layout.cells]
        editions = [cell for number, cell in enumerate(layout.cells) if cell.word == "apx" or (not number and not cell.word)]
        if (words, editions) == self.heads and all(len(cell.cards) == 1 for cell in layout.cells if cell.problems):
            return
        cards = tuple(card for cell in layout.cells for card in cell.cards)
        wrong = list(check_heads([head for cell in layout.cells for head in cell.heads], cards))
        found.found.extend(wrong)
        self.heads = None if wrong or any(len(cell.cards) > 1 for cell in layout.cells) else (words, editions)

    def _whole(self, source: Source, layout: Layout, resolver: Resolver | None, found: Diagnostics) -> Analysis:
        """A library: its names are looked at all together."""
        self._forget()
        file = s.File(tuple(card for cell in layout.cells for card in cell.cards))
        libraries = Libraries(resolver, self.modules.read)
        linked = link(self.patchwork, file, self.library, libraries, found)
        names = resolve(self.patchwork, linked, self.library, found)
        typed = infer(names, found)
        return Analysis(source, layout, names, typed, self._told(source, layout, names, found, libraries.told))

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
