"""What a sweep looks like over two of its inputs: a statistic for each pair of their values, the other inputs at their best or in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from apextrade.sweeping.table import LESS_IS_BETTER, SweepTable
from runtime.data.arrays import Floats

MOST_CELLS = 60
"""Columns or rows of a map; of more values, neighbours share one."""
MOST_MAPS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a map. axis: its place among the axes. cells: for each value of it the cell that it lies in. firsts, lasts: the values of each cell."""

    axis: int
    cells: NDArray[np.int64]
    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.firsts)


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """across, down: its sides. best, median: of the combinations of each cell, shape (down, across), NaN where nothing is known. several: whether some
    cell stands for more than one combination."""

    across: Side
    down: Side
    best: Floats
    median: Floats
    several: bool

    @property
    def shares(self) -> bool:
        """Whether neighbouring values share cells."""
        return any(side.firsts != side.lasts for side in (self.across, self.down))


def maps(table: SweepTable) -> list[Map]:
    """A map of each pair of inputs that take several values, in the order of the inputs; the first few, if there are many pairs. The input with more
    values lies across: pages are wider than high."""
    varied = [at for at, axis in enumerate(table.space.axes) if len(axis.values) > 1]
    counts = [len(axis.values) for axis in table.space.axes]
    pairs = list(combinations(varied, 2))[:MOST_MAPS]
    return [mapped(table, *((one, other) if counts[one] >= counts[other] else (other, one))) for one, other in pairs]


def mapped(table: SweepTable, across: int, down: int) -> Map:
    """The map of two inputs by their places among the axes."""
    one, other = _side(table, across), _side(table, down)
    values = table.statistic(table.metric)
    known = np.flatnonzero(~np.isnan(values))
    cell = other.cells[table.places[known, down]] * len(one) + one.cells[table.places[known, across]]
    order = np.lexsort((values[known], cell))
    cell, rising = cell[order], values[known][order]
    met, starts = np.unique(cell, return_index=True)
    ends = np.append(starts[1:], len(cell))
    best, middle = (np.full((len(other), len(one)), np.nan) for _ in range(2))
    lower = table.metric in LESS_IS_BETTER
    for at, start, end in zip(met.tolist(), starts.tolist(), ends.tolist(), strict=True):
        place = divmod(at, len(one))
        best[place] = rising[start] if lower else rising[end - 1]
        middle[place] = float(np.median(rising[start:end]))
    return Map(one, other, best, middle, bool((ends - starts > 1).any()))


def cell_of(one: Map, table: SweepTable, row: int) -> tuple[int, int]:
    """Where a row of the table lies on a map: row and column."""
    places = table.places[row]
    return int(one.down.cells[places[one.down.axis]]), int(one.across.cells[places[one.across.axis]])


def _side(table: SweepTable, axis: int) -> Side:
    count = len(table.space.axes[axis].values)
    cells = np.arange(count) if count <= MOST_CELLS else np.arange(count) * MOST_CELLS // count
    each = np.arange(int(cells[-1]) + 1)
    firsts, lasts = np.searchsorted(cells, each, "left"), np.searchsorted(cells, each, "right") - 1
    return Side(axis, cells, tuple(firsts.tolist()), tuple(lasts.tolist()))
