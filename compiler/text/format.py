"""`apx fmt`: the one canonical layout of a program. Keeps every comment; changes no meaning."""

from __future__ import annotations

import re

from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text.layout import written
from compiler.text.parse import parse
from compiler.text.slices import Slice, is_block, slices_of

# These say something about the file, not about the text of the card they point at.
_ABOUT_THE_FILE = frozenset(("E0101", "E0102", "E0103", "E0104", "E0106", "E0130"))
_LINE_END = re.compile(r"\r\n|\r|\n")


def format_source(text: str) -> str:
    """The program in its canonical layout. Cards with syntax errors keep their text as it is."""
    diagnostics = Diagnostics()
    parse(Source(text), diagnostics)
    broken = sorted(d.span.start for d in diagnostics.found if d.code not in _ABOUT_THE_FILE)
    out: list[str] = []
    slices = slices_of(text)
    next_broken = 0
    for cut in slices:
        is_broken = False
        while next_broken < len(broken) and broken[next_broken] < cut.end:
            next_broken += 1
            is_broken = True
        card = None if is_broken else _card(text, cut, first=not out)
        if card is None:
            card = text[cut.start : cut.end]
            card = card if card.endswith(("\n", "\r")) else card + "\n"
        out.append(card)
    rest = _trivia(text[slices[-1].end if slices else 0 :], 0, first=not out)
    out.append(rest.rstrip("\n") + "\n" if rest.strip("\n") else "")
    return "".join(out)


def _card(text: str, cut: Slice, first: bool) -> str | None:
    """One statement with its lines; None where one cannot be read."""
    if not cut.pieces[0].word:
        return None
    in_block = cut.pieces[0].word == "define" and is_block(text, cut.pieces[0])
    out: list[str] = []
    for index, piece in enumerate(cut.pieces):
        line = written(text, piece, in_block and index > 0)
        if line is None:
            return None
        indent, words = line
        line_start = max(text.rfind("\n", 0, piece.start), text.rfind("\r", 0, piece.start)) + 1
        out.append(_trivia(text[piece.trivia : max(line_start, piece.trivia)], indent, first and not out))
        out.append(" " * indent + words + "\n")
    return "".join(out)


def _trivia(text: str, indent: int, first: bool) -> str:
    """Blank lines, at most one together and none at the top of a file, and comments."""
    out: list[str] = []
    blank = False
    lines = _LINE_END.split(text)
    for line in lines[:-1] if lines and not lines[-1].strip(" \t") else lines:
        comment = line.strip(" \t")
        if comment:
            if blank and (out or not first):
                out.append("\n")
            out.append(" " * indent + comment + "\n")
        blank = not comment
    if blank and (out or not first):
        out.append("\n")
    return "".join(out)
