"""The strategies of the contest of live pools: five lengths each, and the bars that they see. The same for every side."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lengths:
    """Of average, exponential average, strength, range and highest."""

    sma: int
    ema: int
    rsi: int
    atr: int
    top: int


def drawn(strategies: int, instruments: int, shared: bool) -> list[Lengths]:
    """Strategy k is on instrument k % instruments. shared: lengths are drawn from 5 .. 200, so that some are equal; else no two strategies of an
    instrument have one in common."""
    rng = random.Random(7)
    if shared:
        return [Lengths(*(rng.randint(5, 200) for _ in range(5))) for _ in range(strategies)]
    each = -(-strategies // instruments)
    columns = [[rng.sample(range(5, 5 + 2 * each), each) for _ in range(5)] for _ in range(instruments)]
    return [Lengths(*(column[k // instruments] for column in columns[k % instruments])) for k in range(strategies)]


def prices(instrument: int, rows: int) -> dict[str, Floats]:
    """A random walk."""
    rng = np.random.default_rng(instrument)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, rows)))
    opened = np.concatenate((close[:1], close[:-1]))
    reach = 1.0 + np.abs(rng.normal(0.0, 0.004, (2, rows)))
    return {
        "open": opened,
        "high": np.maximum(opened, close) * reach[0],
        "low": np.minimum(opened, close) / reach[1],
        "close": close,
        "volume": np.round(rng.gamma(2.0, 500.0, rows)),
    }
