"""Settings of what holding a position costs and when it is closed by force: `borrow`, `interest`, `funding`, `maintenance`;
and what a fill costs that waited at its limit: `maker`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler import syntax as s
from compiler.building import Builder, Frame, Refused
from compiler.diagnostics import Diagnostics, InternalError, Label
from compiler.inference import type_of_setting
from compiler.terms import Terms
from compiler.types import PLAIN, RATIO, settled_unit

EXAMPLES = {
    "borrow": "borrow 3% per year",
    "interest": "interest 8% per year",
    "funding": "funding 0.01% per 8h",
    "maintenance": "maintenance 25%",
    "maker": "maker 0.02%",
}
TERMS = frozenset(EXAMPLES)
MOST_A_YEAR = 10.0
"""A rate by the year of this or more is a slip of the percent sign."""
MOST_PAID_OUT = -0.01
"""What a maker is paid out at most: venues pay some hundredths of a percent."""
DAY = 86_400


def read_term(line: s.Setting, builder: Builder, frame: Frame) -> dict[str, Any]:
    """The fields of Terms that a line sets. Raises Refused after its mistake is told."""
    key, found = line.key.name, builder.diagnostics
    value = _share(line, builder, frame)
    example = f"For example `{EXAMPLES[key]}`."
    match key:
        case "borrow" | "interest":
            if not 0 <= value < MOST_A_YEAR:
                found.error(
                    "E0360",
                    line.values[0].span,
                    f"`{key}` is from 0% to below 1000% per year; this is {_percent(value)}.",
                    example,
                )
                raise Refused
            return {key: value}
        case "funding":
            if not -1 < value < 1:
                found.error(
                    "E0360", line.values[0].span, f"`funding` would take the whole value at once; this is {value:.0%}.", example
                )
                raise Refused
            return {"funding": value, "funding_every": _every(line, builder)}
        case "maintenance":
            if not 0 <= value < 1:
                found.error(
                    "E0360", line.values[0].span, f"`maintenance` is from 0% to below `margin`; this is {value:.0%}.", example
                )
                raise Refused
            return {"maintenance": value}
        case "maker":
            if not MOST_PAID_OUT <= value < 1:
                found.error(
                    "E0360", line.values[0].span, f"`maker` is from -1% to below 100%; this is {_percent(value)}.", example
                )
                raise Refused
            return {"maker": value}
        case _:
            raise InternalError(f"the setting `{key}` is no term")


def _share(line: s.Setting, builder: Builder, frame: Frame) -> float:
    """The share that a line begins with, fixed before the run; it may be below zero."""
    key, expr = line.key.name, line.values[0]
    before = len(builder.diagnostics.found)
    type_ = type_of_setting(builder.typed, expr, builder.diagnostics)
    if type_.kind == "error" or len(builder.diagnostics.found) > before:
        raise Refused
    unit = settled_unit(type_.unit) if type_.kind == "number" else None
    value = builder.fixed(expr, frame) if type_.kind == "number" else None
    if value is None or value != value or not (unit == RATIO or (unit in (None, PLAIN) and value == 0)):
        builder.diagnostics.error(
            "E0360", expr.span, f"`{key}` takes a percentage that is fixed before the run.", f"For example `{EXAMPLES[key]}`."
        )
        raise Refused
    return value


def _percent(share: float) -> str:
    return f"{100 * round(share, 12):g}%"


def _every(line: s.Setting, builder: Builder) -> int:
    """The seconds between two funding instants. They are counted from midnight UTC, so they must divide a day."""
    length = line.values[-1]
    if isinstance(length, s.DurationLiteral):
        seconds = length.count * {"m": 60, "h": 3_600, "d": DAY}.get(length.unit, 0)
        if seconds > 0 and DAY % seconds == 0:
            return seconds
    builder.diagnostics.error(
        "E0361",
        length.span,
        "Funding is paid at fixed times of the day, counted from midnight UTC, so the time between two of them must divide a day.",
        "Use `1h`, `4h`, `8h` or `1d`.",
    )
    raise Refused


def together(terms: Terms, margin: float, lines: Mapping[str, s.Setting], found: Diagnostics) -> None:
    """What does not go together."""
    if terms.maintenance >= margin and "maintenance" in lines:
        at = lines.get("margin")
        found.error(
            "E0362",
            lines["maintenance"].span,
            f"`maintenance` of {_percent(terms.maintenance)} is not below `margin` of {_percent(margin)}: a position would be closed by force as it is opened.",
            "Lower `maintenance`, or raise `margin`.",
            () if at is None else (Label(at.span, "what a position needs when it is opened"),),
        )
    if terms.interest and margin >= 1 and "interest" in lines:
        found.warn(
            "W0360",
            lines["interest"].span,
            "Without `margin` below 100% a long is never paid with borrowed money, so `interest` costs next to nothing.",
            "Add `margin 50%` if the broker lends, or leave `interest` out.",
        )
