"""Makes the intraday bars that the examples are run on: random walks with a fixed seed, on the sessions of their calendars. Not real prices.

python -m examples.data.make [FOLDER]
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from runtime.clocks.sessions import calendar

EPOCH = date(1970, 1, 1)
MINUTE = 60_000_000
HEADER = "time,open,high,low,close,volume"


@dataclass(frozen=True, slots=True)
class Feed:
    """What one file is made of. stir: the usual move of a bar, as a share. gap: of a session's open. smile: how much busier its ends are.
    drift: how strong the slow up and down of the trend is, in moves of a bar."""

    name: str
    follows: str
    minutes: int
    first: date
    last: date
    price: float
    decimals: int
    stir: float
    gap: float
    smile: float
    drift: float
    volume: float
    seed: int


FEEDS = (
    Feed("made_ETHUSDT_15m", "24/7", 15, date(2024, 9, 16), date(2024, 11, 6), 88.0, 2, 0.0028, 0.0, 0.0, 0.09, 40.0, 11),
    Feed("made_SPY_5m", "XNYS", 5, date(2024, 10, 14), date(2024, 12, 31), 212.0, 2, 0.0009, 0.0050, 1.2, 0.06, 900.0, 7),
    Feed("made_EURUSD_1h", "FX", 60, date(2024, 9, 2), date(2025, 2, 14), 1.0900, 5, 0.0011, 0.0012, 0.6, 0.05, 300.0, 3),
)
"""The share's days hold a change of the clock in New York (3 November) and two half days (29 November and 24 December);
the currency's days the changes in London and New York, a week apart."""


def bars(feed: Feed) -> Iterator[str]:
    """The lines of a file, oldest first."""
    rng = random.Random(feed.seed)
    found = calendar(feed.follows).sessions((feed.first - EPOCH).days, (feed.last - EPOCH).days)
    price, heat, lean = feed.price, 1.0, 0.0
    for opens, closes in zip(found.open.tolist(), found.close.tolist(), strict=True):
        count = (closes - opens) // (feed.minutes * MINUTE)
        last = price
        price *= math.exp(rng.gauss(0.0, feed.gap)) if feed.gap else 1.0
        for k in range(count):
            heat = 0.97 * heat + 0.03 * math.exp(rng.gauss(0.0, 1.0)) / 1.6487  # calm and busy hours come in spells
            lean = 0.995 * lean + 0.1 * rng.gauss(0.0, 1.0)  # so does the trend
            busy = 1.0 + feed.smile * (2.0 * k / max(1, count - 1) - 1.0) ** 2
            move = feed.stir * math.sqrt(heat) * busy / (1.0 + feed.smile / 3.0)
            opened = price if k == 0 else last
            last = opened * math.exp(rng.gauss(0.0, 1.0) * move + feed.drift * lean * move)
            price = last
            high = max(opened, last) * (1.0 + abs(rng.gauss(0.0, 0.4)) * move)
            low = min(opened, last) * (1.0 - abs(rng.gauss(0.0, 0.4)) * move)
            values = [f"{value:.{feed.decimals}f}" for value in (opened, high, low, last)]
            volume = feed.volume * busy * heat * math.exp(rng.gauss(0.0, 0.4))
            when = datetime.fromtimestamp((opens // 1_000_000) + k * feed.minutes * 60, UTC)
            yield f"{when:%Y-%m-%dT%H:%MZ},{','.join(values)},{volume:.0f}"


def text(feed: Feed) -> str:
    """A whole file."""
    return "\n".join((HEADER, *bars(feed))) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for feed in FEEDS:
        (folder / f"{feed.name}.csv").write_text(text(feed), encoding="utf-8")
