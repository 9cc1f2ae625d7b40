"""`textDocument/semanticTokens`: whole, in a range, and as what changed; every word by what it means, not by its looks.

What a cell's words are is found once; what its names mean is looked up anew, and where that is the same, so is what is sent of the cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from lsprotocol import types

from compiler import syntax as s
from compiler.builtins import CHOSEN_FROM, MARKET, MEMBERS, TEXTS
from compiler.editing import Cell
from compiler.functions import Defined
from compiler.resolve import Names
from compiler.source import Span
from lsp.document import Document, Encoding, Place, units
from lsp.lexemes import COMMENT, Lexeme, comments_of, lexemes_of
from lsp.view import View

T = types.SemanticTokenTypes
M = types.SemanticTokenModifiers

TYPES: tuple[types.SemanticTokenTypes, ...] = (
    T.Keyword, T.Function, T.Parameter, T.Variable, T.Property, T.Number, T.String, T.Type, T.Operator, T.Comment, T.Namespace,
)  # fmt: skip
"""Units and lengths of time are `type`: the protocol has no word for units."""
MODIFIERS: tuple[types.SemanticTokenModifiers, ...] = (M.Declaration, M.DefaultLibrary, M.Readonly, M.Documentation)
LEGEND = types.SemanticTokensLegend([t.value for t in TYPES], [m.value for m in MODIFIERS])

Shade = tuple[int, int]
"""A type and its modifiers, as numbers of the legend."""


def shade(type_: types.SemanticTokenTypes, *modifiers: types.SemanticTokenModifiers) -> Shade:
    return TYPES.index(type_), sum(1 << MODIFIERS.index(m) for m in modifiers)


KEYWORD, OPERATOR, NUMBER, STRING, UNIT = shade(T.Keyword), shade(T.Operator), shade(T.Number), shade(T.String), shade(T.Type)
COMMENTED, DOCUMENTED = shade(T.Comment), shade(T.Comment, M.Documentation)
FUNCTION, LIBRARY_FUNCTION = shade(T.Function), shade(T.Function, M.DefaultLibrary)
PARAMETER, PROPERTY, ALIAS = shade(T.Parameter), shade(T.Property), shade(T.Namespace)
INPUT, VALUE, MARKET_VALUE = shade(T.Variable, M.Readonly), shade(T.Variable), shade(T.Variable, M.Readonly, M.DefaultLibrary)
FACT = shade(T.Property, M.Readonly, M.DefaultLibrary)
DECLARED = 1 << MODIFIERS.index(M.Declaration)
UNKNOWN: Shade = (-1, 0)
"""Of a word that means nothing: the client's own colours stay."""

_UNITS = frozenset(("PERCENT", "BPS", "TICK", "TICKS", "SHARE", "SHARES", "UNITS", "R", "CURRENCY"))
_SIGNS = frozenset(("COMPARE", "PLUS", "MINUS", "STAR", "SLASH", "EQUAL", "__ANON_0"))
_WORD_OPERATORS = frozenset(("OR", "AND", "NOT", "OR_ELSE"))
_NO_TOKENS = frozenset(("LPAR", "RPAR", "LSQB", "RSQB", "COMMA", "DOT", "BAD", "BAD_SIGN", "SLIP", "FOREIGN"))


# ------------------------------------------------------------ the feature


def full(view: View, params: types.SemanticTokensParams) -> types.SemanticTokens | None:
    """The tokens of the whole document."""
    data = encoded(view)
    return types.SemanticTokens(data, kept(data))


def in_range(view: View, params: types.SemanticTokensRangeParams) -> types.SemanticTokens | None:
    """The tokens that begin in a range."""
    asked = params.range
    data: list[int] = []
    line = character = last_line = last_character = 0
    whole = encoded(view)
    for i in range(0, len(whole), 5):
        character = whole[i + 1] + (character if not whole[i] else 0)
        line += whole[i]
        if (line, character) >= (asked.end.line, asked.end.character):
            break
        if line > asked.start.line or (line == asked.start.line and character + whole[i + 2] > asked.start.character):
            data += (line - last_line, character - (last_character if line == last_line else 0), *whole[i + 2 : i + 5])
            last_line, last_character = line, character
    return types.SemanticTokens(data)


_GIVEN: dict[str, list[int]] = {}
"""The newest answers by their names. A name says what is in it, so that clients may share them."""
MOST_KEPT = 64


def kept(data: list[int]) -> str:
    """The name of an answer, which is kept so that the next one can be told from it."""
    name = f"{len(data):x}-{hash(tuple(data)) & (1 << 64) - 1:x}"
    _GIVEN.pop(name, None)
    _GIVEN[name] = data
    while len(_GIVEN) > MOST_KEPT:
        _GIVEN.pop(next(iter(_GIVEN)), None)
    return name


def delta(view: View, params: types.SemanticTokensDeltaParams) -> types.SemanticTokens | types.SemanticTokensDelta | None:
    """What changed since an answer; all of them where that answer is not known any more."""
    known = _GIVEN.get(params.previous_result_id)
    data = encoded(view)
    name = kept(data)
    if known is None:
        return types.SemanticTokens(data, name)
    return types.SemanticTokensDelta(changes(known, data), name)


def changes(old: Sequence[int], new: Sequence[int]) -> list[types.SemanticTokensEdit]:
    """One edit that makes the new tokens of the old ones; none if they are the same."""
    shortest, head, tail = min(len(old), len(new)), 0, 0
    while head < shortest and old[head] == new[head]:
        head += 1
    if head == len(old) == len(new):
        return []
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return [types.SemanticTokensEdit(head, len(old) - tail - head, list(new[head : len(new) - tail]) or None)]


# ------------------------------------------------------------ encoding


@dataclass(frozen=True, slots=True)
class _Sent:
    """What is sent of a cell: its shades, its numbers with the first token's place counted from the cell's beginning, and where it leaves off."""

    shades: tuple[Shade, ...]
    data: tuple[int, ...]
    lines: int
    last_line: int
    last_character: int


_sent: WeakKeyDictionary[Cell, dict[Encoding, _Sent]] = WeakKeyDictionary()


def encoded(view: View) -> list[int]:
    """The tokens as the protocol sends them: five numbers each, places counted from the token before."""
    analysis, encoding = view.analysis, view.document.encoding
    data: list[int] = []
    line = last_line = last_character = end = 0
    aliases = {x.alias.name for x in analysis.statements if isinstance(x, s.Use) and x.alias is not None}
    for cell, start in zip(analysis.cells, analysis.layout.starts, strict=True):
        sent = _of_cell(cell, tuple(shades_of(cell, analysis.names, aliases)), encoding)
        if sent.data:
            first = line + sent.data[0]
            data.append(first - last_line)
            data.append(sent.data[1] - (last_character if first == last_line else 0))
            data.extend(sent.data[2:])
            last_line, last_character = line + sent.last_line, sent.last_character
        line += sent.lines
        end = start + len(cell.text)
    for comment in comments_of(view.text[end:], end):
        place = view.document.place(comment.start)
        kind = DOCUMENTED if comment.text.startswith("##") else COMMENTED
        data += (place.line - last_line, place.column - (last_character if place.line == last_line else 0))
        data += (units(comment.text, encoding), *kind)
        last_line, last_character = place.line, place.column
    return data


def _of_cell(cell: Cell, shades: tuple[Shade, ...], encoding: Encoding) -> _Sent:
    known = _sent.setdefault(cell, {})
    found = known.get(encoding)
    if found is None or found.shades != shades:
        found = known[encoding] = _encoded(cell, shades, encoding)
    return found


def _encoded(cell: Cell, shades: tuple[Shade, ...], encoding: Encoding) -> _Sent:
    document = Document("", cell.text, 0, encoding)
    data: list[int] = []
    last_line = last_character = 0
    for lexeme, (kind, modifiers) in zip(lexemes_of(cell), shades, strict=True):
        if kind < 0:
            continue
        place = document.place(lexeme.start)
        line, character = place.line, place.column
        data += (line - last_line, character - (last_character if line == last_line else 0))
        data += (units(lexeme.text, encoding), kind, modifiers)
        last_line, last_character = line, character
    return _Sent(shades, tuple(data), len(document.starts) - 1, last_line, last_character)


# ------------------------------------------------------------ what each lexeme is


def shades_of(cell: Cell, names: Names, aliases: set[str]) -> Iterator[Shade]:
    """What each lexeme of a cell is."""
    define = next((x for x in cell.statements if isinstance(x, s.Define)), None)
    local = {} if define is None else {x.name.name: PARAMETER for x in define.params} | {x.name.name: VALUE for x in define.body}
    lexemes = lexemes_of(cell)
    for i, lexeme in enumerate(lexemes):
        yield _shade(lexeme, lexemes, i, local, names, aliases)


def _shade(lexeme: Lexeme, lexemes: Sequence[Lexeme], i: int, local: dict[str, Shade], names: Names, aliases: set[str]) -> Shade:
    kind = lexeme.kind
    if kind == "NAME":
        return _name(lexeme, lexemes, i, local, names, aliases)
    if kind == COMMENT:
        return DOCUMENTED if lexeme.text.startswith("##") else COMMENTED
    if kind == "NUMBER":
        return NUMBER
    if kind in ("STRING", "CLOCK", "UNCLOSED"):
        return STRING
    if kind in _SIGNS or kind in _WORD_OPERATORS:
        return OPERATOR
    if kind == "DURATION":
        return NUMBER
    before = lexemes[i - 1].kind if i else ""
    if kind in _UNITS or (kind in ("BAR", "BARS", "UNIT", "WORD") and before == "NUMBER"):
        return UNIT
    if kind == "POSITION" and i + 1 < len(lexemes) and lexemes[i + 1].kind == "DOT":
        return MARKET_VALUE
    return UNKNOWN if kind in _NO_TOKENS or not lexeme.text[:1].isalpha() else KEYWORD


_DECLARES = frozenset(("input", "let", "remember", "define"))


def _name(lexeme: Lexeme, lexemes: Sequence[Lexeme], i: int, local: dict[str, Shade], names: Names, aliases: set[str]) -> Shade:
    name = lexeme.text
    before = lexemes[i - 1] if i else None
    after = lexemes[i + 1].kind if i + 1 < len(lexemes) else ""
    if before is not None and before.kind == "DOT" and i > 1:
        owner = lexemes[i - 2].text
        if owner in aliases:
            return FUNCTION
        return FACT if owner in MEMBERS else PROPERTY
    if before is not None and before.kind == "LEAD":
        if before.text in _DECLARES:
            type_, modifiers = _declared(before.text)
            return type_, modifiers | DECLARED
        if before.text in ("limit", "fills"):
            return PROPERTY
        if before.text == "given":
            return MARKET_VALUE
    if lexeme.line == "limit" and name in ("long", "short", "both"):
        return KEYWORD
    if before is not None and before.kind == "AS":
        return ALIAS[0], ALIAS[1] | DECLARED
    if before is not None and before.kind == "UNIVERSE":
        return PROPERTY
    if after == "EQUAL" and lexeme.line == "define" and name in local:
        return PARAMETER[0], PARAMETER[1] | DECLARED
    if after == "EQUAL" and lexeme.line == "give" and _depth(lexemes, i) == 0:
        return PROPERTY[0], PROPERTY[1] | DECLARED
    if after == "EQUAL" and lexeme.line != "with":
        return PARAMETER
    return _meaning(name, after, local, names, aliases)


def _declared(word: str) -> Shade:
    return INPUT if word == "input" else FUNCTION if word == "define" else VALUE


def _depth(lexemes: Sequence[Lexeme], i: int) -> int:
    depth = 0
    for lexeme in reversed(lexemes[:i]):
        if lexeme.kind == "LEAD":
            break
        depth += (lexeme.kind == "LPAR") - (lexeme.kind == "RPAR")
    return depth


def _meaning(name: str, after: str, local: dict[str, Shade], names: Names, aliases: set[str]) -> Shade:
    if name in local and after != "LPAR":
        return local[name]
    if name in names.inputs:
        return INPUT
    if name in names.lets or name in names.states:
        return VALUE
    if name in MARKET or name in TEXTS or name in MEMBERS or name in ("entry", CHOSEN_FROM):
        return MARKET_VALUE
    if name in aliases:
        return ALIAS
    function = names.function(name)
    if function is None:
        return UNKNOWN
    if isinstance(function, Defined) and not function.of_library:
        return INPUT if name in names.linked.constants else FUNCTION
    return LIBRARY_FUNCTION


def places(view: View, data: Sequence[int]) -> Iterator[tuple[Span, Shade]]:
    """Tokens as places in the text, for those who read them here."""
    line = character = 0
    for i in range(0, len(data), 5):
        character = data[i + 1] + (character if not data[i] else 0)
        line += data[i]
        span = view.document.span(Place(line, character), Place(line, character + data[i + 2]))
        yield span, (data[i + 3], data[i + 4])
