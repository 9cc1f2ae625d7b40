"""The array types of bar columns, and the mark of a missing time."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:  # numpy.typing costs some milliseconds at every start
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float64]"
Micros: TypeAlias = "npt.NDArray[np.int64]"
"""Microseconds since 1970-01-01 00:00 UTC."""
Rows: TypeAlias = "npt.NDArray[np.int64]"
"""Where each bar stood in its source: line numbers of a text file, else row numbers; both from 1."""
Flags: TypeAlias = "npt.NDArray[np.bool_]"

NO_TIME = int(np.iinfo(np.int64).min)
"""Stands in a time column for a time that the source does not give; equal to NumPy's NaT."""

MICROS_PER_SECOND = 1_000_000
MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND
