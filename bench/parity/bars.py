"""The bars on which the library and TA-Lib are compared: a random walk, and walks that are hard on indicators; all made from seeds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bars = dict[str, Floats]

PRICES = ("open", "high", "low", "close")
SETS: dict[str, str] = {
    "walk": "a random walk of ordinary candles",
    "flat": "the same, with stretches of 60 bars in every 250 at one price, half of each without volume",
    "still": "candles without a range, open, high, low and close in one, and no volume on every third",
    "gaps": "prices that jump to ten times or a tenth at every 50th bar or so, and stay there",
    "tiny": "prices around a billionth",
    "huge": "prices around a thousand billion",
    "bursts": "volume a billion times as large on 50 bars of every 1,000, and none on the 900 after them",
    "cents": "prices in whole cents near 1, so that many are equal",
}


def walk(rows: int, seed: int = 23) -> Bars:
    """A random walk that ends where it began."""
    rng = np.random.default_rng(seed)
    level = np.cumsum(rng.normal(0.0, 0.01, rows))
    close = 100.0 * np.exp(level - np.linspace(0.0, level[-1], rows))
    opened = close * np.exp(rng.normal(0.0, 0.01, rows))
    above, below = (np.exp(np.abs(rng.normal(0.0, 0.01, rows))) for _ in range(2))
    return {
        "open": opened,
        "high": np.maximum(opened, close) * above,
        "low": np.minimum(opened, close) / below,
        "close": close,
        "volume": rng.integers(1, 1000, rows).astype(float),
    }


def made(name: str, rows: int) -> Bars:
    """The bars of a set. Raises KeyError for a name that is not in SETS."""
    bars = walk(rows)
    match name:
        case "walk":
            pass
        case "flat":
            for start in range(0, rows, 250):
                price = bars["close"][start]
                for column in PRICES:
                    bars[column][start : start + 60] = price
                bars["volume"][start : start + 30] = 0.0
        case "still":
            for column in PRICES:
                bars[column] = bars["close"].copy()
            bars["volume"][::3] = 0.0
        case "gaps":
            steps = np.random.default_rng(5).choice([0.1, 1.0, 10.0], -(-rows // 50))
            factor = np.repeat(np.exp(np.log(10.0) * wrapped(np.log10(steps))), 50)[:rows]
            for column in PRICES:
                bars[column] = bars[column] * factor
        case "tiny" | "huge":
            for column in PRICES:
                bars[column] = bars[column] * (1e-11 if name == "tiny" else 1e10)
        case "bursts":
            for start in range(0, rows, 1000):
                bars["volume"][start : start + 50] *= 1e9
                bars["volume"][start + 50 : start + 950] = 0.0
        case "cents":
            for column in PRICES:
                bars[column] = np.round(bars[column] / 100.0, 2)
            bars["low"] = np.maximum(bars["low"], 0.01)
            bars["high"] = np.maximum(bars["high"], bars["low"])
        case _:
            raise KeyError(name)
    return bars


def wrapped(steps: Floats) -> Floats:
    """The steps added up, turned back at 1 and -1."""
    level, found = 0.0, []
    for step in steps.tolist():
        level = level + step if abs(level + step) <= 1.0 else level
        found.append(level)
    return np.array(found)
