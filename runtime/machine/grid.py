"""Rounding prices to the tick and quantities to the lot. Compiled; without its binary the same file runs as plain Python."""

from __future__ import annotations

import cython
from cython.cimports.libc.math import ceil, floor

# Of a step: rounding errors are smaller.
NEAR = cython.declare(cython.double, 1e-9)


def to_grid(x: cython.double, step: cython.double, per_one: cython.double, way: cython.int) -> cython.double:
    """x on the grid of `step` (0: no grid), down (-1) or up (+1); what is off it by rounding errors only is on it.

    That is 1e-9 of a step, or 1e-12 of x where that is more; wider, and ten million small lots would be rounded up.

    per_one: steps in one unit where that is a whole number, else 0; dividing by it gives the decimal number that one would write.
    """
    q: cython.double
    r: cython.double
    off: cython.double
    near: cython.double
    if step <= 0.0 or x != x or x - x != 0.0:
        return x
    q = x / step
    if q - q != 0.0 or q > 4e15 or q < -4e15:
        return x
    r = floor(q + 0.5)
    off = q - r
    near = 1e-12 * (r if r > 0.0 else -r)
    if near < NEAR:
        near = NEAR
    if off > near or off < -near:
        r = ceil(q) if way > 0 else floor(q)
    return r / per_one if per_one > 0.0 else r * step


def steps_per_one(step: float) -> float:
    """1 / step where that is a whole number, else 0."""
    if step <= 0.0:
        return 0.0
    whole = float(round(1.0 / step))
    return whole if whole >= 1.0 and abs(whole * step - 1.0) < 1e-12 else 0.0
