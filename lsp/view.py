"""What a feature sees: one version of a document and what is known of it. Never changed, so a feature is a pure function of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compiler.diagnostics import Diagnostic, Edit
from compiler.editing import Analysis
from compiler.libraries.port import Resolver
from compiler.library import FunctionLibrary
from compiler.source import Source, Span
from lsp.computed import Computed
from lsp.document import Document, Encoding, Place
from lsp.known import Known
from lsp.settings import Settings

if TYPE_CHECKING:  # its hundreds of classes are made when a feature first answers, not before the first diagnostics are told
    from lsprotocol import types


@dataclass(frozen=True)
class View:
    """One version of a document. Spans of the analysis' trees are places in the trees: `range` carries them to the client.

    Offsets and spans named `inner` are those of the trees, others those of the text. known: of each name what the program, built, told last,
    perhaps of a version before this one. values: what this very text comes to on the last bars, if that is known; it never waits. None where nothing is run.
    resolver: where libraries are found that the text does not use yet. told: all that the whole compiler says of this very text, if that is known
    and the text stands alone.
    """

    document: Document
    analysis: Analysis
    library: FunctionLibrary
    settings: Settings = field(default_factory=Settings)
    known: Mapping[str, Known] = field(default_factory=dict)
    values: Callable[[View], Computed | None] | None = None
    resolver: Resolver | None = None
    told: tuple[Diagnostic, ...] | None = None

    @property
    def text(self) -> str:
        return self.document.text

    def offset(self, position: types.Position) -> int:
        """The offset in the text of a client's position."""
        return self.document.offset(Place(position.line, position.character))

    def inner(self, position: types.Position) -> int:
        """The offset in the trees of a client's position."""
        return self.analysis.inner(self.offset(position))

    def position(self, offset: int) -> types.Position:
        """The client's position of an offset of the text."""
        return _position(self.document.place(offset))

    def places(self, span: Span) -> tuple[Place, Place]:
        """Where a place in the text begins and ends, as the client counts."""
        return self.document.place(span.start), self.document.place(span.end)

    def outer_range(self, span: Span) -> types.Range:
        """The client's range of a place in the text."""
        return _range(*self.places(span))

    def range(self, span: Span) -> types.Range:
        """The client's range of a place in the trees (a place in the text is its own)."""
        return self.outer_range(self.analysis.outer(span))

    def edits(self, edits: tuple[Edit, ...]) -> list[types.TextEdit]:
        """Edits of the text as the client makes them."""
        from lsprotocol.types import TextEdit

        return [TextEdit(self.outer_range(edit.span), edit.text) for edit in edits]


def range_in(source: Source, span: Span, encoding: Encoding) -> types.Range:
    """The client's range of a place in another text, such as a library's."""
    return _range(*places_in(source, span, encoding))


def places_in(source: Source, span: Span, encoding: Encoding) -> tuple[Place, Place]:
    """Where a place in another text begins and ends, as the client counts."""
    other = Document(source.name, source.text, 0, encoding)
    return other.place(span.start), other.place(span.end)


def _range(start: Place, end: Place) -> types.Range:
    from lsprotocol.types import Position, Range

    return Range(Position(start.line, start.column), Position(end.line, end.column))


def _position(place: Place) -> types.Position:
    from lsprotocol.types import Position

    return Position(place.line, place.column)
