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
    """Parameters: length of the seed, alpha. State: known values so far up to the length, their sum or the average."""
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    alpha = par[1]
    seen = whole(st[0])
    y = st[1]
    i = 0
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
        i += 1
    while i < n:
        v = y + alpha * (x[i] - y)
        if v - v == 0.0:
            y = v
            r[i] = norm(v)
        else:
            r[i] = NAN
        i += 1
    st[0] = seen
    st[1] = y


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
