"""The figures of a finished run, from its path, its trades and its counts. Compiled; without its binary the same file runs as plain Python."""

from __future__ import annotations

from typing import Any

import cython
import numpy as np
from cython.cimports.libc.math import sqrt

from runtime.machine import welding

if cython.compiled:
    from cython.cimports.libc.math import pow as power
    from cython.cimports.runtime.equity_path import PathMeter
else:
    from runtime.equity_path import PathMeter

    def power(x: float, y: float) -> float:
        """As C's: what is too large is infinite."""
        return float(np.float64(x) ** y)


FIGURES = 23
UNKNOWN = cython.declare(cython.double, float("nan"))


class TradeSums:
    """Sums over closed trades, in their order."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """No trades yet."""
        self.count = self.wins = 0
        self.gained = self.lost = self.profit = self.share = self.bars = 0.0
        self.best = self.worst = UNKNOWN

    def take(self, profit: cython.double, entry_value: cython.double, bars: cython.double) -> None:
        """One closed trade."""
        share: cython.double = profit / entry_value
        if profit > 0.0:
            self.wins += 1
            self.gained += profit
        elif profit < 0.0:
            self.lost -= profit
        self.count += 1
        self.profit += profit
        self.share += share
        self.bars += bars
        # One unknown share makes best and worst unknown.
        if self.count == 1 or share > self.best or share != share:
            self.best = share
        if self.count == 1 or share < self.worst or share != share:
            self.worst = share


class Figures:
    """Computes the figures in the order of `runtime.statistics.STATISTICS`. What a run has of its own is set before `compute`."""

    def __init__(self, bars: int, per_year: float, hold: float) -> None:
        """bars: of the run. per_year: bars in a year, NaN if it is not known. hold: the return of buying and holding."""
        self.bars = bars
        self.per_year = per_year
        self.hold = hold
        self.path = welding.meter()() if cython.compiled else PathMeter()
        self.trades = TradeSums()
        self.capital = 1.0
        self.final = self.traded = self.commission = self.ambiguous = 0.0
        self.exposed = self.open_trades = 0

    def measure(
        self,
        equity: Any,
        capital: float,
        closed: Any,
        exposed: int,
        traded: float,
        commission: float,
        open_trades: int,
        ambiguous: float,
    ) -> list[float]:
        """The figures of one run, in order. equity: float64 (n,). closed: float64 (trades, 3), each trade's profit, entry value and bars."""
        n: cython.Py_ssize_t = len(equity)
        k: cython.Py_ssize_t
        self.capital = capital
        self.exposed, self.traded, self.commission = exposed, traded, commission
        self.open_trades, self.ambiguous = open_trades, ambiguous
        self.final = equity[n - 1] if n else capital
        self.path.begin(capital)
        found = np.empty(FIGURES)
        trades = np.ascontiguousarray(closed, dtype=np.float64).reshape(-1, 3)
        if cython.compiled:
            out: cython.double[::1] = found
        else:
            out = [0.0] * FIGURES
        if n:
            self.path.take_all(equity, capital)
        self.path.end()
        self.trades.begin()
        for k in range(len(trades)):
            self.trades.take(trades[k, 0], trades[k, 1], trades[k, 2])
        self.compute(cython.address(out[0]) if cython.compiled else out)
        return [float(value) for value in (found if cython.compiled else out)]

    def compute(self, out: Any) -> None:
        """Writes every figure to `out`."""
        n: cython.double = self.bars
        count: cython.double = self.trades.count
        annual: cython.double = UNKNOWN
        deviation: cython.double = UNKNOWN
        below: cython.double = UNKNOWN
        yearly: cython.double = UNKNOWN
        known: cython.bint = self.per_year == self.per_year
        some: cython.bint = self.bars > 0
        closed: cython.bint = self.trades.count > 0
        if known:
            yearly = sqrt(self.per_year)
        if some and known and self.final > 0.0:
            annual = power(self.final / self.capital, self.per_year / n) - 1.0
        if self.bars > 1:
            deviation = sqrt(self.path.squares / (n - 1.0))
        if some:
            below = sqrt(self.path.below / n)
        out[0] = self.final / self.capital - 1.0 if some else UNKNOWN
        out[1] = annual
        out[2] = deviation * yearly
        out[3] = over(self.path.mean, deviation) * yearly if some else UNKNOWN
        out[4] = over(self.path.mean, below) * yearly if some else UNKNOWN
        out[5] = over(annual, self.path.drawdown) if some else UNKNOWN
        out[6] = self.path.drawdown if some else UNKNOWN
        out[7] = self.path.longest if some else UNKNOWN
        out[8] = self.exposed / n if some else UNKNOWN
        out[9] = over(self.traded, self.path.total / n) if some else UNKNOWN
        out[10] = count
        out[11] = self.open_trades
        out[12] = self.trades.wins / count if closed else UNKNOWN
        out[13] = over(self.trades.gained, self.trades.lost) if closed else UNKNOWN
        out[14] = self.trades.profit / count if closed else UNKNOWN
        out[15] = self.trades.share / count if closed else UNKNOWN
        out[16] = self.trades.best if closed else UNKNOWN
        out[17] = self.trades.worst if closed else UNKNOWN
        out[18] = self.trades.bars / count if closed else UNKNOWN
        out[19] = self.hold
        out[20] = self.final
        out[21] = self.commission
        out[22] = self.ambiguous


def over(a: cython.double, b: cython.double) -> cython.double:
    return a / b if b == b and b != 0.0 else UNKNOWN
