"""Where a cursor stands: in which line of which statement, after which words, and what the grammar takes next. Also while a line is half typed."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from compiler import syntax as s
from compiler.editing import Cell
from compiler.text.automaton import Failure, run
from compiler.text.parse import tokens_of_piece
from compiler.text.slices import Piece, is_block, pieces_of
from compiler.text.tokens import END, LEAD, WORD, Token, chain_ifs
from lsp.view import View

_WORD_BEFORE = re.compile(r"[A-Za-z0-9_]*\Z")
_WORD_AFTER = re.compile(r"[A-Za-z0-9_]*")
_NUMBER_FIRST = re.compile(r"[0-9][0-9_]*")
_QUOTED = re.compile(r'"[^"\r\n]*"|#.*|"[^"\r\n]*\Z', re.DOTALL)
_HEAD = (Token(LEAD, "let", 0, 0), Token(WORD, "it", 0, 0), Token("EQUAL", "=", 0, 0))
_STOP = "STOP"
_MOST_RESTARTS = 12


@dataclass(frozen=True, slots=True)
class Cursor:
    """start, end: of the word under the cursor, which is empty where there is none. inside: whether it stands in a comment or a text.

    fresh: whether the word is the first on its line; indent: after how many blanks. block: whether it stands in a define of several lines that
    has no end yet. lines: the words that lead the lines of its statement up to here. tokens: those of its line before the word, what leads it
    first. expected: the terminals that could come next, `$END` where the line could end.
    """

    offset: int
    start: int
    end: int
    word: str
    inside: Literal["", "comment", "text"]
    fresh: bool
    indent: int
    block: bool
    cell: Cell | None
    lines: tuple[str, ...]
    tokens: tuple[Token, ...]
    expected: frozenset[str]

    @property
    def statement(self) -> str:
        return self.lines[0] if self.lines else ""

    @property
    def line(self) -> str:
        return self.lines[-1] if self.lines else ""

    @property
    def last(self) -> str:
        """The text of the token before the word."""
        return self.tokens[-1].text if self.tokens else ""

    @property
    def value(self) -> bool:
        """Whether any expression could begin here."""
        return {"NAME", "LPAR"} <= self.expected

    @property
    def define(self) -> s.Define | None:
        """The define that it stands in."""
        found = self.cell.statements if self.cell is not None and self.statement == "define" else ()
        return next((x for x in found if isinstance(x, s.Define)), None)


def cursor_at(view: View, offset: int) -> Cursor:
    """The cursor at an offset of the text."""
    text = view.text
    line_start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    inside, start = _inside(text[line_start:offset], line_start)
    if inside == "":
        found = _WORD_BEFORE.search(text, line_start, offset)
        start = found.start() if found is not None else offset
        number = _NUMBER_FIRST.match(text, start, offset)
        if number is not None and number.end() < offset:  # `20b`: the unit is being typed
            start = number.end()
    after = _WORD_AFTER.match(text, offset)
    end = after.end() if after is not None and start < offset and inside == "" else offset
    before = text[line_start:start]
    number_, pieces = _pieces(view, start - 1 if inside == "text" else start)
    cell = view.analysis.cells[number_] if number_ >= 0 else None
    tokens: list[Token] = []
    if pieces:
        tokens = tokens_of_piece(text, pieces[-1], [])[:-1]
        tokens = [t for t in tokens if t.end <= start]
    return Cursor(
        offset, start, end, text[start:offset], inside, not before.strip(" \t"), len(before) if not before.strip(" \t") else 0, _in_block(text, pieces), cell,
        tuple(p.word for p in pieces), tuple(tokens), expected_after(tokens),
    )  # fmt: skip


def tokens_before(view: View, offset: int) -> tuple[Token, ...]:
    """The tokens of the line that an offset is in, up to there; what leads the line first."""
    _, pieces = _pieces(view, offset)
    return tuple(tokens_of_piece(view.text, pieces[-1], [])[:-1]) if pieces else ()


def _inside(before: str, line_start: int) -> tuple[Literal["", "comment", "text"], int]:
    """Whether a cursor after a part of a line is in a comment or a text, and where that begins; of a text after its quote."""
    for found in _QUOTED.finditer(before):
        if found[0].startswith("#"):
            return "comment", line_start + found.start()
        if found.end() == len(before) and (len(found[0]) == 1 or not found[0].endswith('"')):
            return "text", line_start + found.start() + 1
    return "", 0


def _pieces(view: View, start: int) -> tuple[int, list[Piece]]:
    """The number of the cell whose statement goes on at an offset, and that statement's pieces up to there."""
    layout = view.analysis.layout
    number = bisect_right(layout.starts, start) - 1
    while number >= 0:
        begin = layout.starts[number]
        found = pieces_of(view.text[begin:start])
        if found:
            return number, [Piece(p.word, p.trivia + begin, p.start + begin, p.end + begin, p.in_settings) for p in found]
        number -= 1
    return -1, []


def _in_block(text: str, pieces: Sequence[Piece]) -> bool:
    return bool(pieces) and pieces[0].word == "define" and pieces[-1].word != "give" and is_block(text, pieces[0])


def expected_after(tokens: Sequence[Token]) -> frozenset[str]:
    """The terminals that could come after the tokens of a line. Where it cannot be read, what could come after its readable end."""
    read = [t for t in tokens if t.kind != END]
    end = read[-1].end if read else 0
    for _ in range(_MOST_RESTARTS):
        joined = [*chain_ifs([*read, Token(END, "", end, end)])[:-1], Token(_STOP, "", end, end)]
        result = run(joined, "line")
        if not isinstance(result, Failure):
            return frozenset()
        if result.index == len(joined) - 1:
            return result.expected()
        failed = joined[result.index]
        rest = [t for t in read if t.start >= failed.start and t not in _HEAD]
        if result.index <= len(_HEAD) and read[: len(_HEAD)] == list(_HEAD):
            rest = rest[1:]
        read = [*_HEAD, *rest]
    return frozenset()


# ------------------------------------------------------------ brackets and calls


@dataclass(frozen=True, slots=True)
class OpenCall:
    """A call whose closing parenthesis is still to come. arguments: the tokens of each argument up to the cursor, the last one's last."""

    name: str
    at: Token
    arguments: tuple[tuple[Token, ...], ...]

    @property
    def index(self) -> int:
        return len(self.arguments) - 1

    @property
    def named(self) -> str:
        """The name that the argument at the cursor is given by, '' where it stands by its place."""
        here = self.arguments[-1]
        return here[0].text if len(here) > 1 and here[1].kind == "EQUAL" else ""


def open_brackets(tokens: Sequence[Token]) -> list[int]:
    """The places of the brackets that are open at the end, outermost first."""
    found: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind in ("LPAR", "LSQB"):
            found.append(i)
        elif token.kind in ("RPAR", "RSQB") and found:
            found.pop()
    return found


def open_call(tokens: Sequence[Token]) -> OpenCall | None:
    """The innermost call that is open at the end of tokens."""
    for at in reversed(open_brackets(tokens)):
        if tokens[at].kind == "LPAR" and at and tokens[at - 1].kind == WORD:
            name = tokens[at - 1].text
            if at > 2 and tokens[at - 2].kind == "DOT":
                name = f"{tokens[at - 3].text}.{name}"
            return OpenCall(name, tokens[at - 1], _arguments(tokens[at + 1 :]))
    return None


def _arguments(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], ...]:
    found: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "COMMA" and depth == 0:
            found.append([])
            continue
        depth += (token.kind in ("LPAR", "LSQB")) - (token.kind in ("RPAR", "RSQB"))
        found[-1].append(token)
    return tuple(tuple(part) for part in found)


def operand_before(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens of the value that ends there: a name, a call, what stands in brackets, with its members and places."""
    at = len(tokens)
    while at > 0:
        token = tokens[at - 1]
        if token.kind in ("RPAR", "RSQB"):
            depth, back = 0, at - 1
            while back >= 0:
                depth += (tokens[back].kind in ("RPAR", "RSQB")) - (tokens[back].kind in ("LPAR", "LSQB"))
                if depth == 0:
                    break
                back -= 1
            at = max(back, 0)
            if token.kind == "RPAR" and (at == 0 or tokens[at - 1].kind != WORD):
                break
            if token.kind == "RPAR":
                at -= 1
        elif token.kind in (WORD, "NUMBER"):
            at -= 1
        else:
            break
        if at == 0 or tokens[at - 1].kind != "DOT":
            if token.kind != "RSQB":
                break
        else:
            at -= 1
    return tuple(tokens[at:])
