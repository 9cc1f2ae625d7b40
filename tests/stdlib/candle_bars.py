"""Random candles in which every pattern of TA-Lib occurs: bodies, shadows and gaps of a few sizes, on a grid of eighths."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BODIES = ((0, 1, 2, 4, 8, 16, 32, 40), (3, 2, 2, 2, 2, 3, 3, 1))
SHADOWS = ((0, 1, 2, 8, 24, 48), (6, 2, 1, 1, 1, 1))
GAPS = ((0, 1, 2, 4, 8, 20, 40), (2, 2, 2, 2, 2, 2, 1))
MIDDLE, LOWEST, HIGHEST = 2000, 200, 8000


def candles(seed: int, rows: int, unit: float = 0.125) -> dict[str, Floats]:
    """So many candles. With a unit that is a power of two all sums of prices are exact, so that no order of adding matters."""
    rng = np.random.default_rng(seed)

    def sizes(choices: tuple[tuple[int, ...], tuple[int, ...]]) -> npt.NDArray[np.int64]:
        weights = np.array(choices[1], dtype=float)
        return rng.choice(np.array(choices[0]), rows, p=weights / weights.sum())

    body, upper, lower, gap = sizes(BODIES), sizes(SHADOWS), sizes(SHADOWS), sizes(GAPS)
    gap *= rng.choice(np.array([-1, 1]), rows)
    turns = rng.random(rows) < 0.4
    way = np.where(np.cumsum(turns * rng.integers(0, 2, rows)) % 2 == 0, 1, -1)
    start = rng.integers(0, 4, rows)
    opened, closed = np.zeros(rows), np.zeros(rows)
    o = c = MIDDLE
    for i in range(rows):
        o = (c, o, (o + c) // 2, c)[start[i]] + int(gap[i])
        o = o if LOWEST < o < HIGHEST else MIDDLE
        c = o + int(way[i] * body[i])
        opened[i], closed[i] = o, c
    high, low = np.maximum(opened, closed) + upper, np.minimum(opened, closed) - lower
    return {"open": opened * unit, "high": high * unit, "low": low * unit, "close": closed * unit}
