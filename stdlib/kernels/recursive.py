# cython: annotation_typing=False, infer_types=True
"""Filters that feed on their own last value. An unknown input gives an unknown on that bar and leaves the state as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.stdlib.kernels.inlined import norm, whole
else:
    from stdlib.kernels.libm import NAN
    from stdlib.kernels.rings import whole
    from stdlib.kernels.scalar import norm

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row


def ewm(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameters: length of the seed, alpha. State: known values so far up to the length; their sum, or the distance of the
    average behind its input where the last group of four ended; the last known input; the distance that this group has added so
    far; values in this group.

    With q = 1 - alpha the distance e = x - y goes e = q * (e + step of x). In a group of four known values it is p + q^k * E:
    p starts from 0, so only one product and one sum in four wait for the bar before, and a flat input stays what it is.
    """
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    q1 = 1.0 - par[1]
    q2 = q1 * q1
    q3 = q2 * q1
    q4 = q2 * q2
    seen = whole(st[0])
    i = 0
    if seen < length:
        y = st[1]
        while i < n and seen < length:
            v = x[i]
            r[i] = NAN
            total = v if seen == 0 else y + v
            if total - total == 0.0:  # finite: an unknown or an overflow is not counted
                y = total
                seen += 1
                if seen == length:
                    y = y / length
                    r[i] = norm(y)
                    st[2] = v
                    y = v - y
            i += 1
        st[0] = seen
        st[1] = y
    behind = st[1]
    last = st[2]
    p = st[3]
    phase = whole(st[4])
    while i < n:
        if phase == 0:
            while i + 4 <= n:
                p1 = q1 * (x[i] - last)
                p2 = q1 * (p1 + (x[i + 1] - x[i]))
                p3 = q1 * (p2 + (x[i + 2] - x[i + 1]))
                p4 = q1 * (p3 + (x[i + 3] - x[i + 2]))
                e = p4 + q4 * behind
                y1 = x[i] - (p1 + q1 * behind)
                y2 = x[i + 1] - (p2 + q2 * behind)
                y3 = x[i + 2] - (p3 + q3 * behind)
                y4 = x[i + 3] - e
                if ((y1 - y1) + (y2 - y2)) + ((y3 - y3) + (y4 - y4)) != 0.0:
                    break  # one of them is unknown: one by one
                r[i] = y1 + 0.0
                r[i + 1] = y2 + 0.0
                r[i + 2] = y3 + 0.0
                r[i + 3] = y4 + 0.0
                last = x[i + 3]
                behind = e
                i += 4
            if i == n:
                break
        v = x[i]
        d = q1 * (p + (v - last))
        e = d + (q1 if phase == 0 else q2 if phase == 1 else q3 if phase == 2 else q4) * behind
        y = v - e
        if y - y == 0.0:
            r[i] = y + 0.0
            last = v
            p = d
            phase += 1
            if phase == 4:
                phase = 0
                p = 0.0
                behind = e
        else:
            r[i] = NAN
        i += 1
    st[1] = behind
    st[2] = last
    st[3] = p
    st[4] = phase


def cumulate(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """State: the sum so far."""
    x = inp[0]
    r = out[0]
    y = st[0]
    for i in range(n):
        v = y + x[i]
        if v - v == 0.0:
            y = v
            r[i] = norm(v)
        else:
            r[i] = NAN
    st[0] = y


def addresses() -> dict[str, int]:
    """Where the compiled kernels are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "ewm": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, ewm)),
        "cumulate": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, cumulate)),
    }
