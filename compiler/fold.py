"""Folding: the value of an operator on constants, by the same rules as the kernels, to the bit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from compiler.nodes import Node

NAN = math.nan


def norm(r: float) -> float:
    """An infinite result is unknown, and -0 is 0."""
    return r + (r - r)


def _div(a: float, b: float) -> float:
    return norm(a / b) if b != 0 else NAN


def _round(a: float) -> float:
    if a != a:
        return NAN
    whole = float(math.floor(abs(a)))
    whole = whole + 1.0 if abs(a) - whole >= 0.5 else whole
    return norm(-whole if a < 0 else whole)


def _known(f: Callable[[float], float]) -> Callable[[float], float]:
    return lambda a: NAN if a != a else norm(float(f(a)))


def _compare(f: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda a, b: 1.0 if a != a or b != b else (2.0 if f(a, b) else 0.0)


def _choose(c: float, a: float, b: float, unknown: float) -> float:
    return a if c == 2 else b if c == 0 else unknown


EVALUATE: dict[str, Callable[..., float]] = {
    "add": lambda a, b: norm(a + b),
    "sub": lambda a, b: norm(a - b),
    "mul": lambda a, b: norm(a * b),
    "div": _div,
    "neg": lambda a: norm(-a),
    "abs": lambda a: norm(abs(a)),
    "min": lambda a, b: NAN if a != a or b != b else norm(b if b < a else a),
    "max": lambda a, b: NAN if a != a or b != b else norm(b if b > a else a),
    "sqrt": lambda a: norm(math.sqrt(a)) if a >= 0 else NAN,
    "floor": _known(math.floor),
    "ceil": _known(math.ceil),
    "round": _round,
    "sign": lambda a: NAN if a != a else float((a > 0) - (a < 0)),
    "lt": _compare(lambda a, b: a < b),
    "le": _compare(lambda a, b: a <= b),
    "gt": _compare(lambda a, b: a > b),
    "ge": _compare(lambda a, b: a >= b),
    "eq": _compare(lambda a, b: a == b),
    "ne": _compare(lambda a, b: a != b),
    "and": min,
    "or": max,
    "not": lambda a: 2.0 - a,
    "same": lambda a, b: 1.0 if 1.0 in (a, b) else (2.0 if a == b else 0.0),
    "select": lambda c, a, b: _choose(c, a, b, NAN),
    "select_truth": lambda c, a, b: _choose(c, a, b, 1.0),
    "or_else": lambda a, b: b if a != a else a,
    "or_else_truth": lambda a, b: b if a == 1 else a,
    "available": lambda a: 0.0 if a != a else 2.0,
    "available_truth": lambda a: 0.0 if a == 1 else 2.0,
    "then": lambda a: a,
}
"""Operators whose result is correctly rounded, so that any engine gives the same bits. The others come from the library's compiled scalars."""


def fold(node: Node, scalars: Mapping[str, Callable[..., float]], known: dict[int, float | None]) -> float | None:
    """The value of a node made of constants only; None if it is not. `known` keeps, by node id, what was found out before in this graph."""
    stack = [node]
    while stack:
        top = stack[-1]
        if top.id in known:
            stack.pop()
            continue
        if top.op == "const":
            known[top.id] = float(top.params[0])
            continue
        evaluate = EVALUATE.get(top.op) or scalars.get(top.op)
        if evaluate is None or not top.args or any(known.get(a.id, 0.0) is None for a in top.args):
            known[top.id] = None
            continue
        waiting = [a for a in top.args if a.id not in known]
        if waiting:
            stack.append(waiting[0])
            continue
        known[top.id] = float(evaluate(*(known[a.id] for a in top.args)))
    return known[node.id]
