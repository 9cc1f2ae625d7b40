"""What is wanted where a cursor stands: the kind and unit that a value would have there, as far as the words before it tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.functions import Function, default_of, parameter_names
from compiler.resolve import Names
from compiler.text.tokens import LEAD, WORD, Token
from compiler.types import BARS, PLAIN, PRICE, QUANTITY, RATIO, TRUTH, Type, number
from lsp.cursor import Cursor, OpenCall, open_brackets, open_call
from lsp.functions import signature
from lsp.kinds import Typer, expression_of

_TRUTH_AFTER = frozenset(("when", "where", "require", "and", "or", "not", "if", "since"))
_BARS_AFTER = frozenset(("for", "last", "most"))
_FIXED: dict[tuple[str, str], Type] = {
    ("stop", "at"): number(PRICE), ("take", "at"): number(PRICE), ("trail", "by"): number(PRICE), ("trail", "after"): number(PRICE),
    ("expire", "after"): number(BARS), ("", "risking"): number(RATIO), ("", "limit"): number(PRICE), ("", "stop"): number(PRICE),
}  # fmt: skip
"""By the word that leads the line ('': any), and the word before."""
_SIDES = frozenset(("COMPARE",))
_SIDE_WORDS = frozenset(("crosses", "above", "below", "between"))
_CUTS = frozenset(("and", "or", "not", "if", "then", "else", "where", "when", "require", "for", "last"))


@dataclass(frozen=True, slots=True)
class Want:
    """type: that a value should have; None where any may stand. fixed: whether it must be known before the run."""

    type: Type | None = None
    fixed: bool = False


def wanted(cursor: Cursor, names: Names, type_of: Typer) -> Want:
    """What a value at the cursor should be."""
    tokens = cursor.tokens
    brackets = open_brackets(tokens)
    inner = tokens[brackets[-1] + 1 :] if brackets else tokens
    if brackets and not inner and tokens[brackets[-1]].kind == "LSQB":
        return Want(number(BARS), True)
    if brackets and tokens[brackets[-1]].kind == "LPAR":
        argument = _argument(tokens, brackets[-1])
        if argument is not None:
            call, inner = argument
            if not inner:
                return _of_argument(call, names)
    found = _after(inner, cursor.line, type_of)
    word = inner[-1].text if inner else ""
    return Want(found, found is not None and (word in _BARS_AFTER or (cursor.line, word) == ("expire", "after")))


def _argument(tokens: Sequence[Token], at: int) -> tuple[OpenCall, tuple[Token, ...]] | None:
    """The call whose parenthesis stands at a place, and the tokens of the argument at the cursor without its name."""
    if not at or tokens[at - 1].kind != WORD:
        return None
    call = open_call(tokens)
    if call is None or call.at is not tokens[at - 1]:
        return None
    here = call.arguments[-1]
    return call, here[2:] if call.named else here


def _of_argument(call: OpenCall, names: Names) -> Want:
    function = names.function(call.name)
    index = active(call, function, names) if function is not None else None
    if function is None or index is None:
        return Want()
    parameter = signature(call.name, function, names).parameters[index]
    match parameter.kind:
        case "condition":
            return Want(TRUTH)
        case "window":
            return Want(number(BARS), True)
        case "number":
            return Want(number(PLAIN), True)
        case _:
            only = parameter.units[0] if len(parameter.units) == 1 else ""
            return Want(number(PRICE) if only == "price" else number(QUANTITY) if only == "quantity" else None)


def active(call: OpenCall, function: Function, names: Names) -> int | None:
    """The place of the parameter that the argument at the cursor is for; None if there is none."""
    shown = parameter_names(function)
    if call.named:
        return shown.index(call.named) if call.named in shown else None
    positional = [a for a in call.arguments if not (len(a) > 1 and a[1].kind == "EQUAL")]
    index = len(positional) - 1
    first = default_of(function, 0) if shown else None
    if first is not None and not names.is_constant(first) and positional and positional[0] and len(positional) < len(shown):
        given = expression_of(positional[0])
        if given is not None and names.is_constant(given):
            index += 1  # `rsi(14)`: the series is left out
    return index if index < len(shown) else None


def _after(tokens: Sequence[Token], line: str, type_of: Typer) -> Type | None:
    if not tokens:
        return None
    last = tokens[-1]
    word = last.text if last.kind in (WORD, LEAD) else ""
    fixed = _FIXED.get((line, word)) or _FIXED.get(("", word))
    if fixed is not None and (last.kind == WORD or word == "risking"):
        return fixed
    if word in _BARS_AFTER:
        return number(BARS)
    part = _since_cut(tokens)
    side = next((i for i in range(len(part) - 1, -1, -1) if part[i].kind in _SIDES or part[i].text in _SIDE_WORDS), None)
    if side is not None:
        while side and part[side - 1].text in _SIDE_WORDS:
            side -= 1
        left = expression_of(part[:side])
        return _known(type_of(left)) if left is not None else None
    if last.kind in ("PLUS", "MINUS") or word == "or_else":
        left = expression_of(part[:-1])
        return _known(type_of(left)) if left is not None else None
    return TRUTH if word in _TRUTH_AFTER else None


def _known(type_: Type) -> Type | None:
    return type_ if type_.kind in ("number", "truth", "text") and not type_.literal else None


def _since_cut(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens after the last word that separates conditions, what leads the line, or a comma; between brackets none counts."""
    depth, start = 0, 0
    for i, token in enumerate(tokens):
        depth += (token.kind in ("LPAR", "LSQB")) - (token.kind in ("RPAR", "RSQB"))
        between = token.text == "and" and any(t.text == "between" for t in tokens[start:i])
        if depth == 0 and not between and (token.kind in (LEAD, "COMMA", "EQUAL") or token.text in _CUTS):
            start = i + 1
    return tuple(tokens[start:])
