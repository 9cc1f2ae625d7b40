"""`workspace/symbol`: what the files of a workspace give names, found by some of its letters in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.libraries.module import titled
from lsp.renaming import shown
from lsp.view import View

Kind = types.SymbolKind
_MOST = 200
"""So many are shown; who types on sees fewer."""


def workspace_symbols(views: Iterable[View], params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    """Names, titles of strategies, libraries and tests; the best matches first."""
    query = params.query.strip().lower()
    found: list[tuple[int, int, types.WorkspaceSymbol]] = []
    for view in views:
        for ident, name, kind in _given(view):
            rank = match(query, name.lower())
            if rank is not None:
                location = types.Location(view.document.uri, view.range(ident.span))
                symbol = types.WorkspaceSymbol(location, name, kind, container_name=_container(view))
                found.append((rank, len(name), symbol))
    found.sort(key=lambda one: (one[0], one[1], one[2].name))
    return [symbol for _, _, symbol in found[:_MOST]]


def match(query: str, name: str) -> int | None:
    """How well a name fits: 0 the name itself, then its beginning, the beginning of a word of it, a part, letters in order; None if it does not."""
    if query in ("", name):
        return 0
    if name.startswith(query):
        return 1
    at = name.find(query)
    if at >= 0:
        return 2 if name[at - 1] in "_ " else 3
    letters = iter(name)
    return 4 if all(letter in letters for letter in query if letter not in "_ ") else None


def _given(view: View) -> Iterator[tuple[s.Ident | s.TextLiteral, str, types.SymbolKind]]:
    library = view.analysis.names.heading is not None
    for statement in view.analysis.statements:
        match statement:
            case s.Strategy(title=title):
                yield title, title.value, Kind.Class
            case s.Library(title=title):
                yield title, title.value, Kind.Module
            case s.Test(title=title):
                yield title, title.value, Kind.Method
            case s.Input(name=name):
                yield name, name.name, Kind.Property
            case s.Let(name=name):
                yield name, name.name, Kind.Constant if library else Kind.Variable
            case s.Remember(name=name):
                yield name, name.name, Kind.Field
            case s.Define(name=name):
                yield name, name.name, Kind.Function


def _container(view: View) -> str:
    heading = view.analysis.names.heading
    return titled(heading.title.value, heading.version) if heading is not None else shown(view)
