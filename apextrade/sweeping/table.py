"""The table of a sweep: a row for each combination, with its inputs and every statistic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from apextrade.tables import TableColumn
from compiler.inputs import InputError, InputValue
from compiler.program import Program
from compiler.suggest import closest
from runtime.statistics import COLUMNS, STATISTICS
from runtime.sweep.space import Space
from runtime.sweep.task import Rows

if TYPE_CHECKING:
    import pandas as pd

    from apextrade.plotting import Plot

NAMES = tuple(statistic.name for statistic in STATISTICS)
"""The statistics that every run has."""
LESS_IS_BETTER = (
    "volatility",
    "max_drawdown",
    "max_drawdown_bars",
    "exposure",
    "turnover",
    "commission",
    "ambiguous_bars",
    "open_trades",
    "borrow",
    "funding",
    "interest",
    "liquidations",
)


@dataclass(frozen=True, eq=False)
class SweepTable:
    """rows: what was run. metric: the statistic by which one is better. wanted: combinations asked for. cancelled: stopped before all were run.
    missing: combinations that workers gave up. program: what was run.

    bars: of each run. notes: what to know before trusting the figures.
    """

    space: Space
    rows: Rows
    metric: str
    wanted: int
    bars: int
    notes: tuple[str, ...] = ()
    cancelled: bool = False
    missing: int = 0
    program: Program | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.rows.numbers)

    @cached_property
    def places(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """Of each row the place of its value on every axis, shape (rows, axes)."""
        return self.space.places(self.rows.numbers)

    def statistic(self, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """A statistic of every row; NaN where it is not defined."""
        return self.rows.values[:, COLUMNS.index(checked_metric(name))]

    @cached_property
    def charged(self) -> tuple[str, ...]:
        """What holding has cost: the statistics of it that some run has."""
        known = ~np.isnan(self.rows.values)
        return tuple(name for at, name in enumerate(COLUMNS) if at >= len(NAMES) and known[:, at].any())

    @property
    def statistics(self) -> tuple[str, ...]:
        """The statistics that there are."""
        return (*NAMES, *self.charged)

    @cached_property
    def order(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The rows from the best by the metric to the worst, those without it last; of equal ones the first comes first."""
        values = self.statistic(self.metric)
        keys = values if self.metric in LESS_IS_BETTER else -values
        return np.argsort(np.where(np.isnan(keys), np.inf, keys), kind="stable")

    def inputs(self, row: int) -> dict[str, InputValue]:
        """The values of a row's inputs, as the program counts them (1% is 0.01)."""
        return self.space.values(self.places[row])

    def stats(self, row: int) -> Mapping[str, float]:
        """The statistics of a row."""
        found = dict(zip(COLUMNS, self.rows.values[row].tolist(), strict=True))
        return {name: found[name] for name in self.statistics}

    @property
    def best(self) -> dict[str, InputValue]:
        """The inputs of the best row. Raises InputError where no row has the metric."""
        row = self.best_row
        if row is None:
            raise InputError(f"No combination has a `{self.metric}`.")
        return self.inputs(row)

    @property
    def best_row(self) -> int | None:
        row = int(self.order[0]) if len(self) else None
        return row if row is not None and not np.isnan(self.statistic(self.metric)[row]) else None

    def neighbours(self, row: int) -> list[int]:
        """The rows that differ from one in one input, by one step."""
        apart = np.abs(self.places - self.places[row])
        return [int(at) for at in np.flatnonzero(apart.sum(axis=1) == 1)]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table for pandas, the best row first: a column for each input, then for each statistic."""
        import pandas as pd

        columns = {}
        for at, axis in enumerate(self.space.axes):
            columns[axis.name] = np.array(axis.values, dtype=object if isinstance(axis.values[0], str) else None)[
                self.places[:, at]
            ]
        columns |= {name: self.statistic(name) for name in self.statistics}
        return pd.DataFrame(columns).iloc[self.order]

    def columns(self) -> list[TableColumn]:
        """The table as columns of a file, in the order of the combinations."""
        found = []
        for at, axis in enumerate(self.space.axes):
            values = [axis.values[place] for place in self.places[:, at]]
            if isinstance(axis.values[0], str):
                found.append(TableColumn(axis.name, "text", values))
            elif isinstance(axis.values[0], bool):
                found.append(TableColumn(axis.name, "truth", np.array(values, dtype=np.float64)))
            else:
                found.append(TableColumn(axis.name, "number", np.array(values, dtype=np.float64)))
        return found + [TableColumn(name, "number", self.statistic(name)) for name in self.statistics]

    def write(self, path: str | PathLike[str]) -> Path:
        """Writes the table as CSV or Parquet, by the suffix. Returns its path."""
        from apextrade.tables import write_table

        write_table(Path(path), self.columns())
        return Path(path)

    def report(self, path: str | PathLike[str]) -> Path:
        """Writes the sweep as one HTML file: maps of each two inputs, the distribution, the best rows. Returns its path. Raises InputError where no
        combination has the metric."""
        from apextrade.files import write_whole
        from apextrade.sweeping.page import write_html

        if self.program is None:
            raise InputError("The table does not know its program, so that there is no report of it.")
        write_whole(Path(path), write_html(self, self.program).encode())
        return Path(path)

    def plot(self) -> Plot:
        """The first two inputs that vary as a map of the metric, the best of each cell, as a picture which a notebook shows. Raises InputError where there
        is nothing to draw."""
        from apextrade.plotting import heat_plot
        from apextrade.sweeping.maps import maps
        from apextrade.sweeping.page import heat_of

        row, drawn = self.best_row, maps(self)
        if self.program is None or row is None or not drawn:
            raise InputError(f"There is no map to draw: it needs two inputs that vary, and a `{self.metric}`.")
        return heat_plot(heat_of(self, self.program, drawn[0], drawn[0].best, row), repr(self))

    def __repr__(self) -> str:
        row = self.best_row
        said = "none has it" if row is None else f"best {self.statistic(self.metric)[row]:.4g} with {self.inputs(row)}"
        return f"<SweepTable of {len(self):,} combinations by {self.metric}: {said}>"


def checked_metric(name: str) -> str:
    """The name of a statistic. Raises InputError for what is none."""
    if name in COLUMNS:
        return name
    near = closest(name, COLUMNS)
    raise InputError(
        f"There is no statistic `{name}`.{f' Did you mean `{near}`?' if near else ''} There are {', '.join(COLUMNS)}."
    )
