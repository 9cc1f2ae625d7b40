"""Folds: parameters chosen on all other years and judged on the one held out, until every bar was judged once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from apextrade.examining.market import Market
from apextrade.examining.walk import WalkForward, Window, judged_window, together, unjudged_window
from apextrade.sweeping.call import run_request
from apextrade.sweeping.request import Request
from apextrade.sweeping.table import LESS_IS_BETTER, SweepTable
from compiler.diagnostics import CompileError
from compiler.inputs import InputError, InputValue
from runtime.data.arrays import Floats
from runtime.research.splits import purged_folds
from runtime.statistics import COLUMNS
from runtime.sweep.allowed import allowed
from runtime.sweep.space import Numbers, Space


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """judged: the folds in order and what they gave together. purge: bars left out on both sides of a fold, as many as the longest warm-up. embargo: as
    many more after it."""

    judged: WalkForward
    purge: int
    embargo: int


def folded(
    request: Request,
    numbers: Numbers,
    market: Market,
    metric: str,
    count: int,
    *,
    embargo: int | None = None,
    workers: int | None = None,
    advance: Callable[[int], None] = lambda folds: None,
) -> Folds:
    """embargo: bars; None: a hundredth of all. Raises ResearchError for too few bars, InputError and DataError as a sweep.

    What lies on both sides of a fold is swept apart: no trade reaches over the gap.
    """
    bars = market.candles
    first = request.inputs()
    warm = _longest_warmup(request, first, numbers, market.tick or 0.01)
    gap = math.ceil(len(bars) / 100) if embargo is None else embargo
    windows: list[Window] = []
    returns: list[Floats] = []
    for split in purged_folds(len(bars), count, purge=warm, embargo=gap, warm=warm):
        parts = [run_request(request, numbers, bars.rows(slice(low, high)), metric, workers) for low, high in split.learn]
        inputs = None
        if all(len(part) for part in parts):
            kept = reduce(np.intersect1d, [part.rows.numbers for part in parts])
            learnt = joined(parts, kept, metric)
            best = _best(learnt, metric)
            if best is not None:
                inputs = request.space.values(request.space.places(kept[best : best + 1])[0])
                grown = float(joined(parts, kept[best : best + 1], "annual_return")[0])
                window, ours = judged_window(request, first, market, metric, split, inputs, float(learnt[best]), grown)
        if inputs is None:
            window, ours = unjudged_window(market, split)
        windows.append(window)
        returns.append(ours)
        advance(1)
    if all(window.inputs is None for window in windows):
        raise InputError(f"No combination has a `{metric}` on the other folds of any.")
    return Folds(together(windows, returns, metric, len(numbers), market), warm, gap)


def _longest_warmup(request: Request, first: Mapping[str, InputValue], numbers: Numbers, tick: float) -> int:
    """Bars that the defaults, and the combinations with the least and the most of each input, read before they are known; windows grow with their inputs.
    Of choices each is tried."""
    found = request.program.plan(first, tick, "backtest").warmup
    places = request.space.places(numbers)
    places = places[allowed(request.program, request.space, first, places)]
    for at in sorted(_extremes(request.space, places)):
        with suppress(InputError, CompileError):  # such a one is not run either
            found = max(found, request.program.plan({**first, **request.space.values(places[at])}, tick, "backtest").warmup)
    return found


def _extremes(space: Space, places: NDArray[np.int64]) -> set[int]:
    """Of some combinations those that stand farthest out: for each end of an axis, and each of its choices, the one with the least of all and with
    the most."""
    share = (places / np.array([len(axis.values) for axis in space.axes])).sum(axis=1)
    found: set[int] = set()
    for at, axis in enumerate(space.axes):
        ends = np.unique(places[:, at])
        for place in ends if isinstance(axis.values[0], (str, bool)) else ends[[0, -1]] if len(ends) else ends:
            rows = np.flatnonzero(places[:, at] == place)
            found |= {int(rows[share[rows].argmin()]), int(rows[share[rows].argmax()])}
    return found


def joined(parts: Sequence[SweepTable], numbers: Numbers, metric: str) -> Floats:
    """A statistic of some combinations over several stretches of bars as if they were one, shape (m,): growth is compounded, the Sharpe ratio is that of
    the returns of all, anything else the mean by bars of the stretches that have it."""
    rows = [np.searchsorted(part.rows.numbers, numbers) for part in parts]

    def column(name: str) -> Floats:
        at = COLUMNS.index(name)
        return np.array([part.rows.values[of, at] for part, of in zip(parts, rows, strict=True)])

    share = np.array([part.bars for part in parts], dtype=np.float64)[:, None]
    share = share / share.sum()
    with np.errstate(all="ignore"):
        match metric:
            case "total_return":
                found = np.prod(1.0 + column("total_return"), axis=0) - 1.0
            case "annual_return":
                found = np.prod(np.power(1.0 + column("annual_return"), share), axis=0) - 1.0
            case "sharpe":
                spread = np.nan_to_num(column("volatility"))
                means = np.nan_to_num(column("sharpe")) * spread
                # Means a year beside a deviation within the stretches: between them there is next to none of it in the returns of single bars.
                whole = np.sqrt((share * spread**2).sum(axis=0))
                found = np.where(whole > 0.0, (share * means).sum(axis=0) / whole, np.nan)
            case _:
                values = column(metric)
                known = np.isfinite(values)
                found = np.where(known, values * share, 0.0).sum(axis=0) / np.where(known, share, 0.0).sum(axis=0)
    result: Floats = found
    return result


def _best(values: Floats, metric: str) -> int | None:
    """The first of the best; None where none is known."""
    keys = np.where(np.isnan(values), np.inf, values if metric in LESS_IS_BETTER else -values)
    return int(np.argmin(keys)) if len(keys) and not np.isnan(values).all() else None


def holds(folds: Folds) -> bool:
    """Whether what was chosen on the other folds made money on the one held out: over all together, and in half of them or more."""
    judged = folds.judged
    won = sum(window.judged_return > 0.0 for window in judged.windows)
    return judged.total_return > 0.0 and 2 * won >= len(judged.windows)
