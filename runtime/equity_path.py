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
    """Measures equity, float64 of shape (n,), which starts from `capital`. Returns are NaN where equity before them is not
    above 0.

    The mean and squares of blocks are joined as by Chan, Golub and LeVeque (1979).
    """
    n: cython.Py_ssize_t = len(equity)
    if n == 0:
        return EquityPath(nan, nan, nan, nan, nan, 0)
    values: cython.const[cython.double][::1] = np.ascontiguousarray(equity, dtype=np.float64)  # type: ignore[valid-type]
    returns: cython.double[::1] = np.empty(min(BLOCK, n))
    unknown: cython.double = nan
    before: cython.double = capital
    peak: cython.double = capital
    count: cython.double = 0.0
    mean: cython.double = 0.0
    squares: cython.double = 0.0
    below: cython.double = 0.0
    total: cython.double = 0.0
    drawdown: cython.double = 0.0
    r: cython.double
    v: cython.double
    share: cython.double
    part: cython.double
    step: cython.double
    i: cython.Py_ssize_t
    start: cython.Py_ssize_t = 0
    m: cython.Py_ssize_t
    under: cython.Py_ssize_t = 0
    longest: cython.Py_ssize_t = 0
    block: cython.Py_ssize_t = BLOCK
    with cython.nogil:
        while start < n:
            m = block if n - start > block else n - start
            part = 0.0
            for i in range(m):
                v = values[start + i]
                r = v / before - 1.0 if before > 0.0 else unknown
                returns[i] = r
                part += r
                below += r * r if r < 0.0 else 0.0
                total += v
                before = v
                if v >= peak:
                    peak = v
                    under = 0
                else:
                    under += 1
                    longest = under if under > longest else longest
                    share = (peak - v) / peak if peak > 0.0 else 0.0
                    drawdown = share if share > drawdown else drawdown
            part = part / m
            step = part - mean
            for i in range(m):
                squares += (returns[i] - part) * (returns[i] - part)
            squares += step * step * (count * m / (count + m))
            mean += step * (m / (count + m))
            count += m
            start += m
    return EquityPath(mean, squares, below if mean == mean else unknown, total, drawdown, longest)
