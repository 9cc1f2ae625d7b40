"""Lengths: how many bars a window or phrase looks back, the same for the whole run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.building.frame import Frame, Refused

if TYPE_CHECKING:
    from compiler.building.builder import Builder

LONGEST_WINDOW = 100_000


def length_of(builder: Builder, expr: s.Expr, frame: Frame, function: str = "this", least: int = 1) -> int:
    value = builder.fixed(expr, frame)
    if frame.call is not None and frame.scope.define is not None and frame.scope.define.of_library:
        function = (
            builder.typed.names.source.text[frame.call.start : frame.call.end].split("(")[0].strip()
        )  # what the program called
    name = f"`{function}`" if function != "this" else "This phrase"
    if value is None:
        builder.error(
            "E0403", expr.span, frame, f"{name} needs a fixed number of bars; this one changes from bar to bar.", "Use a number or an input.",
        )  # fmt: skip
        raise Refused
    if value != value or value != math.floor(value):
        builder.error(
            "E0603",
            expr.span,
            frame,
            f"{name} takes a whole number of bars; this is {f'{value:g}' if value == value else 'unknown'}.",
            "Round it with `floor(…)` or `round(…)`.",
        )
        raise Refused
    if value < least:
        builder.error(
            "E0603",
            expr.span,
            frame,
            f"{name} takes a window of at least {least} bar{'s' if least != 1 else ''}; this is {value:g}.",
            f"Use {max(least, 10)} or another number above {least - 1}.",
        )
        raise Refused
    if value > LONGEST_WINDOW:
        size = f"{value:,.0f}" if value < 1e15 else f"{value:g}"
        builder.error(
            "E0604", expr.span, frame, f"A window of {size} bars is longer than the longest allowed, {LONGEST_WINDOW:,}."
        )
        raise Refused
    return int(value)
