"""`workspace/symbol`: what the files of a workspace give names, found by some of its letters in their order."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from lsprotocol import types

from compiler.libraries.module import titled
from lsp.givens import Given, given
from lsp.paths import uri_of
from lsp.renaming import shown
from lsp.view import View
from lsp.workspace.closed import Closed, container, range_of
from lsp.workspace.index import File, Named

_MOST = 200
"""So many are shown; who types on sees fewer."""


def symbols_everywhere(views: Iterable[View], closed: Closed, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    """The same of open documents and of all other files of the workspace, as far as these are known by now: who types on asks again."""
    return workspace_symbols(views, params, closed.symbols())


def workspace_symbols(
    views: Iterable[View], params: types.WorkspaceSymbolParams, others: Iterable[tuple[File, Named]] = ()
) -> list[types.WorkspaceSymbol]:
    """Names, titles of strategies, libraries and tests; the best matches first. others: names of files that are not open."""
    query = params.query.strip().lower()
    ranks: dict[str, int | None] = {}

    def rank(name: str) -> int | None:
        if name not in ranks:
            ranks[name] = match(query, name.lower())
        return ranks[name]

    places: list[View | File] = []
    names: list[Given | Named] = []
    for view in views:
        for one in given(view.analysis.statements, view.analysis.names.heading is not None):
            places.append(view)
            names.append(one)
    for file, named in others:
        places.append(file)
        names.append(named)
    fitting = ((found, len(one.name), one.name, i) for i, one in enumerate(names) if (found := rank(one.name)) is not None)
    return [_symbol(places[i], names[i]) for *_, i in nsmallest(_MOST, fitting)]


def _symbol(place: View | File, one: Given | Named) -> types.WorkspaceSymbol:
    match place, one:
        case View(), Given():
            location, around = types.Location(place.document.uri, place.range(one.span)), _container(place)
        case File(), Named():
            location, around = types.Location(uri_of(place.path), range_of(one)), container(place)
        case _:
            raise TypeError(one)
    return types.WorkspaceSymbol(location, one.name, types.SymbolKind[one.sort], container_name=around)


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


def _container(view: View) -> str:
    heading = view.analysis.names.heading
    return titled(heading.title.value, heading.version) if heading is not None else shown(view)
