"""A rename in one program that is not open, in the process that reads files: its edits, or why it can't be done."""

from __future__ import annotations

from typing import Any

from compiler.editing import Editing
from compiler.library import FunctionLibrary
from lsp.document import Document
from lsp.host import Libraries
from lsp.mentions import Symbol
from lsp.paths import uri_of
from lsp.refusal import Refusal
from lsp.renaming import Renaming
from lsp.view import View
from lsp.workspace.looking import hash_of, read_bytes


def rename_in(question: dict[str, Any], library: FunctionLibrary, libraries: Libraries) -> dict[str, Any]:
    """`edits`: places in the client's columns, each to be the new name. Or `refused`: a sentence. hash: of the text that they are for.

    after: the texts of the libraries that the rename has changed, by path.
    """
    path, new = question["path"], question["new"]
    data, symbol = read_bytes(path), Symbol(*question["symbol"])
    if data is None:
        return {"refused": f"{path} can't be read."}
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {"refused": f"{path} is not a text in UTF-8."}
    found: dict[str, Any] = {"hash": hash_of(data), "edits": []}
    if symbol.name not in text and new not in text:
        return found
    document = Document(uri_of(path), text, 0, question["encoding"])
    view = View(document, Editing(library, path).analyse(text, libraries(path, question["texts"])), library)
    try:
        edits = Renaming(symbol, (view,), elsewhere=True).of_one(view, new, question["after"])
    except Refusal as refusal:
        return {"refused": refusal.message}
    for edit in edits:
        first, last = document.place(edit.span.start), document.place(edit.span.end)
        found["edits"].append([first.line, first.column, last.line, last.column])
    return found
