"""Other clocks: an expression on longer bars or another instrument's, and its last completed value seen from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.building.frame import Frame, Refused, Value
from compiler.clocks import BASE, Clock, Length, why_not
from compiler.nodes import Node
from compiler.source import Span

if TYPE_CHECKING:
    from compiler.building.builder import Builder


def moved(builder: Builder, frame: Frame, clock: Clock) -> Frame:
    """A place on another clock."""
    if clock == frame.clock:
        return frame
    inputs = {name: frame.values[name] for name in builder.typed.names.inputs if frame.call is None and name in frame.values}
    return frame.at(clock, inputs)


def elsewhere(builder: Builder, operand: s.Expr, clock: Clock, frame: Frame) -> Value:
    """All of an expression on another clock, and its last completed value seen from this one."""
    if clock == frame.clock:
        return builder.expr(operand, frame)
    builder.clocks.append(clock)
    try:
        value = builder.expr(operand, moved(builder, frame, clock))
    finally:
        builder.clocks.pop()
    return held(builder, value, frame.clock, clock)


def held(builder: Builder, value: Value, clock: Clock, source: Clock) -> Value:
    """The last completed value of what runs on the source, seen from a clock. A fixed value is what it is everywhere."""
    if isinstance(value, dict):
        return {name: held(builder, part, clock, source) for name, part in value.items()}
    if isinstance(value, str):
        raise Refused
    return builder.graph.latest(value, clock, source) if isinstance(value, Node) and builder.folded(value) is None else value


def slower(builder: Builder, expr: s.On, frame: Frame) -> Clock:
    """The clock of `on 4h`; refused where it cannot be built from the program's bars. Inside a slower one it is looked at there."""
    trade = builder.typed.names.trade
    if trade is None and any(d.code == "E0408" for d in builder.diagnostics.found):
        raise Refused  # said once for the whole program
    if trade is None:
        builder.error(
            "E0408", expr.clock.span, frame, "`on` builds longer bars from the program's own, and nothing says how long those are.",
            'Add a line such as `trade "AAPL" every 1h`.',
        )  # fmt: skip
        raise Refused
    wanted, base = Length.of(expr.clock), Length.of(trade.every)
    reason = why_not(wanted, base)
    if reason is not None:
        builder.error("E0409", expr.clock.span, frame, *reason)
        raise Refused
    return frame.clock.on("" if wanted == base else str(wanted))


def on_base(builder: Builder, what: str, span: Span, frame: Frame) -> None:
    """Refuse what belongs to this run where an expression runs on other bars."""
    if frame.clock != BASE:
        builder.error(
            "E0410", span, frame, f"`{what}` belongs to the run's own bars; inside `{frame.clock}` there is none.",
            f"Read it outside: give the part that runs `{frame.clock}` a name with `let`, and compare that.",
        )  # fmt: skip
        raise Refused
