"""The step of a series of prices: the finest decimal place it is quoted in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from runtime.data.arrays import Floats

RECENT = 1000
MOST_DECIMALS = 8
MOST_OFF = 0.1


def price_step(*columns: Floats) -> float | None:
    """The largest power of ten, at most 1, of which all but a tenth of the last thousand bars' prices are multiples.

    columns: open, high, low, close, shape (n,); unknown prices are left out. None if no power down to 1e-8 fits, or there is no price.
    Older bars may be on a finer grid, because adjusting for splits divides them.
    """
    return _step_of(np.concatenate([column[-RECENT:] for column in columns], dtype=np.float64).tobytes()) if columns else None


@lru_cache(maxsize=64)
def _step_of(values: bytes) -> float | None:
    """The step of the prices in these bytes: the same bars are run many times, and looking for it takes longer than a thousand bars."""
    prices = np.frombuffer(values)
    prices = prices[np.isfinite(prices)]
    if not len(prices):
        return None
    for decimals in range(MOST_DECIMALS + 1):
        scaled = prices * 10.0**decimals
        near = np.abs(scaled - np.round(scaled)) <= 1e-6 + 1e-12 * np.abs(scaled)
        if np.mean(near) >= 1.0 - MOST_OFF:
            return 10.0**-decimals
    return None
