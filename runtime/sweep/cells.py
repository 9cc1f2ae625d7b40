"""Runs one plan over combination after combination, on the columns of each: no Python from bar to bar. Needs its binary."""

from __future__ import annotations

from array import array
from typing import Any

import cython
import numpy as np

from compiler.plan import MachineCode, Plan
from runtime.candles import Candles
from runtime.conversion.rates import Rates
from runtime.crossings import crossings
from runtime.detail import Detail
from runtime.engine import cleaned
from runtime.equity_path import BLOCK as PATH_BLOCK
from runtime.figures import FIGURES
from runtime.fusing import fused
from runtime.kernel import addresses, check_library
from runtime.machine import welding
from runtime.machine.instrument import Instrument
from runtime.statistics import bars_per_year, buy_and_hold

if cython.compiled:
    from cython.cimports.runtime.engine import Engine
    from cython.cimports.runtime.figures import Figures
else:
    from runtime.engine import Engine
    from runtime.figures import Figures
    from runtime.machine.layout import C_LIQUIDATION, EVENT_WIDTH, FILL_WIDTH, TRADE_WIDTH

BLOCK = cython.declare(cython.Py_ssize_t, PATH_BLOCK)
# Rows that the plan computes before the machine reads them: a dozen columns of this many stay in the first cache.
CHUNK = cython.declare(cython.Py_ssize_t, 1024)
# Where in a row the charges begin, after the figures of every run.
CHARGED = cython.declare(cython.Py_ssize_t, FIGURES)
UNKNOWN = cython.declare(cython.double, float("nan"))


class Cells:
    """A plan with a machine that is used again for each combination.

    feeds: the market's columns in the plan's order, None for those that a combination brings. Prices, feeds and the columns of `run` are read in place.
    """

    def __init__(
        self,
        plan: Plan,
        candles: Candles,
        instrument: Instrument,
        feeds: list[Any],
        detail: Detail | None,
        rates: Rates | None = None,
    ) -> None:
        check_library(plan)
        code = plan.machine or MachineCode((), (), None, (), 0)
        self.rows = len(candles)
        self.machine = welding.machine()(code, plan.account, instrument)
        self.machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, volume=candles.volume)
        self.machine.bind_factors(candles.factor)
        if detail is not None:
            detail.bind(self.machine)
        if rates is not None:
            rates.bind(self.machine)
        self.machine.make_tables()
        whole = fused(plan)
        lean, crossed = crossings(whole)
        if not crossed or not self.machine.cross([(one.slot, one.x, one.y) for one in crossed], CHUNK):
            lean = whole
        self.engine = Engine(lean, addresses(), max(1, min(PATH_BLOCK, self.rows)))
        # Extremes are read by trails and by facts of the position; trades record them too, and no figure does.
        self.machine.keeps = False
        self.machine.extremes = code.row is not None or any(action.trail >= 0 for action in code.actions)
        self.figures = Figures(
            self.rows, bars_per_year(candles.time), buy_and_hold(candles.close if rates is None else candles.close * rates.close)
        )
        # Before a block stands the equity before it.
        self.equity = np.empty(PATH_BLOCK + 8)
        self.own = [at for at, column in enumerate(feeds) if column is None]
        blank = np.zeros(1)
        self.engine.attach_feeds([blank if column is None else cleaned(column) for column in feeds])
        # The columns of combinations come from an engine, which leaves them clean.
        self.engine.trusted = True
        self.own_at = array("i", self.own or [0])
        self.slots = array("i", [slot.index if slot.where == "column" else -1 for slot in code.slots] or [0])
        self.loads = array("i", list(code.columns) or [0])
        terms = plan.account.terms
        self.borrows, self.funds, self.lends = terms.borrow != 0.0, terms.funding != 0.0, terms.interest != 0.0
        self.forces = terms.maintenance >= 0.0

    def run(self, columns: Any, out: Any) -> None:
        """Every combination once. columns: int64 (m, own feeds), the addresses of float64 columns of all rows. out: float64 (m, COLUMNS), filled."""
        places: cython.longlong[:, ::1] = columns
        found: cython.double[:, ::1] = out
        k: cython.Py_ssize_t
        j: cython.Py_ssize_t
        own: cython.Py_ssize_t = len(self.own)
        place: cython.size_t
        for k in range(len(out)):
            self.machine.again()
            for j in range(own):
                place = cython.cast(cython.size_t, places[k, j])
                self.engine.sources[self.own_at[j]] = cython.cast(cython.p_double, cython.cast(cython.p_void, place))
            with cython.nogil:
                self.one()
                self.figures.compute(cython.address(found[k, 0]))
                self.charge(cython.address(found[k, CHARGED]))

    def one(self) -> None:
        """The run at hand, from its first bar to its figures."""
        at: cython.Py_ssize_t = 0
        start: cython.Py_ssize_t
        end: cython.Py_ssize_t
        n: cython.Py_ssize_t
        k: cython.Py_ssize_t
        equity: cython.p_double = cython.address(self.equity[8])
        before: cython.p_double = cython.address(self.equity[7])
        for k in range(self.engine.state_size):
            self.engine.state[k] = 0.0
        self.figures.path.begin(self.machine.capital)
        self.figures.trades.begin()
        self.exposed = self.liquidations = 0.0
        self.since = 0.0
        self.holds = False
        self.figures.final = self.machine.capital
        self.machine.has_equities = True
        before[0] = self.machine.capital
        while at < self.rows:
            end = at + BLOCK if self.rows - at > BLOCK else self.rows
            # Equity is written to its block, whose first row is `at`.
            self.machine.equities = equity - at
            start = at
            while start < end:
                n = CHUNK if end - start > CHUNK else end - start
                self.engine.advance(start, n)
                for k in range(self.machine.slot_count):
                    if self.slots[k] >= 0:
                        self.machine.columns[k] = self.engine.regs[self.slots[k]]
                for k in range(self.machine.row_load_count):
                    self.machine.row_loads[k] = self.engine.regs[self.loads[k]]
                self.machine.reach_crossings(self.engine)
                self.machine.advance(start, n)
                start += n
            self.count_records()
            self.figures.path.take(equity, 0, end - at)
            self.figures.final = equity[end - at - 1]
            before[0] = self.figures.final
            at = end
        self.figures.path.end()
        self.count()

    def count_records(self) -> None:
        """Takes what the machine has written down since the last block, so that memory does not grow with the bars: closed trades, until when
        the position of each fill was held, and what was closed by force."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        unit: cython.double
        for k in range(self.machine.trade_rows.count):
            at = k * TRADE_WIDTH
            unit = self.machine.trade_units.rows[2 * k] if self.machine.has_rates else self.machine.multiplier
            self.figures.trades.take(
                self.machine.trade_rows.rows[at + 8],
                self.machine.trade_rows.rows[at + 5] * self.machine.trade_rows.rows[at + 3] * unit,
                self.machine.trade_rows.rows[at + 6] - self.machine.trade_rows.rows[at + 4],
            )
        for k in range(self.machine.fill_rows.count):
            at = k * FILL_WIDTH
            self.hold_until(self.machine.fill_rows.rows[at + 1])
            self.holds = self.machine.fill_rows.rows[at + 9] != 0.0
        for k in range(self.machine.event_rows.count):
            if self.machine.event_rows.rows[k * EVENT_WIDTH] == C_LIQUIDATION:
                self.liquidations += 1.0
        self.machine.trade_rows.count = 0
        self.machine.trade_units.count = 0
        self.machine.fill_rows.count = 0
        self.machine.fill_units.count = 0
        self.machine.holding_rows.count = 0
        self.machine.trade_holding.count = 0
        self.machine.order_rows.count = 0
        self.machine.event_rows.count = 0
        self.machine.note_rows.count = 0

    def hold_until(self, bar: cython.double) -> None:
        """The position after the last fill of a bar holds until the next bar with a fill."""
        if self.holds:
            self.exposed += bar - self.since
        self.since = bar

    def charge(self, out: Any) -> None:
        """What holding has cost, in the order of `runtime.statistics.CHARGES`; NaN for what the account's terms do not ask for."""
        out[0] = self.machine.borrow_paid if self.borrows else UNKNOWN
        out[1] = self.machine.funding_paid if self.funds else UNKNOWN
        out[2] = self.machine.interest_paid if self.lends else UNKNOWN
        out[3] = self.liquidations if self.forces else UNKNOWN

    def count(self) -> None:
        """What is counted at the end of the run."""
        self.hold_until(cython.cast(cython.double, self.rows))
        self.figures.exposed = cython.cast(cython.Py_ssize_t, self.exposed)
        self.figures.traded = self.machine.turnover
        self.figures.commission = self.machine.commission
        self.figures.open_trades = self.machine.lots.count
        self.figures.ambiguous = self.machine.ambiguous_bars
        self.figures.capital = self.machine.capital
