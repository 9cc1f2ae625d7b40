"""What a sweep is: a program, its combinations, and the market and account that all its runs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from compiler.plan import Account, Plan
from compiler.program import Program
from compiler.sweeping.variants import InputValue
from runtime.candles import Candles
from runtime.clocks.reading import Reading
from runtime.conversion.rates import Rates
from runtime.detail import Detail, detail_of
from runtime.machine.instrument import Instrument
from runtime.sweep.space import Numbers, Space

Floats = NDArray[np.float64]

BUDGET = 24 << 20
"""Bytes that shared columns may take, of all workers together."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """fixed: values of all inputs, also of those that vary (what they are while it is decided what to share).

    account: the settings of a run, given those of the program. detail: finer bars for `fills detail`. budget: see BUDGET.
    rates: of the currency of the prices into the account's, on each bar; None: they are in one.
    """

    program: Program
    space: Space
    fixed: Mapping[str, InputValue]
    candles: Candles
    instrument: Instrument
    account: Callable[[Account], Account]
    detail: Candles | None = None
    budget: int = BUDGET
    rates: Rates | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The runs of some combinations. numbers: int64 (m,), in order. values: float64 (m, figures), as runtime.statistics.COLUMNS.

    tried: combinations that were looked at. not_allowed: of these, by `require`. refused: number and reason of those that could not be built.
    """

    numbers: Numbers
    values: Floats
    tried: int
    not_allowed: int
    refused: tuple[tuple[int, str], ...]


@dataclass(slots=True, eq=False)
class Market:
    """The columns that plans read of the market, each made once."""

    candles: Candles
    every: str
    detail: Candles | None
    _reading: Reading | None = None
    _feeds: dict[str, Floats] = field(default_factory=dict)
    _inside: dict[int, Detail] = field(default_factory=dict)

    def feeds(self, plan: Plan, own: str) -> list[Floats | None]:
        """The plan's feeds in order; None for those whose names begin with `own`."""
        reading = self._reading = self._reading or Reading.of(self.candles, self.every)
        held = reading.held(plan, 2048) if plan.sources else {}
        found: list[Floats | None] = []
        for name in plan.feeds:
            if name.startswith(own):
                found.append(None)
            elif name in held:
                found.append(np.ascontiguousarray(held[name], dtype=np.float64))
            else:
                if name not in self._feeds:
                    self._feeds[name] = np.ascontiguousarray(reading.feed(name), dtype=np.float64)
                found.append(self._feeds[name])
        return found

    def inside(self, account: Account) -> Detail | None:
        """The finer bars of each bar, where the fills look at them."""
        if account.fills != "detail" or self.detail is None:
            return None
        if account.detail not in self._inside:
            self._inside[account.detail] = detail_of(self.candles, self.detail, account.detail)
        return self._inside[account.detail]
