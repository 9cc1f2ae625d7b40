"""Lints about `hold top`: rotations that never hold anything, and those of more instruments than there are."""

from __future__ import annotations

from collections.abc import Callable

from compiler import syntax as s
from compiler.built import Built
from compiler.diagnostics import Diagnostics, Edit, Fix
from compiler.lints.knowing import Finding, Knowing
from compiler.nodes import Node
from compiler.orders import OrderNodes
from compiler.ranges.conditions import can_hold


def empty_rotations(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn about rotations whose score is never known or whose weight is never above zero, and about too many to hold."""
    actions = {a.span: a for rule in knowing.names.rules for a in rule.actions if isinstance(a, s.HoldTop)}
    for index, order in enumerate(knowing.built.orders):
        action = actions.get(order.span)
        if action is None or order.verb != "hold top":
            continue
        _nothing(knowing, diagnostics, index, action)
        _too_many(knowing, diagnostics, order, action)


def _nothing(knowing: Knowing, diagnostics: Diagnostics, index: int, action: s.HoldTop) -> None:
    def score(built: Built) -> list[Node]:
        found = built.orders[index].score
        return [] if found is None else [built.graph.node("available", (found,))]

    def weight(built: Built) -> list[Node]:
        found = built.orders[index].weight
        return [] if found is None else [built.graph.node("gt", (found, built.graph.const(0.0)))]

    def never(expr: s.Expr, nodes: Callable[[Built], list[Node]]) -> Finding | None:
        return knowing.finding((expr,), nodes, lambda r, n: not can_hold(r, [(x, True) for x in n]))

    found = never(action.by, score)
    if found is not None:
        text = knowing.shown(action.by)
        diagnostics.warn(
            "W0542", action.by.span, f"`{text}` has no value on any bar{found.where}, so this rotation holds nothing.",
            found.hint("What has no score is not held."),
        )  # fmt: skip
    found = None if action.weight is None else never(action.weight, weight)
    if found is not None and action.weight is not None:
        diagnostics.warn(
            "W0542", action.weight.span, f"The weight `{knowing.shown(action.weight)}` is never above zero{found.where}, so this rotation holds nothing.",
            found.hint("Write a weight above zero, or `weighted equally`."),
        )  # fmt: skip


def _too_many(knowing: Knowing, diagnostics: Diagnostics, order: OrderNodes, action: s.HoldTop) -> None:
    trade = knowing.names.trade
    if trade is None or trade.universe is not None or order.size is None or order.size.op != "const":
        return
    there, wanted = len(trade.symbols), float(order.size.params[0])
    if there > 1 and wanted > there:
        fixes = (Fix(f"write `{there}`", (Edit(action.count.span, str(there)),)),) if isinstance(action.count, s.Number) else ()
        diagnostics.warn(
            "W0545", action.count.span, f"`trade` names {there} instruments, so there are never {wanted:g} to hold.",
            "Hold fewer, or trade more.", fixes=fixes,
        )  # fmt: skip
