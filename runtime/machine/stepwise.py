"""The position machine one bar at a time, as a stream needs it: the bar's fills, then the rules at its close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.plan import MachineCode, Plan
from runtime.feeds import Candle
from runtime.machine.codes import FILL_COLUMNS, KINDS, ORDER_COLUMNS, REASONS
from runtime.machine.core import Machine, MachineError
from runtime.machine.instrument import Instrument
from runtime.rowcode import RowRunner
from runtime.traded import traded_price, traded_quantity

Numbers = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Fill:
    """An order that was filled on this bar. side: 'buy' or 'sell'. price after slippage. reason: why a position was closed, '' at an entry.

    Price and quantity are those that are traded on this bar, whatever factor its candle has.
    """

    side: str
    quantity: float
    price: float
    commission: float
    tag: str
    reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order made at this close and live from the next bar. kind: next_open, limit, stop or stop_limit. price, limit: NaN where it has none.

    Prices and quantity are those that are traded on this bar; at a split they are scaled while the order rests.
    """

    side: str
    kind: str
    quantity: float
    price: float
    limit: float
    tag: str


class Stepwise:
    """A machine with its row code, fed a bar at a time. The fills are those of the program's fill model."""

    def __init__(self, plan: Plan, instrument: Instrument) -> None:
        """Raises MachineError for orders that only a test can fill."""
        self.code: MachineCode = plan.machine or MachineCode((), (), None, (), 0)
        if any(action.entry == "this_close" for action in self.code.actions):
            raise MachineError(
                "`at this close` fills at a price that is gone when it is known: it is a model for tests and cannot run live."
            )
        self.machine = Machine(self.code, plan.account, instrument)
        self.row = RowRunner(self.code.row) if self.code.row is not None else None
        self.registers = tuple(
            dict.fromkeys([slot.index for slot in self.code.slots if slot.where == "column"] + list(self.code.columns))
        )
        self.told = Told(self.machine)

    def push(self, bar: Candle, columns: Numbers) -> list[float]:
        """Takes one bar. columns: the kernel's values at its close, for `registers`. Returns the value of each slot at the close."""
        self.machine.factor = bar.factor
        self.machine.volume = bar.volume
        self.machine.open_half(bar.open, bar.high, bar.low, bar.close, bar.time)
        results: tuple[float, ...] = ()
        if self.row is not None:
            results = self.row.run_row([columns[register] for register in self.code.columns], self.machine.facts())
        slots = [columns[slot.index] if slot.where == "column" else results[slot.index] for slot in self.code.slots]
        self.equity = self.machine.close_half(slots)
        return slots

    def fills(self) -> tuple[Fill, ...]:
        """Those of the last bar."""
        return self.told.fills()

    def orders(self) -> tuple[Order, ...]:
        """Those made at the last close that rest."""
        return self.told.orders()

    def save(self) -> bytes:
        """What decides what comes next."""
        machine = self.machine.save()
        return len(machine).to_bytes(8, "big") + machine + (self.row.save() if self.row is not None else b"")

    def restore(self, saved: bytes) -> None:
        """Goes on where `save` was called. Raises ValueError for bytes of another program."""
        size = int.from_bytes(saved[:8], "big")
        self.machine.restore(saved[8 : 8 + size])
        if self.row is not None:
            self.row.restore(saved[8 + size :])
        self.told.restored()


class Told:
    """What a machine has filled and made since it was last asked."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._filled = 0
        self._made = -1.0

    def fills(self) -> tuple[Fill, ...]:
        """Fills, in their order."""
        if self.machine.fill_rows.count == self._filled:
            return ()
        rows = self.machine.fill_rows.values()[self._filled :].tolist()
        self._filled += len(rows)
        factor = self.machine.factor
        found = [dict(zip(FILL_COLUMNS, row, strict=True)) for row in rows]
        return tuple(
            Fill(
                _side(f["side"]),
                traded_quantity(f["quantity"], factor),
                traded_price(f["price"], factor),
                f["commission"],
                self._tag(f["action"]),
                REASONS[int(f["reason"])],
            )
            for f in found
        )

    def orders(self) -> tuple[Order, ...]:
        """Orders that rest."""
        found = [dict(zip(ORDER_COLUMNS, row, strict=True)) for row in self.machine.resting()]
        factor = self.machine.factor
        fresh = [o for o in found if o["order"] > self._made]
        self._made = max([self._made, *(o["order"] for o in found)])
        return tuple(
            Order(
                _side(o["side"]),
                KINDS[int(o["kind"])],
                traded_quantity(o["quantity"], factor),
                traded_price(o["price"], factor),
                traded_price(o["limit"], factor),
                self._tag(o["action"]),
            )
            for o in fresh
        )

    def _tag(self, action: float) -> str:
        actions = self.machine.code.actions
        return actions[int(action)].tag if 0 <= int(action) < len(actions) else ""

    def restored(self) -> None:
        """The machine goes on from another state; what it holds has been told."""
        self._filled = self.machine.fill_rows.count
        self._made = max((row[0] for row in self.machine.resting()), default=-1.0)


def _side(side: float) -> str:
    return "buy" if side > 0 else "sell"
