"""Observe: one run of a plan, with everything it computed written down and its refusals read bar by bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan, nan

import numpy as np

from compiler.plan import MachineCode, Plan
from runtime.candles import Candles
from runtime.clocks.reading import plan_feeds
from runtime.conversion.rates import Rates
from runtime.data.arrays import Floats
from runtime.detail import detail_of, finer_of_fills
from runtime.kernel import CHUNK, bind
from runtime.machine.codes import CAUSE_NAMES, ENDS, FILL_COLUMNS, KINDS, ORDER_COLUMNS, PLACES, REASONS
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.machine.layout import (
    B_ACTION,
    B_FILLED,
    B_STOP,
    B_TARGET,
    B_TRAIL,
    L_ACTION,
    L_LINES,
    L_STOP,
    L_TARGET,
    L_TRAIL,
)
from runtime.traded import traded_price, traded_quantity


@dataclass(frozen=True, slots=True)
class MadeOrder:
    """An order that a rule made. action: its place in the plan. bar: at whose close it was made. ended: the bar where it ended, None if pending.
    Prices and quantities are as traded on the bar that made it, or filled it.

    price, limit: NaN where it has none. filled, fill_price: what was filled; 0 and NaN if nothing was.
    """

    id: int
    action: int
    bar: int
    opens: bool
    side: str
    kind: str
    quantity: float
    price: float
    limit: float
    status: str
    ended: int | None
    filled: float
    fill_price: float


@dataclass(frozen=True, slots=True)
class Filled:
    """A fill. reason: why a position was closed, '' where one was opened. position, cash: what is held after it. place: where in its bar."""

    bar: int
    side: str
    quantity: float
    price: float
    reason: str
    position: float
    cash: float
    place: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Exits that a `protect` has placed on the position, or moved: NaN where it has none. filled: they have closed their part already."""

    action: int
    stop: float
    target: float
    trail: float
    filled: bool


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """A finished run. columns: name -> float64 of shape (n,), truths as codes 0, 1, 2. Of the bars that were asked for, refusals: bar -> (cause, action) of
    what the machine refused or changed on that bar; guards: bar -> what `protect` had on the position when it was over."""

    candles: Candles
    plan: Plan
    columns: Mapping[str, Floats]
    kinds: Mapping[str, str]
    equity: Floats
    orders: tuple[MadeOrder, ...]
    fills: tuple[Filled, ...]
    refusals: Mapping[int, tuple[tuple[str, int], ...]]
    guards: Mapping[int, tuple[Guard, ...]]
    notes: tuple[tuple[int, int, tuple[float, ...]], ...]

    def value(self, name: str, bar: int) -> float | None:
        """A column's value on a bar, NaN or truth code 1 where unknown; before the first bar all is unknown. None for no such column."""
        if name not in self.columns:
            return None
        if bar < 0:
            return 1.0 if self.kinds[name] == "truth" else nan
        return float(self.columns[name][bar])

    def unknown(self, name: str, bar: int) -> bool:
        """Whether a column is there and unknown on a bar."""
        value = self.value(name, bar)
        return value is not None and (value == 1.0 if self.kinds[name] == "truth" else isnan(value))

    def position(self, bar: int) -> float:
        """Quantity held when a bar is over, below zero when short."""
        held = 0.0
        for fill in self.fills:
            if fill.bar > bar:
                break
            held = fill.position
        return held


def observe(plan: Plan, candles: Candles, instrument: Instrument, bars: Iterable[int], rates: Rates | None = None) -> Observed:
    """Runs a plan over all candles, by the kernels and the machine of a backtest. bars: whose refusals to read. rates: as of a backtest.

    Raises MachineError for what cannot be run as written.
    """
    rows = len(candles)
    registers = {c.register: np.empty(rows) for c in plan.columns if c.register >= 0}
    slots = {c.slot: np.empty(rows) for c in plan.columns if c.register < 0}
    equity = np.empty(rows)
    code = plan.machine or MachineCode((), (), None, (), 0)
    machine = Machine(code, plan.account, instrument)
    machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, equity, candles.volume)
    if rates is not None:
        rates.bind(machine)
    machine.bind_factors(candles.factor)
    finer = finer_of_fills(candles, plan.account)
    if finer is not None:
        detail_of(candles, finer, plan.account.detail).bind(machine)
    if slots:
        machine.record(slots)
    kernel = bind(plan)
    chunk = max(1, min(CHUNK, rows))
    kernel.engine.reserve(chunk)
    kernel.engine.attach_feeds(kernel.feed_arrays(plan_feeds(plan, candles), rows))
    kernel.engine.attach_outputs(registers)
    refusals: dict[int, tuple[tuple[str, int], ...]] = {}
    guards: dict[int, tuple[Guard, ...]] = {}
    at = 0
    for bar in sorted({bar for bar in bars if 0 <= bar < rows}):
        machine.follow(kernel.engine, at, bar + 1 - at, chunk)
        at = bar + 1
        refusals[bar], guards[bar] = at_this_bar(machine, bar)
    if at < rows:
        machine.follow(kernel.engine, at, rows - at, chunk)
    return finished(machine, plan, candles, registers, slots, equity, refusals, guards)


def at_this_bar(machine: Machine, bar: int) -> tuple[tuple[tuple[str, int], ...], tuple[Guard, ...]]:
    """What a machine refused on the bar that has just ended, and what `protect` has on its position."""
    # A trace row tells its last bar; just after that bar it is this one.
    refusals = tuple((CAUSE_NAMES[int(e[0])], int(e[1])) for e in machine.finished_events() if int(e[3]) == bar)
    brackets = [
        _guard(machine, int(b[B_ACTION]), b[B_STOP], b[B_TARGET], b[B_TRAIL], b[B_FILLED] != 0.0)
        for b in machine.brackets.values().tolist()
    ]
    moved = [lot for lot in machine.lots.values().tolist() if lot[L_LINES] != lot[L_ACTION]]
    lines = [_guard(machine, int(lot[L_LINES]), lot[L_STOP], lot[L_TARGET], lot[L_TRAIL], False) for lot in moved]
    return refusals, (*brackets, *lines)


def _guard(machine: Machine, action: int, stop: float, target: float, trail: float, filled: bool) -> Guard:
    f = machine.factor
    return Guard(action, traded_price(stop, f), traded_price(target, f), traded_price(trail, f), filled)


def finished(
    machine: Machine,
    plan: Plan,
    candles: Candles,
    registers: Mapping[int, Floats],
    slots: Mapping[int, Floats],
    equity: Floats,
    refusals: Mapping[int, tuple[tuple[str, int], ...]],
    guards: Mapping[int, tuple[Guard, ...]],
) -> Observed:
    """A run that is over, from its machine's records and what was written down on the way."""
    made = [dict(zip(ORDER_COLUMNS, row, strict=True)) for row in (*machine.order_rows.values().tolist(), *machine.resting())]
    filled = [dict(zip(FILL_COLUMNS, row, strict=True)) for row in machine.fill_rows.values().tolist()]
    columns: dict[str, Floats] = {}
    kinds: dict[str, str] = {}
    for column in plan.columns:
        if column.name not in columns:
            columns[column.name] = registers[column.register] if column.register >= 0 else slots[column.slot]
            kinds[column.name] = column.kind
    return Observed(
        candles, plan, columns, kinds, equity,
        tuple(sorted((_order(row, candles.factors()) for row in made), key=lambda order: order.id)),
        tuple(_fill(row, candles.factors()) for row in filled),
        refusals,
        guards,
        tuple((int(bar), int(action), tuple(values)) for bar, action, *values in machine.note_rows.values().tolist()),
    )  # fmt: skip


def _order(row: Mapping[str, float], factors: Floats) -> MadeOrder:
    made = float(factors[int(row["bar"])])
    ended = 1.0 if isnan(row["end_bar"]) else float(factors[int(row["end_bar"])])
    return MadeOrder(
        int(row["order"]), int(row["action"]), int(row["bar"]), bool(row["entry"]), "buy" if row["side"] > 0 else "sell",
        KINDS[int(row["kind"])], traded_quantity(row["quantity"], made), traded_price(row["price"], made), traded_price(row["limit"], made),
        ENDS[int(row["end"])], None if isnan(row["end_bar"]) else int(row["end_bar"]), traded_quantity(row["filled"], ended),
        traded_price(row["fill_price"], ended),
    )  # fmt: skip


def _fill(row: Mapping[str, float], factors: Floats) -> Filled:
    side, factor = "buy" if row["side"] > 0 else "sell", float(factors[int(row["bar"])])
    quantity, price, position = traded_quantity(row["quantity"], factor), traded_price(row["price"], factor), row["position"]
    return Filled(
        int(row["bar"]),
        side,
        quantity,
        price,
        REASONS[int(row["reason"])],
        traded_quantity(position, factor),
        row["cash"],
        PLACES[int(row["place"])],
    )
