"""The market and settings that all runs of an examination share, and one run of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from apextrade.backtesting import Result, run
from apextrade.venue import Venue, known_facts
from compiler.inputs import InputValue
from compiler.program import Program
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from runtime.data.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """candles: of one instrument. settings, tick, lot, multiplier, venue: as of a backtest; the tick is known, so that parts of the bars
    are traded with that of all."""

    candles: Candles
    settings: Mapping[str, object] = field(default_factory=dict)
    tick: float | None = None
    lot: float | None = None
    multiplier: float | None = None
    venue: Venue | None = None

    def with_tick(self, program: Program) -> Market:
        """Raises InputError."""
        facts = known_facts(self.venue, self.candles.symbol or next(iter(program.symbols), ""), {"tick": self.tick})
        return replace(self, tick=facts["tick"] if "tick" in facts else self.candles.price_step())

    def on_clock_of(self, program: Program) -> Market:
        """With the tick of the given bars, on those that the program reads: built from shorter ones, within its session. So a row of these is one of its
        runs'."""
        return replace(self.with_tick(program), candles=as_traded(self.candles, program.symbols, program.session, program.every))

    def trade(
        self, program: Program, inputs: Mapping[str, InputValue], rows: tuple[int, int] | None = None, warm: int = 0
    ) -> Result:
        """One run, on all bars or those from a row to before another; the first `warm` of them are read and not traded."""
        candles = self.candles if rows is None else self.candles.rows(slice(*rows))
        return run(program, candles, inputs, self.settings, self.tick, self.lot, self.multiplier, None, self.venue, warm)


def bar_returns(result: Result) -> Floats:
    """Equity from close to close as ratios, the first from the capital, shape (n,); 0 from the bar on at which nothing is left."""
    equity = np.concatenate(([result.run.account.capital], result.run.equity_values))
    alive = np.minimum.accumulate(equity[:-1]) > 0.0
    found: Floats = np.where(alive, np.diff(equity) / np.where(alive, equity[:-1], 1.0), 0.0)
    return found
