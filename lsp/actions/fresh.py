"""Where new lines go, and names that nothing has yet."""

from __future__ import annotations

import re
from collections.abc import Iterable

from compiler.builtins import builtin_names
from compiler.functions import builtin_function
from compiler.source import Span
from compiler.words import RESERVED
from lsp.mentions import Scopes
from lsp.view import View

_LINE_END = re.compile(r"\r\n|\r|\n")


def fresh_name(wanted: str, scopes: Scopes, local: Iterable[str] = ()) -> str:
    """The name, or the name with the first number that nothing in the program has."""
    taken, names = set(local), scopes.names

    def is_taken(name: str) -> bool:
        known = scopes.declared(name) or name in scopes.aliases or name in taken or name in names.linked.visible
        of_language = name in RESERVED or name in builtin_names() or builtin_function(name) is not None
        return known or of_language or names.function(name) is not None

    number, name = 2, wanted
    while is_taken(name):
        name, number = f"{wanted}_{number}", number + 1
    return name


def line_end(view: View) -> str:
    """How the lines of a document end: as its first one does."""
    found = _LINE_END.search(view.text)
    return found[0] if found else "\n"


def line_start(view: View, offset: int) -> int:
    return view.document.starts[view.document.place(offset).line]


def indent(view: View, offset: int) -> str:
    """The white space that a line begins with."""
    line = view.document.line(view.document.place(offset).line)
    return line[: len(line) - len(line.lstrip(" \t"))]


def above(view: View, offset: int) -> int:
    """The beginning of a line, or of the comments that stand directly above it."""
    number = view.document.place(offset).line
    while number > 0 and view.document.line(number - 1).lstrip(" \t").startswith("#"):
        number -= 1
    return view.document.starts[number]


def one_line(view: View, span: Span) -> str | None:
    """What stands at a place of the text, on one line; None if a comment stands in it, which would take the rest of the line along."""
    said = view.text[span.start : span.end]
    if "#" in re.sub(r'"[^"\r\n]*"', "", said):
        return None
    return said if not _LINE_END.search(said) else " ".join(said.split())
