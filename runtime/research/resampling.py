"""What else could have happened: trades in another order, and returns drawn anew in blocks.

Sources: D. N. Politis and J. P. Romano, "The Stationary Bootstrap", Journal of the American Statistical Association 89 (1994);
the length of blocks after D. N. Politis and H. White, "Automatic Block-Length Selection for the Dependent Bootstrap", Econometric
Reviews 23 (2004), corrected by A. Patton, D. N. Politis and H. White, Econometric Reviews 28 (2009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, log10, sqrt

import numpy as np

from runtime.data.arrays import Floats, Rows
from runtime.research.overfitting import ResearchError

AT_ONCE = 1 << 20
"""Doubles of one table of paths."""


@dataclass(frozen=True, slots=True, eq=False)
class Futures:
    """Figures of every path, each of shape (paths,): total return and maximum drawdown as ratios, and Sharpe ratio per bar or trade.

    block: mean length of the blocks (1: one by one). ruined: share of the paths whose equity reached 0.
    """

    total_return: Floats
    drawdown: Floats
    sharpe: Floats
    block: float
    ruined: float

    def quantiles(self, name: str, at: tuple[float, ...] = (0.05, 0.25, 0.5, 0.75, 0.95)) -> tuple[float, ...]:
        """Quantiles of `total_return`, `drawdown` or `sharpe`."""
        return tuple(float(v) for v in np.nanquantile(getattr(self, name), at))


def shuffled_trades(profits: Floats, capital: float, *, paths: int = 2000, seed: int = 0) -> Futures:
    """The same trades in random orders, each taking the share of the account that it took when it closed: the return stays, the drawdown shows how
    much luck the order had. Shares, as sizes mostly grow with the account: the money of late trades is not what early ones could have lost.

    profits: money of each trade, shape (trades,), as they closed. capital: above 0. Trades after one that took the whole account take no share.
    """
    known = _known(profits, "trades")
    if not capital > 0.0:
        raise ResearchError(f"The capital must be above 0; this is {capital:g}.")
    before = capital + np.concatenate(([0.0], np.cumsum(known)[:-1]))
    alive = np.minimum.accumulate(before) > 0.0
    shares = np.where(alive, known / np.where(alive, before, 1.0), 0.0)
    draw = np.random.default_rng(seed)

    def tables() -> Iterator[Floats]:
        for count in _tiles(paths, len(shares)):
            order = np.argsort(draw.random((count, len(shares))), axis=1)
            # What is lost is lost: nothing is left to lose more, or to grow again.
            equity: Floats = capital * np.cumprod(np.maximum(1.0 + shares[order], 0.0), axis=1, dtype=np.float64)
            yield equity

    return _measured(tables, capital, 1.0)


def drawn_returns(
    returns: Floats, *, block: float | None = None, paths: int = 2000, bars: int | None = None, seed: int = 0
) -> Futures:
    """Paths of returns drawn in blocks from those there were, compounded from 1; a path that has lost everything stays there.

    returns: of single bars, shape (n,). block: mean length of the blocks, whose lengths are geometric (default: `block_length`).
    bars: length of the paths (default: as many).
    """
    known = _known(returns, "returns")
    mean = block_length(known) if block is None else block
    if not mean >= 1.0:
        raise ResearchError(f"Blocks are 1 bar or longer; this is {mean:g}.")
    length = len(known) if bars is None else bars
    draw = np.random.default_rng(seed)

    def tables() -> Iterator[Floats]:
        for count in _tiles(paths, length):
            rows = drawn_rows(len(known), length, count, mean, draw)
            with np.errstate(over="ignore"):
                equity: Floats = np.cumprod(np.maximum(1.0 + known[rows], 0.0), axis=1, dtype=np.float64)
            yield equity

    return _measured(tables, 1.0, mean)


def drawn_rows(n: int, length: int, count: int, block: float, draw: np.random.Generator) -> Rows:
    """Rows of the stationary bootstrap, shape (count, length): each the one after the last, or with 1 / block a new one; the first
    follows the last row."""
    anew = draw.random((count, length)) < 1.0 / block
    anew[:, 0] = True
    starts = draw.integers(0, n, size=(count, length))
    at = np.where(anew, np.arange(length), 0)
    since = np.arange(length) - np.maximum.accumulate(at, axis=1)
    begun = np.take_along_axis(starts, np.maximum.accumulate(at, axis=1), axis=1)
    return np.asarray((begun + since) % n)


def block_length(returns: Floats) -> float:
    """The mean length of blocks that suits the returns' own memory: 1 for none."""
    x = np.asarray(returns, dtype=np.float64)
    n = len(x)
    away = x - x.mean()
    if n < 8 or not float(np.abs(away).max()) > 0.0:
        return 1.0
    quiet = max(5, ceil(sqrt(log10(n))))
    most = min(n - 1, ceil(sqrt(n)) + quiet)
    padded = np.fft.rfft(away, 2 * n)
    covariance = np.fft.irfft(np.abs(padded) ** 2)[: most + 1] / n
    correlation = covariance / covariance[0]
    bound = 2.0 * sqrt(log10(n) / n)
    # The smallest lag after which `quiet` lags in a row are nothing but noise.
    m = next((k for k in range(most - quiet + 1) if bool((np.abs(correlation[k + 1 : k + 1 + quiet]) < bound).all())), most // 2)
    window = min(2 * max(m, 1), most)
    lags = np.arange(-window, window + 1)
    weight = np.clip(2.0 * (1.0 - np.abs(lags) / window), 0.0, 1.0)
    at = covariance[np.abs(lags)]
    memory = float(np.sum(weight * np.abs(lags) * at))
    level = float(np.sum(weight * at))
    if level == 0.0:
        return 1.0
    found = (2.0 * memory**2 / (2.0 * level**2)) ** (1.0 / 3.0) * n ** (1.0 / 3.0)
    return float(min(max(found, 1.0), ceil(min(3.0 * sqrt(n), n / 3.0))))


def _known(values: Floats, what: str) -> Floats:
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if len(known) < 2:
        raise ResearchError(f"Two or more {what} are needed; {len(known)} is too few.")
    return known


def _tiles(paths: int, length: int) -> list[int]:
    if paths < 1:
        raise ResearchError("At least one path is needed.")
    step = max(1, AT_ONCE // max(1, length))
    return [min(step, paths - at) for at in range(0, paths, step)]


def _measured(tables: Callable[[], Iterator[Floats]], start: float, block: float) -> Futures:
    returns, drawdowns, ratios, ruined = [], [], [], 0
    for equity in tables():
        before = np.concatenate((np.full((len(equity), 1), start), equity), axis=1)
        top = np.maximum.accumulate(before, axis=1)
        drawdowns.append(((top - before) / top).max(axis=1))
        returns.append(equity[:, -1] / start - 1.0)
        ruined += int((equity.min(axis=1) <= 0.0).sum())
        with np.errstate(divide="ignore", invalid="ignore"):
            steps = np.diff(before, axis=1) / before[:, :-1]
            ratios.append(steps.mean(axis=1) / steps.std(axis=1, ddof=1))
    total = np.concatenate(returns)
    return Futures(total, np.concatenate(drawdowns), np.concatenate(ratios), block, ruined / len(total))
