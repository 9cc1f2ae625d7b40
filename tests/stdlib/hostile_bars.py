"""Bars that are hard on indicators: tiny and huge prices, gaps, long flat stretches without volume, prices of few different values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bars = dict[str, npt.NDArray[np.float64]]

PRICES = ("open", "high", "low", "close")
KINDS = ("tiny", "huge", "gaps", "flat", "coarse")


def wandering(rows: int) -> Bars:
    """A random walk that ends where it began."""
    rng = np.random.default_rng(11)
    level = np.cumsum(rng.normal(0.0, 0.01, rows))
    close = 100.0 * np.exp(level - np.linspace(0.0, level[-1], rows))
    opened = close * np.exp(rng.normal(0.0, 0.01, rows))
    above, below = (np.exp(np.abs(rng.normal(0.0, 0.01, rows))) for _ in range(2))
    volume = rng.integers(1, 1000, rows).astype(float)
    return {
        "open": opened,
        "high": np.maximum(opened, close) * above,
        "low": np.minimum(opened, close) / below,
        "close": close,
        "volume": volume,
    }


def hostile(kind: str, rows: int) -> Bars:
    bars = wandering(rows)
    if kind in ("tiny", "huge"):
        for name in PRICES:
            bars[name] = bars[name] * 2.0 ** (-40 if kind == "tiny" else 40)
    elif kind == "gaps":
        factor = np.repeat(np.random.default_rng(3).choice([0.2, 1.0, 5.0], -(-rows // 50)), 50)[:rows]
        for name in PRICES:
            bars[name] = bars[name] * factor
    elif kind == "flat":
        for start in range(0, rows, 250):
            price = bars["close"][start]
            for name in PRICES:
                bars[name][start : start + 60] = price
            bars["volume"][start : start + 30] = 0.0
    else:
        for name in PRICES:
            bars[name] = np.round(bars[name], 1)
    return bars
