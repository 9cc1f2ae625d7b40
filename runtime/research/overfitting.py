"""How often the best of many trials in one half of the years is a poor one in the other half.

Source: D. H. Bailey, J. Borwein, M. López de Prado and Q. J. Zhu, "The Probability of Backtest Overfitting", Journal of
Computational Finance 20 (2017): combinatorially symmetric cross-validation. The bars are cut into S blocks; each choice of S / 2
of them is a past, the rest its future. The trial with the best Sharpe ratio of the past is looked up among those of the future.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from runtime.data.arrays import Floats

AT_ONCE = 1 << 21
"""Doubles of one intermediate table."""


class ResearchError(ValueError):
    """Data or parameters that a figure can't be computed from."""


@dataclass(frozen=True, slots=True, eq=False)
class Overfitting:
    """What becomes of the best of the past.

    probability: share of the splits in which it is in the lower half of the future (one half is what noise gives). loses: share
    in which its future Sharpe ratio is below 0. rank: its mean place in the future, from 0 (worst) to 1 (best).
    past, future: its ratios per bar of each split, shape (splits,). slope: of future on past, below 0 where more before means
    less after. splits, blocks, trials: of the computation.
    """

    probability: float
    loses: float
    rank: float
    past: Floats
    future: Floats
    slope: float
    splits: int
    blocks: int
    trials: int


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """What the split needs of the returns of every trial: their sums over each block of bars, and those of their squares.

    lengths: bars of each block, shape (blocks,). sums, squares: of the returns less `centre`, shape (blocks, trials). centre: a mean
    of each trial, shape (trials,), so that small returns keep their digits.
    """

    lengths: Floats
    sums: Floats
    squares: Floats
    centre: Floats


def block_edges(bars: int, blocks: int) -> NDArray[np.int64]:
    """The first bar of each block, and the number of bars, shape (blocks + 1,). Raises ResearchError."""
    if blocks % 2 or not 2 <= blocks <= 20:
        raise ResearchError(f"The bars are cut into an even number of blocks between 2 and 20; this is {blocks}.")
    if bars < 2 * blocks:
        raise ResearchError(f"{bars} bars are too few for {blocks} blocks of two bars or more.")
    return np.linspace(0, bars, blocks + 1).round().astype(np.int64)


def cut(returns: Floats, blocks: int = 16) -> Blocks:
    """The blocks of returns of shape (bars, trials), those of single bars, finite. Raises ResearchError."""
    edges = block_edges(len(returns), blocks)
    if not np.isfinite(returns).all():
        raise ResearchError("The returns of every bar and trial must be known.")
    centre = returns.mean(axis=0)
    away = returns - centre
    sums, squares = (np.add.reduceat(x, edges[:-1], axis=0) for x in (away, away**2))
    return Blocks(np.diff(edges).astype(np.float64), sums, squares, centre)


def overfitting(of: Blocks) -> Overfitting:
    """How the best of each past does in its future. Memory: some 16 MB, whatever the number of trials. Raises ResearchError."""
    blocks, trials = of.sums.shape
    if trials < 2:
        raise ResearchError(f"The best of {trials} trial is no choice: two or more are needed.")
    chosen = np.array(
        [[at in picked for at in range(blocks)] for picked in combinations(range(blocks), blocks // 2)], dtype=float
    )
    best, past = _best_of_past(chosen, of)
    future, rank = _in_the_future(1.0 - chosen, of, best)
    spread = float(np.mean((past - past.mean()) ** 2))
    slope = float(np.mean((past - past.mean()) * (future - future.mean()))) / spread if spread > 0.0 else 0.0
    return Overfitting(
        float(np.mean(rank <= 0.5)),
        float(np.mean(future < 0.0)),
        float(rank.mean()),
        past,
        future,
        slope,
        len(chosen),
        blocks,
        trials,
    )


def _ratios(chosen: Floats, of: Blocks) -> Floats:
    """Sharpe ratios per bar over the chosen blocks, shape (splits, trials); 0 where returns never differ."""
    n = (chosen @ of.lengths)[:, None]
    mean = (chosen @ of.sums) / n
    variance = ((chosen @ of.squares) - n * mean**2) / (n - 1.0)
    moving = variance > 1e-30
    found: Floats = np.where(moving, (mean + of.centre) / np.sqrt(np.where(moving, variance, 1.0)), 0.0)
    return found


def _best_of_past(chosen: Floats, of: Blocks) -> tuple[NDArray[np.int64], Floats]:
    best = np.empty(len(chosen), dtype=np.int64)
    ratio = np.empty(len(chosen))
    for rows in _tiles(len(chosen), of.sums.shape[1]):
        found = _ratios(chosen[rows], of)
        best[rows] = found.argmax(axis=1)
        ratio[rows] = found.max(axis=1)
    return best, ratio


def _in_the_future(chosen: Floats, of: Blocks, best: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The ratio of the best of the past in the future, and its place there: from 1 (worst) to n over n + 1, ties in their middle."""
    ratio, rank = np.empty(len(chosen)), np.empty(len(chosen))
    trials = of.sums.shape[1]
    for rows in _tiles(len(chosen), trials):
        found = _ratios(chosen[rows], of)
        ours = found[np.arange(len(found)), best[rows]][:, None]
        below, equal = (found < ours).sum(axis=1), (found == ours).sum(axis=1)
        ratio[rows] = ours[:, 0]
        rank[rows] = (below + 0.5 * (equal + 1.0)) / (trials + 1.0)
    return ratio, rank


def _tiles(rows: int, width: int) -> list[slice]:
    step = max(1, AT_ONCE // max(1, width))
    return [slice(at, min(rows, at + step)) for at in range(0, rows, step)]
