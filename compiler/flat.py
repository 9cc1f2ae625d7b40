"""`flat 15m before close`: no position over night. From that bar of a session on, everything is closed and nothing is opened."""

from __future__ import annotations

from dataclasses import replace

from compiler import syntax as s
from compiler.building import Builder
from compiler.calendar_facts import CalendarFacts
from compiler.clocks import BASE, Length
from compiler.nodes import Node
from compiler.orders import OrderNodes

OPENING = ("buy", "short")


def flat_line(builder: Builder) -> s.Setting | None:
    """The `flat` line of the settings; None if there is none."""
    lines = (line for block in builder.typed.names.settings for line in block.lines)
    return next((line for line in lines if line.key.name == "flat"), None)


def flatten_before_close(builder: Builder, orders: list[OrderNodes], rule: int) -> list[OrderNodes]:
    """The orders of a program's rules, held to its `flat` line. rule: the number of the rule that closes."""
    line = flat_line(builder)
    if line is None or (minutes := flat_minutes(line, builder)) is None:
        return orders
    g = builder.graph
    late = CalendarFacts(g, BASE).before_close(minutes)
    early = g.node("not", (late,))

    def held(fires: Node) -> Node:
        return g.node("and", (fires, early))

    kept = [replace(order, fires=held(order.fires)) if order.verb in OPENING else order for order in orders]
    return [*kept, OrderNodes("cancel", late, rule, "", line.span), OrderNodes("exit", late, rule, "", line.span, "all")]


def flat_minutes(line: s.Setting, builder: Builder) -> int | None:
    """How many minutes before the close; a length that can't be is reported, and None."""
    found, trade = builder.diagnostics, builder.typed.names.trade
    literal = next((value for value in line.values if isinstance(value, s.DurationLiteral)), None)
    if literal is None:
        return None
    length = Length.of(literal)
    base = Length.of(trade.every) if trade is not None else None
    if length.unit != "m":
        found.error(
            "E0510",
            literal.span,
            f"`flat` counts minutes or hours before the close; `{length}` is longer.",
            "For example `flat 15m before close`.",
        )
        return None
    if base is None or base.unit != "m":
        what = f"bars of {base}" if base is not None else "bars of an unknown length"
        found.error(
            "E0412", literal.span, f"`flat` needs bars shorter than a session; with {what} there is none before the close.",
            'Say shorter bars, such as `trade "AAPL" every 15m`.',
        )  # fmt: skip
        return None
    if length.count < base.count:
        found.error(
            "E0412", literal.span, f"An order made {length} before the close fills after it: the last bar of a session begins {base} before its close.",
            f"Write `flat {base} before close`.",
        )  # fmt: skip
        return None
    return length.count
