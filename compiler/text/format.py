"""`apx fmt`: the one canonical layout of a program. Keeps every comment; changes no meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compiler.diagnostics import Diagnostics
from compiler.source import Source, Span
from compiler.text.layout import written
from compiler.text.parse import parse
from compiler.text.slices import Slice, is_block, slices_of

# These say something about the file, not about the text of the card they point at.
_ABOUT_THE_FILE = frozenset(("E0101", "E0102", "E0103", "E0104", "E0106", "E0130"))
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a text, a line or the blank lines and comments above one, and its canonical text. The parts of a text join to it."""

    span: Span
    text: str


def format_source(text: str) -> str:
    """The program in its canonical layout. Cards with syntax errors keep their text as it is."""
    return "".join(part.text for part in canonical_parts(text))


def canonical_parts(text: str) -> list[Part]:
    """The parts of a program in their order. Cards with syntax errors are one part each, as it is."""
    diagnostics = Diagnostics()
    parse(Source(text), diagnostics)
    broken = sorted(d.span.start for d in diagnostics.found if d.code not in _ABOUT_THE_FILE)
    out: list[Part] = []
    slices = slices_of(text)
    next_broken = 0
    for cut in slices:
        is_broken = False
        while next_broken < len(broken) and broken[next_broken] < cut.end:
            next_broken += 1
            is_broken = True
        card = None if is_broken else _card(text, cut, first=not out)
        if card is None:
            own = text[cut.start : cut.end].removesuffix(
                "\r"
            )  # which would become one line end with the line feed of a blank line below
            card = [Part(Span(cut.start, cut.end), own if own.endswith("\n") else own + "\n")]
        out.extend(card)
    end = slices[-1].end if slices else 0
    rest = _trivia(text[end:], 0, first=not out)
    out.append(Part(Span(end, len(text)), rest.rstrip("\n") + "\n" if rest.strip("\n") else ""))
    return out


def _card(text: str, cut: Slice, first: bool) -> list[Part] | None:
    """One statement with its lines; None where one cannot be read."""
    if not cut.pieces[0].word:
        return None
    in_block = cut.pieces[0].word == "define" and is_block(text, cut.pieces[0])
    out: list[Part] = []
    for index, piece in enumerate(cut.pieces):
        line = written(text, piece, in_block and index > 0)
        if line is None:
            return None
        indent, words = line
        line_start = max(text.rfind("\n", 0, piece.start), text.rfind("\r", 0, piece.start)) + 1
        begins = max(line_start, piece.trivia)
        out.append(Part(Span(piece.trivia, begins), _trivia(text[piece.trivia : begins], indent, first and not out)))
        out.append(Part(Span(begins, piece.end), " " * indent + words + "\n"))
    return out


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
