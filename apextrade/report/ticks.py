"""Where axes are labelled: round numbers, and calendar steps over bars."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from apextrade.report.data import Micros
from apextrade.report.numbers import DAY_US, moment


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis: the value, or the bar's number."""

    at: float
    label: str


def round_values(low: float, high: float, wanted: int = 5) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten within low..high, some `wanted` of them."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    rough = (high - low) / max(1, wanted)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.9999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    decimals = max(0, 1 - math.floor(math.log10(step)))
    return [round(i * step, decimals) for i in range(first, last + 1)]


def log_values(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers for a logarithmic axis over 0 < low < high: 1, 2, 5 times powers of ten, or fewer where those are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        values = [d * 10.0**p for p in powers for d in digits if low <= d * 10.0**p <= high]
        if len(values) <= wanted + 2:
            break
    return [float(f"{v:.6g}") for v in values]


_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240)
_SECOND_STEPS = (60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)


def time_ticks(time: Micros, wanted: int = 8) -> list[Tick]:
    """Bars at which a calendar step begins (years, months, days, hours or minutes), at most some `wanted`.

    time: microseconds since 1970 UTC, rising, shape (n,). `at` is the number of the first bar in the step.
    """
    if len(time) < 2:
        return [Tick(0, moment(int(time[0])).strftime("%Y-%m-%d"))] if len(time) else []
    span_days = (int(time[-1]) - int(time[0])) / DAY_US
    seconds = time // 1_000_000
    if span_days > 45:
        months = time.astype("M8[us]").astype("M8[M]").astype(np.int64)
        step = next((s for s in _MONTH_STEPS if span_days / 30.44 / s <= wanted), 240)
        starts = _changes(months // step)
        labels = ["%Y" if step >= 12 or moment(int(time[i])).month == 1 else "%b" for i in starts]
    elif span_days > 2:
        days = next((s for s in (1, 2, 3, 7, 14) if span_days / s <= wanted), 14)
        starts = _changes(seconds // 86_400 // days)
        labels = ["%-d %b" for _ in starts]
    else:
        step = next((s for s in _SECOND_STEPS if span_days * 86_400 / s <= wanted), 12 * 3600)
        starts = _changes(seconds // step)
        labels = ["%-d %b" if int(seconds[i]) % 86_400 == 0 else "%H:%M" for i in starts]
    return [Tick(float(i), _written(int(time[i]), form)) for i, form in zip(starts, labels, strict=True)]


def _changes(step: Micros) -> list[int]:
    return [int(i) + 1 for i in np.flatnonzero(step[1:] != step[:-1])]


def _written(micros: int, form: str) -> str:
    when = moment(micros)
    return when.strftime(form.replace("%-d", str(when.day)))
