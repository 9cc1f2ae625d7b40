"""Cuts program text at the words that lead its lines, before anything is parsed: one broken line cannot swallow the next."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compiler.words import LEADING, SETTINGS_WORDS, STATEMENT_WORDS

_LINE = re.compile(r"[ \t]*(?:(#)|([a-z_]+)(?![A-Za-z0-9_])|([^\r\n]))?[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BLOCK_NOISE = re.compile(r'"[^"\r\n]*"?|#[^\r\n]*|[<>=!]=')


@dataclass(frozen=True, slots=True)
class Piece:
    """A leading word with what follows it up to the next. `start` is the word (for text before any leading word: its first
    character that counts), `end` the end of the last line that holds more than a comment; `trivia` is where the blank lines and
    comments above it begin."""

    word: str
    trivia: int
    start: int
    end: int
    in_settings: bool = False


def pieces_of(text: str) -> list[Piece]:
    """The pieces of a text in order. `word` is '' for text before the first leading word."""
    pieces: list[Piece] = []
    word, trivia, start, end = "", 0, -1, 0  # of the piece being read
    settings = in_settings = False
    at, size = 0, len(text)
    match = _LINE.match
    while at < size:
        line = match(text, at)
        assert line is not None  # the pattern matches any line
        stop = line.end()
        lead = line[2]
        if lead is not None and (lead in LEADING or (settings and lead in SETTINGS_WORDS)):
            if start >= 0:
                pieces.append(Piece(word, trivia, start, end, in_settings))
                trivia = end
            word, start, end = lead, line.start(2), stop
            settings = lead == "settings" or (settings and lead in SETTINGS_WORDS)
            in_settings = settings
        elif lead is not None or line[3] is not None:
            if start < 0:
                start = line.start(2) if lead is not None else line.start(3)
            end = stop
        at = stop
    if start >= 0:
        pieces.append(Piece(word, trivia, start, end, in_settings))
    return pieces


@dataclass(frozen=True, slots=True)
class Slice:
    """The pieces of one card: a statement with the lines under it. `start` and `end` are the card's."""

    start: int
    end: int
    pieces: tuple[Piece, ...]


def slices_of(text: str, pieces: list[Piece] | None = None) -> list[Slice]:
    """The cards of a text. Joined they are the text, but for blank lines and comments after the last. pieces: its pieces, if they are known."""
    slices: list[Slice] = []
    group: list[Piece] = []
    in_block = False  # inside a `define` that has no `=` and has not met its `give`
    for piece in pieces if pieces is not None else pieces_of(text):
        inside = piece.word not in STATEMENT_WORDS or (in_block and piece.word in ("let", "remember"))
        if group and (not inside or group[0].word == ""):
            slices.append(Slice(group[0].trivia, group[-1].end, tuple(group)))
            group = []
        group.append(piece)
        if piece.word == "define":
            in_block = is_block(text, piece)
        elif not inside or piece.word == "give":
            in_block = False
    if group:
        slices.append(Slice(group[0].trivia, group[-1].end, tuple(group)))
    return slices


def is_block(text: str, piece: Piece) -> bool:
    """Whether a `define` has no `=` after its parameters, so that lines follow up to a `give`."""
    depth = 0
    for ch in _BLOCK_NOISE.sub("", text[piece.start : piece.end]):
        if ch in "([":
            depth += 1
        elif ch in ")]":
            depth -= 1
        elif ch == "=" and depth <= 0:
            return False
    return True


def doc_of(text: str, piece: Piece) -> str:
    """The `##` lines above a piece, without their marks, joined by line feeds."""
    if "##" not in text[piece.trivia : piece.start]:
        return ""
    lines = re.split(r"\r\n|\r|\n", text[piece.trivia : piece.start])
    return "\n".join(line.strip(" \t")[2:].strip(" \t") for line in lines if line.strip(" \t").startswith("##"))
