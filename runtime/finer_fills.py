"""The finer candles inside the one that closes, for `fills detail` in a stream: only those that add up to it exactly, as in history."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from compiler.clocks import Length
from compiler.plan import Plan
from runtime.data.steps import step_text
from runtime.feeds import Candle, FeedError
from runtime.machine.core import Machine
from runtime.portfolio.driver import Portfolio

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class FinerFills:
    """seconds: how long the finer candles are. span: how long the program's own are, in microseconds; None if that is not known."""

    seconds: int
    span: int | None

    @classmethod
    def of(cls, plan: Plan) -> FinerFills | None:
        """None where a plan trades nothing or fills by no finer candles. Raises FeedError for finer ones that are no shorter than the plan's own."""
        if plan.machine is None or plan.account.fills != "detail":
            return None
        seconds = plan.account.detail
        span = 60 * Length.parse(plan.every).minutes if plan.every else None
        if span is not None and seconds >= span:
            raise FeedError(f"Candles of {step_text(seconds)} show nothing of what happens inside one of {plan.every}.")
        return cls(seconds, None if span is None else span * MICROS)

    def inside(self, bar: Candle, finer: Sequence[Candle]) -> list[Candle]:
        """Those that lie in a candle, if they have its open, high, low and close, to the bit, and all are known; else none. See `detail_of`."""
        end = math.inf if self.span is None else bar.time + self.span
        parts = [part for part in finer if bar.time <= part.time < end]
        if not parts or not all(math.isfinite(p.open + p.high + p.low + p.close) for p in parts):
            return []
        high, low = max(part.high for part in parts), min(part.low for part in parts)
        found = (parts[0].open, high, low, parts[-1].close)
        return parts if found == (bar.open, bar.high, bar.low, bar.close) else []


def require_order(finer: Sequence[Candle], last: int | None) -> int | None:
    """The time of the last finer candle. Raises FeedError for one that is not after the one before it."""
    for candle in finer:
        if last is not None and candle.time <= last:
            raise FeedError(f"Candles come in order: one of finer candles of {candle.time} came after one of {last}.")
        last = candle.time
    return last


def look_inside(machine: Machine, parts: Sequence[Candle]) -> None:
    """Has the machine fill its next bar by these finer ones."""
    names = ("open", "high", "low", "close", "volume")
    opened, high, low, close, volume = (np.array([getattr(part, name) for part in parts]) for name in names)
    machine.bind_detail(opened, high, low, close, np.array([0, len(parts)], dtype=np.int64), volume)
    machine.look_into(0)


def look_inside_all(portfolio: Portfolio, parts: Mapping[int, Sequence[Candle]]) -> None:
    """Has a portfolio fill its next instant by these finer candles of some of its instruments, in the order of their time."""
    if not any(parts.values()):
        return
    for k, own in parts.items():
        if own:
            look_inside(portfolio.machines[k], own)
    rows = sorted((part.time, k, row) for k, own in parts.items() for row, part in enumerate(own))
    times = np.array([time for time, _, _ in rows], dtype=np.int64)
    begins = np.flatnonzero(np.append(True, np.diff(times) != 0))
    who, places = (np.array([row[at] for row in rows], dtype=np.int64) for at in (1, 2))
    portfolio.bind_finer(np.array([0, len(begins)], dtype=np.int64), np.append(begins, len(rows)).astype(np.int64), who, places)
    portfolio.look_into(0)
