"""Axes: the rows of one clock, when each is complete, and which row of another it sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from compiler.clocks import Length
from runtime.clocks.sessions import MINUTE, Calendar, CalendarError, Sessions, sessions_around
from runtime.data.arrays import MICROS_PER_DAY, Micros

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """What the calendar says of bars of one length. Arrays of shape (n,), one value a bar.

    session: position of the bar's session in `sessions`. end: when the bar is complete at the latest, by schedule.
    """

    sessions: Sessions
    session: Rows
    end: Micros


def schedule(times: Micros, length: Length, calendar: Calendar) -> Schedule:
    """The sessions and scheduled ends of bars that open at these times.

    A bar ends with its length or with its session, whichever comes first; one of a day ends with its session, one of a week or month
    with the last session of it, or of its own seven days or months where it opens inside.
    Bars of a day or longer that are dated at midnight belong to the day of their date.
    """
    first, last = (int(times[0]), int(times[-1])) if len(times) else (0, 0)
    sessions = sessions_around(calendar, first, last)
    session = sessions.holding(times)
    if length.unit != "m":
        session = np.where(times % MICROS_PER_DAY == 0, sessions.on_day(times // MICROS_PER_DAY), session)
    if len(times) and (not len(sessions.label) or session[-1] >= len(sessions.label) or _before(sessions, first)):
        raise CalendarError(f"The calendar {calendar.name} does not know the sessions of {_day(first)} to {_day(last)}.")
    session = np.minimum(session, len(sessions.close) - 1)
    if length.unit == "m":
        end = times + length.count * MINUTE
        inside = times >= sessions.open[session]
        end = np.where(inside, np.minimum(end, sessions.close[session]), end)
    else:
        end = np.where(
            starts_period(sessions, session, length),
            period_end(sessions, session, length),
            span_end(sessions, session, length),
        )
    return Schedule(sessions, session, end)


def _before(sessions: Sessions, first: int) -> bool:
    """Whether a time lies before the sessions that a calendar knows; it may lie in the holidays with which they begin."""
    return first // MICROS_PER_DAY < int(sessions.label[0]) - 14


def _day(time: int) -> str:
    return str(np.datetime64(time, "us").astype("M8[D]"))


def period_number(sessions: Sessions, length: Length) -> Rows:
    """A number for the day, week or months that each session belongs to; equal within one."""
    if length.unit == "d":
        return sessions.label
    if length.unit == "w":
        return (sessions.label + 3) // 7  # weeks begin on Monday; 1970-01-01 was a Thursday
    months = sessions.label.astype("M8[D]").astype("M8[M]").astype(np.int64)
    return months // length.count


def period_end(sessions: Sessions, session: Rows, length: Length) -> Micros:
    """The close of the last session of the day, week or month in which each of some sessions lies."""
    numbers = period_number(sessions, length)
    last = np.searchsorted(numbers, numbers, "right") - 1
    return sessions.close[last[session]]


def starts_period(sessions: Sessions, session: Rows, length: Length) -> npt.NDArray[np.bool_]:
    """Whether each of some sessions is the first of its day, week or months."""
    numbers = period_number(sessions, length)
    first: npt.NDArray[np.bool_] = np.searchsorted(numbers, numbers[session], "left") == session
    return first


def span_end(sessions: Sessions, session: Rows, length: Length) -> Micros:
    """The close of the last session within a day, week or months from each of some sessions on: bars that open inside a week or month, such as
    weeks from Sunday on, have a span of their own, and counting them to the calendar's would show them before they are complete."""
    labels = sessions.label[session]
    if length.unit == "mo":
        dates = labels.astype("M8[D]")
        months = dates.astype("M8[M]")
        after = ((months + length.count).astype("M8[D]") + (dates - months.astype("M8[D]"))).astype(np.int64)
    else:
        after = labels + (7 if length.unit == "w" else 1)
    closes: Micros = sessions.close[np.searchsorted(sessions.label, after, "left") - 1]
    return closes


@dataclass(frozen=True, slots=True, eq=False)
class Buckets:
    """Into which longer bar each shorter one goes. number: equal within one, rising. end: when the longer bar is complete, by schedule."""

    number: Rows
    end: Micros


def buckets(times: Micros, bars: Schedule, length: Length) -> Buckets:
    """The longer bars of a length that shorter ones fall into. Minutes and hours count from the open of the session, and end with it.

    Before the open they count backwards to the close before; what is left over there goes with the bar that follows, so that none lies in two sessions.
    """
    sessions, session = bars.sessions, bars.session
    if length.unit != "m":
        return Buckets(period_number(sessions, length)[session], period_end(sessions, session, length))
    opened, closed = sessions.open[session], sessions.close[session]
    before = np.where(session > 0, sessions.close[session - 1], np.iinfo(np.int64).min)
    size = length.count * MINUTE
    start = opened + (times - opened) // size * size
    start = np.where(start < np.minimum(before, opened), start + size, start)
    end = np.where(start >= opened, np.minimum(start + size, closed), start + size)
    return Buckets(start, end)


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """The rows of a clock in order. row: the row of the instrument's own bars at which each is complete (as many as there are bars:
    not within them). instant: when that is, microseconds since 1970 UTC."""

    row: Rows
    instant: Micros


def own_axis(bars: Schedule) -> Axis:
    return Axis(np.arange(len(bars.end), dtype=np.int64), bars.end)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Runs of bars that make one longer bar each. first, last: their rows. complete: row at which the longer bar is complete."""

    first: Rows
    last: Rows
    complete: Rows
    instant: Micros


def groups(bars: Schedule, into: Buckets) -> Groups:
    """The longer bars that the bars make. A bar that opens after its longer bar was complete begins another one."""
    n = len(bars.end)
    if not n:
        nothing = np.empty(0, dtype=np.int64)
        return Groups(nothing, nothing, nothing, nothing)
    opens = np.ones(n, dtype=np.bool_)
    opens[1:] = (into.number[1:] != into.number[:-1]) | (bars.end[:-1] >= into.end[:-1])
    first = np.flatnonzero(opens).astype(np.int64)
    last = np.append(first[1:], n) - 1
    done = bars.end[last] >= into.end[last]
    return Groups(first, last, np.where(done, last, last + 1), np.maximum(into.end[last], bars.end[last]))


def seen(source: Axis, target: Axis, same_instrument: bool) -> Rows:
    """For each row of the target the last row of the source that is complete by then; -1 before the first.

    Complete by the clock on the wall and, within one instrument, by its own bars too: two of them may close at one instant.
    """
    found = np.searchsorted(source.instant, target.instant, "right")
    if same_instrument:
        found = np.minimum(found, np.searchsorted(source.row, target.row, "right"))
    return found - 1
