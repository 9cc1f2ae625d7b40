"""Which bar a time means: the one that is open then, or the first that opens on a date."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np

from runtime.candles import Candles
from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND
from runtime.data.given_times import bound
from runtime.data.problems import DataError
from runtime.data.steps import MONTH

LONGEST_MONTH = 31 * MICROS_PER_DAY


def bar_at(candles: Candles, at: str | date | np.datetime64) -> int:
    """The bar that is open at a time (ISO, UTC where it carries no zone); of a date alone, the first that opens on that day in UTC.

    Raises DataError for what is no time, for times outside the data, and for times between bars when the market was shut.
    """
    start, is_day = bound(at, is_end=False), _is_day(at)
    after = int(np.searchsorted(candles.time, start, "right"))
    if is_day:
        first = int(np.searchsorted(candles.time, start, "left"))
        if first < len(candles) and int(candles.time[first]) < start + MICROS_PER_DAY:
            return first
    bar = after - 1
    last = len(candles) - 1
    if bar < 0 or (bar == last and start >= int(candles.time[last]) + _length(candles)):
        raise DataError(f"{_said(at)} is outside the data, which run from {_stamp(candles, 0)} to {_stamp(candles, last)}.")
    if bar < last and start >= int(candles.time[bar]) + _length(candles):
        raise DataError(
            f"There is no bar at {_said(at)}: the one before opens {_stamp(candles, bar)}, the next {_stamp(candles, bar + 1)}."
        )
    return bar


def _is_day(at: str | date | np.datetime64) -> bool:
    if isinstance(at, np.datetime64):
        return np.datetime_data(at.dtype)[0] == "D"
    if isinstance(at, str):
        return len(at.strip()) <= 10
    return not isinstance(at, datetime)


def _length(candles: Candles) -> int:
    """Microseconds for which a bar is open; of one bar alone, a day."""
    if candles.timeframe == MONTH:
        return LONGEST_MONTH
    return candles.timeframe * MICROS_PER_SECOND or MICROS_PER_DAY


def _said(at: str | date | np.datetime64) -> str:
    return at.strip() if isinstance(at, str) else str(at)


def _stamp(candles: Candles, bar: int) -> str:
    micros = int(candles.time[bar])
    if micros % MICROS_PER_DAY == 0:
        return str(np.datetime64(micros, "us").astype("M8[D]"))
    return f"{np.datetime64(micros, 'us').astype('M8[s]')}Z"
