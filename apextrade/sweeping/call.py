"""Sweeps for Python: a program traded with many values of its inputs, and a table of what came of each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from threading import Event
from typing import Any

import numpy as np

from apextrade.backtesting import SETTINGS
from apextrade.currency import Currency, with_currency
from apextrade.given_bars import require_candles
from apextrade.program import Program
from apextrade.progress import progress
from apextrade.sweeping.grid import known, listed, space_of
from apextrade.sweeping.request import Request
from apextrade.sweeping.several import run_several
from apextrade.sweeping.table import SweepTable, checked_metric
from apextrade.values import read_values
from apextrade.venue import VenueName, asked_venue
from compiler.inputs import InputError, InputValue
from compiler.program import Program as CompiledProgram
from runtime.candles import Candles
from runtime.portfolio.universe import Universe
from runtime.sweep.run import run
from runtime.sweep.space import Axis, Numbers, Space, TooMany
from runtime.sweep.task import Rows

MOST = 1_000_000
"""Combinations that are run without being asked for."""
OWN = (*SETTINGS, "metric", "workers", "draw", "seed", "most", "celery", "sampler", "trials")


def sweep(
    program: Program | str | PathLike[str],
    candles: Candles | Mapping[str, Candles],
    *,
    metric: str = "sharpe",
    workers: int | None = None,
    draw: int | None = None,
    seed: int = 0,
    most: int = MOST,
    celery: str | None = None,
    sampler: str | None = None,
    trials: int = 100,
    capital: float | str | None = None,
    commission: float | str | None = None,
    slippage: float | str | None = None,
    fills: str | None = None,
    tick: float | Mapping[str, float] | None = None,
    lot: float | Mapping[str, float] | None = None,
    multiplier: float | Mapping[str, float] | None = None,
    universe: Universe | str | PathLike[str] | None = None,
    detail: Candles | Mapping[str, Candles] | None = None,
    currency: Currency = "",
    venue: VenueName = "",
    **inputs: Any,
) -> SweepTable:
    """Trades a program (or its text, or its path) with every combination of some values of its inputs.

    inputs: by name a value, which is fixed, or several (a list, range, array), which vary. Where none varies, all that the program declares with a
    step or choices do. Combinations that `require` forbids are left out and counted.
    metric: the statistic that says which is best. workers: threads (default: as many as the machine has). draw: so many combinations at random, the same
    for the same `seed`. most: more combinations than this are refused. celery: the address of a Redis
    server, such as redis://localhost:6379/0, whose workers (`apx worker`) do it instead. The rest is as of `backtest`; each row is, to the bit, what that gives.
    sampler: `tpe`, `cmaes`, `nsga2`, `qmc` or `random` of Optuna chooses `trials` different combinations, for spaces too large to try.
    Ctrl-C keeps what is done. Raises InputError for a value that is not allowed, CompileError, DataError.
    """
    if not isinstance(program, Program):
        from apextrade.program import compile

        program = compile(program)
    axes, values = varied(program.compiled, inputs, OWN)
    space = space_of(program.compiled, axes, values)
    settings = {"capital": capital, "commission": commission, "slippage": slippage, "fills": fills}
    if sampler is not None:
        _require_sampler(sampler, trials, draw, celery, candles)
    numbers = space.drawn(0, 0) if sampler is not None else chosen(space, draw, seed, most)
    if not isinstance(candles, Mapping):
        require_candles(candles)
    candles, profile = with_currency(candles, currency), asked_venue(venue)
    if isinstance(candles, Mapping):
        if celery is not None:
            raise InputError("Several instruments can't be swept on Celery yet; leave `celery` out.")
        if universe is not None and not isinstance(universe, Universe):
            universe = Universe.from_csv(universe)
        if detail is not None and not isinstance(detail, Mapping):
            raise InputError("The finer bars of several instruments are given by symbol, as the candles are.")
        return run_several(
            program.compiled, space, values, numbers, metric, candles, settings, tick, lot, multiplier, universe, detail, profile
        )
    for name, fact in (("tick", tick), ("lot", lot), ("multiplier", multiplier), ("detail", detail)):
        if isinstance(fact, Mapping):
            raise InputError(f"`{name}` by symbol needs candles by symbol; these are of one instrument.")
    if detail is not None:
        require_candles(detail)
    request = Request(program.compiled, space, values, settings, tick, lot, multiplier, profile)  # type: ignore[arg-type]
    if sampler is not None:
        from apextrade.sweeping.sampled import run_sampled

        return run_sampled(request, candles, metric, sampler, trials, seed, workers or os.cpu_count() or 1, detail)  # type: ignore[arg-type]
    if celery is not None:
        from apextrade.sweeping.distributed import run_on_celery

        return run_on_celery(request, numbers, candles, metric, celery, detail)  # type: ignore[arg-type]
    return run_request(request, numbers, candles, metric, workers, detail)  # type: ignore[arg-type]


def _require_sampler(
    sampler: str, trials: int, draw: int | None, celery: str | None, candles: Candles | Mapping[str, Candles]
) -> None:
    """Raises InputError for what does not go together with a sampler."""
    from apextrade.sweeping.sampled import SAMPLERS
    from compiler.suggest import closest

    if sampler not in SAMPLERS:
        near = closest(sampler, tuple(SAMPLERS))
        raise InputError(
            f"There is no sampler `{sampler}`.{f' Did you mean `{near}`?' if near else ''} There are {', '.join(SAMPLERS)}."
        )
    if trials < 1:
        raise InputError(f"At least 1 combination is tried; this is {trials}.")
    if draw is not None:
        raise InputError("`sampler` and `draw` don't go together; leave one out.")
    if celery is not None or isinstance(candles, Mapping):
        raise InputError("A sampler can choose neither on Celery nor for several instruments yet.")


def varied(program: CompiledProgram, inputs: Mapping[str, Any], taken: Sequence[str]) -> tuple[list[Axis], dict[str, InputValue]]:
    """The inputs that are given several values, and those that are given one, each checked against its range.

    taken: names of the arguments beside them. Raises InputError.
    """
    for info in program.inputs:
        if info.name in taken:
            raise InputError(f"The program's input `{info.name}` has the name of a setting; rename it to give it a value here.")
    axes, single = [], {}
    for name, value in inputs.items():
        if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
            axes.append(listed(program, name, value))
        else:
            known(program, name)
            single[name] = value
    values = read_values(program, single)
    return axes, {name: known(program, name).check(value) for name, value in values.items()}


def chosen(space: Space, draw: int | None, seed: int, most: int) -> Numbers:
    """The combinations to run. Raises InputError for more than are allowed."""
    if draw is not None and draw < 1:
        raise InputError(f"At least 1 combination is drawn; this is {draw}.")
    try:
        if draw is None:
            return space.all(most)
        if min(draw, space.size) > most:
            raise TooMany(f"{draw:,} combinations would be drawn, more than {most:,}.")
        return space.drawn(draw, seed)
    except TooMany as error:
        raise InputError(f"{error} Take larger steps, draw some of them, or allow so many.") from None


def run_request(
    request: Request, numbers: Numbers, candles: Candles, metric: str, workers: int | None, detail: Candles | None = None
) -> SweepTable:
    """The table of some combinations on one instrument."""
    checked_metric(metric)
    if request.program.universe or request.program.compares:
        raise InputError("The program trades several instruments: give the candles of each by symbol, as a mapping.")
    task, notes = request.task(candles, detail)
    stop = Event()
    with progress("Sweeping", len(numbers)) as advance:
        found = run(task, numbers, workers=workers or os.cpu_count() or 1, progress=advance, stop=stop)
    return SweepTable(
        request.space, found, metric, len(numbers), len(task.candles), tuple(notes), stop.is_set(), program=request.program
    )


def rows(request: Request, candles: Candles, first: int, last: int, *, workers: int = 1, detail: Candles | None = None) -> Rows:
    """The combinations with numbers from `first` to before `last`: a pure function of its arguments, so that a sweep can be split and put together."""
    task, _ = request.task(candles, detail)
    return run(task, np.arange(first, min(last, request.space.size), dtype=np.int64), workers=workers)
