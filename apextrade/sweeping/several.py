"""A sweep of a program over several instruments on one account: each combination is run on its own."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

import numpy as np

from apextrade.portfolio import Fact
from apextrade.portfolio import run as run_portfolio
from apextrade.progress import progress, silent
from apextrade.sweeping.table import SweepTable, checked_metric
from apextrade.venue import Venue
from compiler.diagnostics import CompileError
from compiler.inputs import InputError, InputValue
from compiler.program import Program
from runtime.candles import Candles
from runtime.portfolio.universe import Universe
from runtime.statistics import COLUMNS
from runtime.sweep.allowed import allowed
from runtime.sweep.space import Numbers, Space
from runtime.sweep.task import Rows
from runtime.sweep.worker import reason


def run_several(
    program: Program,
    space: Space,
    fixed: Mapping[str, InputValue],
    numbers: Numbers,
    metric: str,
    candles: Mapping[str, Candles],
    settings: Mapping[str, object],
    tick: Fact = None,
    lot: Fact = None,
    multiplier: Fact = None,
    universe: Universe | None = None,
    detail: Mapping[str, Candles] | None = None,
    venue: Venue | None = None,
) -> SweepTable:
    """The table of some combinations; arguments as of `apextrade.portfolio.run`. Ctrl-C keeps what is done."""
    checked_metric(metric)
    defaults = {info.name: info.default for info in program.inputs}
    places = space.places(numbers)
    meets = allowed(program, space, {**defaults, **fixed}, places)
    done: list[int] = []
    values: list[list[float]] = []
    refused: list[tuple[int, str]] = []
    notes: tuple[str, ...] = ()
    bars, cancelled = 0, False
    try:
        with progress("Sweeping", len(numbers)) as advance:
            advance(int((~meets).sum()))
            for at in np.flatnonzero(meets).tolist():
                try:
                    with silent():
                        found = run_portfolio(
                            program,
                            candles,
                            {**fixed, **space.values(places[at])},
                            settings,
                            tick,
                            lot,
                            multiplier,
                            universe,
                            detail,
                            venue,
                        )
                except (CompileError, InputError) as error:
                    if not done:
                        raise
                    refused.append((int(numbers[at]), reason(error)))
                    advance(1)
                    continue
                done.append(at)
                values.append([found.stats.get(name, nan) for name in COLUMNS])
                bars = len(found.run.time)
                notes = notes or found.run.warnings
                program._plans.clear()  # one for each combination would be kept
                advance(1)
    except KeyboardInterrupt:
        cancelled = True
    rows = Rows(
        numbers[done], np.array(values, dtype=np.float64).reshape(len(values), len(COLUMNS)),
        int((~meets).sum()) + len(done) + len(refused), int((~meets).sum()), tuple(refused),
    )  # fmt: skip
    return SweepTable(space, rows, metric, len(numbers), bars, notes, cancelled, program=program)
