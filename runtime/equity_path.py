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
    LANES = 8  # sums beside each other
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

    Sums of a block are kept in LANES of their own, by the place of a value among those that are added, and are then added pair by pair: additions that
    wait for each other would take most of the time. The mean and squares of blocks are joined as by Chan, Golub and LeVeque (1979).
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

    def take(self, values: Any, first: cython.Py_ssize_t, m: cython.Py_ssize_t) -> None:
        """The equity at the close of the next m bars, from values[first] on; before them stands the equity before, for the first bar the capital.

        GRAIN bars at a time: where all equal the bar before, their returns are 0 and need no sum.
        """
        i: cython.Py_ssize_t = first
        k: cython.Py_ssize_t
        end: cython.Py_ssize_t = first + m
        c: cython.Py_ssize_t = 0
        last: cython.double
        still: cython.double = 0.0
        least: cython.double = self.lowest
        totals = cython.declare(cython.double[8])
        lows = cython.declare(cython.double[8])
        leasts = cython.declare(cython.double[8])
        returns = cython.address(self.returns[0]) if cython.compiled else self.returns
        if not cython.compiled:
            totals, lows, leasts = [0.0] * LANES, [0.0] * LANES, [0.0] * LANES
        for k in range(LANES):
            totals[k] = 0.0
            lows[k] = self.lowest
            leasts[k] = self.lowest
        while i + GRAIN <= end:
            last = values[i - 1]
            if not differs(values, i, last):
                still += GRAIN
                self.total += GRAIN * last
                self.under = self.under + GRAIN if last < self.peak else 0
                self.longest = self.under if self.under > self.longest else self.longest
                i += GRAIN
                continue
            for k in range(GRAIN):
                returns[c + k] = ratio(values[i + k], values[i + k - 1]) - 1.0
            for k in range(LANES):
                leasts[k] = values[i + k] if values[i + k] < leasts[k] else leasts[k]
                leasts[k] = values[i + LANES + k] if values[i + LANES + k] < leasts[k] else leasts[k]
                totals[k] += values[i + k] + values[i + LANES + k]
            if not reaches(values, i, self.peak):
                self.under += GRAIN
                self.longest = self.under if self.under > self.longest else self.longest
                for k in range(LANES):
                    lows[k] = values[i + k] if values[i + k] < lows[k] else lows[k]
                    lows[k] = values[i + LANES + k] if values[i + LANES + k] < lows[k] else lows[k]
            else:
                self.lowest = lowest_of(lows)
                for k in range(GRAIN):
                    self.follow(values[i + k])
                for k in range(LANES):
                    lows[k] = self.lowest
            c += GRAIN
            i += GRAIN
        self.lowest = lowest_of(lows)
        least = lowest_of(leasts)
        self.total += sum_of(totals)
        while i < end:
            returns[c] = ratio(values[i], values[i - 1]) - 1.0
            self.follow(values[i])
            self.total += values[i]
            least = values[i] if values[i] < least else least
            c += 1
            i += 1
        self.last = values[end - 1]
        # A return after equity at or below zero would divide by nothing or less.
        self.sound = self.sound and least > 0.0
        self.join(c, still)

    def take_all(self, equity: Any, before: float) -> None:
        """Many bars of a run, float64 of shape (n,), n > 0: whole blocks but for the last of the run. before: the equity before them."""
        column = np.ascontiguousarray(equity, dtype=np.float64)
        n: cython.Py_ssize_t = len(column)
        start: cython.Py_ssize_t = BLOCK
        block: cython.Py_ssize_t = BLOCK
        # Nothing stands before the first bar of the column.
        beginning = np.concatenate(([before], column[:BLOCK]))
        if cython.compiled:
            head: cython.double[::1] = beginning
            values: cython.const[cython.double][::1] = column  # type: ignore[valid-type]
            at: cython.p_double = cython.cast(cython.p_double, cython.address(values[0]))
            with cython.nogil:
                self.take(cython.address(head[0]), 1, block if n > block else n)
                while start < n:
                    self.take(at, start, block if n - start > block else n - start)
                    start += block
        else:
            self.take(beginning.tolist(), 1, min(block, n))
            while start < n:
                self.take(column[start - 1 : start + block].tolist(), 1, min(block, n - start))
                start += block

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
        sums = cython.declare(cython.double[8])
        belows = cython.declare(cython.double[8])
        squares = cython.declare(cython.double[8])
        r: cython.double
        part: cython.double
        step: cython.double
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        whole: cython.Py_ssize_t = c - c % LANES
        m: cython.double = c + still
        returns = cython.address(self.returns[0]) if cython.compiled else self.returns
        if not cython.compiled:
            sums, belows, squares = [0.0] * LANES, [0.0] * LANES, [0.0] * LANES
        for k in range(LANES):
            sums[k] = belows[k] = squares[k] = 0.0
        for i in range(0, whole, 8):
            for k in range(LANES):
                r = returns[i + k] if returns[i + k] < 0.0 else 0.0
                sums[k] += returns[i + k]
                belows[k] += r * r
        for k in range(c - whole):
            r = returns[whole + k] if returns[whole + k] < 0.0 else 0.0
            sums[k] += returns[whole + k]
            belows[k] += r * r
        part = sum_of(sums) / m if self.sound else UNKNOWN
        self.below += sum_of(belows)
        for i in range(0, whole, 8):
            for k in range(LANES):
                squares[k] += (returns[i + k] - part) * (returns[i + k] - part)
        for k in range(c - whole):
            squares[k] += (returns[whole + k] - part) * (returns[whole + k] - part)
        step = part - self.mean
        self.squares += (sum_of(squares) + still * (part * part)) + step * step * (self.count * m / (self.count + m))
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


def differs(v: Any, i: cython.Py_ssize_t, x: cython.double) -> cython.bint:
    """Whether one of the GRAIN values from v[i] on is not x."""
    k: cython.Py_ssize_t
    count: cython.int = 0
    for k in range(GRAIN):
        count += v[i + k] != x
    return count != 0


def reaches(v: Any, i: cython.Py_ssize_t, x: cython.double) -> cython.bint:
    """Whether one of the GRAIN values from v[i] on is x or more; an unknown one is not."""
    k: cython.Py_ssize_t
    count: cython.int = 0
    for k in range(GRAIN):
        count += v[i + k] >= x
    return count != 0


def sum_of(lanes: Any) -> cython.double:
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]))


def lowest_of(lanes: Any) -> cython.double:
    k: cython.Py_ssize_t
    found: cython.double = lanes[0]
    for k in range(1, LANES):
        found = lanes[k] if lanes[k] < found else found
    return found


def measure_path(equity: Any, capital: float) -> EquityPath:
    """Measures equity, float64 of shape (n,), which starts from `capital`. Returns are NaN once it is not above 0 before the last bar."""
    if len(equity) == 0:
        return EquityPath(nan, nan, nan, nan, nan, 0)
    meter: PathMeter = PathMeter()
    meter.begin(capital)
    meter.take_all(equity, capital)
    meter.end()
    return meter.measured()
