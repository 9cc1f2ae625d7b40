"""Other clocks: an expression on longer bars or another instrument's, and its last completed value seen from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.building.frame import Frame, Refused, Value
from compiler.clocks import BASE, FINER, Clock, Length, why_not
from compiler.diagnostics import Edit, Fix
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
    """The clock of `on 4h`; refused where it cannot be built from the program's bars. Inside a slower one it is looked at there, inside a finer one
    built from finer bars."""
    wanted, base = Length.of(expr.clock), base_of(builder, expr, frame)
    here = Length.parse(frame.clock.every) if frame.clock.symbol == FINER else base
    reason = why_not(wanted, Length(1, "m")) or why_not(wanted, here)
    if wanted.minutes < base.minutes and here == base:
        finer_alone(builder, expr, wanted, base, frame)
        raise Refused
    if reason is not None:
        builder.error("E0409", expr.clock.span, frame, *reason)
        raise Refused
    return frame.clock.on("" if wanted == base and frame.clock.symbol != FINER else str(wanted))


def base_of(builder: Builder, expr: s.On, frame: Frame) -> Length:
    """How long the program's own bars are; refused where nothing says so."""
    trade = builder.typed.names.trade
    if trade is None and any(d.code == "E0408" for d in builder.diagnostics.found):
        raise Refused  # said once for the whole program
    if trade is None:
        builder.error(
            "E0408", expr.clock.span, frame, "`on` goes by the length of the program's own bars, and nothing says how long those are.",
            'Add a line such as `trade "AAPL" every 1h`.',
        )  # fmt: skip
        raise Refused
    return Length.of(trade.every)


def refuse_other(builder: Builder, span: Span, frame: Frame, symbol: str) -> None:
    """Finer bars are those of the run's own instrument."""
    builder.error(
        "E0432", span, frame, f"Finer bars are read of the program's own instrument alone, not of {symbol}.",
        f"Aggregate the finer bars outside `from`, or read {symbol} on the program's own bars.",
    )  # fmt: skip
    raise Refused


def finer_alone(builder: Builder, expr: s.On, wanted: Length, base: Length, frame: Frame) -> None:
    """Say that a finer clock is read by an aggregate only; the value that is meant is most often the last."""
    tail = f"on {wanted}"
    fits = why_not(base, wanted) is None and why_not(wanted, Length(1, "m")) is None
    is_number = builder.typed.type_of(expr).kind == "number"
    hint = "Aggregate the finer bars: `last_inside(…)`, `mean_inside(…)`, `highest_inside(…)`, `sum_inside(…)`, `count_inside(…)` and others."
    fix = Fix(
        f"write `last_inside(… {tail})`",
        (Edit(Span(expr.span.start, expr.span.start), "last_inside("), Edit(Span(expr.span.end, expr.span.end), ")")),
    )
    builder.error(
        "E0409", expr.clock.span, frame, f"`{tail}` is finer than the bars of the program, {base}; one of those holds many of them.", hint,
        (fix,) if fits and is_number and frame.call is None else (),
    )  # fmt: skip


def on_base(builder: Builder, what: str, span: Span, frame: Frame) -> None:
    """Refuse what belongs to this run where an expression runs on other bars."""
    if frame.clock != BASE:
        builder.error(
            "E0410", span, frame, f"`{what}` belongs to the run's own bars; inside `{frame.clock}` there is none.",
            f"Read it outside: give the part that runs `{frame.clock}` a name with `let`, and compare that.",
        )  # fmt: skip
        raise Refused
