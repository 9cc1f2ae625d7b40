"""Lexemes: the words, signs, texts and comments of a cell, each with what it is where it stands. Found once for each cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from compiler.editing import Cell
from compiler.text.automaton import classify
from compiler.text.parse import tokens_of_piece
from compiler.text.slices import Piece, pieces_of
from compiler.text.tokens import END, LEAD, WORD, Token, chain_ifs
from compiler.words import INNER, LEADING, SETTINGS_WORDS, UNITS

COMMENT = "COMMENT"
_COMMENT = re.compile(r"#[^\r\n]*")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """`kind`: a terminal of the grammar, LEAD for a word that leads its line, COMMENT; WORD for a word on a line that could not be read.

    start, end: within the cell's text. line: the word that leads its line; of a comment the line below it.
    """

    kind: str
    text: str
    start: int
    end: int
    line: str = ""

    @property
    def solid(self) -> bool:
        """Whether a cursor at its end is still on it: words, numbers and texts."""
        return self.text[:1].isalnum() or self.text[:1] in ("_", '"')


_kept: WeakKeyDictionary[Cell, tuple[Lexeme, ...]] = WeakKeyDictionary()


def lexemes_of(cell: Cell) -> tuple[Lexeme, ...]:
    """The lexemes of a cell in order; none overlaps another."""
    found = _kept.get(cell)
    if found is None:
        found = _kept[cell] = tuple(_lexemes(cell.text))
    return found


def comments_of(text: str, start: int = 0) -> Iterator[Lexeme]:
    """The comments of a text that holds nothing else."""
    return (Lexeme(COMMENT, text[m.start() : m.end()], start + m.start(), start + m.end()) for m in _COMMENT.finditer(text))


def lexeme_at(cell: Cell, offset: int) -> Lexeme | None:
    """The lexeme at an offset of a cell's text: the one that holds it, else the one that ends there."""
    ended = None
    for lexeme in lexemes_of(cell):
        if lexeme.start <= offset < lexeme.end:
            return lexeme if lexeme.solid or ended is None or not ended.solid else ended
        if lexeme.end == offset:
            ended = lexeme
        elif lexeme.start > offset:
            break
    return ended


def _lexemes(text: str) -> Iterator[Lexeme]:
    at = 0
    for piece in pieces_of(text):
        for lexeme in _of_piece(text, piece):
            if lexeme.start < at or lexeme.end <= lexeme.start:  # two readings of one slip
                continue
            yield from comments_of(text[at : lexeme.start], at)
            yield lexeme
            at = lexeme.end
    yield from comments_of(text[at:], at)


def _of_piece(text: str, piece: Piece) -> Iterator[Lexeme]:
    tokens = tokens_of_piece(text, piece, [])
    joined = chain_ifs(tokens)
    terminals = classify(joined)
    kinds: dict[int, str] = {} if terminals is None else dict(zip((t.start for t in joined), terminals, strict=False))
    for token in tokens:
        if token.kind == END or token.end > piece.end:
            continue
        kind = LEAD if token.kind == LEAD else kinds.get(token.start, _guessed(token))
        kind = "ELSE" if kind == "ELSE_IF" else kind  # its `if` is a token of its own here
        yield Lexeme(kind, text[token.start : token.end], token.start, token.end, piece.word)


def _guessed(token: Token) -> str:
    """What a word is on a line that cannot be read: by its looks."""
    if token.kind != WORD:
        return token.kind
    if token.text in INNER or token.text in LEADING or token.text in SETTINGS_WORDS:
        return token.text.upper()
    return "NAME" if token.text not in UNITS else WORD
