"""Multiples of the risk: values written in R, the distance from an order's entry to its stop."""

from __future__ import annotations

from compiler import syntax as s
from compiler.resolve import Names
from compiler.walk import ungrouped


def in_risk(expr: s.Expr, names: Names, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a value is a number of R: `3 R`, a number times that, or an input or `let` of one."""
    while True:
        expr = ungrouped(expr)
        match expr:
            case s.Number(unit=unit):
                return unit == "R"
            case s.Name(name=name) if name not in seen:
                seen |= {name}  # a name that needs itself is reported elsewhere
                if name in names.inputs:
                    expr = names.inputs[name].default
                elif name in names.lets:
                    expr = names.lets[name].value
                else:
                    return False
            case s.Binary(op="*", left=left, right=right):
                if in_risk(left, names, seen):
                    return not in_risk(right, names, seen)
                expr = right
            case _:
                return False
