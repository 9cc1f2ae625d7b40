"""What a plan reads of the market: its feeds as columns of candles, or as the numbers of one closed candle."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from compiler.adjustment import FACTOR_FEED
from compiler.plan import ACROSS_FEED
from runtime.candles import Candles
from runtime.data.arrays import Floats
from runtime.data.bar_calendar import CALENDAR, calendar_columns

PRICES = ("open", "high", "low", "close", "volume")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FeedError(ValueError):
    """Market data that is missing, does not fit the plan, or comes out of order."""


@dataclass(frozen=True, slots=True)
class Candle:
    """One closed bar. time: microseconds since 1970-01-01 UTC of its open. Prices and volume: NaN is unknown.

    factor: what the traded prices were multiplied by, and the volume divided by, to give these; for a stream that is made for adjusted candles.
    """

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float = math.nan
    factor: float = 1.0

    @classmethod
    def of(cls, given: Candle | Mapping[str, Any]) -> Candle:
        """A candle from a mapping with the same names; time may also be a datetime, datetime64 or ISO text (without a zone: UTC).

        Raises FeedError for what is missing or is no number.
        """
        if isinstance(given, Candle):
            return given
        missing = [name for name in ("time", *PRICES[:4]) if name not in given]
        if missing:
            raise FeedError(f"A candle has time, open, high, low and close; this one lacks {', '.join(missing)}.")
        factor = _number("factor", given.get("factor", 1.0))
        opened, high, low, close, volume = (_number(name, given.get(name)) for name in PRICES)
        return cls(micros(given["time"]), opened, high, low, close, volume, checked_factor(factor))


def checked_factor(factor: float) -> float:
    """Raises FeedError for what prices can't have been multiplied by."""
    if not 0.0 < factor < math.inf:
        raise FeedError(f"A candle's factor is a number above zero; this is {factor}.")
    return factor


def unadjusted(candle: Candle) -> Candle:
    """The candle, for a stream that was made for prices as traded. Raises FeedError for one with another factor than 1."""
    if candle.factor != 1.0:
        raise FeedError(
            f"The candle of {candle.time} has the factor {candle.factor}, and this stream was made for prices as traded: make it with `adjusted=True`."
        )
    return candle


def micros(time: Any) -> int:
    """Microseconds since 1970-01-01 UTC. Raises FeedError for what is no time."""
    if isinstance(time, np.datetime64) and not np.isnat(time):
        return int(time.astype("M8[us]").astype(np.int64))
    if isinstance(time, int | np.integer) and not isinstance(time, bool):
        return int(time)
    if isinstance(time, str):
        try:
            time = datetime.fromisoformat(time)
        except ValueError:
            raise FeedError(f"The time '{time}' is not written as 2024-01-31 or 2024-01-31T09:30:00Z.") from None
    if isinstance(time, datetime):
        aware = time if time.tzinfo else time.replace(tzinfo=UTC)
        return (aware - EPOCH) // timedelta(microseconds=1)
    raise FeedError(f"A candle's time is whole microseconds, a datetime or an ISO text; this is {time!r}.")


def _number(name: str, value: Any) -> float:
    if value is None:
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        raise FeedError(f"The candle's {name} is no number: {value!r}.") from None


def feed_columns(names: Sequence[str], candles: Candles) -> list[Floats]:
    """The feeds of a plan in order, each of shape (n,): the candles' own arrays where they have them. Raises FeedError."""
    calendar = candles.calendar_columns() if any(name in CALENDAR for name in names) else {}
    check_names(names)
    return [
        getattr(candles, name) if name in PRICES else candles.factors() if name == FACTOR_FEED else calendar[name]
        for name in names
    ]


def feed_values(names: Sequence[str], candle: Candle) -> list[float]:
    """The same for one candle."""
    values = [getattr(candle, name) if name in (*PRICES, FACTOR_FEED) else 0.0 for name in names]
    if any(name in CALENDAR for name in names):
        calendar = calendar_columns(np.array([candle.time], dtype=np.int64))
        for at, name in enumerate(names):
            if name in calendar:
                values[at] = float(calendar[name][0])
    return values


def check_names(names: Sequence[str]) -> None:
    """Raises FeedError for a feed that candles do not have."""
    if any(name.startswith(ACROSS_FEED) for name in names):
        raise FeedError("`members_rank` and `members_zscore` compare the instruments of a run: give the bars of each by symbol.")
    strange = [name for name in names if name not in PRICES and name not in CALENDAR and name != FACTOR_FEED]
    if strange:
        raise FeedError(f"Candles have {', '.join((*PRICES, *CALENDAR))}; the plan also reads {', '.join(strange)}.")
