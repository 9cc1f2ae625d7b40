"""Examinations for Python."""

from __future__ import annotations

from os import PathLike
from typing import Any

from apextrade.currency import Currency, with_currency
from apextrade.examining.examination import Examination, examined
from apextrade.examining.market import Market
from apextrade.given_bars import require_candles
from apextrade.program import Program
from apextrade.sweeping.call import MOST, OWN, chosen, varied
from apextrade.sweeping.grid import declared, space_of
from apextrade.sweeping.table import checked_metric
from apextrade.venue import VenueName, asked_venue
from runtime.candles import Candles


def examine(
    program: Program | str | PathLike[str],
    candles: Candles,
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
    draw: int | None = None,
    most: int = MOST,
    capital: float | str | None = None,
    commission: float | str | None = None,
    slippage: float | str | None = None,
    fills: str | None = None,
    tick: float | None = None,
    lot: float | None = None,
    multiplier: float | None = None,
    currency: Currency = "",
    venue: VenueName = "",
    **inputs: Any,
) -> Examination:
    """Says whether the best of a sweep can be believed: `verdict`, and what it rests on. Inputs and settings are as of `sweep`.

    windows, anchored: of the walk forward. folds: held out one after the other, 1 for none; embargo: bars left
    out after each (None: a hundredth). trials: how many combinations were tried before, where they are more than the sweep has. paths, seed: of the
    resampling; the same seed gives the same figures. Raises InputError, CompileError, DataError.
    """
    if not isinstance(program, Program):
        from apextrade.program import compile

        program = compile(program)
    checked_metric(metric)
    require_candles(candles)
    compiled = program.compiled
    axes, fixed = varied(compiled, inputs, (*OWN, "windows", "anchored", "folds", "embargo", "trials", "paths"))
    space = numbers = None
    if axes or any(axis.name not in fixed for axis in declared(compiled)):
        space = space_of(compiled, axes, fixed)
        numbers = chosen(space, draw, seed, most)
    settings = {"capital": capital, "commission": commission, "slippage": slippage, "fills": fills}
    market = Market(with_currency(candles, currency), settings, tick, lot, multiplier, asked_venue(venue))
    return examined(
        compiled, space, fixed, numbers, market, metric=metric, windows=windows, anchored=anchored, folds=folds, embargo=embargo, trials=trials, paths=paths, seed=seed,
        workers=workers,
    )  # fmt: skip
