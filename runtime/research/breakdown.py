"""A run held against its market: what it owes to the market's own moves, and how it does in each kind of market."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np

from runtime.data.arrays import Flags, Floats


@dataclass(frozen=True, slots=True)
class Against:
    """A regression of the run's returns on the benchmark's, bar by bar: returns = alpha + beta * benchmark + rest.

    alpha: per bar. alpha_t: alpha over its standard error (above 2 is hardly luck). correlation: of the two.
    information: mean of the returns less the benchmark's over its deviation, per bar.
    """

    alpha: float
    beta: float
    alpha_t: float
    correlation: float
    information: float
    bars: int


def against(returns: Floats, benchmark: Floats) -> Against:
    """Both of shape (n,); bars where either is NaN are left out. What is not defined is NaN."""
    known = np.isfinite(returns) & np.isfinite(benchmark)
    y, x = returns[known], benchmark[known]
    n = len(y)
    if n < 3 or np.ptp(x) == 0.0:
        return Against(nan, nan, nan, nan, nan, n)
    dx, dy = x - x.mean(), y - y.mean()
    sxx = float(dx @ dx)
    beta = float(dx @ dy) / sxx
    alpha = float(y.mean()) - beta * float(x.mean())
    rest = dy - beta * dx
    variance = float(rest @ rest) / (n - 2)
    error = sqrt(variance * (1.0 / n + float(x.mean()) ** 2 / sxx))
    syy = float(dy @ dy)
    ahead = y - x
    spread = float(ahead.std(ddof=1))
    return Against(
        alpha,
        beta,
        alpha / error if error > 0.0 else nan,
        float(dx @ dy) / sqrt(sxx * syy) if syy > 0.0 else nan,
        float(ahead.mean()) / spread if spread > 0.0 else nan,
        n,
    )


@dataclass(frozen=True, slots=True)
class Regime:
    """The bars of one kind of market. share: of all bars. total_return: compounded over them. sharpe: per bar. market: the market's
    own compounded return over them."""

    name: str
    bars: int
    share: float
    total_return: float
    sharpe: float
    market: float


REGIMES: tuple[str, ...] = ("rising, calm", "rising, wild", "falling, calm", "falling, wild", "not known yet")


def regimes(returns: Floats, close: Floats, window: int = 100) -> tuple[Regime, ...]:
    """The run's returns by the market of the bar before, so that no bar is sorted by what it does itself.

    Rising: the close is above its mean of the last `window` bars. Wild: the deviation of the market's returns over that window is
    above its median over the hundred windows that ended last. returns: of each bar, shape (n,). close: shape (n,).
    """
    n = len(close)
    moves = np.full(n, np.nan)
    moves[1:] = close[1:] / close[:-1] - 1.0
    kind = np.full(n, len(REGIMES) - 1)
    if n > 2 * window:
        mean = _rolling(close, window)
        spread = _rolling(moves**2, window) - _rolling(moves, window) ** 2
        for start in range(2 * window, n, window):
            usual = spread[max(window, start - 100 * window) : start]
            usual = usual[np.isfinite(usual)]
            before = slice(start - 1, min(n, start + window) - 1)
            if len(usual):
                known = np.isfinite(mean[before]) & np.isfinite(spread[before])
                found = np.where(close[before] > mean[before], 0, 2) + (spread[before] > np.median(usual))
                kind[start : start + window] = np.where(known, found, len(REGIMES) - 1)
    return tuple(_regime(name, kind == at, returns, moves) for at, name in enumerate(REGIMES))


def _regime(name: str, which: Flags, returns: Floats, moves: Floats) -> Regime:
    ours, theirs = returns[which], moves[which]
    ours, theirs = ours[np.isfinite(ours)], theirs[np.isfinite(theirs)]
    spread = float(ours.std(ddof=1)) if len(ours) > 1 else 0.0
    return Regime(
        name,
        len(ours),
        len(ours) / max(1, len(returns)),
        float(np.prod(1.0 + ours)) - 1.0,
        float(ours.mean()) / spread if spread > 0.0 else nan,
        float(np.prod(1.0 + theirs)) - 1.0,
    )


def _rolling(x: Floats, window: int) -> Floats:
    """Means of the last `window` values; NaN before there are as many, and where one is unknown."""
    found = np.full(len(x), np.nan)
    found[window - 1 :] = np.lib.stride_tricks.sliding_window_view(x, window).mean(axis=1)
    return found
