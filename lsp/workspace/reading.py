"""One file read for the index, in the process that reads files: what it gives names, and where it names what files share."""

from __future__ import annotations

from typing import Any

from compiler.editing import Editing
from compiler.editing.relinking import Modules
from compiler.library import FunctionLibrary
from compiler.source import Span
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
    editing = Editing(library, path)
    editing.modules = _shared(library)
    analysis = editing.analyse(text, libraries(path, question["texts"]))
    scopes = Scopes.of(analysis.names, analysis.statements)
    document = Document(path, text, 0, question["encoding"])

    def place(span: Span) -> list[int]:
        outer = analysis.outer(span)
        first, last = document.place(outer.start), document.place(outer.end)
        return [first.line, first.column, last.line, last.column]

    heading = analysis.names.heading
    symbols = [[one.name, one.sort, *place(one.span)] for one in given(analysis.statements, heading is not None)]
    mentions = {
        mention.span: mention
        for cell in analysis.cells
        for statement in cell.statements
        for mention in scopes.mentions(statement)
        if is_shared(mention.symbol) and mention.span.start < mention.span.end
    }
    named = [[m.symbol.space, m.symbol.name, m.symbol.home, m.symbol.owner, m.role, *place(m.span)] for m in mentions.values()]
    return {"hash": hash_of(data), "symbols": symbols, "mentions": sorted(named, key=lambda one: one[5:])}


def _shared(library: FunctionLibrary) -> Modules:
    """The libraries that were read for files before; not many, since each may come in many versions."""
    if not _modules or len(_modules[0].kept) > MOST_MODULES:
        _modules[:] = [Modules(library)]
    return _modules[0]
