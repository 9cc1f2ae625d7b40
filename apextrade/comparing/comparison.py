"""A comparison of several runs: their statistics beside each other, their growth on common times, and the correlation of their returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from apextrade.comparing.ran import Floats, Micros, Ran, of_file, of_result
from compiler.inputs import InputError

if TYPE_CHECKING:
    import pandas as pd

    from apextrade.backtesting import Result
    from apextrade.plotting import Plot
    from apextrade.portfolio import PortfolioRun

MORE_IS_BETTER = (
    "total_return", "annual_return", "sharpe", "sortino", "calmar", "win_rate", "profit_factor", "expectancy", "average_trade",
    "best_trade", "worst_trade", "final_equity",
)  # fmt: skip
LESS_IS_BETTER = ("volatility", "max_drawdown", "max_drawdown_bars", "commission", "ambiguous_bars")
MONEY = ("expectancy", "final_equity", "commission")
"""Sums of money: one account's is better than another's only where they began with the same."""
LEAST_RETURNS = 20  # in common: of fewer no correlation is told


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs or more, in the order they were given, each with a name of its own."""

    runs: tuple[Ran, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(run.name for run in self.runs)

    @cached_property
    def time(self) -> Micros:
        """Every time at which a run has a bar. Shape (n,)."""
        found = self.runs[0].time
        for run in self.runs[1:]:
            found = np.union1d(found, run.time)
        return found

    @cached_property
    def growth(self) -> tuple[Floats, ...]:
        """Of each run equity over capital at those times, the last known until the next, unknown before its first bar and after its last."""
        found = []
        for run in self.runs:
            at = np.searchsorted(run.time, self.time, "right") - 1
            inside = (at >= 0) & (self.time <= run.time[-1])
            found.append(np.where(inside, run.growth[np.maximum(at, 0)], np.nan))
        return tuple(found)

    @cached_property
    def correlation(self) -> Floats:
        """Pearson's correlation of the returns between the times that two runs have in common; NaN where those are too few or nothing moved."""
        n = len(self.runs)
        found = np.full((n, n), np.nan)
        for i in range(n):
            for j in range(i + 1):
                found[i, j] = found[j, i] = _correlation(self.runs[i], self.runs[j])
        return found

    def best(self, statistic: str) -> set[int]:
        """The runs that are best by a statistic; none where it is no matter of better, none differ, or it is money of unlike accounts."""
        if statistic in MONEY and len({(run.capital, run.currency) for run in self.runs}) > 1:
            return set()
        values = np.array([run.stats.get(statistic, np.nan) for run in self.runs], dtype=np.float64)
        known = values[~np.isnan(values)]
        if statistic not in (*MORE_IS_BETTER, *LESS_IS_BETTER) or len(known) < 2 or known.min() == known.max():
            return set()
        top = known.max() if statistic in MORE_IS_BETTER else known.min()
        return {int(at) for at in np.flatnonzero(values == top)}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the runs hard to compare."""
        found = []
        spans = {(int(run.time[0]), int(run.time[-1])) for run in self.runs}
        if len(spans) > 1:
            found.append("The runs are not of the same period: a better figure can be a better time.")
        elif len({run.time.tobytes() for run in self.runs}) > 1:
            found.append("The runs are of one period but not of the same bars.")
        if len({run.symbols for run in self.runs}) > 1:
            found.append("The runs are not of the same instruments.")
        if len({(run.capital, run.currency) for run in self.runs}) > 1:
            found.append("The accounts began with different sums; sums of money are not held against each other.")
        if len(self.runs) > 2:
            found.append(f"The best of {len(self.runs)} looks better than it is: part of it is luck.")
        return tuple(found)

    @property
    def stats(self) -> pd.DataFrame:
        """A row for each statistic, a column for each run."""
        import pandas as pd

        return pd.DataFrame({run.name: dict(run.stats) for run in self.runs})

    @property
    def correlations(self) -> pd.DataFrame:
        """`correlation` with the names of the runs."""
        import pandas as pd

        return pd.DataFrame(self.correlation, index=list(self.names), columns=list(self.names))

    @property
    def equity(self) -> pd.DataFrame:
        """`growth` by time (UTC), a column for each run."""
        import pandas as pd

        index = pd.DatetimeIndex(self.time.astype("M8[us]"), name="time").tz_localize("UTC")
        return pd.DataFrame(dict(zip(self.names, self.growth, strict=True)), index=index)

    def report(self, path: str | PathLike[str]) -> Path:
        """Writes the comparison as one HTML page that needs nothing else. Returns its path."""
        from apextrade.comparing.page import write_html
        from apextrade.files import write_whole

        write_whole(Path(path), write_html(self).encode())
        return Path(path)

    def summary(self, width: int = 80) -> str:
        """The comparison in plain text."""
        from apextrade.comparing.shown import summary

        return summary(self, width)

    def plot(self) -> Plot:
        """The growth of each run as a picture, which a notebook shows."""
        from apextrade.plotting import comparison_plot

        return comparison_plot(self)

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.names)}>"


Given = "Result | PortfolioRun | Ran | str | PathLike[str]"


def compare(
    runs: Mapping[str, Result | PortfolioRun | Ran | str | PathLike[str]]
    | Iterable[Result | PortfolioRun | Ran | str | PathLike[str]],
    *,
    names: Iterable[str] | None = None,
) -> Comparison:
    """Holds several runs against each other: results of backtests, or the .json files they were saved to; a mapping gives them names.

    names: one for each run, else they are called as their programs or files are. Raises InputError for fewer than two runs.
    """
    if isinstance(runs, (str, PathLike)):
        raise InputError("A comparison needs at least two runs, as a list or by name.")
    called = list(runs) if isinstance(runs, Mapping) else None
    given = list(runs.values()) if isinstance(runs, Mapping) else list(runs)
    if names is not None:
        called = list(names)
        if len(called) != len(given):
            raise InputError(f"There are {len(called)} names for {len(given)} runs.")
    if len(given) < 2:
        raise InputError("A comparison needs at least two runs.")
    found = [_ran(one) for one in given]
    own = called if called is not None else [run.name for run in found]
    return Comparison(tuple(_named(run, name) for run, name in zip(found, _apart([str(n) for n in own]), strict=True)))


def _ran(given: Result | PortfolioRun | Ran | str | PathLike[str]) -> Ran:
    if isinstance(given, Ran):
        return given
    if isinstance(given, (str, PathLike)):
        return of_file(Path(given))
    if not hasattr(given, "run") or not hasattr(given, "stats"):
        raise InputError(f"A comparison is of results of backtests; this is {type(given).__name__}.")
    return of_result(given)


def _named(run: Ran, name: str) -> Ran:
    return Ran(name, run.time, run.equity, run.capital, run.currency, run.symbols, run.stats)


def _apart(names: list[str]) -> list[str]:
    """The names, a number behind one that was there already."""
    found: list[str] = []
    for name in names:
        number, own = 1, name
        while own in found:
            number += 1
            own = f"{name} ({number})"
        found.append(own)
    return found


def _correlation(one: Ran, other: Ran) -> float:
    _, at, there = np.intersect1d(one.time, other.time, assume_unique=True, return_indices=True)
    pair = []
    for run, rows in ((one, at), (other, there)):
        equity = run.equity[rows]
        before = equity[:-1]
        with np.errstate(divide="ignore", invalid="ignore"):
            pair.append(np.where(before > 0, equity[1:] / before - 1.0, np.nan))
    known = np.isfinite(pair[0]) & np.isfinite(pair[1])
    if int(known.sum()) < LEAST_RETURNS:
        return float("nan")
    a, b = (values[known] - values[known].mean() for values in pair)
    size = float(np.sqrt((a * a).sum()) * np.sqrt((b * b).sum()))
    return float(np.clip((a * b).sum() / size, -1.0, 1.0)) if size > 0 else float("nan")
