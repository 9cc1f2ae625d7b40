"""How deep the expressions of a line nest, told from its signs and words before any of it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from compiler.source import Span
from compiler.words import LEADING, MAX_DEPTH, RESERVED

# Levels of the grammar, loosest first, as far as signs and words tell them apart.
_LEVELS = {
    "or": 0, "and": 1, "last": 3, "for": 4, "<": 4, ">": 4, "<=": 4, ">=": 4, "==": 4, "!=": 4, "crosses": 4,
    "or_else": 5, "+": 6, "-": 6, "*": 7, "/": 7,
}  # fmt: skip
_PREFIXES = {"not": 2, "-": 8, "since": 8}
_INSIDE = frozenset((
    "true", "false", "unknown", "above", "below", "is", "has", "within", "rising", "falling", "bars", "on", "from", "in",
))  # fmt: skip
_ENDS = (RESERVED | LEADING | {",", "=", ".."}) - _INSIDE
_SIGNS = frozenset({*_LEVELS, *_PREFIXES, *_ENDS, "and", "(", ")", "[", "]", ".", "if", "then", "else", "end", "between", "bars"})
_SIGN = re.compile(r'(?>[ \t\r\n]+|#[^\r\n]*)*+([A-Za-z_]\w*|[0-9][\w.]*|"[^"\r\n]*"?|[<>=!]=|\.\.|[^\s\w])')


@dataclass(slots=True)
class _Scope:
    """An expression being read between brackets, or between `if` and `end`.

    depth: of the operand just read, 0 where one is still to come. start: where it begins. waiting: operators with what stands left of them.
    """

    opened: str
    at: int
    callee: bool = False
    base: int = 0
    base_start: int = 0
    depth: int = 0
    start: int = 0
    most: int = 0
    branches: int = 0
    between: int = 0
    waiting: list[tuple[int, int, int]] = field(default_factory=list)

    def fold(self, level: int) -> bool:
        """Close the operators that bind at least as tight; whether an expression became too deep."""
        waiting, depth = self.waiting, self.depth
        while waiting and waiting[-1][0] >= level:
            _, left, self.start = waiting.pop()
            depth = (left if left > depth else depth) + 1
        self.depth = depth
        return depth > MAX_DEPTH

    def part(self) -> bool:
        """An expression ends here; whether it is too deep."""
        deep = self.fold(0)
        self.most = max(self.most, self.depth)
        if not deep:
            self.depth = 0
        return deep


def too_deep(text: str, start: int, end: int) -> Span | None:
    """The expression in text[start:end] that nests more than MAX_DEPTH deep, as far as it was followed; None if none is seen to.

    Never more than the tree's own depth, for a text without mistakes; where only the tree tells, None. Stops at the first that is too deep.
    """
    if end - start <= MAX_DEPTH:  # no shorter line is as deep
        return None
    scope, outer = _Scope("", start), list[_Scope]()
    for match in _SIGN.finditer(text, start, end):
        sign = match[1]
        if sign not in _SIGNS:  # a name, a number, a text
            if not scope.depth:
                scope.depth, scope.start = 1, match.start(1)
            if scope.opened == "else":
                scope.opened = "if"  # the last branch
            continue
        at, deep = match.start(1), False
        if sign in _PREFIXES and not scope.depth:
            scope.waiting.append((_PREFIXES[sign], 0, at))
            deep = len(scope.waiting) > MAX_DEPTH
            if deep:
                scope.start = scope.waiting[0][2]
        elif sign == "and" and scope.between and scope.waiting:
            scope.between -= 1
            deep = scope.fold(5)
            level, left, start = scope.waiting.pop()  # of the `between`: one expression of three
            scope.waiting.append((level, max(left, scope.depth), start))
            scope.depth = 0
        elif sign in _LEVELS and scope.depth:
            deep = scope.fold(_LEVELS[sign])
            scope.waiting.append((_LEVELS[sign], scope.depth, scope.start))
            if not deep:
                scope.depth = 0
        elif sign in ("(", "["):
            outer.append(scope)
            scope = _Scope(sign, at, sign == "(" and scope.depth > 0, scope.depth, scope.start)
        elif sign in (")", "]") and scope.opened in ("(", "["):
            deep = scope.part()
            if not deep:
                inner, scope = scope, outer.pop()
                # A call's own name is no level above its arguments; an index is one above what it is taken of.
                scope.depth = max(inner.most, 0 if inner.callee else inner.base) + 1
                scope.start = inner.base_start if inner.base else inner.at
                deep = scope.depth > MAX_DEPTH
        elif sign == ".":
            scope.depth += 1
            deep = scope.depth > MAX_DEPTH
        elif sign == "if":
            if scope.opened == "else":  # `else if`: the chain goes on
                scope.opened = "if"
            else:
                outer.append(scope)
                scope = _Scope("if", at)
        elif sign == "then" and scope.opened == "if":
            scope.branches += 1
            deep = scope.part() or scope.branches > MAX_DEPTH
            scope.start = scope.at if scope.branches > MAX_DEPTH else scope.start
        elif sign == "else" and scope.opened == "if":
            deep = scope.part()
            scope.opened = "else"
        elif sign == "end" and scope.opened in ("if", "else"):
            deep = scope.part()
            if not deep:
                inner, scope = scope, outer.pop()
                scope.depth, scope.start = inner.most + inner.branches, inner.at
                deep = scope.depth > MAX_DEPTH
        elif sign == "between":
            deep = scope.fold(5)
            scope.between += 1
            scope.waiting.append((4, scope.depth, scope.start))
            scope.depth = 0
        elif sign in _ENDS:
            deep = scope.part()
            scope.between = 0
        if scope.opened == "else" and sign not in ("else", "if"):
            scope.opened = "if"
        if deep:
            return Span(scope.start, match.end(1))
    return Span(scope.start, end) if scope.part() else None


_SHOWN = 40


def shortened(text: str) -> str:
    """A text in one line of what can be shown, cut where it is long."""
    shown = "".join(ch if ch.isprintable() else "?" for ch in " ".join(text[: 4 * _SHOWN].split()))
    return shown if len(shown) <= _SHOWN and len(text) <= 4 * _SHOWN else shown[: _SHOWN - 1] + "…"
