"""The position machine: one step a bar, in two halves, from known slots to orders and from prices to fills.

Inside a bar: gaps at the open, resting exits, resting entries, risk limits (`open_half`), then the rules at the close
(`close_half`).
Compiled it loops over chunks without the interpreter lock; without its binary the same file runs as plain Python, with the
same bits.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import cython
import numpy as np

from compiler.plan import Account, MachineCode
from runtime.machine.holding import HOLDING_STATE
from runtime.machine.instrument import Instrument

if cython.compiled:
    from cython.cimports.runtime.engine import Engine
    from cython.cimports.runtime.machine.fires import least_bits, less_bits, lowest_of_bits, true_bits
else:
    from runtime.machine.fires import least_bits, less_bits, lowest_of_bits, true_bits
    from runtime.machine.layout import (
        E_PENDING,
        EVENT_WIDTH,
        L_ACTION,
        L_BAR,
        L_FEE,
        L_HIGH,
        L_HOLDING,
        L_ID,
        L_LOW,
        L_PRICE,
        L_QUANTITY,
        L_SIDE,
        L_UNIT,
        LOT_WIDTH,
        O_ACTION,
        O_ENTRY,
        O_FILLED,
        O_ID,
        O_KIND,
        O_LIMIT,
        O_MADE,
        O_PAID,
        O_PRICE,
        O_QUANTITY,
        O_SIDE,
        O_WHOLE,
        R_ENTRY,
    )
    from runtime.machine.straight import Straight

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))

STATE = (
    "bar", "day", "day_equity", "last_equity", "cash", "cash_low", "cash_rest", "size", "mark", "peak", "entries_today",
    "orders_today", "multiplier", "mark_unit",
    "closed_trades", "last_profit", "last_exit_bar", "largest", "position_bar", "position_inside", "position_high",
    "position_low",
    "next_order", "next_lot", "stopped_day", "stopped", "flatten", "ambiguous_bars", "ambiguous_bar", "turnover", "commission",
)  # fmt: skip
"""The numbers that `save` keeps, beside orders, lots, brackets, open events and the state of the row code."""


FRAME = -2.0
"""How states are laid out, below zero: the first number of older ones counts bars. It goes down by one when a state changes its meaning at the same widths."""


class MachineError(ValueError):
    """A program, account or instrument that this machine cannot run, in plain words."""


class Machine(Straight):
    """An account that trades one instrument by the actions of a program.

    Drive it with `run` over columns, or with `open_half`, `facts` and `close_half` bar by bar. `take` chooses what happens on
    a bar that
    could have touched both stop and target: 'stops' (the default) or 'targets' (a scenario).
    Raises MachineError for a program that this fill model cannot run.
    """

    def __init__(self, code: MachineCode, account: Account, instrument: Instrument | None = None, *, take: str = "stops") -> None:
        instrument = instrument or Instrument()
        check(code, account, instrument)
        if take not in ("stops", "targets"):
            raise MachineError(f"`take` is 'stops' or 'targets'; this is {take!r}.")
        self.set_account(account, instrument)
        self.set_holding(account)
        self.set_allowance(account)
        self.set_maintenance(account)
        self.set_actions(code)
        self.set_brackets()
        self.set_slots(code)
        self.set_straight()
        self.set_order_of_exits(take)
        self.record_count = self.crossing_count = 0
        self.crossing_of = array("i", [-1] * max(1, self.fire_count))
        self.crossing_bits = self.crossing_before = array("Q", [0])
        self.crossing_slots = self.crossing_registers = array("i", [0])
        self._held_crossings: Any = None
        self.extremes = True
        self.all_closed = False
        self.has_times = self.has_equities = self.has_detail = self.has_factors = False
        self._columns: Any = None
        self._row_loads: Any = None
        self._records: Any = None
        self._held_prices: Any = None
        self._held_rates: Any = None
        self._held_factors: Any = None
        self._held_columns: Any = None
        self._held_records: Any = None
        if not cython.compiled:
            self.row_loads: list[Any] = []
            self.crossing_x: list[Any] = []
            self.crossing_y: list[Any] = []
            self.records: list[Any] = []
        self.start()

    def again(self) -> None:
        """Back to before the first bar, with the same prices and no records."""
        timed = self.has_times
        self.start()
        for k in range(self.crossing_count):
            self.crossing_before[k] = 0
        self.has_times = timed
        for table in (
            self.fill_rows, self.trade_rows, self.order_rows, self.event_rows, self.note_rows, self.fill_units, self.trade_units,
            self.holding_rows, self.trade_holding,
        ):  # fmt: skip
            table.clear()
        if self.row is not None:
            self.row.reset()

    def next_fire(self, i: cython.Py_ssize_t, n: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The first row from i on at which an action fires, or n."""
        k: cython.Py_ssize_t
        first: cython.Py_ssize_t = self.fire_from
        bits: cython.ulonglong = 0
        if i <= first:
            bits = self.fire_bits
        elif i < first + 64:
            bits = (self.fire_bits >> (i - first)) << (i - first)
        else:
            first = i - i % 64 - 64
        while bits == 0:
            first += 64
            if first >= n:
                self.fire_from = first
                self.fire_bits = 0
                return n
            for k in range(self.fire_count):
                if self.crossing_of[k] < 0:
                    bits |= true_bits(self.columns[self.fire_slots[k]], first, 64 if n - first > 64 else n - first)
                else:
                    bits |= self.crossed_in(self.crossing_of[k], first, 64 if n - first > 64 else n - first)
            if i > first:
                bits = (bits >> (i - first)) << (i - first)
        self.fire_from = first
        self.fire_bits = bits
        return first + lowest_of_bits(bits)

    def crossed_in(self, k: cython.int, first: cython.Py_ssize_t, rows: cython.Py_ssize_t) -> cython.ulonglong:
        """The rows on which crossing k happens. It is asked for each row of a run once, in order."""
        below: cython.ulonglong = less_bits(self.crossing_x[k], self.crossing_y[k], first, rows)
        before: cython.ulonglong = least_bits(self.crossing_y[k], self.crossing_x[k], first, rows)
        self.crossing_bits[k] = below & ((before << 1) | self.crossing_before[k])
        self.crossing_before[k] = (before >> (rows - 1)) & 1
        return self.crossing_bits[k]

    def say_crossings(self) -> None:
        """Writes to the slots of crossings whether each happens on the row at hand, for the rules."""
        k: cython.Py_ssize_t
        for k in range(self.crossing_count):
            self.columns[self.crossing_slots[k]][self.at] = (
                2.0 if (self.crossing_bits[k] >> (self.at - self.fire_from)) & 1 else 0.0
            )

    def next_touch(self, i: cython.Py_ssize_t, n: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The first row from i on, before n, whose prices reach something that rests; else n."""
        j: cython.Py_ssize_t
        for j in range(self.base + i, self.base + n):
            if (
                self.highs[j] >= self.upper
                or self.lows[j] <= self.lower
                or self.opens[j] >= self.upper
                or self.opens[j] <= self.lower
            ):
                return j - self.base
        return n

    def pass_over(self, i: cython.Py_ssize_t, n: cython.Py_ssize_t) -> None:
        """Rows i to n, on which nothing happens: marks equity, and takes their extremes."""
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        first: cython.Py_ssize_t = self.base + i
        last: cython.Py_ssize_t = self.base + n
        cash: cython.double = self.cash
        units: cython.double = self.size * self.multiplier
        # Lanes: operations that wait for each other would take most of the time.
        mark: cython.double = self.mark
        high: cython.double = -FAR
        low: cython.double = FAR
        h0: cython.double = -FAR
        h1: cython.double = -FAR
        h2: cython.double = -FAR
        h3: cython.double = -FAR
        l0: cython.double = FAR
        l1: cython.double = FAR
        l2: cython.double = FAR
        l3: cython.double = FAR
        whole: cython.Py_ssize_t = last - (last - first) % 4
        out: cython.p_double = self.equities
        closes: cython.p_double = self.closes
        highs: cython.p_double = self.highs
        lows: cython.p_double = self.lows
        if self.lots.count == 0:
            if self.has_equities:
                for j in range(first, last):
                    out[j] = cash
        else:
            if self.has_equities and self.has_rates:
                for j in range(first, last):
                    mark = closes[j] if closes[j] - closes[j] == 0.0 else mark
                    units = self.size * (self.unit * self.close_rates[j])
                    out[j] = cash + units * mark
            elif self.has_equities:
                for j in range(first, last):
                    out[j] = cash + units * closes[j]
                if not self.all_closed:
                    for j in range(first, last):
                        mark = closes[j] if closes[j] - closes[j] == 0.0 else mark
                        out[j] = cash + units * mark
            if self.extremes:
                for j in range(first, whole, 4):
                    h0 = highs[j] if highs[j] > h0 else h0
                    h1 = highs[j + 1] if highs[j + 1] > h1 else h1
                    h2 = highs[j + 2] if highs[j + 2] > h2 else h2
                    h3 = highs[j + 3] if highs[j + 3] > h3 else h3
                    l0 = lows[j] if lows[j] < l0 else l0
                    l1 = lows[j + 1] if lows[j + 1] < l1 else l1
                    l2 = lows[j + 2] if lows[j + 2] < l2 else l2
                    l3 = lows[j + 3] if lows[j + 3] < l3 else l3
                for j in range(whole, last):
                    h0 = highs[j] if highs[j] > h0 else h0
                    l0 = lows[j] if lows[j] < l0 else l0
                h0 = h1 if h1 > h0 else h0
                h2 = h3 if h3 > h2 else h2
                high = h2 if h2 > h0 else h0
                l0 = l1 if l1 < l0 else l0
                l2 = l3 if l3 < l2 else l2
                low = l2 if l2 < l0 else l0
                for k in range(self.lots.count):
                    at = k * LOT_WIDTH
                    if high > self.lots.rows[at + L_HIGH]:
                        self.lots.rows[at + L_HIGH] = high
                    if low < self.lots.rows[at + L_LOW]:
                        self.lots.rows[at + L_LOW] = low
                if high > self.position_high:
                    self.position_high = high
                if low < self.position_low:
                    self.position_low = low
        j = last - 1
        while j >= first and closes[j] - closes[j] != 0.0:
            j -= 1
        if j >= first:
            self.mark = closes[j]
        if self.has_rates:
            self.turn_to(self.close_rates[last - 1])
        self.bar += n - i

    def light_rows(self, start: cython.Py_ssize_t, n: cython.Py_ssize_t) -> None:
        """`advance` for programs on whose bars no more can happen than fills at the open and rules that read their columns."""
        i: cython.Py_ssize_t = 0
        e: cython.Py_ssize_t
        while i < n:
            if self.dirty:
                self.rearm()
            e = self.next_fire(i, n)
            if e > i and not self.urgent and self.way == 0:
                self.pass_over(i, e)
                i = e
                continue
            self.at = i
            self.o = self.opens[start + i]
            self.c = self.closes[start + i]
            self.begin(self.times[start + i] if self.has_times else 0)
            if self.way != 0:
                self.arrive()
            elif self.urgent and self.known_row(start + i):
                self.h = self.highs[start + i]
                self.l = self.lows[start + i]
                self.fill_the_bar()
            if self.c - self.c == 0.0:
                self.mark = self.c
            if self.extremes:
                self.h = self.highs[start + i]
                self.l = self.lows[start + i]
                self.stretch()
            self.limits_at_the_close()
            if e == i:
                self.say_crossings()
                self.equity_now = self.last_equity
                self.cash_now = self.cash
                self.size_now = self.size
                if not (i + 1 < n and self.known_row(start + i + 1) and self.sent()):
                    self.act()
            if self.has_equities:
                self.equities[start + i] = self.last_equity
            self.bar += 1.0
            i += 1

    def known_row(self, j: cython.Py_ssize_t) -> cython.bint:
        """Whether each price of a row is a number."""
        return (
            self.opens[j] - self.opens[j] == 0.0
            and self.highs[j] - self.highs[j] == 0.0
            and self.lows[j] - self.lows[j] == 0.0
            and self.closes[j] - self.closes[j] == 0.0
        )

    def is_light(self) -> cython.bint:
        """Whether no more can happen on a bar than fills at the open and rules that read their columns."""
        return self.bare and not (
            self.every_bar or self.has_rates or self.has_factors or self.has_detail or self.record_count > 0
        )

    def cross(self, crossings: Sequence[tuple[int, int, int]], rows: int) -> bool:
        """Slots that are true where one register of the engine comes below another: slot, x, y each. rows: the most of a chunk.

        Whether it will be so: only a program whose bars are light reads its rules in this way. What it is bound to (rates, factors, finer bars) comes before.
        """
        if not self.is_light():
            return False
        self.crossing_count = len(crossings)
        slots = [slot for slot, _, _ in crossings]
        self.crossing_slots = array("i", slots or [0])
        self.crossing_registers = array("i", [register for _, x, y in crossings for register in (x, y)] or [0])
        fires = sorted({action.fires for action in self.code.actions})
        self.crossing_of = array("i", [slots.index(slot) if slot in slots else -1 for slot in fires] or [-1])
        self.crossing_rows = rows
        self.crossing_bits = array("Q", [0] * max(1, len(slots)))
        self.crossing_before = array("Q", [0] * max(1, len(slots)))
        self.make_tables()
        if cython.compiled:
            said: cython.double[::1] = np.zeros(max(1, len(slots) * rows))
            xs: cython.Py_ssize_t[::1] = array("q", [0] * max(1, len(slots)))
            ys: cython.Py_ssize_t[::1] = array("q", [0] * max(1, len(slots)))
            self._held_crossings = (said, xs, ys)
            self.crossing_said = cython.address(said[0])
            self.crossing_x = cython.cast(cython.pp_double, cython.address(xs[0]))
            self.crossing_y = cython.cast(cython.pp_double, cython.address(ys[0]))
        return True

    def reach_crossings(self, engine: Engine) -> None:
        """Where the columns of crossings are in this chunk."""
        k: cython.Py_ssize_t
        for k in range(self.crossing_count):
            self.crossing_x[k] = engine.regs[self.crossing_registers[2 * k]]
            self.crossing_y[k] = engine.regs[self.crossing_registers[2 * k + 1]]
            self.columns[self.crossing_slots[k]] = self.crossing_said + k * self.crossing_rows

    def advance(self, start: cython.Py_ssize_t, n: cython.Py_ssize_t) -> None:
        """Runs n rows: prices from row `start` on, columns from their row 0."""
        i: cython.Py_ssize_t = 0
        k: cython.Py_ssize_t
        e: cython.Py_ssize_t
        self.base = start
        self.fire_from = -64
        if self.is_light():
            self.light_rows(start, n)
            return
        while i < n:
            if self.dirty:
                self.rearm()
            if not (self.every_bar or self.urgent or self.trailing):
                e = self.next_fire(i, n)
                if self.due < self.bar + (e - i):
                    e = i + cython.cast(cython.Py_ssize_t, self.due - self.bar) if self.due > self.bar else i
                if self.upper < FAR or self.lower > -FAR:
                    e = self.next_touch(i, e)
                if e > i:
                    self.pass_over(i, e)
                    i = e
                    continue
            self.at = i
            self.o = self.opens[start + i]
            self.h = self.highs[start + i]
            self.l = self.lows[start + i]
            self.c = self.closes[start + i]
            if self.has_rates:
                self.rate_open = self.open_rates[start + i]
                self.rate_close = self.close_rates[start + i]
                self.turn_to(self.rate_open)
            if self.has_factors:
                self.factor = self.factors[start + i]
            if self.has_allowance:
                self.volume = self.volumes[start + i]
            self.begin(self.times[start + i] if self.has_times else 0)
            if self.has_holding and self.has_times:
                self.charge_holding(self.times[start + i], True)
            if self.has_detail:
                self.fine_from = self.fine_starts[start + i]
                self.fine_to = self.fine_starts[start + i + 1]
            self.first_half()
            if self.has_row:
                self.know()
                for k in range(self.row_load_count):
                    self.row_values[k] = self.row_loads[k][i]
                self.row.run(self.row_values_at, self.known_at)
            for k in range(self.record_count):
                self.records[k][start + i] = self.slot(self.record_slots[k])
            self.second_half()
            if self.has_equities:
                self.equities[start + i] = self.equity(self.mark)
            self.bar += 1.0
            i += 1

    def bind_prices(
        self, open: Any, high: Any, low: Any, close: Any, time: Any = None, equity: Any = None, volume: Any = None
    ) -> None:
        """The bars: float64 columns of one length, and int64 microseconds since 1970 of each bar's open (None: all on one day).

        equity: a float64 column that takes the equity at each close. All are read and written in place, and kept.
        volume: of each bar, where `limit volume` asks for it. Raises MachineError without it.
        """
        if self.has_allowance and volume is None:
            raise MachineError(
                "`limit volume` needs the volume of each bar, which is not read here: leave the line out, or use a backtest."
            )
        self.has_times, self.has_equities = time is not None, equity is not None and len(equity) > 0
        # An unknown close makes the sum unknown; one that is too large for a double costs no more than a look at each close.
        self.all_closed = bool(np.isfinite(np.sum(as_column(close))))
        if cython.compiled:
            # Bars may be read-only: they are only read.
            opens: cython.const[cython.double][::1] = as_column(open)  # type: ignore[valid-type]
            highs: cython.const[cython.double][::1] = as_column(high)  # type: ignore[valid-type]
            lows: cython.const[cython.double][::1] = as_column(low)  # type: ignore[valid-type]
            closes: cython.const[cython.double][::1] = as_column(close)  # type: ignore[valid-type]
            held: list[Any] = [opens, highs, lows, closes]
            self.opens = cython.cast(cython.p_double, cython.address(opens[0]))
            self.highs = cython.cast(cython.p_double, cython.address(highs[0]))
            self.lows = cython.cast(cython.p_double, cython.address(lows[0]))
            self.closes = cython.cast(cython.p_double, cython.address(closes[0]))
            if self.has_allowance:
                volumes: cython.const[cython.double][::1] = as_column(volume)  # type: ignore[valid-type]
                self.volumes = cython.cast(cython.p_double, cython.address(volumes[0]))
                held.append(volumes)
            if time is not None:
                times: cython.const[cython.longlong][::1] = as_times(time)  # type: ignore[valid-type]
                self.times = cython.cast(cython.pointer(cython.longlong), cython.address(times[0]))
                held.append(times)
            if self.has_equities:
                equities: cython.double[::1] = equity
                self.equities = cython.address(equities[0])
                held.append(equities)
            self._held_prices = held
        else:
            self.opens, self.highs, self.lows, self.closes = (as_column(column).tolist() for column in (open, high, low, close))
            self.volumes = as_column(volume).tolist() if self.has_allowance else []
            self.times, self.equities = None if time is None else as_times(time).tolist(), equity

    def bind_rates(self, at_open: Any, at_close: Any) -> None:
        """What one unit of the currency of the prices is in account currency, known at each bar's open and close: float64 columns as long as the
        prices, NaN before the first rate. They are read in place, and kept."""
        self.has_rates = True
        self._held_rates = (as_column(at_open), as_column(at_close))
        if cython.compiled:
            opens: cython.const[cython.double][::1] = self._held_rates[0]  # type: ignore[valid-type]
            closes: cython.const[cython.double][::1] = self._held_rates[1]  # type: ignore[valid-type]
            self.open_rates = cython.cast(cython.p_double, cython.address(opens[0]))
            self.close_rates = cython.cast(cython.p_double, cython.address(closes[0]))
        else:
            self.open_rates, self.close_rates = (column.tolist() for column in self._held_rates)

    def bind_factors(self, factors: Any) -> None:
        """What the traded prices of each bar were multiplied by: a float64 column as long as the prices, read in place and kept; None: they are as traded."""
        self.has_factors = factors is not None and len(factors) > 0
        self._held_factors = as_column(factors) if self.has_factors else None
        if not self.has_factors:
            self.factor = 1.0
        elif cython.compiled:
            column: cython.const[cython.double][::1] = self._held_factors  # type: ignore[valid-type]
            self.factors = cython.cast(cython.p_double, cython.address(column[0]))
        else:
            self.factors = self._held_factors.tolist()

    def bind_columns(self, columns: Mapping[int, Any]) -> None:
        """The kernel's columns that slots and row code read: register -> float64 column of a chunk, read in place, kept.

        Raises KeyError if one is missing.
        """
        slots = [as_column(columns[slot.index]) if slot.where == "column" else None for slot in self.code.slots]
        loads = [as_column(columns[register]) for register in self.code.columns[: self.row_load_count]]
        self._held_columns = (slots, loads)
        self.make_tables()
        if cython.compiled:
            k: cython.Py_ssize_t
            view: cython.const[cython.double][::1]  # type: ignore[valid-type]
            for k in range(len(slots)):
                if slots[k] is not None:
                    view = slots[k]
                    self.columns[k] = cython.cast(cython.p_double, cython.address(view[0]))
            for k in range(len(loads)):
                view = loads[k]
                self.row_loads[k] = cython.cast(cython.p_double, cython.address(view[0]))
        else:
            self.columns = [column if column is None else column.tolist() for column in slots]
            self.row_loads = [column.tolist() for column in loads]

    def record(self, columns: Mapping[int, Any]) -> None:
        """Slots to write down at each close: slot -> float64 column as long as the prices, written in place, kept."""
        slots = list(columns)
        self.record_slots = array("i", slots or [0])
        self.record_count = len(slots)
        self._held_records = [columns[slot] for slot in slots]
        self.make_tables()
        if slots:
            # What is written down at each close is looked at on each bar.
            self.every_bar = True
        if cython.compiled:
            k: cython.Py_ssize_t
            view: cython.double[::1]
            for k in range(len(slots)):
                view = self._held_records[k]
                self.records[k] = cython.address(view[0])
        else:
            self.records = self._held_records

    def make_tables(self) -> None:
        """Room for the addresses of columns."""
        if cython.compiled:
            if self._columns is None:
                columns: cython.Py_ssize_t[::1] = array("q", [0] * max(1, self.slot_count))
                loads: cython.Py_ssize_t[::1] = array("q", [0] * max(1, self.row_load_count))
                self._columns, self._row_loads = columns, loads
                self.columns = cython.cast(cython.pp_double, cython.address(columns[0]))
                self.row_loads = cython.cast(cython.pp_double, cython.address(loads[0]))
            records: cython.Py_ssize_t[::1] = array("q", [0] * max(1, self.record_count))
            if self._records is None or len(self._records) < self.record_count:
                self._records = records
                self.records = cython.cast(cython.pp_double, cython.address(records[0]))

    def run(self, start: int, rows: int) -> None:
        """Takes `rows` bars: prices from row `start`, bound columns from their first row."""
        begin: cython.Py_ssize_t = start
        count: cython.Py_ssize_t = rows
        with cython.nogil:
            self.advance(begin, count)

    def follow(self, engine: Any, start: int, rows: int, chunk: int) -> None:
        """Takes `rows` bars from row `start` of the engine's feeds and of the bound prices, a chunk at a time (compiled only).

        The engine computes a chunk of columns, the machine reads them where they are: nothing is copied, nothing is kept.
        """
        if not cython.compiled:
            raise MachineError("The engine's registers can only be read in place by the compiled machine.")
        driver: Engine = engine
        at: cython.Py_ssize_t = start
        end: cython.Py_ssize_t = start + rows
        size: cython.Py_ssize_t = chunk
        n: cython.Py_ssize_t
        k: cython.Py_ssize_t
        slots: cython.int[::1] = array("i", [slot.index if slot.where == "column" else -1 for slot in self.code.slots] or [0])
        loads: cython.int[::1] = array("i", list(self.code.columns[: self.row_load_count]) or [0])
        self.make_tables()
        with cython.nogil:
            while at < end:
                n = size if end - at > size else end - at
                driver.advance(at, n)
                for k in range(self.slot_count):
                    if slots[k] >= 0:
                        self.columns[k] = driver.regs[slots[k]]
                for k in range(self.row_load_count):
                    self.row_loads[k] = driver.regs[loads[k]]
                self.reach_crossings(driver)
                self.advance(at, n)
                at += n

    def open_half(self, open: float, high: float, low: float, close: float, time: int | None = None) -> None:
        """The bar up to its close: fills and risk limits. time: microseconds since 1970 of its open; None: all on one day.

        `factor` is set before by who has bars with factors, `volume` where `has_allowance`.
        """
        self.o, self.h, self.l, self.c = open, high, low, close
        self.has_times = time is not None
        if self.has_rates:
            self.turn_to(self.rate_open)
        self.begin(0 if time is None else time)
        if self.has_holding and time is not None:
            self.charge_holding(time, True)
        self.first_half()
        self.fine_from = self.fine_to = 0

    def facts(self) -> list[float]:
        """The facts of plan.FACTS at this close; between `open_half` and `close_half`."""
        self.know()
        return list(self.known)

    def close_half(self, slots: Sequence[float]) -> float:
        """The rules at the close, from the value of each slot. Returns the equity at this close."""
        if len(slots) != self.slot_count:
            raise MachineError(f"The program has {self.slot_count} slots; {len(slots)} values were given.")
        for k in range(self.slot_count):
            self.slot_values[k] = slots[k]
        self.given = True
        self.second_half()
        self.given = False
        self.bar += 1.0
        equity: float = self.equity(self.mark)
        return equity

    def finished_events(self) -> list[list[float]]:
        """All rows of the trace, the ones that may still grow included; columns as EVENT_COLUMNS, by first bar."""
        rows = self.event_rows.values().tolist() + [row for row in self.open_events.values().tolist() if row[0] != 0.0]
        return sorted(rows, key=lambda row: (row[2], row[1]))

    def resting(self) -> list[list[float]]:
        """The orders still pending, as rows of ORDER_COLUMNS."""
        rows = []
        for order in self.orders.values().tolist():
            whole = O_WHOLE if order[O_WHOLE] != 0.0 else O_QUANTITY
            picked = [O_ID, O_ACTION, O_MADE, O_ENTRY, O_KIND, O_SIDE, whole, O_PRICE, O_LIMIT]
            filled = order[O_FILLED]
            rows.append(
                [order[k] for k in picked] + [float(E_PENDING), NAN, filled, order[O_PAID] / filled if filled > 0.0 else NAN]
            )
        return rows

    def open_trades(self) -> list[list[float]]:
        """The open lots, marked to the last known close, as rows of TRADE_COLUMNS with an unknown exit."""
        rows = []
        for lot in self.lots.values().tolist():
            side, quantity, entry, fee = lot[L_SIDE], lot[L_QUANTITY], lot[L_PRICE], lot[L_FEE]
            high, low = max(lot[L_HIGH], self.mark), min(lot[L_LOW], self.mark)
            worst, best = ((low if side > 0 else high) - entry), ((high if side > 0 else low) - entry)
            if self.has_rates:
                profit = side * (self.mark * self.multiplier - entry * lot[L_UNIT]) * quantity - fee
            else:
                profit = side * (self.mark - entry) * quantity * self.multiplier - fee
            profit -= lot[L_HOLDING]
            worst, best = (side * worst / entry, side * best / entry) if entry > 0 else (NAN, NAN)
            rows.append(
                [lot[L_ID], lot[L_ACTION], side, quantity, lot[L_BAR], entry, NAN, NAN, profit, fee, worst, best, float(R_ENTRY)]
            )
        return rows

    def open_units(self) -> list[float]:
        """The multiplier at which each open lot was paid for, in the order of `open_trades`."""
        return [lot[L_UNIT] for lot in self.lots.values().tolist()]

    def state_names(self) -> tuple[str, ...]:
        return (*STATE, *HOLDING_STATE) if self.has_holding else STATE

    def frame(self) -> list[float]:
        """What the layout of a state is: how wide each of its parts."""
        tables = (self.orders, self.lots, self.brackets, self.open_events)
        return [FRAME, float(len(self.state_names())), *(float(table.width) for table in tables)]

    def save(self) -> bytes:
        """Everything that decides what comes next, as bytes; the records of what was are not part of it."""
        numbers = [*self.frame(), *(float(getattr(self, name)) for name in self.state_names())]
        for table in (self.orders, self.lots, self.brackets, self.open_events):
            flat = [value for row in table.values().tolist() for value in row]
            numbers += [float(len(flat)), *flat]
        saved = array("d", [NAN if value != value else value for value in numbers]).tobytes()
        return saved + (self.row.save() if self.row is not None else b"")

    def restore(self, saved: bytes) -> None:
        """Continues where `save` was called. Raises MachineError for bytes of another program, or of another version."""
        size = self.row.state_size * 8 if self.row is not None else 0
        numbers = array("d")
        try:
            numbers.frombytes(saved[: len(saved) - size])
            own = self.frame()
            at = len(own) + len(self.state_names())
            if numbers and numbers[0] != own[0]:
                raise MachineError(
                    "It was saved by another version, whose orders and positions are laid out differently: start it anew."
                )
            if numbers[: len(own)].tolist() != own:
                raise ValueError
            parts = []
            for table in (self.orders, self.lots, self.brackets, self.open_events):
                count = int(numbers[at])
                part = list(numbers[at + 1 : at + 1 + count])
                parts.append(part)
                at += 1 + count
                if len(part) != count or count % table.width:
                    raise ValueError
            if at != len(numbers) or len(parts[3]) != self.open_events.count * EVENT_WIDTH:
                raise ValueError
        except MachineError:
            raise
        except (ValueError, IndexError, OverflowError):
            raise MachineError("The saved state does not belong to this program.") from None
        for name, value in zip(self.state_names(), numbers[len(own) :], strict=False):
            setattr(self, name, value)
        if not self.has_rates:
            self.multiplier = self.mark_unit = self.unit
        for table, part in zip((self.orders, self.lots, self.brackets, self.open_events), parts, strict=True):
            table.set_values(part)
        if self.row is not None:
            self.row.restore(saved[len(saved) - size :])
        self.dirty = True


def check(code: MachineCode, account: Account, instrument: Instrument) -> None:
    """Raises MachineError for what cannot be run: ticks of no size, slots that are absent."""
    if account.slippage_ticks > 0 and instrument.tick <= 0:
        raise MachineError(
            "The slippage is a number of ticks, but the instrument's tick size is not known: give one, such as `--tick 0.01`."
        )
    if "volume" in dict(account.limits):
        require_parts(code, account)
    if not account.capital > 0:
        raise MachineError(f"The capital must be above zero; this is {account.capital}.")
    if not 0 < account.margin <= 1:
        raise MachineError(f"The margin must be above 0 and at most 1; this is {account.margin}.")
    for action in code.actions:
        optional = (action.size, action.price, action.limit, action.trail, action.trail_after, action.hold, action.expire)
        frozen = (slot for price in (action.stop, action.target) if price is not None for slot in price.frozen)
        said = (part for part in action.text if not isinstance(part, str))
        if not 0 <= action.fires < len(code.slots) or any(slot >= len(code.slots) for slot in (*optional, *frozen, *said)):
            raise MachineError(f"An action of the program (`{action.verb}`) reads a slot that the plan does not have.")


def require_parts(code: MachineCode, account: Account) -> None:
    """Raises MachineError for what cannot be filled in parts by volume yet."""
    if account.fills == "tradingview":
        raise MachineError("`fills tradingview` fills every order whole: leave out `limit volume`, or use another fill model.")
    if any(action.verb == "protect" for action in code.actions):
        raise MachineError(
            "`protect` does not go with `limit volume` yet: give the entry its own stop and target, or leave out the limit."
        )


def as_column(values: Any) -> Any:
    """A contiguous float64 column, without a copy where it is one."""
    column = np.ascontiguousarray(values, dtype=np.float64)
    # A compiled caller takes the address of the first value, so there must be one.
    return column if len(column) else np.array([NAN])


def as_times(values: Any) -> Any:
    column = np.ascontiguousarray(values, dtype=np.int64)
    return column if len(column) else np.array([0], dtype=np.int64)
