"""How far a Sharpe ratio can be trusted: its error, and the height that luck alone reaches in many trials.

Ratios here are per bar (mean over deviation of the returns of single bars), not per year: the formulas count bars. Times the
root of bars per year they are the `sharpe` of a run.

Sources: D. H. Bailey and M. López de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012), for the
probabilistic ratio and the least track record; the same, "The Deflated Sharpe Ratio", Journal of Portfolio Management 40 (2014),
for the best of many trials; A. W. Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58 (2002), for the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import e, isfinite, nan, sqrt
from statistics import NormalDist

import numpy as np

from runtime.data.arrays import Floats

EULER = 0.577_215_664_901_532_9
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Moments:
    """What the formulas need of returns: how many, mean over deviation (n - 1), skew, and kurtosis (3 for a normal)."""

    count: int
    sharpe: float
    skew: float
    kurtosis: float


def moments(returns: Floats) -> Moments:
    """Of returns of shape (n,), NaN left out. With fewer than two, or where they never differ, what is not defined is NaN."""
    known = np.asarray(returns, dtype=np.float64)
    known = known[np.isfinite(known)]
    n = len(known)
    if n < 2:
        return Moments(n, nan, nan, nan)
    away = known - known.mean()
    spread = float(np.mean(away**2))
    if spread == 0.0 or np.ptp(known) == 0.0:
        return Moments(n, nan, nan, nan)
    ratio = float(known.mean()) / sqrt(spread * n / (n - 1))
    return Moments(n, ratio, float(np.mean(away**3)) / spread**1.5, float(np.mean(away**4)) / spread**2)


def sharpe_error(of: Moments, at: float | None = None) -> float:
    """The standard error of the ratio, if the true one is `at` (default: the one found); fat tails and losses in jumps widen it."""
    ratio = of.sharpe if at is None else at
    if of.count < 2:
        return nan
    variance = (1.0 - of.skew * ratio + (of.kurtosis - 1.0) / 4.0 * ratio**2) / (of.count - 1)
    return sqrt(variance) if variance > 0.0 else nan


def probabilistic_sharpe(of: Moments, benchmark: float = 0.0) -> float:
    """The probability that the true ratio is above `benchmark`, as a share of 1."""
    error = sharpe_error(of)
    return NORMAL.cdf((of.sharpe - benchmark) / error) if error > 0.0 else nan


def least_track_record(of: Moments, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """Bars that returns like these must last before the ratio is above `benchmark` with that confidence; infinite if it is not."""
    if not isfinite(of.sharpe):
        return nan
    if of.sharpe <= benchmark:
        return float("inf")
    shape = 1.0 - of.skew * of.sharpe + (of.kurtosis - 1.0) / 4.0 * of.sharpe**2
    return 1.0 + shape * (NORMAL.inv_cdf(confidence) / (of.sharpe - benchmark)) ** 2


def best_by_luck(trials: float, deviation: float) -> float:
    """The ratio that the best of so many independent trials without any skill is expected to show.

    trials: 1 or more. deviation: of the ratios of the trials. With one trial it is 0, and never below: the formula, made for many
    trials, goes under that between one and two.
    """
    if not trials > 1.0:
        return 0.0
    near, far = NORMAL.inv_cdf(1.0 - 1.0 / trials), NORMAL.inv_cdf(1.0 - 1.0 / (trials * e))
    return deviation * max(0.0, (1.0 - EULER) * near + EULER * far)


@dataclass(frozen=True, slots=True)
class Deflated:
    """A ratio held against the best that luck shows in as many trials.

    probability: that the true ratio is above `by_luck`, as a share of 1; below 0.95 the search alone may explain it.
    sharpe, by_luck: per bar. trials: how many independent ones were reckoned with.
    """

    probability: float
    sharpe: float
    by_luck: float
    trials: float


def deflated_sharpe(returns: Floats, ratios: Sequence[float] | Floats, trials: float | None = None) -> Deflated:
    """Of the returns of the chosen trial, given the ratios per bar of all trials (the chosen one among them).

    trials: how many of them are independent (default: all that are known; fewer flatter the result, so leave it out if in doubt,
    or take `independent_trials`).
    """
    known = np.asarray(ratios, dtype=np.float64)
    known = known[np.isfinite(known)]
    count = float(len(known)) if trials is None else trials
    deviation = float(known.std(ddof=1)) if len(known) > 1 else 0.0
    by_luck = best_by_luck(count, deviation)
    of = moments(returns)
    return Deflated(probabilistic_sharpe(of, by_luck), of.sharpe, by_luck, count)


def independent_trials(returns: Floats, among: int | None = None) -> float:
    """How many independent trials so many correlated ones are worth: n + (1 - n) * mean correlation, between 1 and n.

    returns: shape (bars, trials). among: how many trials there are, where these are drawn from more (default: these).
    The implied count of section 4 of the paper on the deflated ratio, for equal correlations.
    """
    n = int(returns.shape[1])
    away = returns - returns.mean(axis=0)
    size = np.sqrt((away**2).sum(axis=0))
    moving = size > 0.0
    m = int(moving.sum())
    if m < 2:
        return float(max(1, m))
    unit = away[:, moving] / size[moving]
    # The sum of all correlations is the squared length of the sum of the unit columns.
    mean = (float((unit.sum(axis=1) ** 2).sum()) - m) / (m * (m - 1))
    count = n if among is None else among
    return min(float(count), max(1.0, mean + (1.0 - mean) * m * count / n))
