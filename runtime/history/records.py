"""What happened in a run, taken from the machine after each block and forgotten there: counted, put on the disk, and a little of it kept for pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from compiler.plan import Plan
from runtime.candles import Candles
from runtime.charged import LIQUIDATION, cash_steps
from runtime.clocks.last_bars import follows_sessions, late_orders, market_orders
from runtime.data.arrays import Floats, Micros
from runtime.history.journal import Journal, as_number
from runtime.history.meter import Meter
from runtime.machine.codes import FILL_COLUMNS, ORDER_COLUMNS, TRADE_COLUMNS
from runtime.machine.core import Machine

SHOWN_TRADES = 1000
SHOWN_NOTES = 200  # at either end

TRADE_WIDTH = len(TRADE_COLUMNS) + 2
FILL_WIDTH = len(FILL_COLUMNS) + 1
ORDER_WIDTH = len(ORDER_COLUMNS) + 2
EQUITY_WIDTH = 4
"""Rows as the machine writes them, with the times of their bars behind: entry and exit, the fill, made and ended. Of equity time, equity, cash, position."""

WIDTHS: Mapping[str, int] = {"trades": TRADE_WIDTH, "equity": EQUITY_WIDTH, "orders": ORDER_WIDTH, "executions": FILL_WIDTH}

_LOT, _BAR_IN, _IN, _SIZE, _BAR_OUT, _PROFIT = 0, 4, 5, 3, 6, 8
_MADE, _ENDED = ORDER_COLUMNS.index("bar"), ORDER_COLUMNS.index("end_bar")


def steps(at: np.ndarray, values: Floats, before: float, bars: int) -> Floats:
    """A step function over the bars of a block: `before`, then each value from its bar on."""
    starts = np.concatenate(([0], at, [bars]))
    return np.repeat(np.append(before, values), np.diff(starts))


def forget(machine: Machine) -> None:
    """The machine's records are taken: it keeps none."""
    for table in (
        machine.fill_rows,
        machine.trade_rows,
        machine.order_rows,
        machine.event_rows,
        machine.note_rows,
        machine.fill_units,
        machine.trade_units,
        machine.holding_rows,
        machine.trade_holding,
    ):
        table.clear()


class Records:
    """journals: where trades, equity, orders and executions are written, as far as someone wants them."""

    def __init__(self, plan: Plan, meter: Meter, unit: float, journals: Mapping[str, Journal]) -> None:
        """unit: account money per unit of price and quantity."""
        self.plan, self.meter, self.unit, self.journals = plan, meter, unit, journals
        self.times: dict[int, int] = {}
        """When the bars opened that something still open began on."""
        self.pending = np.empty((0, TRADE_WIDTH))
        """Closed trades that a lot opened before is still open beside: they are listed by entry."""
        self.shown = np.empty((0, TRADE_WIDTH))
        self.trades = 0
        self.exposed, self.since, self.holds = 0.0, 0.0, False
        self.cash, self.position = meter.capital, 0.0
        self.liquidations, self.first_liquidation = 0, 0
        """How many positions were closed by force, and when the bar opened on which the first was."""
        self.causes: dict[int, list[float]] = {}
        """By cause: how often, and the first bar with its time."""
        self.first_notes: list[tuple[int, list[float]]] = []
        self.last_notes: list[tuple[int, list[float]]] = []
        self.note_count = 0
        self.late, self.first_late = 0, 0

    def take(self, machine: Machine, candles: Candles, equity: Floats, first: int) -> Floats:
        """A block. first: the number of its first bar. Returns the position at each close."""
        fills = machine.fill_rows.values()
        at, values = cash_steps(fills, machine.holding_rows.values(), 8)
        cash = steps(at - first, values, self.cash, len(candles))
        position = steps(fills[:, 1].astype(np.int64) - first, fills[:, 9], self.position, len(candles))
        self.cash = float(values[-1]) if len(values) else self.cash
        events = machine.event_rows.values()
        self.count_liquidations(events[events[:, 0] == LIQUIDATION, 2], candles, first)
        if len(fills):
            self.position = float(fills[-1, 9])
            self.count_exposure(fills)
        if "equity" in self.journals and len(candles):
            self.journals["equity"].add(np.column_stack((as_number(candles.time), equity, cash, position)))
        if "executions" in self.journals and len(fills):
            self.journals["executions"].add(np.column_stack((fills, as_number(self.time_of(fills[:, 1], candles, first)))))
        self.take_trades(machine, candles, first)
        self.take_orders(machine.order_rows.values(), candles, first)
        self.take_events(machine.event_rows.values(), candles, first)
        self.take_notes(machine.note_rows.values(), candles, first)
        forget(machine)
        self.remember(machine, candles, first)
        return position

    def count_exposure(self, fills: Floats) -> None:
        """The position after the last fill of a bar holds until the next bar with a fill."""
        last = fills[np.flatnonzero(np.diff(fills[:, 1], append=np.inf))]
        bars = np.append(self.since, last[:, 1])
        holds = np.append(self.holds, last[:, 9] != 0.0)
        self.exposed += float(np.diff(bars)[holds[:-1]].sum())
        self.since, self.holds = float(bars[-1]), bool(holds[-1])

    def count_liquidations(self, bars: Floats, candles: Candles, first: int) -> None:
        """bars: on which positions were closed by force, in order."""
        if len(bars) and not self.liquidations:
            self.first_liquidation = int(candles.time[int(bars[0]) - first])
        self.liquidations += len(bars)

    def take_trades(self, machine: Machine, candles: Candles, first: int) -> None:
        rows = machine.trade_rows.values()
        if len(rows):
            self.meter.close(
                np.column_stack(
                    (rows[:, _PROFIT], rows[:, _IN] * rows[:, _SIZE] * self.unit, rows[:, _BAR_OUT] - rows[:, _BAR_IN])
                )
            )
            entered, left = (as_number(self.time_of(rows[:, at], candles, first)) for at in (_BAR_IN, _BAR_OUT))
            self.pending = np.concatenate((self.pending, np.column_stack((rows, entered, left))))
        if len(self.pending):
            still_open = min((row[_LOT] for row in machine.open_trades()), default=np.inf)
            order = np.argsort(self.pending[:, _LOT], kind="stable")
            ready = self.pending[order[self.pending[order, _LOT] < still_open]]
            self.pending = self.pending[self.pending[:, _LOT] >= still_open]
            self.list_trades(ready)

    def list_trades(self, rows: Floats) -> None:
        """Trades that no other will be listed before."""
        self.trades += len(rows)
        self.shown = np.concatenate((self.shown, rows))[-SHOWN_TRADES:].copy()
        if "trades" in self.journals:
            self.journals["trades"].add(rows)

    def take_orders(self, rows: Floats, candles: Candles, first: int) -> None:
        if not len(rows):
            return
        wanted = "orders" in self.journals
        if wanted or follows_sessions(self.plan, candles):
            made = self.time_of(rows[:, _MADE], candles, first)
            if wanted:
                ended = self.time_of(rows[:, _ENDED], candles, first)
                self.journals["orders"].add(np.column_stack((rows, as_number(made), as_number(ended))))
            if follows_sessions(self.plan, candles):
                late = late_orders(self.plan, candles, np.sort(made[market_orders(rows)]))
                if len(late):
                    self.first_late = min(self.first_late, int(late[0])) if self.late else int(late[0])
                    self.late += len(late)

    def take_events(self, rows: Floats, candles: Candles, first: int) -> None:
        times = self.time_of(rows[:, 2], candles, first).tolist() if len(rows) else []
        for (cause, _, bar, _, count), time in zip(rows.tolist(), times, strict=True):
            known = self.causes.setdefault(int(cause), [0.0, bar, time])
            known[0] += count
            if bar < known[1]:
                known[1:] = [bar, time]

    def take_notes(self, rows: Floats, candles: Candles, first: int) -> None:
        if not len(rows):
            return
        self.note_count += len(rows)
        room = SHOWN_NOTES - len(self.first_notes)
        at = (rows[:, 0].astype(np.int64) - first).tolist()
        dated = [(int(candles.time[i]), row) for i, row in zip(at[:room], rows[:room].tolist(), strict=True)]
        self.first_notes += dated
        later = rows[max(room, len(rows) - SHOWN_NOTES) :]
        at = (later[:, 0].astype(np.int64) - first).tolist()
        self.last_notes += [(int(candles.time[i]), row) for i, row in zip(at, later.tolist(), strict=True)]
        self.last_notes = self.last_notes[-SHOWN_NOTES:]

    def time_of(self, bars: Floats, candles: Candles, first: int) -> Micros:
        """When some bars opened, of this block or one remembered; of an unknown bar the least time there is."""
        known = bars == bars
        number = np.where(known, bars, first).astype(np.int64)
        found = candles.time[np.clip(number - first, 0, len(candles) - 1)] if len(candles) else np.zeros(len(number), np.int64)
        earlier = np.flatnonzero(number < first)
        found[earlier] = [self.times[bar] for bar in number[earlier].tolist()]
        found[~known] = np.iinfo(np.int64).min
        return found

    def remember(self, machine: Machine, candles: Candles, first: int) -> None:
        """Keeps the times of the bars that what is still open began on."""
        bars = [row[_BAR_IN] for row in machine.open_trades()]
        bars += [row[_MADE] for row in machine.resting()]
        bars += [row[2] for row in machine.finished_events()]
        if bars:
            numbers = np.array(bars)
            self.times = dict(zip(numbers.astype(np.int64).tolist(), self.time_of(numbers, candles, first).tolist(), strict=True))
        else:
            self.times = {}

    def finish(self, machine: Machine, bars: int, last_time: int) -> None:
        """After the last bar: what is still open."""
        if self.holds:
            self.exposed += bars - self.since
        rows = np.array(machine.open_trades(), dtype=np.float64).reshape(-1, len(TRADE_COLUMNS))
        none = np.full(len(rows), np.iinfo(np.int64).min)
        entered = np.array([self.times[int(bar)] for bar in rows[:, _BAR_IN]], dtype=np.int64)
        both = np.concatenate((self.pending, np.column_stack((rows, as_number(entered), as_number(none)))))
        self.pending = np.empty((0, TRADE_WIDTH))
        self.list_trades(both[np.argsort(both[:, _LOT], kind="stable")])
        resting = np.array(machine.resting(), dtype=np.float64).reshape(-1, len(ORDER_COLUMNS))
        if "orders" in self.journals and len(resting):
            made = np.array([self.times[int(bar)] for bar in resting[:, _MADE]], dtype=np.int64)
            never = np.full(len(resting), np.iinfo(np.int64).min)
            self.journals["orders"].add(np.column_stack((resting, as_number(made), as_number(never))))
        for cause, _, bar, _, count in machine.finished_events():
            known = self.causes.setdefault(int(cause), [0.0, bar, self.times[int(bar)]])
            known[0] += count
            if bar < known[1]:
                known[1:] = [bar, self.times[int(bar)]]

    KEPT = (
        "pending",
        "shown",
        "trades",
        "exposed",
        "since",
        "holds",
        "cash",
        "position",
        "liquidations",
        "first_liquidation",
        "note_count",
        "late",
        "first_late",
    )

    def save(self) -> dict[str, Any]:
        state = {name: getattr(self, name) for name in self.KEPT}
        notes = [[[time, row] for time, row in some] for some in (self.first_notes, self.last_notes)]
        return state | {"times": self.times, "causes": self.causes, "notes": notes}

    def restore(self, saved: dict[str, Any]) -> None:
        for name in self.KEPT:
            setattr(self, name, saved[name])
        self.times, self.causes = saved["times"], saved["causes"]
        self.first_notes, self.last_notes = ([(time, row) for time, row in some] for some in saved["notes"])
