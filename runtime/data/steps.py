"""The step between bars: inferred from times, written as a trader writes it."""

from __future__ import annotations

import re

import numpy as np

from runtime.data.arrays import MICROS_PER_SECOND, Micros
from runtime.data.problems import DataError

DAY = 86_400
WEEK = 7 * DAY
MONTH = 30 * DAY
"""Months differ in length; a monthly series has this step by convention."""

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": DAY, "w": WEEK, "mo": MONTH}
_WRITTEN = re.compile(r"([1-9][0-9]{0,6})(s|mo|m|h|d|w)")


def infer_step(time: Micros) -> int:
    """Seconds of the most common step between sorted times; the smaller of equally common ones; months count as 30 days.

    0 with fewer than two bars, or where the most common step is below a second.
    """
    if len(time) < 2:
        return 0
    steps, counts = np.unique(np.diff(time) // MICROS_PER_SECOND, return_counts=True)
    step = int(steps[np.argmax(counts)])
    return MONTH if 28 * DAY <= step <= 31 * DAY else step


def step_text(seconds: int) -> str:
    """`15m`, `4h`, `1d`, `1w`, `1mo`; `90s` where no larger unit fits; `unknown` for 0."""
    if seconds <= 0:
        return "unknown"
    for unit in ("mo", "w", "d", "h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def step_seconds(text: str) -> int:
    """Seconds of `15m`, `1d` and the like. Raises DataError for anything else."""
    if (found := _WRITTEN.fullmatch(text.strip())) is None:
        raise DataError(f"{text!r} is not a bar length. Write a number and s, m, h, d, w or mo, such as 15m or 1d.")
    return int(found[1]) * _UNITS[found[2]]
