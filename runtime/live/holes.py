"""Bars that did not come: how many a calendar has between two candles."""

from __future__ import annotations

import numpy as np

from compiler.clocks import Length
from runtime.clocks.axis import period_number, schedule
from runtime.clocks.sessions import MINUTE, Calendar


def missing_between(last: int, time: int, length: Length, calendar: Calendar) -> int:
    """Bars of a length that open after `last` and before `time`, by the calendar. last, time: opens of two candles in order."""
    bars = schedule(np.array([last, time]), length, calendar)
    sessions = bars.sessions
    if length.unit != "m":
        numbers = period_number(sessions, length)
        first, after = numbers[bars.session].tolist()
        return int(np.unique(numbers[(numbers > first) & (numbers < after)]).size)
    size = length.count * MINUTE
    # Bars count from the open of their session. The first that may be missing opens when the last is complete.
    opened = np.maximum(sessions.open, last + size)
    opened = sessions.open + -((sessions.open - opened) // size) * size
    closed = np.minimum(sessions.close, time)
    return int(np.maximum(0, -((opened - closed) // size)).sum())
