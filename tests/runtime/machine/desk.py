"""Programs for the position machine made by hand: columns, actions and bars, no text."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from compiler.operators import OPCODES
from compiler.plan import Account, ActionCode, MachineCode, Price, RowCode, Slot
from runtime.machine import core
from runtime.machine.codes import CAUSE_NAMES, ENDS, REASONS
from runtime.machine.instrument import Instrument
from runtime.machine.welding import machines

ROOT = Path(__file__).parents[3]
PLAIN = (
    "runtime.rowcode",
    *(
        f"runtime.machine.{name}"
        for name in (
            "grid",
            "fires",
            "table",
            "purse",
            "holding",
            "allowance",
            "book",
            "brackets",
            "liquidation",
            "fill_model",
            "detail_model",
            "path_model",
            "rules",
            "straight",
            "core",
        )
    ),
    *(f"runtime.portfolio.{name}" for name in ("till", "rotation", "fills", "driver")),
)


def load_plain() -> tuple[ModuleType, ModuleType]:
    """The machine and the portfolio as plain Python, whatever binaries there are."""
    kept = {name: sys.modules.get(name) for name in PLAIN}
    try:
        for name in PLAIN:
            spec = importlib.util.spec_from_file_location(name, ROOT / f"{name.replace('.', '/')}.py")
            assert spec
            assert spec.loader
            module = importlib.util.module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        return sys.modules["runtime.machine.core"], sys.modules["runtime.portfolio.driver"]
    finally:
        for name, module in kept.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


plain, plain_portfolio = load_plain()
welded = [SimpleNamespace(Machine=kind, MachineError=core.MachineError) for kind in machines()[:-1]]
"""The machine in one piece, as built for each kind of processor that this one is."""


def at_fixed(price: float) -> Price:
    """A price that is the same whatever the entry."""
    return Price(RowCode((), 1, ((0, price),), (), (0,)))


def from_entry(operator: str, amount: float) -> Price:
    """entry (operator) amount."""
    return Price(RowCode(((OPCODES[operator], 2, 0, 1, 0),), 3, ((1, amount),), ((0, 0),), (2,)))


def at_reward(multiple: float) -> Price:
    """entry + (entry - stop) * multiple: works for both sides."""
    sub, mul, add = OPCODES["sub"], OPCODES["mul"], OPCODES["add"]
    code = RowCode(((sub, 3, 0, 1, 0), (mul, 4, 3, 2, 0), (add, 5, 0, 4, 0)), 6, ((2, multiple),), ((0, 0), (1, 2)), (5,))
    return Price(code)


@dataclass
class Desk:
    """Collects columns and actions by the bar, and runs them."""

    bars: Sequence[Sequence[float]]
    account: Account = field(default_factory=lambda: Account(capital=10_000.0))
    instrument: Instrument = field(default_factory=lambda: Instrument(tick=0.01, lot=1.0))
    times: Sequence[int] | None = None
    columns: list[np.ndarray[Any, Any]] = field(default_factory=list)
    actions: list[ActionCode] = field(default_factory=list)
    fine: Sequence[Sequence[Sequence[float]]] = ()  # finer bars of each bar
    volumes: Sequence[float] = ()  # of each bar, for `limit volume`; the finer bars have theirs behind their prices
    rates: Sequence[tuple[float, float]] = ()  # of the currency of the prices, at each open and close

    def column(self, values: float | Sequence[float]) -> int:
        self.columns.append(
            np.full(len(self.bars), values, dtype=float) if np.isscalar(values) else np.array(values, dtype=float)
        )
        return len(self.columns) - 1

    def at(self, bars: int | Sequence[int]) -> int:
        fires = np.zeros(len(self.bars))
        fires[[bars] if isinstance(bars, int) else list(bars)] = 2.0
        return self.column(fires)

    def act(self, verb: str, bars: int | Sequence[int], quantity: float | Sequence[float] | None = None, **parts: Any) -> Desk:
        """Adds an action on these bars. Numbers for slots become columns."""
        for name in ("size", "price", "limit", "trail", "trail_after", "hold", "expire", "score", "where", "weight"):
            if name in parts:
                parts[name] = self.column(parts[name])
        if quantity is not None:
            parts |= {"sizing": "quantity", "size": self.column(quantity)}
        elif "sizing" not in parts and verb in ("sell", "cover", "exit"):
            parts["sizing"] = "all"
        tag = parts.pop("tag", "" if verb in ("exit", "cancel") else f"line {len(self.actions) + 1}")
        self.actions.append(ActionCode(verb, self.at(bars), len(self.actions), tag, **parts))  # type: ignore[arg-type]
        return self

    def with_account(self, **changes: Any) -> Desk:
        self.account = replace(self.account, **changes)
        return self

    def with_instrument(self, **changes: Any) -> Desk:
        self.instrument = replace(self.instrument, **changes)
        return self

    def code(self) -> MachineCode:
        slots = tuple(Slot("column", k) for k in range(len(self.columns)))
        return MachineCode(slots, (), None, tuple(self.actions), len(self.actions))

    def bind_fine(self, machine: Any) -> None:
        if self.fine:
            rows = [bar for inside in self.fine for bar in inside]
            starts = np.cumsum([0, *(len(inside) for inside in self.fine)])
            columns = [np.array([bar[k] for bar in rows], dtype=float) for k in range(5 if rows and len(rows[0]) > 4 else 4)]
            machine.bind_detail(*columns[:4], starts, *columns[4:])

    def bind_rates(self, machine: Any) -> None:
        if self.rates:
            machine.bind_rates(*(np.array([pair[k] for pair in self.rates], dtype=float) for k in range(2)))

    def run(self, module: Any = core, chunks: Sequence[int] = (), save: bool = False, take: str = "stops") -> Outcome:
        machine = module.Machine(self.code(), self.account, self.instrument, take=take)
        n = len(self.bars)
        prices = [np.array([bar[k] for bar in self.bars], dtype=float) for k in range(4)]
        times = None if self.times is None else np.array(self.times, dtype=np.int64)
        volume = np.array(self.volumes, dtype=float) if self.volumes else None
        equity = np.full(n, np.nan)
        parts = []
        at = 0
        for size in (*chunks, n):
            size = min(size, n - at)
            machine.bind_prices(*prices, times, equity, volume)
            self.bind_fine(machine)
            self.bind_rates(machine)
            machine.bind_columns({k: column[at : at + size].copy() for k, column in enumerate(self.columns)})
            machine.run(at, size)
            at += size
            if save and at < n:
                saved = machine.save()
                parts.append(records(machine))
                machine = module.Machine(self.code(), self.account, self.instrument, take=take)
                machine.restore(saved)
        parts.append(records(machine))
        joined = [np.concatenate([part[k] for part in parts]) for k in range(4)]
        return Outcome(machine, equity, *joined)


def records(machine: Any) -> list[np.ndarray[Any, Any]]:
    return [table.values() for table in (machine.fill_rows, machine.trade_rows, machine.order_rows, machine.note_rows)]


@dataclass
class Outcome:
    """What a run left behind, in words."""

    machine: Any
    equity: np.ndarray[Any, Any]
    fill_rows: np.ndarray[Any, Any]
    trade_rows: np.ndarray[Any, Any]
    order_rows: np.ndarray[Any, Any]
    note_rows: np.ndarray[Any, Any]

    @property
    def fills(self) -> list[tuple[int, float, float]]:
        """(bar, signed quantity, price) of each fill."""
        return [(int(row[1]), row[3] * row[4], round(row[5], 9)) for row in self.fill_rows.tolist()]

    @property
    def trades(self) -> list[tuple[int, float, int, float, float, str]]:
        """(entry bar, entry price, exit bar, exit price, signed quantity, reason) of each closed trade."""
        return [
            (int(r[4]), round(r[5], 9), int(r[6]), round(r[7], 9), r[2] * r[3], REASONS[int(r[12])])
            for r in self.trade_rows.tolist()
        ]

    @property
    def ends(self) -> list[str]:
        return [ENDS[int(row[9])] for row in self.order_rows.tolist()]

    @property
    def causes(self) -> list[tuple[str, int, int]]:
        """(cause, first bar, count) of the trace."""
        return [(CAUSE_NAMES[int(row[0])], int(row[2]), int(row[4])) for row in self.machine.finished_events()]


def flat(n: int, price: float = 100.0) -> list[tuple[float, float, float, float]]:
    """Bars that do not move."""
    return [(price, price, price, price)] * n


def bars(*rows: float | Sequence[float]) -> list[tuple[float, ...]]:
    """Bars as (open, high, low, close); a single number is a bar that stays there."""
    return [tuple(row) if isinstance(row, tuple | list) else (row, row, row, row) for row in rows]  # type: ignore[misc]
