"""One pass over equity: its returns, its falls. Compiled; without its binary the same file runs as plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import cython
import numpy as np

BLOCK = 2048
"""Bars whose returns are kept at a time, to be read twice."""
UNKNOWN = cython.declare(cython.double, float("nan"))


@dataclass(frozen=True, slots=True)
class EquityPath:
    """Of returns: mean, sum of squares about it, sum of squares of those below 0. Of equity: sum, deepest and longest fall."""

    mean: float
    squares: float
    below: float
    total: float
    drawdown: float
    drawdown_bars: int


class PathMeter:
    """Measures equity as it comes, block by block: all of them have BLOCK bars but for the last. A run begins with `begin`.

    The mean and squares of blocks are joined as by Chan, Golub and LeVeque (1979).
    """

    def __init__(self) -> None:
        self.returns = np.empty(BLOCK) if cython.compiled else [0.0] * BLOCK
        self.begin(1.0)

    def begin(self, capital: cython.double) -> None:
        """Before the first bar of a run that starts from `capital`."""
        self.peak = self.lowest = self.last = capital
        self.count = self.mean = self.squares = self.below = self.total = self.drawdown = 0.0
        self.under = self.longest = 0
        self.sound = capital > 0.0

    def take(self, values: Any, m: cython.Py_ssize_t) -> None:
        """The equity at the close of the next m bars."""
        # Four lanes a sum: additions that wait for each other would take most of the time.
        s0: cython.double = 0.0
        s1: cython.double = 0.0
        s2: cython.double = 0.0
        s3: cython.double = 0.0
        b0: cython.double = 0.0
        b1: cython.double = 0.0
        b2: cython.double = 0.0
        b3: cython.double = 0.0
        t0: cython.double = 0.0
        t1: cython.double = 0.0
        t2: cython.double = 0.0
        t3: cython.double = 0.0
        v: cython.double
        step: cython.double
        part: cython.double
        peak: cython.double = self.peak
        lowest: cython.double = self.lowest
        drawdown: cython.double = self.drawdown
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t = m - m % 4
        under: cython.Py_ssize_t = self.under
        longest: cython.Py_ssize_t = self.longest
        sound: cython.bint = self.sound
        for i in range(m):
            v = values[i]
            if v >= peak:
                if lowest < peak and peak > 0.0 and (peak - lowest) / peak > drawdown:
                    drawdown = (peak - lowest) / peak
                # A return after equity at or below zero would divide by nothing or less.
                sound = sound and lowest > 0.0
                peak = v
                lowest = v
                under = 0
            else:
                under += 1
                longest = under if under > longest else longest
                lowest = v if v < lowest else lowest
        sound = sound and lowest > 0.0
        self.peak = peak
        self.lowest = lowest
        self.drawdown = drawdown
        self.under = under
        self.longest = longest
        self.sound = sound
        returns = cython.address(self.returns[0]) if cython.compiled else self.returns
        if sound:
            returns[0] = values[0] / self.last - 1.0
            for i in range(1, m):
                returns[i] = values[i] / values[i - 1] - 1.0
        else:
            for i in range(m):
                returns[i] = UNKNOWN
        self.last = values[m - 1]
        for i in range(0, k, 4):
            s0 += returns[i]
            s1 += returns[i + 1]
            s2 += returns[i + 2]
            s3 += returns[i + 3]
            b0 += returns[i] * returns[i] if returns[i] < 0.0 else 0.0
            b1 += returns[i + 1] * returns[i + 1] if returns[i + 1] < 0.0 else 0.0
            b2 += returns[i + 2] * returns[i + 2] if returns[i + 2] < 0.0 else 0.0
            b3 += returns[i + 3] * returns[i + 3] if returns[i + 3] < 0.0 else 0.0
            t0 += values[i]
            t1 += values[i + 1]
            t2 += values[i + 2]
            t3 += values[i + 3]
        for i in range(k, m):
            s0 += returns[i]
            b0 += returns[i] * returns[i] if returns[i] < 0.0 else 0.0
            t0 += values[i]
        part = ((s0 + s1) + (s2 + s3)) / m
        self.below += (b0 + b1) + (b2 + b3)
        self.total += (t0 + t1) + (t2 + t3)
        s0 = s1 = s2 = s3 = 0.0
        for i in range(0, k, 4):
            s0 += (returns[i] - part) * (returns[i] - part)
            s1 += (returns[i + 1] - part) * (returns[i + 1] - part)
            s2 += (returns[i + 2] - part) * (returns[i + 2] - part)
            s3 += (returns[i + 3] - part) * (returns[i + 3] - part)
        for i in range(k, m):
            s0 += (returns[i] - part) * (returns[i] - part)
        step = part - self.mean
        self.squares += ((s0 + s1) + (s2 + s3)) + step * step * (self.count * m / (self.count + m))
        self.mean += step * (m / (self.count + m))
        self.count += m

    def end(self) -> None:
        """After the last bar: the fall that is still going on counts too."""
        if self.lowest < self.peak and self.peak > 0.0 and (self.peak - self.lowest) / self.peak > self.drawdown:
            self.drawdown = (self.peak - self.lowest) / self.peak
        if self.mean != self.mean:
            self.below = UNKNOWN

    def measured(self) -> EquityPath:
        """What was measured, once it has ended."""
        return EquityPath(self.mean, self.squares, self.below, self.total, self.drawdown, self.longest)


def measure_path(equity: Any, capital: float) -> EquityPath:
    """Measures equity, float64 of shape (n,), which starts from `capital`. Returns are NaN once it is not above 0 before the last bar."""
    n: cython.Py_ssize_t = len(equity)
    if n == 0:
        return EquityPath(nan, nan, nan, nan, nan, 0)
    column = np.ascontiguousarray(equity, dtype=np.float64)
    meter: PathMeter = PathMeter()
    meter.begin(capital)
    start: cython.Py_ssize_t = 0
    block: cython.Py_ssize_t = BLOCK
    if cython.compiled:
        values: cython.const[cython.double][::1] = column  # type: ignore[valid-type]
        at: cython.p_double = cython.cast(cython.p_double, cython.address(values[0]))
        with cython.nogil:
            while start < n:
                meter.take(at + start, block if n - start > block else n - start)
                start += block
    else:
        while start < n:
            meter.take(column[start : start + block].tolist(), min(block, n - start))
            start += block
    meter.end()
    return meter.measured()
