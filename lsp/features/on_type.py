"""`textDocument/onTypeFormatting`: how far a line is indented, as its first word is typed or a new line begins. Words are left alone."""

from __future__ import annotations

import itertools
import re

from lsprotocol import types

from compiler.source import Span
from compiler.text.layout import indent_of
from compiler.text.slices import Piece, is_block, pieces_of, slices_of
from compiler.text.tokens import END, tokens_of
from compiler.words import LEADING, SETTINGS_WORDS
from lsp.view import View

TRIGGERS = ("\n", " ", "d", "e")
"""A new line; the end of a leading word; the last letters of `end` and `otherwise`, which nothing has to follow."""

_FIRST = re.compile(r"[ \t]*([a-z_]+)(?![A-Za-z0-9_])")
_WORD = re.compile(r"[ \t]*([a-z_]+) ")
_HAVE_LINES = frozenset(("when", "every", "settings", "test", "otherwise"))
_ATTACHED_TO = frozenset(("buy", "short", "protect", "stop", "take", "trail", "expire"))
_GO_ON = frozenset((
    "+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "=", ",", "and", "or", "not", "or_else", "then", "else", "between", "crosses", "of", "by", "if",
))  # fmt: skip
"""Words and signs after which a line goes on on the next."""
_CONTINUED = 4


def on_type(view: View, params: types.DocumentOnTypeFormattingParams) -> list[types.TextEdit] | None:
    """The edit of a line's indentation; None where it is right or nothing can be said."""
    number = params.position.line
    line = view.document.line(number)
    start = view.document.starts[number] if number < len(view.document.starts) else len(view.text)
    typed = view.text[start : view.offset(params.position)]
    wanted: int | None = None
    if params.ch == "\n":
        wanted = _of_new_line(view, number, line)
    elif params.ch == " " and (word := _WORD.fullmatch(typed)) and word[1] not in ("hold", "end"):
        wanted = _of_word(view, number, word[1])
    elif params.ch == "e" and typed.strip(" \t") == line.strip(" \t") == "otherwise":
        wanted = _of_word(view, number, "otherwise")
    elif params.ch == "d" and typed.strip(" \t") == line.strip(" \t") == "end":
        wanted = _of_end(view, start)
    blank = len(line) - len(line.lstrip(" \t"))
    if wanted is None or line[:blank] == " " * wanted:
        return None
    return [types.TextEdit(view.outer_range(Span(start, start + blank)), " " * wanted)]


def _pieces(view: View, offset: int) -> tuple[str, list[Piece], int]:
    """The text of the statement at an offset with its pieces, and where it stands."""
    number = view.analysis.layout.at(offset)
    if number < 0:
        return "", [], 0
    text = view.analysis.cells[number].text
    return text, pieces_of(text), view.analysis.layout.starts[number]


def _of_word(view: View, number: int, word: str) -> int | None:
    """How far a line that begins with a word is indented; None if the word leads nothing there."""
    start = view.document.starts[number]
    text, pieces, at = _pieces(view, start + len(view.document.line(number)) - len(view.document.line(number).lstrip(" \t")))
    inside = start - at
    own = next((p for p in pieces if p.start >= inside and p.word == word), None)
    if own is None or word not in LEADING | SETTINGS_WORDS:
        return None
    tokens = tokens_of(text, own.start, own.end, True, [])
    return indent_of(own.word, tokens, own in _in_block(text))


def _in_block(text: str) -> list[Piece]:
    """The pieces of a text that stand inside a define of several lines."""
    return [
        piece for cut in slices_of(text) if cut.pieces[0].word == "define" and is_block(text, cut.pieces[0])
        for piece in cut.pieces[1:]
    ]  # fmt: skip


def _of_new_line(view: View, number: int, line: str) -> int | None:
    if number == 0:
        return None
    before = view.document.line(number - 1)
    lead = _FIRST.match(line)
    if lead is not None and (lead[1] in LEADING or lead[1] in SETTINGS_WORDS):
        known = _of_word(view, number, lead[1])
        if known is not None:
            return known
    indent = len(before) - len(before.lstrip(" \t"))
    if not before.strip(" \t"):
        return 0 if not line.strip(" \t") else None
    if before.lstrip(" \t").startswith("#"):
        return indent
    offset = view.document.starts[number - 1] + indent
    text, pieces, at = _pieces(view, offset)
    piece = next((p for p in reversed(pieces) if p.start <= offset - at), None)
    if piece is None:
        return None
    tokens = [t for t in tokens_of(text, piece.start, view.document.starts[number] - at, bool(piece.word), []) if t.kind != END]
    words = [t.text for t in tokens]
    opened = sum(w in ("(", "[") for w in words) - sum(w in (")", "]") for w in words)
    own = indent_of(piece.word, [*tokens, *tokens[:1]], piece in _in_block(text)) if tokens else 0
    if words and (opened > 0 or words[-1] in _GO_ON or words.count("if") > words.count("end") + _else_ifs(words)):
        return own + _CONTINUED
    if piece.word == "define":
        return 2 if is_block(text[: view.document.starts[number] - at], piece) else 0
    if piece.word in _HAVE_LINES:
        return 2
    if piece.word in _ATTACHED_TO or (piece.word == "hold" and words[1:2] == ["at"]):
        return 4
    return 0 if piece.word == "give" else own


def _else_ifs(words: list[str]) -> int:
    return sum(a == "else" and b == "if" for a, b in itertools.pairwise(words))


def _of_end(view: View, start: int) -> int | None:
    """That of the line whose `if` an `end` at a line's beginning closes."""
    text, pieces, at = _pieces(view, start)
    piece = next((p for p in reversed(pieces) if p.start <= start - at), None)
    if piece is None:
        return None
    tokens = [t for t in tokens_of(text, piece.start, start - at, bool(piece.word), []) if t.kind != END]
    depth = 0
    for before, token in zip(reversed([None, *tokens[:-1]]), reversed(tokens), strict=True):
        if token.text == "end":
            depth += 1
        elif token.text == "if" and (before is None or before.text != "else"):
            if depth == 0:
                line = view.document.line(view.document.place(token.start + at).line)
                return len(line) - len(line.lstrip(" \t"))
            depth -= 1
    return None
