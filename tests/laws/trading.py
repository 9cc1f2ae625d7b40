"""Ways to run one program that trades: compiled in any chunking, and by the reference interpreter, before optimising."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from compiler.plan import MachineCode, Plan
from compiler.program import Program
from runtime.candles import Candles
from runtime.clocks.reading import plan_feeds
from runtime.interpreter.trading import trade_graph
from runtime.kernel import bind
from runtime.machine.codes import REASONS
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.machine.layout import B_FILLED, B_SHARE, B_STOP, B_TRAIL, L_ID, L_LINES, L_SIDE, L_STOP, L_TRAIL

Floats = npt.NDArray[np.float64]
NAN = float("nan")
CENTS = Instrument(tick=0.01, lot=0.001)
INSTRUMENTS = (
    CENTS,
    Instrument(tick=0.01),
    Instrument(tick=0.25, lot=1.0, multiplier=5.0, min_notional=100.0),
    Instrument(tick=2.0**-12),
)


@dataclass(frozen=True)
class Traded:
    """What a run left behind; rows as the machine records them, columns by name."""

    records: dict[str, Floats]
    columns: dict[str, Floats]
    machine: Machine

    @property
    def equity(self) -> Floats:
        return self.records["equity"]

    def fills(self) -> list[list[float]]:
        """order, bar, place, side, quantity, price, commission, reason, cash, position, action."""
        rows: list[list[float]] = self.records["fills"].tolist()
        return rows


def run_compiled(
    program: Program, candles: Candles, instrument: Instrument, cuts: Sequence[int] = (), chunk: int = 2048, save: bool = False
) -> Traded:
    """The optimised plan by kernel and machine. cuts: rows where a part ends; with `save` a new kernel and machine go on."""
    plan = program.plan({}, instrument.tick, "signals", candles.has_factors)
    rows = len(candles)
    equity = np.full(rows, NAN)
    slots = {c.slot: np.full(rows, NAN) for c in plan.columns if c.register < 0}
    registers = {c.register: [] for c in plan.columns if c.register >= 0}
    parts: list[dict[str, list[list[float]]]] = []

    def fresh() -> Machine:
        made = Machine(machine_code(plan), plan.account, instrument)
        made.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, equity, candles.volume)
        made.bind_factors(candles.factor)
        made.record(slots)
        return made

    machine, kernel = fresh(), bind(plan)
    feeds = plan_feeds(plan, candles)
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < rows}), rows]
    for start, end in itertools.pairwise(edges):
        at = start
        while at < end:  # as the driver does, but by the halves that Python sees
            n = min(chunk, end - at)
            kernel.chunk([np.ascontiguousarray(f[at : at + n]) for f in feeds], n)
            for register, found in registers.items():
                found.append(kernel.column(register, n))
            machine.bind_columns({register: kernel.column(register, n) for register in read_registers(plan)})
            machine.run(at, n)
            at += n
        if save and end < rows:
            parts.append(record_rows(machine))
            saved = kernel.save(), machine.save()
            kernel, machine = bind(plan), fresh()
            kernel.restore(saved[0])
            machine.restore(saved[1])
    parts.append(record_rows(machine))
    columns = {c.name: np.concatenate(registers[c.register]) if rows else np.empty(0) for c in plan.columns if c.register >= 0}
    columns |= {c.name: slots[c.slot] for c in plan.columns if c.register < 0}
    return Traded(joined(parts, machine, equity), columns, machine)


def machine_code(plan: Plan) -> MachineCode:
    return plan.machine or MachineCode((), (), None, (), 0)


def read_registers(plan: Plan) -> set[int]:
    code = machine_code(plan)
    return {slot.index for slot in code.slots if slot.where == "column"} | set(code.columns)


def record_rows(machine: Machine) -> dict[str, list[list[float]]]:
    """The records that grow."""
    tables = {
        "fills": machine.fill_rows,
        "trades": machine.trade_rows,
        "orders": machine.order_rows,
        "notes": machine.note_rows,
        "events": machine.event_rows,
    }
    return {name: table.values().tolist() for name, table in tables.items()}


def joined(parts: list[dict[str, list[list[float]]]], machine: Machine, equity: Floats) -> dict[str, Floats]:
    records = {name: table([row for part in parts for row in part[name]]) for name in parts[0]}
    finished = records["events"].tolist() + [row for row in machine.open_events.values().tolist() if row[0]]
    records["events"] = table(sorted(finished, key=lambda row: (row[2], row[1])))
    records["resting"] = table(machine.resting())
    records["open"] = table(machine.open_trades())
    records["equity"] = equity
    return records


def table(rows: list[list[float]]) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(rows[0]) if rows else 0)


def run_interpreted(program: Program, candles: Candles, instrument: Instrument) -> Traded:
    """The graph as built, node by node, bar by bar, between the machine's halves."""
    built = program.build({}, instrument.tick, candles.has_factors)
    found = trade_graph(built, candles, instrument, program.every)
    columns = {o.name: np.array(column, dtype=np.float64) for o, column in zip(built.outputs, found.columns, strict=True)}
    return Traded(joined([record_rows(found.machine)], found.machine, np.array(found.equity)), columns, found.machine)


@dataclass(frozen=True)
class OpenLot:
    """An open entry as the machine keeps it. stop, trail: NaN where it has none (yet)."""

    id: float
    side: float
    stop: float
    trail: float
    wants_stop: bool

    @property
    def tightest(self) -> float:
        levels = [level for level in (self.stop, self.trail) if level == level]
        return (max(levels) if self.side > 0 else min(levels)) if levels else NAN


@dataclass(frozen=True)
class OpenBracket:
    """A bracket of `protect` that has not filled. stop, trail: NaN where it has none (yet)."""

    whole: bool
    stop: float
    trail: float

    def tightest(self, side: float) -> float:
        levels = [level for level in (self.stop, self.trail) if level == level]
        return (max(levels) if side > 0 else min(levels)) if levels else NAN


@dataclass(frozen=True)
class BarSeen:
    """One bar and what fills on it cost."""

    index: int
    open: float
    high: float
    low: float
    close: float
    slip: float
    slip_share: float
    fills: str
    brackets: tuple[OpenBracket, ...]  # as they stood before the bar

    @property
    def known(self) -> bool:
        return all(math.isfinite(x) for x in (self.open, self.high, self.low, self.close))

    def slipped(self, price: float, side: float) -> float:
        return price + side * (self.slip + price * self.slip_share)


@dataclass(frozen=True)
class Ended:
    """A closed trade."""

    lot: float
    side: float
    price: float
    reason: str


Seen = tuple[list[OpenLot], BarSeen, list[OpenLot], list[Ended]]


def tracked(program: Program, candles: Candles, instrument: Instrument) -> Iterator[Seen]:
    """A compiled run bar by bar: the lots before the bar, the bar, the lots after it, the trades that ended on it."""
    plan = program.plan({}, instrument.tick, "backtest")
    machine, kernel = Machine(machine_code(plan), plan.account, instrument), bind(plan)
    machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, volume=candles.volume)
    feeds = plan_feeds(plan, candles)
    actions = machine_code(plan).actions
    account = plan.account
    before: list[OpenLot] = []
    brackets: tuple[OpenBracket, ...] = ()
    ended = 0
    for i in range(len(candles)):
        kernel.chunk([np.ascontiguousarray(f[i : i + 1]) for f in feeds], 1)
        machine.bind_columns({register: kernel.column(register, 1) for register in read_registers(plan)})
        machine.run(i, 1)
        after = [
            OpenLot(lot[L_ID], lot[L_SIDE], lot[L_STOP], lot[L_TRAIL], actions[int(lot[L_LINES])].stop is not None)
            for lot in machine.lots.values().tolist()
        ]
        rows = machine.trade_rows.values().tolist()
        trades = [Ended(row[0], row[2], row[7], REASONS[int(row[12])]) for row in rows[ended:]]
        ended = len(rows)
        prices = (float(getattr(candles, name)[i]) for name in ("open", "high", "low", "close"))
        slip = account.slippage_ticks * instrument.tick
        yield before, BarSeen(i, *prices, slip, account.slippage_share, account.fills, brackets), after, trades
        before = after
        brackets = tuple(
            OpenBracket(row[B_SHARE] >= 1.0, row[B_STOP], row[B_TRAIL])
            for row in machine.brackets.values().tolist()
            if row[B_FILLED] == 0.0
        )
