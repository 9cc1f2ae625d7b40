"""Walking forward: parameters chosen on some bars, judged on the next, again and again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from apextrade.examining.market import Market, bar_returns
from apextrade.sweeping.call import run_request
from apextrade.sweeping.request import Request
from apextrade.sweeping.table import LESS_IS_BETTER
from compiler.inputs import InputError, InputValue
from runtime.data.arrays import Floats
from runtime.research.sharpe import moments
from runtime.research.splits import Split, walk_forward
from runtime.statistics import bars_per_year
from runtime.sweep.space import Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One step of the walk. learn, judge: rows. times: the first and last bar of what is judged. inputs: chosen on `learn`; None if no combination had
    the metric there. learnt, judged: the metric on both. learnt_return, judged_return: growth a year. stats: of what is judged."""

    split: Split
    times: tuple[np.datetime64, np.datetime64]
    inputs: Mapping[str, InputValue] | None
    learnt: float
    judged: float
    learnt_return: float
    judged_return: float
    stats: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class WalkForward:
    """windows: in order. returns: of every judged bar, one after the other, shape (n,); 0 where nothing could be chosen.

    total_return: compounded over them. sharpe: of them, times the root of bars per year. efficiency: the mean yearly growth that was judged over the mean that was
    learnt (1: as good as promised; NaN where what was learnt lost, or a yearly growth is above every number). combinations: tried in each window.
    """

    windows: tuple[Window, ...]
    returns: Floats
    total_return: float
    sharpe: float
    efficiency: float
    metric: str
    combinations: int


def walked(
    request: Request,
    numbers: Numbers,
    market: Market,
    metric: str,
    count: int,
    *,
    share: float = 0.75,
    anchored: bool = False,
    workers: int | None = None,
    advance: Callable[[int], None] = lambda windows: None,
) -> WalkForward:
    """Raises ResearchError for too few bars, InputError and DataError as a sweep."""
    bars = market.candles
    first = request.inputs()
    warm = request.program.plan(first, market.tick or 0.01, "backtest").warmup
    windows, returns = [], []
    for split in walk_forward(len(bars), count, share=share, anchored=anchored, warm=warm):
        ((low, high),) = split.learn
        table = run_request(request, numbers, bars.rows(slice(low, high)), metric, workers)
        row = table.best_row
        if row is None:
            window, ours = unjudged_window(market, split)
        else:
            learnt, grown = float(table.statistic(metric)[row]), float(table.statistic("annual_return")[row])
            window, ours = judged_window(request, first, market, metric, split, table.inputs(row), learnt, grown)
        windows.append(window)
        returns.append(ours)
        advance(1)
    if all(window.inputs is None for window in windows):
        raise InputError(f"No combination has a `{metric}` in any window.")
    return together(windows, returns, metric, len(numbers), market)


def judged_window(
    request: Request,
    first: Mapping[str, InputValue],
    market: Market,
    metric: str,
    split: Split,
    inputs: Mapping[str, InputValue],
    learnt: float,
    learnt_return: float,
) -> tuple[Window, Floats]:
    """What was chosen, traded on the judged bars, and its return on each of them. first: values of all inputs."""
    (start, end), bars = split.judge, market.candles
    plan = request.program.plan({**first, **inputs}, market.tick or 0.01, "backtest")
    before = min(plan.warmup, start)
    of_window = market.trade(request.program, {**request.fixed, **inputs}, (start - before, end), warm=before)
    ours, judged = bar_returns(of_window), float(of_window.stats.get(metric, nan))
    grown = _yearly(ours, bars_per_year(bars.time[start:end]))
    return Window(split, _times(market, split), inputs, learnt, judged, learnt_return, grown, of_window.stats), ours


def unjudged_window(market: Market, split: Split) -> tuple[Window, Floats]:
    """Nothing could be chosen, so nothing is traded."""
    start, end = split.judge
    return Window(split, _times(market, split), None, np.nan, np.nan, np.nan, 0.0, {}), np.zeros(end - start)


def _times(market: Market, split: Split) -> tuple[np.datetime64, np.datetime64]:
    time, (start, end) = market.candles.time, split.judge
    return np.datetime64(int(time[start]), "us"), np.datetime64(int(time[end - 1]), "us")


def together(windows: list[Window], returns: list[Floats], metric: str, combinations: int, market: Market) -> WalkForward:
    """The windows as one; of those that nothing could be chosen for the returns are 0."""
    joined = np.concatenate(returns)
    chosen = [w for w in windows if w.inputs is not None]
    promised = float(np.mean([w.learnt_return for w in chosen]))
    kept = float(np.mean([w.judged_return for w in chosen]))
    return WalkForward(
        tuple(windows),
        joined,
        float(np.prod(1.0 + joined)) - 1.0,
        moments(joined).sharpe * float(np.sqrt(bars_per_year(market.candles.time))),
        kept / promised if promised > 0.0 and np.isfinite([kept, promised]).all() else float("nan"),
        metric,
        combinations,
    )


def _yearly(returns: Floats, per_year: float) -> float:
    """Infinite where the growth of a few short bars, told for a year, is above every number."""
    grown = float(np.prod(1.0 + returns))
    if not (grown > 0.0 and len(returns)):
        return -1.0
    with np.errstate(over="ignore"):
        return float(np.power(grown, per_year / len(returns))) - 1.0


def kept_its_promise(walk: WalkForward) -> bool:
    """Whether what was judged made money, and at least half of what was learnt; of a metric where less is better, whether it made money."""
    if walk.metric in LESS_IS_BETTER:
        return walk.total_return > 0.0
    return walk.total_return > 0.0 and walk.efficiency >= 0.5
