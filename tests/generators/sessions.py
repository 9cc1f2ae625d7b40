"""Random intraday markets over sessions: with weekends, nights, both changes of the clock, missing bars and unknown values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from runtime.candles import Candles
from runtime.clocks.sessions import calendar, sessions_around

MINUTE = 60_000_000
STARTS = ("2024-03-07", "2024-10-31", "2023-11-21", "2024-12-20", "2025-06-27")
"""Days shortly before a change of the clock, a half day, the turn of a year, the end of a quarter."""


def session_times(follows: str, start: str, minutes: int, days: int) -> np.ndarray:  # type: ignore[type-arg]
    """The opens of all bars of so many minutes that a calendar has from a day on."""
    first = int(np.datetime64(start, "us").astype(np.int64))
    after = first + days * 86_400_000_000
    sessions = sessions_around(calendar(follows), first, after)
    inside = (sessions.close > first) & (sessions.open < after)
    size = minutes * MINUTE
    parts = [np.arange(a, b, size) for a, b in zip(sessions.open[inside], sessions.close[inside], strict=True)]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def intraday(seed: int, follows: str, start: str, minutes: int, days: int, missing: float, holes: float, symbol: str) -> Candles:
    """Bars of one instrument; `missing` of them are not there, `holes` of the values are unknown."""
    rng = np.random.default_rng(seed)
    times = session_times(follows, start, minutes, days)
    keep = rng.random(len(times)) >= missing
    keep[0] = True
    times = times[keep]
    rows = len(times)
    close = np.round(100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.004, rows))), 2)
    opened = np.round(close * (1.0 + rng.normal(0.0, 0.001, rows)), 2)
    columns = {
        "open": opened,
        "high": np.maximum(opened, close) + np.round(rng.gamma(1.0, 0.1, rows), 2),
        "low": np.minimum(opened, close) - np.round(rng.gamma(1.0, 0.1, rows), 2),
        "close": close,
        "volume": np.round(rng.gamma(2.0, 50.0, rows), 1),
    }
    for name in columns:
        columns[name] = np.where(rng.random(rows) < holes, np.nan, columns[name])
    candles = Candles.from_arrays(time=times.astype("M8[us]"), symbol=symbol, **columns)
    return candles.following(follows)


@dataclass(frozen=True, slots=True)
class Feed:
    """How one instrument's bars are made."""

    seed: int
    follows: str
    missing: float
    holes: float


@dataclass(frozen=True, slots=True)
class Desk:
    """An instrument and another beside it, from a day on, each with a calendar and gaps of its own."""

    own: Feed
    other: Feed
    start: str
    minutes: int
    days: int

    def candles(self) -> Candles:
        made = [
            intraday(f.seed, f.follows, self.start, self.minutes, self.days, f.missing, f.holes, symbol)
            for f, symbol in ((self.own, "TEST"), (self.other, "OTHER"))
        ]
        return made[0].with_others({"OTHER": made[1]})


CALENDARS = ("24/7", "FX", "XNYS", "XLON", "22:00-04:00@Europe/Berlin")
FEEDS = st.builds(
    Feed,
    st.integers(0, 2**32 - 1),
    st.sampled_from(CALENDARS),
    st.sampled_from((0.0, 0.05, 0.3)),
    st.sampled_from((0.0, 0.0, 0.05)),
)


def desks(minutes: int, days: int = 10) -> st.SearchStrategy[Desk]:
    return st.builds(Desk, FEEDS, FEEDS, st.sampled_from(STARTS), st.just(minutes), st.just(days))
