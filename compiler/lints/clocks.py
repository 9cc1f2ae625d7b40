"""Lints about clocks: what `on` and `from` take, where the text may be read otherwise, and rules that act when the market has closed."""

from __future__ import annotations

from compiler import syntax as s
from compiler.clocks import Length
from compiler.diagnostics import Diagnostics, Edit, Fix
from compiler.resolve import Names
from compiler.walk import descend, expressions


def about_clocks(names: Names, diagnostics: Diagnostics) -> None:
    for statement in names.file.statements:
        for expr in expressions(statement):
            if isinstance(expr, s.Binary) and expr.op in ("+", "-", "*", "/"):
                _only_the_last(expr, names, diagnostics)
            elif isinstance(expr, s.Scheduled):
                _after_the_close(expr, names, diagnostics)


def _only_the_last(expr: s.Binary, names: Names, diagnostics: Diagnostics) -> None:
    """`close - open on 4h` takes the open alone from the longer bars."""
    right, left = expr.right, expr.left
    if not isinstance(right, (s.On, s.From)) or not any(isinstance(part, s.Name | s.Call) for part in descend(left)):
        return
    if any(isinstance(part, (s.On, s.From)) for part in descend(left)):
        return
    text = names.source.text
    inner, outer = text[right.operand.span.start : right.operand.span.end], text[right.span.start : right.span.end]
    tail = outer[len(inner) :]
    whole = f"({text[left.span.start : left.span.end]} {expr.op} {inner}){tail}"
    alone = f"({outer})"
    diagnostics.warn(
        "W0401", right.span, f"`{tail.strip()}` belongs to `{' '.join(inner.split())}` alone; what stands before it runs on the program's own bars.",
        "Put what belongs together in parentheses.",
        fixes=(
            Fix(f"write `{alone}`, which says so", (Edit(right.span, alone),), safe=True),
            Fix(f"take all of it: `{' '.join(whole.split())}`", (Edit(expr.span, whole),)),
        ),
    )  # fmt: skip


def _after_the_close(expr: s.Scheduled, names: Names, diagnostics: Diagnostics) -> None:
    """A rule at the end of a week or month acts on the last close, so its orders fill in the next session."""
    base = Length.of(names.trade.every) if names.trade is not None else None
    if expr.edge == "end" and base is not None and base.unit == "m":
        diagnostics.warn(
            "W0402", expr.span, f"The {expr.period} ends with the last bar of a session, so orders made then fill when the next one opens.",
            f'To be filled before the close write `every day at "15:45"` with a condition, or `every {expr.period} start`.',
        )  # fmt: skip
