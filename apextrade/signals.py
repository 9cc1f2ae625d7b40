"""Runs a program over candles for its columns."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.program import DEFAULT_TICK, InputValue, Program
from runtime.backtest import signals
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from runtime.kernel import CHUNK
from runtime.machine.instrument import Instrument
from runtime.signals import Signals

Values = Mapping[str, InputValue]


def computed(program: Program, candles: Candles, values: Values, chunk: int = CHUNK, tick: float | None = None) -> Signals:
    """The columns of a program: by its kernels, and by the position machine where they read position or account.

    chunk: rows at a time; any number gives the same bits. tick: the price step (default: the step of the prices).
    """
    tick = tick or candles.price_step() or DEFAULT_TICK
    bars = as_traded(candles, program.symbols, program.session, program.every)
    return signals(program.plan(values, tick), bars, Instrument(tick=tick), chunk)
