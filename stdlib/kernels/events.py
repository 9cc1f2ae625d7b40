# cython: annotation_typing=False, infer_types=True
"""Truths over time, and values at events. Truth is 0 false, 1 unknown, 2 true; rows before the first bar count as unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.stdlib.kernels.inlined import (
        delayed,
        fill,
        norm,
        op_and,
        op_le,
        op_lt,
        power_above,
        put,
        whole,
    )
else:
    from stdlib.kernels.libm import NAN
    from stdlib.kernels.rings import delayed, fill, power_above, put, whole
    from stdlib.kernels.scalar import norm, op_and, op_le, op_lt

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row


def held(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """The least of the last truths. State: rows for which the last false still counts, rows since the last unknown."""
    c = inp[0]
    r = out[0]
    length = whole(par[0])
    counts = whole(st[0])
    known = whole(st[1])
    for i in range(n):
        counts = length if c[i] == 0.0 else counts
        known = 0 if c[i] == 1.0 else (known + 1 if known < length else length)
        r[i] = 0.0 if counts > 0 else (1.0 if known < length else 2.0)
        counts = counts - 1 if counts > 0 else 0
    st[0] = counts
    st[1] = known


def within(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """The greatest of the last truths. State: rows for which the last true still counts, rows since the last unknown."""
    c = inp[0]
    r = out[0]
    length = whole(par[0])
    counts = whole(st[0])
    known = whole(st[1])
    for i in range(n):
        counts = length if c[i] == 2.0 else counts
        known = 0 if c[i] == 1.0 else (known + 1 if known < length else length)
        r[i] = 2.0 if counts > 0 else (1.0 if known < length else 0.0)
        counts = counts - 1 if counts > 0 else 0
    st[0] = counts
    st[1] = known


def count(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """How many of the last truths are true. State: rows seen, trues among the last, rows since the last unknown, a ring.

    Whole numbers are exact in doubles, so this one may add and subtract as it goes.
    """
    c = inp[0]
    r = out[0]
    length = whole(par[0])
    cap = power_above(length)
    row = whole(st[0])
    trues = st[1]
    known = whole(st[2])
    for i in range(n):
        gone = st[3 + ((row + i - length) & (cap - 1))]
        st[3 + ((row + i) & (cap - 1))] = c[i]
        trues = trues + (1.0 if c[i] == 2.0 else 0.0) - (1.0 if gone == 2.0 else 0.0)
        known = 0 if c[i] == 1.0 else (known + 1 if known < length else length)
        r[i] = NAN if known < length else trues
    st[0] = row + n
    st[1] = trues
    st[2] = known


def bars_since(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """State: 0 while unknown, else 1 + bars since the last true."""
    c = inp[0]
    r = out[0]
    since = st[0]
    for i in range(n):
        if c[i] == 2.0:
            since = 1.0
        elif c[i] == 1.0 or since == 0.0:
            since = 0.0
        else:
            since = since + 1.0
        r[i] = since - 1.0 if since > 0.0 else NAN
    st[0] = since


def value_when(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameter: events ago. State: events seen, 1 from an unknown condition to the next event, a ring of values."""
    c = inp[0]
    x = inp[1]
    r = out[0]
    ago = whole(par[0])
    cap = power_above(ago + 1)
    events = whole(st[0])
    doubt = st[1]
    for i in range(n):
        if c[i] == 2.0:
            st[2 + (events & (cap - 1))] = x[i]
            events += 1
            doubt = 0.0
        elif c[i] == 1.0:
            doubt = 1.0
        r[i] = NAN if doubt == 1.0 or events <= ago else norm(st[2 + ((events - 1 - ago) & (cap - 1))])
    st[0] = events
    st[1] = doubt


def pivot(way: float, inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Pivots of way * x. Parameters: bars to the left, bars to the right. State: rows seen, a ring."""
    w = cython.declare(cython.double[1536])
    x = inp[0]
    r = out[0]
    left = whole(par[0])
    right = whole(par[1])
    cap = power_above(left + right)
    row = whole(st[0])
    if row == 0:
        fill(st, 1, cap, NAN)
    first = 0
    while first < n:
        rows = 512 if n - first > 512 else n - first
        delayed(w, 512, st, 1, cap, row, x, 0, first, rows, right)
        for i in range(rows):
            w[512 + i] = way * w[512 + i]
            w[1024 + i] = 1.0 if w[512 + i] == w[512 + i] else 0.0
        # Compared with an unknown neighbour nothing holds, so an unknown anywhere in reach is no pivot.
        for ago in range(right):
            delayed(w, 0, st, 1, cap, row, x, 0, first, rows, ago)
            for i in range(rows):
                w[1024 + i] = w[1024 + i] if w[512 + i] > way * w[i] else 0.0
        for ago in range(right + 1, right + left + 1):
            delayed(w, 0, st, 1, cap, row, x, 0, first, rows, ago)
            for i in range(rows):
                w[1024 + i] = w[1024 + i] if w[512 + i] >= way * w[i] else 0.0
        for i in range(rows):
            r[first + i] = norm(way * w[512 + i]) if w[1024 + i] == 1.0 else NAN
        first += rows
    put(st, 1, cap, row, x, 0, n)
    st[0] = row + n


def pivot_high(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    pivot(1.0, inp, par, st, out, n)


def pivot_low(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    pivot(-1.0, inp, par, st, out, n)


def crossing(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Whether x is below y, and was not on the bar before: `x < y and y[1] <= x[1]` at once (runtime/fusing.py). State: whether rows were seen,
    the last x and y."""
    x = inp[0]
    y = inp[1]
    r = out[0]
    before_x = st[1] if st[0] != 0.0 else NAN
    before_y = st[2] if st[0] != 0.0 else NAN
    if n > 0:
        r[0] = op_and(op_lt(x[0], y[0]), op_le(before_y, before_x))
        for i in range(1, n):
            r[i] = op_and(op_lt(x[i], y[i]), op_le(y[i - 1], x[i - 1]))
        st[0] = 1.0
        st[1] = x[n - 1]
        st[2] = y[n - 1]


def addresses() -> dict[str, int]:
    """Where the compiled kernels are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "held": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, held)),
        "within": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, within)),
        "count": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, count)),
        "bars_since": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, bars_since)),
        "value_when": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, value_when)),
        "crossing": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, crossing)),
        "pivot_high": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, pivot_high)),
        "pivot_low": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, pivot_low)),
    }
