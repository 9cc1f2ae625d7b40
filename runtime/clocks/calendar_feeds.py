"""Feeds that follow from the calendar alone: parts of a bar's time, clock times, sessions and schedules. Names as compiler/calendar_facts.py."""

from __future__ import annotations

import numpy as np

from compiler.calendar_facts import clock_minutes, hours
from compiler.clocks import Length
from runtime.clocks.axis import Schedule, period_end, period_number
from runtime.clocks.sessions import MINUTE, Calendar, local_micros, offsets
from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, Floats, Micros
from runtime.data.bar_calendar import calendar_columns

PREFIXES = ("time", "session.", "week.", "month.", "schedule.")


def is_calendar_feed(name: str) -> bool:
    return name.startswith(PREFIXES)


def calendar_feed(name: str, times: Micros, length: Length, bars: Schedule, calendar: Calendar) -> Floats:
    """One feed for bars that open at these times, shape (n,). A truth is 0 or 2."""
    head, *given = name.split("@")
    sessions, session = bars.sessions, bars.session
    match head:
        case "time":
            return times / MICROS_PER_SECOND
        case "time.within":
            return _truth(_within(local(times, length, given[1] if len(given) > 1 else calendar.zone), given[0]))
        case "session.number":
            return sessions.label[session].astype(np.float64)
        case "week.number" | "month.number":
            unit = Length(1, "w" if head == "week.number" else "mo")
            return period_number(sessions, unit)[session].astype(np.float64)
        case "session.is_last_bar":
            return _truth(bars.end >= sessions.close[session])
        case "session.before_close":
            return _truth(bars.end >= sessions.close[session] - int(given[0]) * MINUTE)
        case "schedule.week_end" | "schedule.month_end":
            unit = Length(1, "w" if head == "schedule.week_end" else "mo")
            return _truth(bars.end >= period_end(sessions, session, unit))
        case "schedule.day":
            return _truth(_closes_at(given[0], times, length, bars, calendar)[0])
        case "schedule.reached":
            return _truth(_closes_at(given[0], times, length, bars, calendar)[1])
        case _:
            clock = local(times, length, given[0] if given else calendar.zone)
            return calendar_columns(clock)[head]


def local(times: Micros, length: Length, zone: str) -> Micros:
    """The clock time of a zone at each bar's open, as microseconds. A bar of a day or longer that is dated at midnight keeps its date."""
    shifted = times + offsets(times, zone)
    return np.where(times % MICROS_PER_DAY == 0, times, shifted) if length.unit != "m" else shifted


def _truth(holds: np.ndarray) -> Floats:
    return np.where(holds, 2.0, 0.0)


def _within(clock: Micros, text: str) -> np.ndarray:
    span = hours(text)
    assert span is not None
    minute = clock % MICROS_PER_DAY // MINUTE
    start, end = span
    return (minute >= start) & (minute < end) if start < end else (minute >= start) | (minute < end)


def _closes_at(text: str, times: Micros, length: Length, bars: Schedule, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """The bar that is open at a clock time of its session's day, or closes then; and every one of the session from there on, whether or not that
    one is there. Where the session ends earlier, both count from its last bar but one."""
    minutes = clock_minutes(text)
    assert minutes is not None
    label, back = np.unique(bars.sessions.label[bars.session], return_inverse=True)
    closes = bars.sessions.close[bars.session]
    moment = local_micros(label, minutes, calendar.zone)[back]
    opened = bars.sessions.open[bars.session]
    # No bar of a session closes when it opens: where a day has no gap, that time is its close (`00:00` where days begin at midnight).
    moment = np.where(moment - MICROS_PER_DAY > opened, moment - MICROS_PER_DAY, moment)
    moment = np.where((moment <= opened) & (moment + MICROS_PER_DAY <= closes), moment + MICROS_PER_DAY, moment)
    early = closes < moment
    from_last_but_one = bars.end + length.count * MINUTE >= closes
    then = np.where(early, from_last_but_one & (bars.end < closes), (times < moment) & (moment <= bars.end))
    since = np.where(early, from_last_but_one, then | ((moment > opened) & (bars.end >= moment)))
    return then, since
