"""Minute bars of any number as a Parquet file, made a batch at a time: seeded, so that the same number gives the same file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rig.market import FIRST_BAR_US, STEP_US

BATCH = 1 << 20
FOLD = np.log(2.0)
"""Log prices stay within so much of that of 100."""


def make_file(folder: Path, count: int, seed: int = 20) -> Path:
    """A walk folded back between 50 and 200, in cents; written as the store writes, in row groups of a batch."""
    path = folder / f"bars-{count}.parquet"
    random = np.random.default_rng(seed)
    level, last = 0.0, 100.0
    schema = pa.schema(
        [("time", pa.timestamp("us", "UTC")), *((name, pa.float64()) for name in ("open", "high", "low", "close", "volume"))]
    )
    with pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=False) as file:
        for start in range(0, count, BATCH):
            n = min(BATCH, count - start)
            walk = level + np.cumsum(random.normal(0.0, 4e-4, n))
            level = float(walk[-1])
            folded = np.abs((walk + FOLD) % (4 * FOLD) - 2 * FOLD) - FOLD
            close = np.round(100.0 * np.exp(folded), 2)
            opened = np.append(last, close[:-1])
            last = float(close[-1])
            high = np.maximum(opened, close) + np.round(random.exponential(0.03, n), 2)
            low = np.minimum(opened, close) - np.round(random.exponential(0.03, n), 2)
            volume = np.floor(random.exponential(1000.0, n))
            time = (FIRST_BAR_US + STEP_US * np.arange(start, start + n)).astype("M8[us]")
            columns = [pa.array(time, pa.timestamp("us", "UTC")), *map(pa.array, (opened, high, low, close, volume))]
            file.write_table(pa.table(columns, schema=schema), row_group_size=n)
    return path
