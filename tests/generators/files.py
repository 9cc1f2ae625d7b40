"""Bars as Parquet files, in row groups of any size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from runtime.candles import Candles


def parquet_of(candles: Candles, path: Path, group: int = 1_000) -> Path:
    """The bars in a file."""
    names = ("open", "high", "low", "close", "volume")
    return written(path, candles.time, {name: getattr(candles, name) for name in names}, group)


def written(path: Path, time: Any, values: dict[str, Any], group: int = 1_000) -> Path:
    """time: microseconds; the smallest number is no time."""
    stamps = np.asarray(time, dtype=np.int64)
    column = pa.array(stamps.astype("M8[us]"), pa.timestamp("us", "UTC"), mask=stamps == np.iinfo(np.int64).min)
    pq.write_table(pa.table({"time": column, **values}), path, row_group_size=group)
    return path
