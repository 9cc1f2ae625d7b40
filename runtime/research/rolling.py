"""Statistics over a window that moves: volatility, Sharpe ratio and beta of the returns in it, by their definitions in runtime/statistics.py.

Long histories are summed up in columns of bars first, by count, mean and second moments, and columns are joined (T. F. Chan, G. H. Golub,
R. J. LeVeque, Updating formulae and a pairwise algorithm for computing sample variances, 1979): no difference of large sums is taken, and
a window in which nothing moved has a deviation of exactly 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rolling:
    """At the last bar of each column: the window's statistics, NaN until it is full and where one is not defined.

    ends: those bars. columns: how many columns the window has. volatility, sharpe: by the year. beta: of the benchmark's returns.
    """

    ends: Rows
    columns: int
    volatility: Floats
    sharpe: Floats
    beta: Floats


def returns_of(equity: Floats, first: float) -> Floats:
    """Returns from close to close, the first from `first`; unknown ones and those of an account at or below 0 are NaN. Shape (n,)."""
    before = np.concatenate(([first], equity[:-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = equity / before - 1.0
    return np.where((before > 0) & np.isfinite(found), found, np.nan)


def rolling(returns: Floats, benchmark: Floats, starts: Rows, columns: int, year: float) -> Rolling:
    """Statistics of the last `columns` columns at the end of each.

    returns, benchmark: shape (n,), NaN unknown: a bar on which either is unknown takes no part. starts: the first bar of each column,
    rising from 0; with np.arange(n) a column is a bar. year: bars a year.
    """
    both = np.isfinite(returns) & np.isfinite(benchmark)
    own, other = np.where(both, returns, 0.0), np.where(both, benchmark, 0.0)
    count = np.add.reduceat(both.astype(np.float64), starts)
    ends = np.append(starts[1:], len(returns)) - 1
    wide = ends - starts + 1
    safe = np.where(count > 0, count, 1.0)
    mean, mean_other = np.add.reduceat(own, starts) / safe, np.add.reduceat(other, starts) / safe
    from_own = np.where(both, own - np.repeat(mean, wide), 0.0)
    from_other = np.where(both, other - np.repeat(mean_other, wide), 0.0)
    square = np.add.reduceat(from_own * from_own, starts)
    square_other = np.add.reduceat(from_other * from_other, starts)
    product = np.add.reduceat(from_own * from_other, starts)
    blank = np.full(len(starts), np.nan)
    if columns > len(starts) or columns < 1:
        return Rolling(ends, columns, blank, blank.copy(), blank.copy())

    def windows(values: Floats) -> NDArray[np.float64]:
        return np.lib.stride_tricks.sliding_window_view(values, columns)

    counts = windows(count)
    n = counts.sum(axis=1)
    whole = np.where(n > 0, n, 1.0)
    centre = (counts * windows(mean)).sum(axis=1) / whole
    centre_other = (counts * windows(mean_other)).sum(axis=1) / whole
    away, away_other = windows(mean) - centre[:, None], windows(mean_other) - centre_other[:, None]
    squares = windows(square).sum(axis=1) + (counts * away * away).sum(axis=1)
    squares_other = windows(square_other).sum(axis=1) + (counts * away_other * away_other).sum(axis=1)
    products = windows(product).sum(axis=1) + (counts * away * away_other).sum(axis=1)
    bars = np.convolve(wide, np.ones(columns, dtype=np.int64), "valid")
    enough = (n >= 2) & (2 * n >= bars)  # of a window that is mostly unknown nothing is said
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.sqrt(squares / (n - 1))
        sharpe = np.where(deviation > 0, centre / deviation * np.sqrt(year), np.nan)
        beta = np.where(squares_other > 0, products / squares_other, np.nan)
        volatility = deviation * np.sqrt(year)
    found = []
    for values in (volatility, sharpe, beta):
        column = blank.copy()
        column[columns - 1 :] = np.where(enough, values, np.nan)
        found.append(column)
    return Rolling(ends, columns, found[0], found[1], found[2])
