"""Inside a bar: aggregates of what runs on a finer clock, and which finer clocks there can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.aggregates import Aggregate
from compiler.building import clocks
from compiler.building.frame import Frame, Refused
from compiler.clocks import FINER, Clock, Length, why_not
from compiler.diagnostics import Edit, Fix
from compiler.nodes import Node
from compiler.source import Span
from compiler.walk import descend, ungrouped

if TYPE_CHECKING:
    from compiler.building.builder import Builder


def aggregated(builder: Builder, function: Aggregate, argument: s.Expr, call: s.Call, frame: Frame) -> Node:
    """What the finer values inside each bar of this clock come to."""
    finer = ungrouped(argument)
    if not isinstance(finer, s.On):
        _no_clock(builder, function, argument, frame)
        raise Refused
    source = _finer(builder, function, finer, frame)
    builder.clocks.append(source)
    try:
        place = clocks.moved(builder, frame, source)
        node = builder.truth(finer.operand, place) if function.takes == "truth" else builder.number(finer.operand, place)
    finally:
        builder.clocks.pop()
    return builder.graph.inside(node, frame.clock, source, function.name)


def _no_clock(builder: Builder, function: Aggregate, argument: s.Expr, frame: Frame) -> None:
    """Say that the argument is on no clock of its own; where one stands inside it, that parentheses are missing."""
    text = frame.source.text
    inner = [part for part in descend(argument) if isinstance(part, s.On)]
    lengths = {str(Length.of(part.clock)) for part in inner}
    example = f"`{function.name}({'(close > open)' if function.takes == 'truth' else 'close'} on 5m)`"
    if len(lengths) != 1:
        hint = f"Name the finer bars, such as {example}."
        builder.error("E0430", argument.span, frame, f"`{function.name}` takes a value on finer bars, and this names none.", hint)
        return
    tail = text[inner[-1].operand.span.end : inner[-1].span.end].strip()
    start, end = argument.span.start, argument.span.end
    edits = [Edit(Span(part.operand.span.end, part.span.end), "") for part in inner]
    closing = Span(edits.pop().span.start, end) if inner[-1].span.end == end else Span(end, end)
    whole = (Edit(Span(start, start), "("), *edits, Edit(closing, f") {tail}"))
    builder.error(
        "E0430", argument.span, frame, f"`{function.name}` takes all of its value on finer bars; here only a part of it is.",
        f"Put what belongs together in parentheses, and `{tail}` behind them.",
        (Fix(f"put all of it {tail}", whole),),
    )  # fmt: skip


def _finer(builder: Builder, function: Aggregate, expr: s.On, frame: Frame) -> Clock:
    """The clock of an aggregate's argument; refused where it is not finer than this one, or does not fill its bars."""
    base = clocks.base_of(builder, expr, frame)
    here, wanted = Length.parse(frame.clock.every) if frame.clock.every else base, Length.of(expr.clock)
    malformed = why_not(wanted, Length(1, "m"))
    if malformed is not None:
        builder.error("E0409", expr.clock.span, frame, *malformed)
        raise Refused
    if wanted.minutes >= here.minutes:
        builder.error(
            "E0431", expr.clock.span, frame, f"`{function.name}` takes bars finer than those around it, {here}; `on {wanted}` is not.",
            f"Write a length below {here}." + (f" Longer bars are read without `{function.name}`." if wanted.minutes > here.minutes else ""),
        )  # fmt: skip
        raise Refused
    finer = frame.clock.symbol == FINER or wanted.minutes < base.minutes
    for outer in (here, base) if wanted.minutes < base.minutes and frame.clock.symbol != FINER else (here,):
        if why_not(outer, wanted) is not None:
            builder.error(
                "E0431", expr.clock.span, frame, f"{outer} is no whole number of {wanted} bars.", f"Take a length that divides {outer}.",
            )  # fmt: skip
            raise Refused
    if finer and frame.clock.symbol not in ("", FINER):
        clocks.refuse_other(builder, expr.clock.span, frame, frame.clock.symbol)
    symbol = FINER if finer else frame.clock.symbol
    return Clock(symbol, "" if wanted == base and not finer else str(wanted))
