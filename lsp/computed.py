"""Values that were computed for a text: by name and by place, over the last bars; and how they are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

BARS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"
SPARKS = 20
"""A sparkline has so many signs at most."""

LAST = 3
"""So many values are said in words."""

Scalar = float | bool | str | None
"""None is unknown."""


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that has values. name: '' for an expression without one. role: input, let, state, rule, alert, plot, market, fact or part.

    places: in characters of the text. values: of the last bars, the newest last; of an input the only one.
    """

    name: str
    role: str
    kind: str
    unit: str
    text: str
    places: tuple[tuple[int, int], ...]
    values: tuple[Scalar, ...]

    @property
    def last(self) -> Scalar:
        return self.values[-1] if self.values else None


@dataclass(frozen=True)
class Computed:
    """The values of one text. data: the bars as a person calls them. times: when the last bars open, milliseconds since 1970 UTC."""

    data: str
    symbol: str
    times: tuple[int, ...]
    values: tuple[Value, ...]
    note: str = ""

    @cached_property
    def by_name(self) -> Mapping[str, Value]:
        """Each name's value; what is made by the program comes before what it is made of."""
        return {value.name: value for value in reversed(self.values) if value.name}

    @property
    def when(self) -> str:
        return moment(self.times[-1]) if self.times else ""


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown beside a line: the values on it, and the whole of it in words."""

    start: int
    end: int
    text: str
    values: tuple[Value, ...] = field(default=())


def computed(body: Mapping[str, Any]) -> Computed:
    """The values in an answer to `values`."""
    values = tuple(
        Value(
            str(v["name"]), str(v["role"]), str(v["kind"]), str(v["unit"]), str(v["text"]),
            tuple((int(start), int(end)) for start, end in v["places"]), tuple(v["values"]),
        )
        for v in body["values"]
    )  # fmt: skip
    return Computed(str(body["data"]), str(body["symbol"]), tuple(map(int, body["times"])), values, str(body["note"]))


# ---------------------------------------------------------------- in words


def shown(value: Scalar) -> str:
    """`485.107`, `1,250,000`, `true`, `unknown`: six digits, or all before the point, as `apx why` says them."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case str():
            return value
    if 1e5 <= abs(value) < 1e15:
        return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    text = f"{value:.6g}"
    return "0" if text == "-0" else text


def sparkline(values: Sequence[Scalar]) -> str:
    """The values as a line of small columns between their least and their greatest; a dot is unknown."""
    values = values[-SPARKS:]
    numbers = [None if v is None or isinstance(v, str) else float(v) for v in values]
    known = [n for n in numbers if n is not None]
    if not known:
        return UNKNOWN * len(numbers)
    low, span = min(known) / 2, max(known) / 2 - min(known) / 2  # halves: their distance is finite
    if all(isinstance(v, bool) for v in values if v is not None):
        low, span = 0.0, 0.5

    def column(number: float | None) -> str:
        if number is None:
            return UNKNOWN
        return BARS[min(len(BARS) - 1, int((number / 2 - low) / span * len(BARS)))] if span > 0 else BARS[len(BARS) // 2 - 1]

    return "".join(map(column, numbers))


def moment(milliseconds: int) -> str:
    """A bar's time in UTC: its date, with the time of day where it is not midnight."""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return f"{when:%Y-%m-%d}" if (when.hour, when.minute) == (0, 0) else f"{when:%Y-%m-%d %H:%M}"


def last_line(found: Computed, value: Value) -> str:
    """What hover says of a name: `▁▂▄▆▇ 486.874, 485.107 price on AAPL, to 2013-03-01`."""
    unit = f" {value.unit}" if value.unit and value.kind == "number" and value.unit != "plain number" else ""
    if value.role == "input":
        return f"{shown(value.last)}{unit}"
    words = ", ".join(shown(v) for v in value.values[-LAST:])
    return f"{sparkline(value.values)} {words}{unit} on {found.symbol or found.data}, to {found.when}"
