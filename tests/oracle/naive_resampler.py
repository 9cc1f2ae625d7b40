"""A resampler that knows nothing of ours: datetimes, zones and dictionaries, one bar after the other. It is the check of `on` and of buckets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Longer:
    """A longer bar: when it ends by schedule, and its prices so far."""

    end: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


def crypto_bucket(moment: datetime, length: str) -> tuple[datetime, datetime]:
    """Start and end of the bar of a length that holds a moment, on a market that never closes: days are UTC, weeks begin on Monday."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if length in ("1h", "4h"):
        hours = int(length[:-1])
        start = midnight + timedelta(hours=moment.hour // hours * hours)
        return start, start + timedelta(hours=hours)
    if length == "1d":
        return midnight, midnight + ONE_DAY
    if length == "1w":
        start = midnight - midnight.weekday() * ONE_DAY
        return start, start + 7 * ONE_DAY
    return month_of(midnight)


def month_of(midnight: datetime) -> tuple[datetime, datetime]:
    start = midnight.replace(day=1)
    return start, (start + 32 * ONE_DAY).replace(day=1)


def forex_bucket(moment: datetime, length: str) -> tuple[datetime, datetime]:
    """The same for currencies: a day begins at 17:00 in New York on the evening before, a week on Sunday and ends on Friday."""
    local = moment.astimezone(NEW_YORK)
    day = local.date() + ONE_DAY if local.hour >= 17 else local.date()  # the date that this trading day carries
    while day.weekday() >= 5:  # what trades between two weeks belongs to Monday
        day += ONE_DAY

    def five(of: date) -> datetime:
        return datetime(of.year, of.month, of.day, 17, tzinfo=NEW_YORK).astimezone(UTC)

    opened = five(day - ONE_DAY)
    if length == "4h":
        start = opened + (moment - opened) // timedelta(hours=4) * timedelta(hours=4)
        return start, start + timedelta(hours=4)
    if length == "1d":
        return opened, five(day)
    if length == "1w":
        monday = day - day.weekday() * ONE_DAY
        return five(monday - ONE_DAY), five(monday + 4 * ONE_DAY)
    first, after = day.replace(day=1), (day.replace(day=1) + 32 * ONE_DAY).replace(day=1)
    last = after - ONE_DAY
    while last.weekday() >= 5:
        last -= ONE_DAY
    return five(first), five(last)


def resampled(
    rows: list[tuple[datetime, float, float, float, float, float]],
    step: timedelta,
    length: str,
    bucket: Callable[[datetime, str], tuple[datetime, datetime]],
) -> tuple[list[Longer], list[int]]:
    """The longer bars of rows (time of open, open, high, low, close, volume) in order, and for every row how many were complete when it
    closed."""
    complete: list[Longer] = []
    counts: list[int] = []
    growing: Longer | None = None
    start_of_growing: datetime | None = None
    for moment, opened, high, low, close, volume in rows:
        start, end = bucket(moment, length)
        if growing is not None and start != start_of_growing:
            complete.append(growing)  # its last bar never came: it is known now
            growing = None
        if growing is None:
            growing, start_of_growing = Longer(end, opened, high, low, close, volume), start
        else:
            growing.high, growing.low = max(growing.high, high), min(growing.low, low)
            growing.close, growing.volume = close, growing.volume + volume
        if moment + step >= growing.end:
            complete.append(growing)
            growing = None
        counts.append(len(complete))
    return complete, counts
