"""Our run held against itself: its fills are those of the machine in its layers, and at the beginning those of the reference interpreter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from conditions.apextrade_side import TEXT
from conditions.rules import TICK
from sma_cross.apextrade_side import candles_of
from sma_cross.rules import Floats

import apextrade as apx
from runtime import backtest as driver
from runtime.interpreter.trading import trade_graph
from runtime.machine import welding
from runtime.machine.codes import FILL_COLUMNS
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument

BAR = FILL_COLUMNS.index("bar")


def found_in_ours(bars: Floats, prefix: int) -> list[str]:
    """What differs, in words; empty if nothing does. bars: shape (5, n). prefix: bars that the interpreter reads."""
    candles = candles_of(bars)
    program = apx.compile(TEXT)
    whole = apx.backtest(program, candles, tick=TICK).run
    found = []
    kept, driver.welding = driver.welding, Layers  # type: ignore[assignment]
    try:
        layers = apx.backtest(program, candles, tick=TICK).run
    finally:
        driver.welding = kept
    for name in ("fill_rows", "trade_rows_closed", "order_rows", "equity_values"):
        if not same(getattr(whole, name), getattr(layers, name)):
            found.append(f"{name} in one piece are not those of the layers")
    first = candles_of(bars[:, :prefix])
    read = trade_graph(program.compiled.build({}, TICK, False), first, replace(Instrument(), tick=TICK), "1m")
    fills = whole.fill_rows[whole.fill_rows[:, BAR] < prefix]
    if not same(fills, read.machine.fill_rows.values()):
        found.append(f"the fills of the first {prefix:,} bars are not those of the interpreter")
    if not same(whole.equity_values[:prefix], np.array(read.equity)):
        found.append(f"the equity of the first {prefix:,} bars is not that of the interpreter")
    if len(fills) < 10:
        found.append(f"only {len(fills)} fills in the first {prefix:,} bars; take more of them")
    return found


class Layers:
    """Stands in for the choice of a build: the layers, however many builds there are."""

    @staticmethod
    def machine() -> type[Machine]:
        return Machine

    meter = staticmethod(welding.meter)


def same(a: Floats, b: Floats) -> bool:
    return bool(np.array_equal(a, b, equal_nan=True))
