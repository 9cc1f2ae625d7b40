"""Random splits on bars that are taken as traded: the same bars adjusted, each with its factor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from runtime.candles import Candles
from runtime.data.arrays import Floats
from runtime.data.splits import scaled

RATIOS = (2.0, 3.0, 1.5, 0.1, 4.0, 0.5, 20.0, 7.0 / 3.0)


def steps(seed: int, rows: int, most: int = 3) -> Floats:
    """A factor for each bar that changes up to so many times."""
    rng = np.random.default_rng(seed)
    factor = np.full(rows, float(rng.choice((1.0, 1.0, 0.25, 1.0 / 3.0))))
    for at in rng.integers(0, max(1, rows), int(rng.integers(0, most + 1))):
        factor[int(at) :] *= float(rng.choice(RATIOS))
    return factor


def with_splits(candles: Candles, seed: int) -> Candles:
    """Traded bars, adjusted to random splits; those beside them to others."""
    beside = {name: with_splits(other, seed + 1 + at) for at, (name, other) in enumerate(candles.beside.items())}
    return replace(scaled(candles, steps(seed, len(candles))), beside=beside)


def in_another_frame(candles: Candles, power: int) -> Candles:
    """The same bars adjusted to another day: prices and factors times a power of two, volumes over it. Those beside them by another power."""
    by = 2.0**power
    beside = {name: in_another_frame(other, -power - 2 * at) for at, (name, other) in enumerate(candles.beside.items())}
    return replace(
        candles,
        open=candles.open * by,
        high=candles.high * by,
        low=candles.low * by,
        close=candles.close * by,
        volume=candles.volume / by,
        factor=candles.factors() * by,
        finer=in_another_frame(candles.finer, power) if candles.finer is not None else None,
        beside=beside,
        _calendar={},
    )
