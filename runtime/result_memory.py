"""Memory of large result columns, used again once nobody holds the column: fresh memory costs more than most kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LARGE = 1 << 17
"""Bytes from which a column is worth it."""
KEPT = 1 << 26
"""Bytes that are kept for the next columns at most; what comes back beyond that is freed."""
LINE = 8  # doubles of a cache line


class _Lent:
    """A block that an array stands on. When the last array on it is gone, it is free for the next."""

    __slots__ = ("__array_interface__", "block")

    def __init__(self, block: Floats, rows: int) -> None:
        address = block.__array_interface__["data"][0]
        self.block = block
        self.__array_interface__ = {
            "version": 3,
            "shape": (rows,),
            "typestr": "<f8" if np.little_endian else ">f8",
            "data": (address + -address % (8 * LINE), False),
        }

    def __del__(self) -> None:
        _give_back(self.block)


_free: dict[int, Floats] = {}
"""Address -> block. Each step on it is one operation of the dictionary, so that threads do not meet."""


def _give_back(block: Floats) -> None:
    if sum([b.nbytes for b in tuple(_free.values())]) + block.nbytes <= KEPT:
        _free[id(block)] = block


def _taken(rows: int) -> Floats:
    """A free block for so many rows that is not much too large, or a new one."""
    for key, block in reversed(tuple(_free.items())):  # the last that came back is likeliest to be in a cache
        if rows + LINE <= len(block) <= rows + rows // 4 + LINE and _free.pop(key, None) is not None:
            return block
    return np.empty(rows + LINE)


def new_column(rows: int) -> Floats:
    """An array of so many rows whose values are whatever was there, on a cache line where it is large."""
    if 8 * rows < LARGE:
        return np.empty(rows)
    lent: Any = _Lent(_taken(rows), rows)
    column: Floats = np.asarray(lent)
    return column
