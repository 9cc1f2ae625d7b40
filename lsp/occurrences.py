"""What is named at a place of a document, and every place of it that names the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from compiler import syntax as s
from compiler.editing import Cell
from lsp.mentions import Mention, Scopes, Symbol
from lsp.view import View


def scopes_of(view: View) -> Scopes:
    """What the names of a document mean."""
    return Scopes.of(view.analysis.names, view.analysis.statements)


def cell_at(view: View, offset: int) -> tuple[Cell, int] | None:
    """The cell at an offset of the text, and the offset in its trees. At the seam of two cells it is the one that ends there if the text does."""
    layout = view.analysis.layout
    number = layout.at(offset)
    if number < 0:
        return None
    cell = layout.cells[number]
    return cell, offset - layout.starts[number] + cell.base


def mention_at(view: View, offset: int, scopes: Scopes | None = None) -> Mention | None:
    """What is named at an offset of the text; its span is a place in the trees. The end of a name belongs to it."""
    found = cell_at(view, offset)
    if found is None:
        return None
    cell, inner = found
    scopes = scopes or scopes_of(view)
    mentions = (m for statement in cell.statements for m in scopes.mentions(statement))
    near = [m for m in mentions if m.span.start <= inner <= m.span.end and m.span.start < m.span.end]
    return min(near, key=lambda m: (m.span.end == inner, m.span.end - m.span.start), default=None)


def occurrences(view: View, symbol: Symbol, scopes: Scopes | None = None) -> list[Mention]:
    """Every mention of a symbol in a document, in the order of the text; spans are places in the trees."""
    scopes = scopes or scopes_of(view)
    found = {
        mention.span: mention
        for cell in view.analysis.cells
        if symbol.name in cell.text
        for statement in cell.statements
        for mention in scopes.mentions(statement)
        if mention.symbol == symbol and mention.span.start < mention.span.end
    }
    return sorted(found.values(), key=lambda m: view.analysis.outer(m.span))


def declarations(view: View, symbol: Symbol, scopes: Scopes | None = None) -> list[Mention]:
    """Where a document itself declares a symbol."""
    return [mention for mention in occurrences(view, symbol, scopes) if mention.role == "declares"]


def statements_with_cells(view: View) -> Iterator[tuple[Cell, s.Statement]]:
    """The statements in their order, each with its cell."""
    for cell in view.analysis.cells:
        for statement in cell.statements:
            yield cell, statement
