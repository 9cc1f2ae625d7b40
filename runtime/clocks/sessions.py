"""Sessions: when an instrument trades, day by day, as the calendar that it follows says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from compiler.calendar_facts import hours
from compiler.zones import EXCHANGES, ZONES
from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, Micros

MINUTE = 60 * MICROS_PER_SECOND
EPOCH = date(1970, 1, 1)
ALWAYS, FOREX = "24/7", "FX"


class CalendarError(ValueError):
    """A calendar that does not exist, or that says nothing about the time asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """Sessions in order. label: the day each belongs to, days since 1970. open, close: microseconds since 1970 UTC."""

    label: npt.NDArray[np.int64]
    open: Micros
    close: Micros

    def holding(self, times: Micros) -> npt.NDArray[np.int64]:
        """The session of each time: the first that closes after it. What trades after a close belongs to the next session."""
        return np.searchsorted(self.close, times, "right")

    def on_day(self, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The session of each day, or the next where the day has none."""
        return np.searchsorted(self.label, days, "left")


class Calendar(Protocol):
    """When an instrument trades. Equal calendars are one."""

    def __hash__(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def zone(self) -> str:
        """The zone of its clock times."""
        ...

    def sessions(self, first: int, last: int) -> Sessions:
        """Every session of the days `first` to `last`, counted since 1970."""
        ...


def sessions_around(calendar: Calendar, first: int, last: int) -> Sessions:
    """The sessions of whole years around two moments, microseconds since 1970 UTC: so that a bar alone and a history see the same ones,
    and that weeks and months are whole."""
    years = np.array([first // MICROS_PER_DAY, last // MICROS_PER_DAY]).astype("M8[D]").astype("M8[Y]").astype(np.int64)
    return _of_years(calendar, int(years[0]) - 1, int(years[1]) + 2)


@lru_cache(maxsize=64)
def _of_years(calendar: Calendar, first: int, after: int) -> Sessions:
    ends = np.array([first, after], dtype=np.int64).astype("M8[Y]").astype("M8[D]").astype(np.int64)
    return calendar.sessions(int(ends[0]), int(ends[1]) - 1)


def calendar(name: str) -> Calendar:
    """The calendar of a name: `24/7`, `FX`, an exchange such as `XNYS`, or hours with a zone: `09:30-16:00@America/New_York`, of an
    exchange's days with `@XNYS` after them.

    Raises CalendarError for no such calendar.
    """
    if "@" in name:
        text, _, place = name.partition("@")
        zone, _, exchange = place.partition("@")
        span = hours(text)
        if span is None or zone not in ZONES or (exchange and exchange not in EXCHANGES):
            raise CalendarError(f"'{name}' is no calendar: hours and a zone are written 09:30-16:00@America/New_York.")
        return HoursOf(name, zone, *span, exchange) if exchange else Hours(name, zone, *span)
    if name == ALWAYS:
        return Always()
    if name.upper() == FOREX:
        return Forex()
    if name.upper() in EXCHANGES:
        return Exchange(name.upper())
    raise CalendarError(f"There is no calendar '{name}'. There are 24/7, FX, and exchanges by their market code, such as XNYS.")


def _days(first: int, last: int) -> npt.NDArray[np.int64]:
    return np.arange(first, last + 1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Always:
    """Every day from midnight to midnight, UTC: crypto exchanges."""

    name: str = ALWAYS
    zone: str = "UTC"

    def sessions(self, first: int, last: int) -> Sessions:
        days = _days(first, last)
        return Sessions(days, days * MICROS_PER_DAY, (days + 1) * MICROS_PER_DAY)


@dataclass(frozen=True, slots=True)
class Forex:
    """The currency week: from Sunday 17:00 to Friday 17:00 in New York; a day begins at 17:00 of the evening before."""

    name: str = FOREX
    zone: str = "America/New_York"

    def sessions(self, first: int, last: int) -> Sessions:
        days = _days(first, last)
        days = days[(days + 3) % 7 < 5]
        minutes = 17 * 60
        return Sessions(days, local_micros(days - 1, minutes, self.zone), local_micros(days, minutes, self.zone))


@dataclass(frozen=True, slots=True)
class Hours:
    """The same hours on Monday to Friday, in one zone; hours over midnight begin on the evening before."""

    name: str
    zone: str
    start: int
    end: int

    def sessions(self, first: int, last: int) -> Sessions:
        days = _days(first, last)
        days = days[(days + 3) % 7 < 5]
        opened = days - 1 if self.end <= self.start else days
        return Sessions(days, local_micros(opened, self.start, self.zone), local_micros(days, self.end, self.zone))


@dataclass(frozen=True, slots=True)
class HoursOf:
    """The same hours on the days of an exchange, in one zone; on its half days they end with it."""

    name: str
    zone: str
    start: int
    end: int
    exchange: str

    def sessions(self, first: int, last: int) -> Sessions:
        whole = _exchange_sessions(self.exchange, first, last)
        days = whole.label
        opened = local_micros(days - 1 if self.end <= self.start else days, self.start, self.zone)
        closed = local_micros(days, self.end, self.zone)
        early = np.isin(days, _half_days(self.exchange, first, last))
        closed = np.where(early, np.minimum(closed, whole.close), closed)
        held = closed > opened
        return Sessions(days[held], opened[held], closed[held])


def within(session: str, own: Calendar) -> Calendar:
    """The calendar of `on session` for an instrument that follows a calendar. session: `09:30-16:00`, also with `@` and a zone."""
    text, _, zone = session.partition("@")
    match own:
        case Exchange(name):
            return calendar(f"{text}@{zone or own.zone}@{name}")
        case HoursOf():
            return calendar(f"{text}@{zone or own.zone}@{own.exchange}")
        case _:
            return calendar(f"{text}@{zone or own.zone}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """An exchange's own sessions: holidays, half days and both changes of the clock included."""

    name: str

    @property
    def zone(self) -> str:
        return EXCHANGES[self.name]

    def sessions(self, first: int, last: int) -> Sessions:
        return _exchange_sessions(self.name, first, last)


def _exchange(name: str, first: int, last: int) -> Any:
    """An exchange's calendar of the days `first` to `last`, or of as many of them as it knows: some know only a span of years."""
    import exchange_calendars

    start, end = EPOCH + timedelta(days=first), EPOCH + timedelta(days=last)
    try:
        return exchange_calendars.get_calendar(name, start=start.isoformat(), end=end.isoformat())
    except ValueError as error:
        known = type(exchange_calendars.get_calendar(name))
        low, high = (None if bound is None else bound.date() for bound in (known.bound_min(), known.bound_max()))
        begin, until = max(start, low or start), min(end, high or end)
        if (begin, until) == (start, end) or begin >= until:
            raise CalendarError(f"The calendar {name} can't say when {start} to {end} was traded: {error}") from None
        return exchange_calendars.get_calendar(name, start=begin.isoformat(), end=until.isoformat())


def _half_days(name: str, first: int, last: int) -> npt.NDArray[np.int64]:
    """The days on which an exchange closes earlier than usual."""
    found: npt.NDArray[np.int64] = _exchange(name, first, last).early_closes.to_numpy().astype("M8[D]").astype(np.int64)
    return found


def _exchange_sessions(name: str, first: int, last: int) -> Sessions:
    schedule = _exchange(name, first, last).schedule
    labels = schedule.index.to_numpy().astype("M8[D]").astype(np.int64)
    opened, closed = (
        schedule[column].dt.tz_convert(None).to_numpy().astype("M8[us]").astype(np.int64) for column in ("open", "close")
    )
    return Sessions(labels, opened, closed)


def local_micros(days: npt.NDArray[np.int64], minutes: int, zone: str) -> Micros:
    """A clock time of days in a zone, in microseconds since 1970 UTC. A time that the clocks skip is the moment after the gap."""
    return np.array([_local(int(day), minutes, zone) for day in days], dtype=np.int64)


@lru_cache(maxsize=200_000)
def _local(day: int, minutes: int, zone: str) -> int:
    moment = datetime.combine(EPOCH, datetime.min.time(), ZoneInfo(zone)) + timedelta(days=day, minutes=minutes)
    return round(moment.astimezone(UTC).timestamp()) * MICROS_PER_SECOND


def offsets(times: Micros, zone: str) -> Micros:
    """What to add to UTC for the clock time of a zone, microseconds, at each time."""
    if zone == "UTC" or not len(times):
        return np.zeros(len(times), dtype=np.int64)
    days, back = np.unique(times // MICROS_PER_DAY, return_inverse=True)
    before = np.array([_offset(int(day) * 96, zone) for day in days], dtype=np.int64)
    after = np.array([_offset((int(day) + 1) * 96, zone) for day in days], dtype=np.int64)
    found = before[back]
    changing = (before != after)[back]
    quarters = times[changing] // (15 * MINUTE)  # zones change their clocks on the quarter hour
    found[changing] = [_offset(int(quarter), zone) for quarter in quarters]
    return found * MICROS_PER_SECOND


@lru_cache(maxsize=100_000)
def _offset(quarter: int, zone: str) -> int:
    offset = datetime.fromtimestamp(quarter * 900, ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())
