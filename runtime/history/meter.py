"""The figures of a run from its equity and trades as they come, in the blocks of `runtime/equity_path.py` whatever they come in, so that the bits are those
of a run that has them all. Compiled; without its binary the same file runs as plain Python."""

from __future__ import annotations

from typing import Any

import cython
import numpy as np

from runtime.equity_path import BLOCK as PATH_BLOCK
from runtime.figures import FIGURES as COUNT

if cython.compiled:
    from cython.cimports.runtime.figures import Figures
else:
    from runtime.figures import Figures

BLOCK = cython.declare(cython.Py_ssize_t, PATH_BLOCK)
KEPT = 21
"""Numbers of `save` before the equity that waits."""


class Meter:
    """Measures one run that starts from `capital`."""

    def __init__(self, capital: float) -> None:
        self.capital = capital
        self.figures = Figures(0, 0.0, 0.0)
        self.figures.path.begin(capital)
        self.figures.trades.begin()
        self.figures.final = capital
        self.rest = np.empty(0)

    def follow(self, equity: Any) -> None:
        """The equity of the next bars, float64 of shape (n,)."""
        whole = np.concatenate((self.rest, equity)) if len(self.rest) else np.ascontiguousarray(equity, dtype=np.float64)
        n: cython.Py_ssize_t = len(whole) - len(whole) % BLOCK
        if len(equity):
            self.figures.final = equity[len(equity) - 1]
        self.take(whole, n)
        self.rest = whole[n:].copy()

    def take(self, column: Any, n: cython.Py_ssize_t) -> None:
        """The first n values of a column, a block at a time; the last may be shorter where no more follows."""
        if n:
            self.figures.path.take_all(column[:n], self.figures.path.last)

    def close(self, trades: Any) -> None:
        """The next closed trades, float64 (k, 3): profit, entry value and bars of each."""
        k: cython.Py_ssize_t
        for k in range(len(trades)):
            self.figures.trades.take(trades[k, 0], trades[k, 1], trades[k, 2])

    def finish(
        self,
        bars: int,
        per_year: float,
        hold: float,
        exposed: int,
        traded: float,
        commission: float,
        open_trades: int,
        ambiguous: float,
    ) -> list[float]:
        """The figures, in the order of `runtime.statistics.STATISTICS`. Nothing can be measured afterwards."""
        self.take(self.rest, len(self.rest))
        self.figures.path.end()
        self.figures.bars = bars
        self.figures.per_year, self.figures.hold, self.figures.capital = per_year, hold, self.capital
        self.figures.exposed, self.figures.traded, self.figures.commission = exposed, traded, commission
        self.figures.open_trades, self.figures.ambiguous = open_trades, ambiguous
        found = np.empty(COUNT)
        if cython.compiled:
            out: cython.double[::1] = found
            self.figures.compute(cython.address(out[0]))
        else:
            plain = [0.0] * COUNT
            self.figures.compute(plain)
            found[:] = plain
        return [float(value) for value in found]

    def save(self) -> list[float]:
        """Everything that was measured so far."""
        p, t = self.figures.path, self.figures.trades
        kept = [
            p.peak, p.lowest, p.last, p.count, p.mean, p.squares, p.below, p.total, p.drawdown, p.under, p.longest, p.sound,
            t.count, t.wins, t.gained, t.lost, t.profit, t.share, t.bars, t.best, t.worst,
        ]  # fmt: skip
        return [float(value) for value in (*kept, self.figures.final, *self.rest)]

    def restore(self, saved: list[float]) -> None:
        """Goes on where `save` was called."""
        p, t = self.figures.path, self.figures.trades
        p.peak, p.lowest, p.last, p.count, p.mean, p.squares = saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]
        p.below, p.total, p.drawdown = saved[6], saved[7], saved[8]
        p.under, p.longest, p.sound = int(saved[9]), int(saved[10]), bool(saved[11])
        t.count, t.wins = int(saved[12]), int(saved[13])
        t.gained, t.lost, t.profit, t.share, t.bars, t.best, t.worst = saved[14:KEPT]
        self.figures.final = saved[KEPT]
        self.rest = np.array(saved[KEPT + 1 :], dtype=np.float64)
