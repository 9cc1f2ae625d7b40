"""Longer bars from shorter ones: open of the first, close of the last, highest high, lowest low, all volume, the factor of the last. An unknown
part makes its price unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runtime.candles import Candles
from runtime.clocks.axis import Groups
from runtime.data.arrays import Floats


def aggregate(candles: Candles, made_of: Groups, timeframe: int) -> Candles:
    """The longer bars, each at the time of its first shorter one. timeframe: their length in seconds."""
    first, last = made_of.first, made_of.last
    if not len(first):
        return replace(candles.rows(slice(0)), timeframe=timeframe)
    return replace(
        candles,
        time=candles.time[first],
        open=candles.open[first],
        high=np.maximum.reduceat(candles.high, first),
        low=np.minimum.reduceat(candles.low, first),
        close=candles.close[last],
        volume=summed(candles.volume, made_of),
        factor=None if candles.factor is None else candles.factor[last],
        timeframe=timeframe,
        _calendar={},
    )


def summed(values: Floats, made_of: Groups) -> Floats:
    """Sums from left to right within each group, so that a bar at a time gives the same bits."""
    total = values[made_of.first].copy()
    size = made_of.last - made_of.first + 1
    order = np.argsort(-size, kind="stable")
    remaining = size[order]
    for step in range(1, int(remaining[0]) if len(remaining) else 0):
        at = order[: int(np.searchsorted(-remaining, -step, "left"))]
        total[at] += values[made_of.first[at] + step]
    return total
