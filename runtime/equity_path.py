"""One pass over equity: its returns, its falls. Compiled; without its binary the same file runs as plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import cython
import numpy as np

BLOCK = 2048
"""Bars whose returns are kept at a time, to be read twice."""
if not cython.compiled:
    GRAIN = 16  # bars that are looked at together; see equity_path.pxd
UNKNOWN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))


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
        """The equity at the close of the next m bars, GRAIN at a time: where all equal the bar before, their returns are 0 and need no sum."""
        i: cython.Py_ssize_t = 0
        j: cython.Py_ssize_t
        c: cython.Py_ssize_t = 0
        high: cython.double
        low: cython.double
        last: cython.double = self.last
        before: cython.double
        start: cython.Py_ssize_t
        still: cython.double = 0.0
        least: cython.double = self.lowest
        returns = cython.address(self.returns[0]) if cython.compiled else self.returns
        while i + GRAIN <= m:
            if not differs(values + i if cython.compiled else values[i : i + GRAIN], last):
                still += GRAIN
                self.total += GRAIN * last
                self.under = self.under + GRAIN if last < self.peak else 0
                self.longest = self.under if self.under > self.longest else self.longest
                i += GRAIN
                continue
            start = i
            before = last
            while i + GRAIN <= m and differs(values + i if cython.compiled else values[i : i + GRAIN], last):
                v = values + i if cython.compiled else values[i : i + GRAIN]
                high = highest(v)
                low = lowest(v)
                least = low if low < least else least
                if high < self.peak:
                    self.under += GRAIN
                    self.lowest = low if low < self.lowest else self.lowest
                    self.longest = self.under if self.under > self.longest else self.longest
                else:
                    for j in range(GRAIN):
                        self.follow(v[j])
                self.total += total_of(v)
                last = v[GRAIN - 1]
                i += GRAIN
            returns[c] = ratio(values[start], before) - 1.0
            for j in range(1, i - start):
                returns[c + j] = ratio(values[start + j], values[start + j - 1]) - 1.0
            c += i - start
        while i < m:
            returns[c] = ratio(values[i], last) - 1.0
            last = values[i]
            self.follow(last)
            self.total += last
            least = last if last < least else least
            c += 1
            i += 1
        self.last = last
        # A return after equity at or below zero would divide by nothing or less.
        self.sound = self.sound and least > 0.0
        self.join(c, still)

    def follow(self, v: cython.double) -> None:
        """One bar's equity against its highest so far."""
        if v >= self.peak:
            if self.lowest < self.peak and self.peak > 0.0 and (self.peak - self.lowest) / self.peak > self.drawdown:
                self.drawdown = (self.peak - self.lowest) / self.peak
            self.peak = v
            self.lowest = v
            self.under = 0
        else:
            self.under += 1
            self.longest = self.under if self.under > self.longest else self.longest
            self.lowest = v if v < self.lowest else self.lowest

    def join(self, c: cython.Py_ssize_t, still: cython.double) -> None:
        """Adds a block: c returns that are kept, and those of `still` bars, which are 0."""
        # Four lanes a sum: additions that wait for each other would take most of the time.
        s0: cython.double = 0.0
        s1: cython.double = 0.0
        s2: cython.double = 0.0
        s3: cython.double = 0.0
        b0: cython.double = 0.0
        b1: cython.double = 0.0
        b2: cython.double = 0.0
        b3: cython.double = 0.0
        r: cython.double
        part: cython.double
        step: cython.double
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t = c - c % 4
        m: cython.double = c + still
        returns = cython.address(self.returns[0]) if cython.compiled else self.returns
        for i in range(0, k, 4):
            s0 += returns[i]
            s1 += returns[i + 1]
            s2 += returns[i + 2]
            s3 += returns[i + 3]
        for i in range(0, k, 4):
            r = returns[i] if returns[i] < 0.0 else 0.0
            b0 += r * r
            r = returns[i + 1] if returns[i + 1] < 0.0 else 0.0
            b1 += r * r
            r = returns[i + 2] if returns[i + 2] < 0.0 else 0.0
            b2 += r * r
            r = returns[i + 3] if returns[i + 3] < 0.0 else 0.0
            b3 += r * r
        for i in range(k, c):
            r = returns[i] if returns[i] < 0.0 else 0.0
            s0 += returns[i]
            b0 += r * r
        part = ((s0 + s1) + (s2 + s3)) / m if self.sound else UNKNOWN
        self.below += (b0 + b1) + (b2 + b3)
        s0 = s1 = s2 = s3 = 0.0
        for i in range(0, k, 4):
            s0 += (returns[i] - part) * (returns[i] - part)
            s1 += (returns[i + 1] - part) * (returns[i + 1] - part)
            s2 += (returns[i + 2] - part) * (returns[i + 2] - part)
            s3 += (returns[i + 3] - part) * (returns[i + 3] - part)
        for i in range(k, c):
            s0 += (returns[i] - part) * (returns[i] - part)
        step = part - self.mean
        self.squares += (((s0 + s1) + (s2 + s3)) + still * (part * part)) + step * step * (self.count * m / (self.count + m))
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


def ratio(a: cython.double, b: cython.double) -> cython.double:
    """a / b as C divides: Python refuses to divide by 0."""
    return a / b if cython.compiled or b != 0.0 else UNKNOWN


def differs(v: Any, x: cython.double) -> cython.bint:
    """Whether one of the next GRAIN values is not x."""
    j: cython.Py_ssize_t
    count: cython.int = 0
    for j in range(GRAIN):
        count += v[j] != x
    return count != 0


def total_of(v: Any) -> cython.double:
    """The sum of the next GRAIN values, in four lanes."""
    j: cython.Py_ssize_t
    t0: cython.double = 0.0
    t1: cython.double = 0.0
    t2: cython.double = 0.0
    t3: cython.double = 0.0
    for j in range(0, GRAIN, 4):
        t0 += v[j]
        t1 += v[j + 1]
        t2 += v[j + 2]
        t3 += v[j + 3]
    return (t0 + t1) + (t2 + t3)


def highest(v: Any) -> cython.double:
    """The highest of the next GRAIN values; an unknown one is not."""
    j: cython.Py_ssize_t
    a: cython.double = -FAR
    b: cython.double = -FAR
    for j in range(0, GRAIN, 2):
        a = v[j] if v[j] > a else a
        b = v[j + 1] if v[j + 1] > b else b
    return a if a > b else b


def lowest(v: Any) -> cython.double:
    """The lowest of the next GRAIN values; an unknown one is not."""
    j: cython.Py_ssize_t
    a: cython.double = FAR
    b: cython.double = FAR
    for j in range(0, GRAIN, 2):
        a = v[j] if v[j] < a else a
        b = v[j + 1] if v[j + 1] < b else b
    return a if a < b else b


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
