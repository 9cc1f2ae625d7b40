"""Examines a result: how much of it luck, search, costs, delay and the choice of years explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from apextrade.backtesting import Result, traded_instrument
from apextrade.examining.folds import Folds, folded
from apextrade.examining.market import Market, bar_returns
from apextrade.examining.stress import Costs, Stressed, with_costs, with_delay
from apextrade.examining.verdict import Verdict, judge
from apextrade.examining.walk import WalkForward, walked
from apextrade.progress import progress
from apextrade.sweeping.call import run_request
from apextrade.sweeping.request import Request
from apextrade.sweeping.table import LESS_IS_BETTER, SweepTable
from compiler.inputs import InputError, InputValue
from compiler.libraries.port import Resolver
from compiler.program import Program
from runtime.data.arrays import Floats
from runtime.research.breakdown import Against, Regime, against, regimes
from runtime.research.overfitting import Overfitting, ResearchError, cut, overfitting
from runtime.research.plateau import Plateau, plateau, steadiest
from runtime.research.resampling import Futures, drawn_returns, shuffled_trades
from runtime.research.sharpe import (
    Deflated,
    best_by_luck,
    deflated_sharpe,
    independent_trials,
    least_track_record,
    moments,
    probabilistic_sharpe,
)
from runtime.statistics import bars_per_year
from runtime.sweep.space import Numbers, Space

BLOCKS = 16
SAMPLED = 400
"""Trials whose returns are kept for the probability of overfitting; of more, so many evenly spread ones, the best among them."""


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """A result and what is held against it. Where a figure can't be computed it is None, and `missing` says why, and what was taken for a tick that is not given.

    result: the run with `inputs`, the best of `trials` by `metric`. table: of all trials; None if nothing varies.
    deflated: the Sharpe ratio against the best that luck shows in as many trials. independent: how many of the trials are worth counting, since many are alike.
    least_bars: how many bars such returns must last. overfit, walk, folds, plateau: of the search.
    sampled: trials that `overfit` looked at. steadiest: the inputs that do
    best in the mean with their neighbours. costs, delays: runs under stress. order, drawn: other orders of the trades, other draws of the returns.
    market: against buying and holding. regimes: by the kind of market.
    """

    program: Program
    result: Result
    inputs: Mapping[str, InputValue]
    metric: str
    trials: int
    table: SweepTable | None
    deflated: Deflated
    independent: float
    least_bars: float
    overfit: Overfitting | None
    sampled: int
    walk: WalkForward | None
    folds: Folds | None
    plateau: Plateau | None
    steadiest: Mapping[str, InputValue] | None
    costs: Costs
    delays: tuple[Stressed, ...]
    order: Futures | None
    drawn: Futures | None
    market: Against
    regimes: tuple[Regime, ...]
    verdict: Verdict
    missing: tuple[str, ...]


def examined(
    program: Program,
    space: Space | None,
    fixed: Mapping[str, InputValue],
    numbers: Numbers | None,
    market: Market,
    *,
    metric: str = "sharpe",
    windows: int = 5,
    anchored: bool = False,
    folds: int = 5,
    embargo: int | None = None,
    trials: int | None = None,
    paths: int = 2000,
    seed: int = 0,
    workers: int | None = None,
    resolver: Resolver | None = None,
) -> Examination:
    """space, numbers: what was searched; None examines the one run. folds, embargo: of the folds held out; none for one fold.
    trials: how many were tried before, where that is more than the search shows.

    Raises InputError, DataError and CompileError as a backtest does, and InputError where no combination has the metric.
    """
    if seed < 0:
        raise InputError(f"A seed is 0 or more; this is {seed}.")
    _, missing = traded_instrument(program, market.candles, market.tick, market.lot, market.multiplier, market.venue)
    missing += market.venue.notes(program, market.settings) if market.venue is not None else ()
    market = market.on_clock_of(program)
    table = walk = by_fold = overfit = flat = steady = None
    independent, sampled = 1.0, 0
    inputs: Mapping[str, InputValue] = dict(fixed)
    if space is not None and numbers is not None:
        request = Request(program, space, fixed, market.settings, market.tick, market.lot, market.multiplier, market.venue)
        table = run_request(request, numbers, market.candles, metric, workers)
        row = table.best_row
        if row is None:
            raise InputError(f"No combination has a `{metric}`: none traded enough for it.")
        inputs = {**fixed, **table.inputs(row)}
        flat, steady = _around(table, row)
        rows = _spread(len(table), row)
        returns = _returns_of(program, table, rows, fixed, market)
        independent, sampled = independent_trials(returns, len(table)), len(rows)
        try:
            overfit = overfitting(cut(returns, BLOCKS))
        except ResearchError as error:
            missing.append(f"No probability of overfitting: {error}")
        try:
            with progress("Walking forward", windows) as advance:
                walk = walked(request, numbers, market, metric, windows, anchored=anchored, workers=workers, advance=advance)
        except (ResearchError, InputError) as error:
            missing.append(f"No walk forward: {error}")
        if folds > 1:
            try:
                with progress("Folds", folds) as advance:
                    by_fold = folded(request, numbers, market, metric, folds, embargo=embargo, workers=workers, advance=advance)
            except (ResearchError, InputError) as error:
                missing.append(f"No folds: {error}")
    result = market.trade(program, inputs)
    returns = bar_returns(result)
    count = max(trials or 1, len(table) if table is not None else 1)
    deflated = _deflated(returns, table, count, result)
    order, drawn = _other_lives(result, returns, paths, seed, missing)
    delays = with_delay(program, inputs, market, resolver)
    if not delays:
        missing.append("No delay: a condition of the program can't be read a bar later.")
    costs = with_costs(program, inputs, market)
    moves = np.full(len(returns), np.nan)
    close, converted = result.candles.close, result.run.converted
    held = close if converted is None else close * converted.rates.close  # what holding it is worth to the account
    moves[1:] = held[1:] / held[:-1] - 1.0
    found = (
        program, result, inputs, metric, count, table, deflated, independent, least_track_record(moments(returns)), overfit, sampled, walk, by_fold, flat, steady, costs,
        delays, order, drawn, against(returns, moves), regimes(returns, close),
    )  # fmt: skip
    verdict = judge(result, deflated, count, overfit, walk, by_fold, flat, costs, delays)
    return Examination(*found, verdict, tuple(missing))


def _deflated(returns: Floats, table: SweepTable | None, count: int, result: Result) -> Deflated:
    """Against the ratios of all trials. Without a table, and with more trials said than seen, their spread is what chance alone gives: 1 / root of bars."""
    per_year = bars_per_year(result.candles.time)
    if table is not None and len(table) > 1:
        ratios = table.statistic("sharpe") / sqrt(per_year)
        return deflated_sharpe(returns, ratios, float(count))
    found = deflated_sharpe(returns, [moments(returns).sharpe], 1.0)
    if count == 1:
        return found
    by_luck = best_by_luck(count, 1.0 / sqrt(max(1, len(returns))))
    return Deflated(probabilistic_sharpe(moments(returns), by_luck), found.sharpe, by_luck, float(count))


def _around(table: SweepTable, row: int) -> tuple[Plateau, Mapping[str, InputValue] | None]:
    values = table.statistic(table.metric)
    if table.metric in LESS_IS_BETTER:
        values = -values
    best = steadiest(table.places, values)
    return plateau(table.places, values, row), table.inputs(best) if best >= 0 else None


def _spread(rows: int, best: int) -> list[int]:
    """Rows evenly spread, the best among them."""
    if rows <= SAMPLED:
        return list(range(rows))
    found = {round(k * (rows - 1) / (SAMPLED - 2)) for k in range(SAMPLED - 1)} | {best}
    return sorted(found)


def _returns_of(program: Program, table: SweepTable, rows: list[int], fixed: Mapping[str, InputValue], market: Market) -> Floats:
    """Returns of every bar of some trials, shape (bars, trials)."""
    found: list[Floats] = []
    with progress("Returns of trials", len(rows)) as advance:
        for row in rows:
            found.append(bar_returns(market.trade(program, {**fixed, **table.inputs(row)})))
            advance(1)
    return np.column_stack(found)


def _other_lives(
    result: Result, returns: Floats, paths: int, seed: int, missing: list[str]
) -> tuple[Futures | None, Futures | None]:
    order = drawn = None
    try:
        order = shuffled_trades(result.run.trade_rows_closed[:, 8], result.run.account.capital, paths=paths, seed=seed)
    except ResearchError as error:
        missing.append(f"No other orders of the trades: {error}")
    try:
        drawn = drawn_returns(returns, paths=paths, seed=seed)
    except ResearchError as error:
        missing.append(f"No other draws of the returns: {error}")
    return order, drawn
