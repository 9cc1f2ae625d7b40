"""Bars that are missing between others, judged by the step of the data and by when its market sleeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, Flags, Micros
from runtime.data.steps import DAY, MONTH, WEEK

_HOUR = 3_600 * MICROS_PER_SECOND
_SATURDAY, _SUNDAY = 5, 6  # with Monday 0


@dataclass(frozen=True, slots=True)
class Gap:
    """`missing` bars are absent between the bars at `after` and `before` (microseconds UTC)."""

    after: int
    before: int
    missing: int


def find_gaps(time: Micros, timeframe: int) -> tuple[Gap, ...]:
    """Where bars are missing between sorted times, in order of time.

    timeframe: seconds between bars; 0 gives no gaps.
    Daily bars: missing weekdays count; weekends do not, unless the data trade on them. A market holiday shows as a gap of one.
    Shorter bars: every step that is too long is a gap, save weekends of a market closed on Saturdays, and the daily
    close of a market that has one; days missing beyond these count as the bars of a usual day.
    """
    if timeframe <= 0 or len(time) < 2:
        return ()
    steps = np.diff(time)
    at = np.flatnonzero(steps > timeframe * MICROS_PER_SECOND * (1.2 if timeframe >= WEEK else 1.0))
    if not len(at):
        return ()
    sleeps_on_weekends = _share_on_saturdays(time) < 0.01
    if timeframe >= WEEK:
        length = 30.44 * DAY if timeframe == MONTH else timeframe
        missing = np.rint(steps[at] / (length * MICROS_PER_SECOND)).astype(np.int64) - 1
    elif timeframe == DAY:
        missing = _missing_days(time[at], time[at + 1], sleeps_on_weekends)
    else:
        missing = _missing_bars(time, at, timeframe, sleeps_on_weekends)
    return tuple(Gap(int(time[i]), int(time[i + 1]), int(m)) for i, m in zip(at.tolist(), missing.tolist(), strict=True) if m > 0)


def _weekday(time: Micros) -> Micros:
    return (time // MICROS_PER_DAY + 3) % 7


def _share_on_saturdays(time: Micros) -> float:
    return float(np.mean(_weekday(time) == _SATURDAY))


def _missing_days(after: Micros, before: Micros, skips_weekends: bool) -> Micros:
    """Days strictly between two dates; only Mondays to Fridays where the market sleeps on weekends."""
    first, last = after // MICROS_PER_DAY + 1, before // MICROS_PER_DAY
    if not skips_weekends:
        return last - first
    return np.busday_count(first.astype("M8[D]"), last.astype("M8[D]")).astype(np.int64)


def _missing_bars(time: Micros, at: Micros, timeframe: int, skips_weekends: bool) -> Micros:
    after, before = time[at], time[at + 1]
    missing = (before - after) // (timeframe * MICROS_PER_SECOND) - 1
    closes = _daily_closes(time, after)
    whole_days = _missing_days(after, before, skips_weekends)
    usual_day = max(1, round(len(time) / len(np.unique(time // MICROS_PER_DAY))))
    missing = np.where(closes, np.where(before - after > 1.5 * MICROS_PER_DAY, whole_days * usual_day, 0), missing)
    if skips_weekends:
        # From Friday's last bar to Sunday evening or Monday: closed, not missing.
        starts = _weekday(after)
        length = before - after
        spans = ((starts == 4) | (starts == _SATURDAY)) & (length > 1.5 * MICROS_PER_DAY) & (length < 3.5 * MICROS_PER_DAY)
        ends = _weekday(before)
        missing = np.where(spans & ((ends == _SUNDAY) | (ends == 0)), 0, missing)
    return missing.astype(np.int64)


def _daily_closes(time: Micros, after: Micros) -> Flags:
    """Which gaps begin at the hour (give or take one, for summer time) at which the market closes on most days."""
    days = len(np.unique(time // MICROS_PER_DAY))
    hours = after // _HOUR % 24
    counts = np.bincount(hours, minlength=24)
    near = counts + np.roll(counts, 1) + np.roll(counts, -1)
    return np.asarray((near > days / 2)[hours] & (counts[hours] > 0))
