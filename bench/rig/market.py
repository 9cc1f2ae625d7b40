"""The bars of the benchmarks: one seeded series of minute bars, the same for every contestant, kept as one .npy file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

COLUMNS = ("open", "high", "low", "close", "volume")
FIRST_BAR_US = 1_577_836_800_000_000  # 2020-01-01 UTC
STEP_US = 60_000_000
LAST_FALL = 120
"""The last bars fall, so that a long-only program that leaves on weakness ends without a position."""


def make_bars(count: int, seed: int = 20) -> npt.NDArray[np.float64]:
    """Bars of shape (5, count), rows as COLUMNS: log prices that return to 100, within a factor of 2 of each other.

    An open is not the last close, so a fill at the wrong one of them shows in every number.
    """
    random = np.random.default_rng(seed)
    noise = random.normal(0.0, 1e-3, count)
    noise[-LAST_FALL:] = -5e-4
    level, levels = 0.0, np.empty(count)
    for i, step in enumerate(noise.tolist()):
        level = level * (1.0 - 2e-4) + step
        levels[i] = level
    close = 100.0 * np.exp(levels)
    opened = np.concatenate(([100.0], close[:-1])) * np.exp(random.normal(0.0, 2e-4, count))
    high = np.maximum(opened, close) * np.exp(np.abs(random.normal(0.0, 3e-4, count)))
    low = np.minimum(opened, close) * np.exp(-np.abs(random.normal(0.0, 3e-4, count)))
    return np.stack((opened, high, low, close, random.uniform(1e3, 1e4, count)))


def bar_times(count: int) -> npt.NDArray[np.int64]:
    """Microseconds since 1970 UTC of each bar's open, shape (count,)."""
    return FIRST_BAR_US + STEP_US * np.arange(count, dtype=np.int64)


def bars_file(folder: Path, count: int) -> Path:
    """The bars as a file of `folder`."""
    path = folder / f"bars-{count}.npy"
    np.save(path, make_bars(count))
    return path
