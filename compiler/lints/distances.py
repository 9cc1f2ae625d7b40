"""Lints about distances: one written where an order takes a price, and a price where a trail takes a distance."""

from __future__ import annotations

from collections.abc import Iterator

from compiler import syntax as s
from compiler.building.ticks import in_ticks
from compiler.diagnostics import Diagnostics, Edit, Fix
from compiler.lints.knowing import Knowing
from compiler.nodes import Node
from compiler.orders import OrderNodes
from compiler.ranges.shift import Shifts
from compiler.resolve import Names
from compiler.walk import ungrouped

SAID = ("W0520", "W0521", "W0524")
"""What is said of a price that can't be, which is enough."""
_LONG = {"buy": True, "short": False}


def misplaced_distances(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn about each order price that stays when the market moves, and each trail that moves with it."""
    actions = {a.span: a for rule in knowing.names.rules for a in (*rule.actions, *rule.otherwise)}
    pairs = [(order, actions[order.span]) for order in knowing.built.orders if order.span in actions]
    if not pairs:
        return
    shifts = Shifts(knowing.built.graph, knowing.built.roots)
    sides = {_LONG[order.verb] for order, _ in pairs if order.verb in _LONG}
    for order, action in pairs:
        long = _LONG[order.verb] if order.verb in _LONG else next(iter(sides)) if len(sides) == 1 else None
        for expr, node, signs in _prices(order, action):
            if any(d.code in SAID and d.span.start <= expr.span.start < d.span.end for d in diagnostics.found):
                continue
            if shifts.is_distance(node) or (node.op == "const" and _of_ticks(expr, knowing.names)):
                _distance(expr, signs, long, knowing, diagnostics)
        for expr, node in _trails(order, action):
            if shifts.is_price(node):
                diagnostics.warn(
                    "W0541", expr.span, f"`{knowing.shown(expr)}` moves with the market: it is a price, and a trail takes a distance.",
                    f"For example `trail by 2 * atr(14)` or `trail by 3%`; to follow a price write `trail by close - {_inside(expr, knowing)}`.",
                )  # fmt: skip


def _attached(action: s.Action) -> tuple[s.Attached, ...]:
    return action.attached if isinstance(action, s.OrderAction | s.ProtectAction) else ()


def _prices(order: OrderNodes, action: s.Action) -> Iterator[tuple[s.Expr, Node, tuple[str, str, str]]]:
    """Prices that an order names, with what they are away from and the signs for a long and a short."""
    for line in _attached(action):
        if line.kind == "stop_at" and order.stop is not None:
            yield line.value, order.stop, ("entry", "-", "+")
        elif line.kind == "target_at" and order.target is not None:
            yield line.value, order.target, ("entry", "+", "-")
    if isinstance(action, s.OrderAction) and action.entry is not None:
        opens = order.verb in _LONG
        limit, stop = ("-", "+") if opens else ("+", "-"), ("+", "-") if opens else ("-", "+")
        for expr, node, kind in (
            (action.entry.price, order.price, action.entry.kind),
            (action.entry.limit, order.limit, "limit"),
        ):
            if expr is not None and node is not None:
                signs = limit if kind == "limit" else stop
                yield expr, node, ("close", *signs)


def _trails(order: OrderNodes, action: s.Action) -> Iterator[tuple[s.Expr, Node]]:
    for line in _attached(action):
        if line.kind == "trail" and order.trail is not None and not order.trail_share:
            yield line.value, order.trail


def _distance(expr: s.Expr, signs: tuple[str, str, str], long: bool | None, knowing: Knowing, diagnostics: Diagnostics) -> None:
    origin, of_long, of_short = signs
    inside = _inside(expr, knowing)
    sign = of_short if long is False else of_long
    meant = f"{origin} {sign} {inside}"
    fixes = (Fix(f"write `{meant}`", (Edit(expr.span, meant),)),) if long is not None else ()
    diagnostics.warn(
        "W0540", expr.span, f"`{knowing.shown(expr)}` is a distance, and a price belongs here: as a price it is next to nothing.",
        f"Write how far from the {'entry' if origin == 'entry' else 'close'}: `{meant}`.", fixes=fixes,
    )  # fmt: skip


def _inside(expr: s.Expr, knowing: Knowing) -> str:
    """An expression as it stands after a sign."""
    text = knowing.names.source.on_one_line(expr.span)
    loose = isinstance(expr, s.If | s.Unary) or (isinstance(expr, s.Binary) and expr.op not in ("*", "/"))
    return f"({text})" if loose else text


def _of_ticks(expr: s.Expr, names: Names) -> bool:
    """Whether a fixed value is so many ticks, not a price with ticks added."""
    match ungrouped(expr):
        case s.Number(unit=unit):
            return unit == "ticks"
        case s.Name(name=name) if name in names.inputs:
            return in_ticks(name, names)
        case s.Name(name=name) if name in names.lets:
            return _of_ticks(names.lets[name].value, names)
        case s.Unary(op="-", operand=operand):
            return _of_ticks(operand, names)
        case s.Binary(op="+" | "-", left=left, right=right):
            return _of_ticks(left, names) and _of_ticks(right, names)
        case s.Binary(op="*", left=left, right=right):
            return _of_ticks(left, names) or _of_ticks(right, names)
        case s.Binary(op="/", left=left):
            return _of_ticks(left, names)
        case _:
            return False
