"""Corrections that the lints offer: edits of the text, each for one kind of mistake."""

from __future__ import annotations

from compiler import syntax as s
from compiler.diagnostics import Edit, Fix
from compiler.nodes import Node
from compiler.source import Span
from compiler.walk import descend, ungrouped


def without_part(condition: s.Expr, part: s.Expr) -> tuple[Fix, ...]:
    """Leave out a part of a condition that `and` joins to the rest."""
    for expr in descend(condition):
        if isinstance(expr, s.Binary) and expr.op == "and":
            left, right = expr.left, expr.right
            if ungrouped(right) is part:
                return (Fix("leave this part out", (Edit(Span(left.span.end, right.span.end), ""),)),)
            if ungrouped(left) is part:
                return (Fix("leave this part out", (Edit(Span(left.span.start, right.span.start), ""),)),)
    return ()


def either(condition: s.Expr, text: str) -> tuple[Fix, ...]:
    """Join two parts by `or` instead of `and`."""
    whole = ungrouped(condition)
    if not isinstance(whole, s.Binary) or whole.op != "and":
        return ()
    if any(
        isinstance(ungrouped(side), s.Binary) and getattr(ungrouped(side), "op", "") == "and"
        for side in (whole.left, whole.right)
    ):
        return ()
    between = text[whole.left.span.end : whole.right.span.start]
    at = whole.left.span.end + between.find("and")
    return (Fix("join them with `or`", (Edit(Span(at, at + 3), "or"),)),) if "and" in between else ()


def of_the_bar_before(expr: s.Expr, nodes: tuple[Node, ...]) -> tuple[Fix, ...]:
    """Compare with a window that ended on the bar before."""
    if isinstance(expr, (s.Binary, s.Crosses)):
        for side, node in zip((expr.left, expr.right), nodes, strict=False):
            if node.op in ("highest", "lowest") and isinstance(side, (s.Call, s.Name, s.Member)):
                return (Fix("compare with the bar before's", (Edit(Span(side.span.end, side.span.end), "[1]"),)),)
    return ()


def other_side(price: s.Expr, text: str) -> tuple[Fix, ...]:
    """The same distance on the other side of the entry."""
    whole = ungrouped(price)
    if isinstance(whole, s.Binary) and whole.op in ("+", "-") and isinstance(whole.left, s.Name) and whole.left.name == "entry":
        between = text[whole.left.span.end : whole.right.span.start]
        at = whole.left.span.end + between.find(whole.op)
        sign = "-" if whole.op == "+" else "+"
        return (Fix(f"write `entry {sign} …`", (Edit(Span(at, at + 1), sign),)),)
    return ()
