"""The vertical axis of a chart: what range it covers, where a value lies on it, and how it is labelled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from apextrade.report.data import Floats
from apextrade.report.numbers import compact, percent
from apextrade.report.ticks import Tick, log_values, round_values

HEIGHT = 10_000  # units from the top of a plot to its bottom
LOG_FROM = 8.0  # highest over lowest from which prices and equity are drawn on a logarithmic axis
Unit = Literal["number", "percent"]


@dataclass(frozen=True, slots=True)
class Axis:
    """low, high: the covered range, as logarithms if `log`. unit: how the labels are written."""

    low: float
    high: float
    log: bool = False
    unit: Unit = "number"

    def places(self, values: Floats) -> Floats:
        """Distance from the top in 1/HEIGHT of the plot, rounded; NaN stays NaN. Shape (n,) to (n,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = np.log(values) if self.log else values
        return np.rint(HEIGHT * (self.high - scaled) / (self.high - self.low))

    def place(self, value: float) -> int:
        """The same for one known value; 0 for one that has no place."""
        at = float(self.places(np.array([value]))[0])
        return int(at) if math.isfinite(at) else 0

    def ticks(self) -> list[Tick]:
        """Round values to label, with their distance from the top in percent."""
        low, high = (math.exp(self.low), math.exp(self.high)) if self.log else (self.low, self.high)
        values = log_values(low, high) if self.log and high / low > 4 else round_values(low, high)
        labels = percent_labels(values) if self.unit == "percent" else [compact(v) for v in values]
        return [Tick(self.place(v) * 100 / HEIGHT, label) for v, label in zip(values, labels, strict=True)]


def fit(
    columns: list[Floats],
    *,
    unit: Unit = "number",
    log: bool = False,
    top: float | None = None,
    margin: float = 0.06,
    log_from: float = LOG_FROM,
) -> Axis:
    """An axis over all known values of the columns, with a margin above and below.

    log: use logarithms if every value is above zero and the highest is log_from times the lowest.
    top: the axis ends exactly there. Without a known value, or with one only, the axis is still valid.
    """
    lows = [float(np.nanmin(c)) for c in columns if np.isfinite(c).any()]
    highs = [float(np.nanmax(c)) for c in columns if np.isfinite(c).any()]
    low, high = (min(lows), max(highs)) if lows else (0.0, 1.0)
    as_log = log and low > 0 and high / low >= log_from
    if as_log:
        low, high = math.log(low), math.log(high)
    room = (high - low) * margin if high > low else abs(high) * 0.05 or 1.0
    return Axis(low - room, high + room if top is None else max(top, high), as_log, unit)


def percent_labels(values: list[float]) -> list[str]:
    """Ratios as percent, with the decimals that tell them apart; from 10,000% on in thousands."""
    exact = next(
        (d for d in range(5) if all(abs(round(100 * v, d) - 100 * v) < 1e-9 * max(1.0, abs(100 * v)) for v in values)), 4
    )
    return [percent(v, decimals=exact) if abs(v) < 100 else compact(100 * v) + "%" for v in values]
