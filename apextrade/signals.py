"""Runs a program over candles for its columns."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.program import DEFAULT_TICK, InputValue, Program
from runtime.candles import Candles
from runtime.feeds import feed_columns
from runtime.kernel import CHUNK, bind
from runtime.signals import Signals

Values = Mapping[str, InputValue]


def computed(program: Program, candles: Candles, values: Values, chunk: int = CHUNK, tick: float | None = None) -> Signals:
    """The columns of a program by its kernels.

    chunk: rows at a time; any number gives the same bits. tick: the price step (default: the step of the prices).
    Columns that read the position or the account are those of a backtest and are left out here.
    """
    plan = program.plan(values, tick or candles.price_step() or DEFAULT_TICK)
    registers = bind(plan).run(feed_columns(plan.feeds, candles), len(candles), chunk)
    return Signals(candles.time, plan.columns, registers)
