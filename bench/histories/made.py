"""Minute bars of any number as a Parquet file, made a batch at a time: seeded, so that the same number gives the same file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rig.market import STEP_US

BATCH = 1 << 20
FIRST_BAR_US = 631_152_000_000_000
"""1990-01-01 UTC: a hundred million minutes from there end before 2200."""
FOLD = np.log(2.0)
"""Log prices stay within so much of that of 100."""


DISTINCT = 8
"""Batches that are made; longer files hold them again in turn, at later times."""


def make_file(folder: Path, count: int, seed: int = 20) -> Path:
    """A walk folded back between 50 and 200, in cents; row groups of a batch, not compressed (random cents hardly are)."""
    path = folder / f"bars-{count}.parquet"
    random = np.random.default_rng(seed)
    names = ("open", "high", "low", "close", "volume")
    schema = pa.schema([("time", pa.timestamp("us", "UTC")), *((name, pa.float64()) for name in names)])
    level, last = 0.0, 100.0
    made: list[list[pa.Array]] = []
    with pq.ParquetWriter(path, schema, compression="none", use_dictionary=False) as file:
        for number, start in enumerate(range(0, count, BATCH)):
            n = min(BATCH, count - start)
            if number < DISTINCT:
                columns, level, last = batch(random, min(BATCH, count), level, last)
                made.append([pa.array(column) for column in columns])
            time = (FIRST_BAR_US + STEP_US * np.arange(start, start + n)).astype("M8[us]")
            values = [column[:n] for column in made[number % DISTINCT]]
            file.write_table(pa.table([pa.array(time, pa.timestamp("us", "UTC")), *values], schema=schema), row_group_size=n)
    return path


def batch(random: np.random.Generator, n: int, level: float, last: float) -> tuple[list[np.ndarray], float, float]:  # type: ignore[type-arg]
    """Open, high, low, close and volume of n bars; where the walk is then, and the last close."""
    walk = level + np.cumsum(random.uniform(-7e-4, 7e-4, n))
    folded = np.abs((walk + FOLD) % (4 * FOLD) - 2 * FOLD) - FOLD
    close = np.round(100.0 * np.exp(folded), 2)
    opened = np.append(last, close[:-1])
    high = np.maximum(opened, close) + np.round(random.uniform(0.0, 0.1, n), 2)
    low = np.minimum(opened, close) - np.round(random.uniform(0.0, 0.1, n), 2)
    return [opened, high, low, close, np.floor(random.uniform(0.0, 2000.0, n))], float(walk[-1]), float(close[-1])
