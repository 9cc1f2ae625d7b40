"""One pass over equity: its returns, its falls. Compiled; without its binary the same file runs as plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import cython
import numpy as np

BLOCK = 2048
"""Bars whose returns are kept at a time, to be read twice."""


@dataclass(frozen=True, slots=True)
class EquityPath:
    """Of returns: mean, sum of squares about it, sum of squares of those below 0. Of equity: sum, deepest and longest fall."""

    mean: float
    squares: float
    below: float
    total: float
    drawdown: float
    drawdown_bars: int


def measure_path(equity: Any, capital: float) -> EquityPath:
    """Measures equity, float64 of shape (n,), which starts from `capital`. Returns are NaN once it is not
    above 0 before the last bar.

    The mean and squares of blocks are joined as by Chan, Golub and LeVeque (1979).
    """
    n: cython.Py_ssize_t = len(equity)
    if n == 0:
        return EquityPath(nan, nan, nan, nan, nan, 0)
    values: cython.const[cython.double][::1] = np.ascontiguousarray(equity, dtype=np.float64)  # type: ignore[valid-type]
    returns: cython.double[::1] = np.empty(min(BLOCK, n))
    unknown: cython.double = nan
    peak: cython.double = capital
    lowest: cython.double = capital
    count: cython.double = 0.0
    mean: cython.double = 0.0
    squares: cython.double = 0.0
    below: cython.double = 0.0
    total: cython.double = 0.0
    drawdown: cython.double = 0.0
    # Four lanes a sum: additions that wait for each other would take most of the time.
    s0: cython.double
    s1: cython.double
    s2: cython.double
    s3: cython.double
    b0: cython.double
    b1: cython.double
    b2: cython.double
    b3: cython.double
    t0: cython.double
    t1: cython.double
    t2: cython.double
    t3: cython.double
    v: cython.double
    step: cython.double
    part: cython.double
    i: cython.Py_ssize_t
    k: cython.Py_ssize_t
    m: cython.Py_ssize_t
    start: cython.Py_ssize_t = 0
    under: cython.Py_ssize_t = 0
    longest: cython.Py_ssize_t = 0
    block: cython.Py_ssize_t = BLOCK
    sound: cython.bint = capital > 0.0
    with cython.nogil:
        while start < n:
            m = block if n - start > block else n - start
            for i in range(m):
                v = values[start + i]
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
            if sound:
                returns[0] = values[start] / (values[start - 1] if start > 0 else capital) - 1.0
                for i in range(1, m):
                    returns[i] = values[start + i] / values[start + i - 1] - 1.0
            else:
                for i in range(m):
                    returns[i] = unknown
            s0 = s1 = s2 = s3 = b0 = b1 = b2 = b3 = t0 = t1 = t2 = t3 = 0.0
            k = m - m % 4
            for i in range(0, k, 4):
                s0 += returns[i]
                s1 += returns[i + 1]
                s2 += returns[i + 2]
                s3 += returns[i + 3]
                b0 += returns[i] * returns[i] if returns[i] < 0.0 else 0.0
                b1 += returns[i + 1] * returns[i + 1] if returns[i + 1] < 0.0 else 0.0
                b2 += returns[i + 2] * returns[i + 2] if returns[i + 2] < 0.0 else 0.0
                b3 += returns[i + 3] * returns[i + 3] if returns[i + 3] < 0.0 else 0.0
                t0 += values[start + i]
                t1 += values[start + i + 1]
                t2 += values[start + i + 2]
                t3 += values[start + i + 3]
            for i in range(k, m):
                s0 += returns[i]
                b0 += returns[i] * returns[i] if returns[i] < 0.0 else 0.0
                t0 += values[start + i]
            part = ((s0 + s1) + (s2 + s3)) / m
            below += (b0 + b1) + (b2 + b3)
            total += (t0 + t1) + (t2 + t3)
            s0 = s1 = s2 = s3 = 0.0
            for i in range(0, k, 4):
                s0 += (returns[i] - part) * (returns[i] - part)
                s1 += (returns[i + 1] - part) * (returns[i + 1] - part)
                s2 += (returns[i + 2] - part) * (returns[i + 2] - part)
                s3 += (returns[i + 3] - part) * (returns[i + 3] - part)
            for i in range(k, m):
                s0 += (returns[i] - part) * (returns[i] - part)
            step = part - mean
            squares += ((s0 + s1) + (s2 + s3)) + step * step * (count * m / (count + m))
            mean += step * (m / (count + m))
            count += m
            start += m
    if lowest < peak and peak > 0.0 and (peak - lowest) / peak > drawdown:
        drawdown = (peak - lowest) / peak
    return EquityPath(mean, squares, below if mean == mean else unknown, total, drawdown, longest)
