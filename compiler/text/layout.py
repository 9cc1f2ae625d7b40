"""How one line is written: the spaces between its tokens, its comments, how far it is indented."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compiler.text.automaton import classify
from compiler.text.slices import Piece
from compiler.text.tokens import Token, chain_ifs, tokens_of
from compiler.words import SINGULAR, STATEMENT_WORDS, UNITS

_COMMENT = re.compile(r"#[^\r\n]*")
_ATTACHED = frozenset(("stop", "take", "trail", "expire"))
_TIGHT_BEFORE = frozenset(("COMMA", "RPAR", "RSQB", "DOT", "PERCENT"))
_TIGHT_AFTER = frozenset(("LPAR", "LSQB", "DOT"))
_OPERANDS = frozenset((
    "NAME", "POSITION", "NUMBER", "STRING", "DURATION", "TRUE", "FALSE", "UNKNOWN", "RPAR", "RSQB", "END", "PERCENT", "CURRENCY",
    "BPS", "BAR", "BARS", "TICK", "TICKS", "SHARE", "SHARES", "UNIT", "UNITS", "R",
))  # fmt: skip


def indent_of(word: str, tokens: Sequence[Token], in_block: bool) -> int:
    """Spaces before a line: statements 0, the lines under them 2, what is attached to an order 4."""
    if word == "otherwise" or (word in STATEMENT_WORDS and not in_block):
        return 0
    if word in _ATTACHED or (word == "hold" and tokens[1].text == "at"):
        return 4
    return 2


def written(text: str, piece: Piece, in_block: bool) -> tuple[int, str] | None:
    """A line's indentation and its canonical text without it; None if it cannot be read.

    A line is one line, but for comments inside it: each ends its line.
    """
    tokens = tokens_of(text, piece.start, piece.end, True, [])
    if piece.in_settings:
        tokens = [
            token._replace(kind="NAME") if token.text in ("limit", "short") and token.kind == "WORD" else token
            for token in tokens
        ]
    terminals = classify(chain_ifs(tokens))
    if terminals is None:
        return None
    kinds = [part for terminal in terminals for part in (("ELSE", "IF") if terminal == "ELSE_IF" else (terminal,))]
    tokens = tokens[:-1]
    indent = indent_of(piece.word, tokens, in_block)
    words = _numbered(tokens, kinds)
    out = [words[0]]
    for i in range(1, len(tokens)):
        breaks = list(_comments(text, tokens[i - 1].end, tokens[i].start))
        if breaks:
            for own_line, comment in breaks:
                out.append(f"\n{' ' * (indent + 4)}{comment}" if own_line else f"  {comment}")
            out.append("\n" + " " * (indent + 4))
        elif _spaced(i, kinds, tokens[0].text):
            out.append(" ")
        out.append(words[i])
    for _, comment in _comments(text, tokens[-1].end, piece.end):
        out.append(f"  {comment}")
    return indent, "".join(out)


def _comments(text: str, start: int, end: int) -> Iterator[tuple[bool, str]]:
    """The comments between two tokens, and whether each has a line of its own."""
    at = start
    for match in _COMMENT.finditer(text, start, end):
        gap = text[at : match.start()]
        yield "\n" in gap or "\r" in gap, match[0].rstrip(" \t")
        at = match.end()


def _numbered(tokens: Sequence[Token], kinds: Sequence[str]) -> list[str]:
    """The tokens' texts, units in the singular after 1 and in the plural after any other number."""
    words = [token.text for token in tokens]
    for i in range(1, len(tokens)):
        unit = UNITS.get(words[i]) if kinds[i - 1] == "NUMBER" else None
        if unit in SINGULAR:
            words[i] = SINGULAR[unit] if float(words[i - 1]) == 1 else unit
    return words


def _spaced(i: int, kinds: Sequence[str], lead: str) -> bool:
    """Whether a space stands before token i."""
    before, kind = kinds[i - 1], kinds[i]
    if kind in _TIGHT_BEFORE or before in _TIGHT_AFTER:
        return False
    if kind == "LPAR":
        return before not in ("NAME", "POSITION")
    if kind == "LSQB":
        return before in ("EQUAL", "IN")
    return not (before == "MINUS" and not _is_operand(i - 2, kinds, lead))


def _is_operand(i: int, kinds: Sequence[str], lead: str) -> bool:
    """Whether a minus after token i subtracts."""
    if i == 1 and kinds[1] == "POSITION" and lead in ("expect", "limit"):
        return False
    return i > 0 and kinds[i] in _OPERANDS
