"""One file read for the index, in the process that reads files: what it gives names, and where it names what files share."""

from __future__ import annotations

from typing import Any

from compiler import syntax as s
from compiler.bounds import check_length
from compiler.diagnostics import Diagnostics
from compiler.editing.cells import Layout, Patchwork, Reader
from compiler.editing.laying import lay_out
from compiler.editing.relinking import Modules
from compiler.editions import retired_edition
from compiler.libraries.linking import link
from compiler.libraries.loading import Libraries as Loading
from compiler.libraries.port import Resolver
from compiler.library import FunctionLibrary
from compiler.resolve import Names, resolve
from compiler.source import Source, Span
from lsp.document import Document
from lsp.givens import given
from lsp.host import Libraries
from lsp.mentions import Scopes, is_shared
from lsp.workspace.looking import hash_of, read_bytes

MOST_MODULES = 50
_modules: list[Modules] = []


def read_entry(question: dict[str, Any], library: FunctionLibrary, libraries: Libraries) -> dict[str, Any]:
    """What is kept of a file. Places are in the client's columns. Of one that is not there, or is no text, nothing but its hash."""
    path = question["path"]
    data = read_bytes(path)
    if data is None:
        return {"hash": ""}
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {"hash": hash_of(data)}
    named = _named(Source(text, path), library, libraries(path, question["texts"]))
    if named is None:
        return {"hash": hash_of(data)}
    layout, names = named
    statements = tuple(statement for cell in layout.cells for statement in cell.statements)
    scopes = Scopes.of(names, statements)
    document = Document(path, text, 0, question["encoding"])

    def place(span: Span) -> list[int]:
        outer = layout.span(span)
        first, last = document.place(outer.start), document.place(outer.end)
        return [first.line, first.column, last.line, last.column]

    symbols = [[one.name, one.sort, *place(one.span)] for one in given(statements, names.heading is not None)]
    mentions = {
        mention.span: mention
        for statement in statements
        for mention in scopes.mentions(statement)
        if is_shared(mention.symbol) and mention.span.start < mention.span.end
    }
    places = [[m.symbol.space, m.symbol.name, m.symbol.home, m.symbol.owner, m.role, *place(m.span)] for m in mentions.values()]
    return {"hash": hash_of(data), "symbols": symbols, "mentions": sorted(places, key=lambda one: one[5:])}


def _named(source: Source, library: FunctionLibrary, resolver: Resolver | None) -> tuple[Layout, Names] | None:
    """The statements of a text and what their names mean, without their types; None of one that the language does not take."""
    found = Diagnostics()
    if retired_edition(source) is not None or not check_length(source, found):
        return None
    patchwork, layout = Patchwork("", source.name), lay_out(source.text, None, Reader())
    patchwork.turn(source, layout)
    file = s.File(tuple(card for cell in layout.cells for card in cell.cards))
    linked = link(patchwork, file, library, Loading(resolver, _shared(library).read), found)
    return layout, resolve(patchwork, linked, library, found)


def _shared(library: FunctionLibrary) -> Modules:
    """The libraries that were read for files before; not many, since each may come in many versions."""
    if not _modules or len(_modules[0].kept) > MOST_MODULES:
        _modules[:] = [Modules(library)]
    return _modules[0]
