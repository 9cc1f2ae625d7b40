"""Fewer points for the same picture: of each column of bars the lowest and the highest survive."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apextrade.report.data import Floats

COLUMNS = 1500
DRAWN_UP_TO = 5000  # bars of which each is drawn: twenty years of days
Rows = NDArray[np.int64]


def is_decimated(n: int) -> bool:
    """Whether n bars are too many to draw each."""
    return n > DRAWN_UP_TO


def column_starts(n: int) -> Rows:
    """First bar of each column: every bar if they are few, else COLUMNS equal shares of them."""
    return np.arange(n) if not is_decimated(n) else np.arange(COLUMNS) * n // COLUMNS


def column_ends(n: int) -> Rows:
    """Last bar of each column."""
    return np.append(column_starts(n)[1:], n) - 1


def lows_and_highs(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Of each column the lowest low and the highest high; NaN where none is known."""
    starts = column_starts(len(low))
    return np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)


def line_rows(values: Floats) -> Rows:
    """The bars a line needs, rising: all if they are few, else the first, the last, and of each column the lowest, the highest
    and the first unknown one."""
    n = len(values)
    if not is_decimated(n):
        return np.arange(n)
    starts, ends = column_starts(n), column_ends(n)
    width = int((ends - starts).max()) + 1
    at = starts[:, None] + np.arange(width)
    inside = at <= ends[:, None]
    block = np.where(inside, values[np.minimum(at, n - 1)], np.nan)
    unknown = np.isnan(block)
    lowest = starts + np.where(unknown, np.inf, block).argmin(axis=1)
    highest = starts + np.where(unknown, -np.inf, block).argmax(axis=1)
    holes = starts + (unknown & inside).argmax(axis=1)
    has_hole = (unknown & inside).any(axis=1)
    return np.unique(np.concatenate((lowest, highest, holes[has_hole], [0, n - 1])))
