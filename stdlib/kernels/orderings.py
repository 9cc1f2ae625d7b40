# cython: annotation_typing=False, infer_types=True
"""Where a value stands among its neighbours: median, quantile, percentile, percentile rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if cython.compiled:
    from cython.cimports.libc.math import NAN, ceil, floor
    from cython.cimports.stdlib.kernels.inlined import delayed, fill, norm, power_above, put, whole
else:
    from stdlib.kernels.libm import NAN, ceil, floor
    from stdlib.kernels.rings import delayed, fill, power_above, put, whole
    from stdlib.kernels.scalar import norm

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row


def place(st: Row, at: int, count: int, v: float) -> int:
    """How many of the `count` sorted values from st[at] are smaller than v."""
    low = 0
    high = count
    while low < high:
        middle = (low + high) // 2
        if st[at + middle] < v:
            low = middle + 1
        else:
            high = middle
    return low


def slide(st: Row, length: int, v: float) -> int:
    """Moves the window one row on and returns how many of its values are known.

    State: rows seen, known values, the last `length` values as a ring (slot row % length), the known ones of them sorted.
    """
    ring = 2
    kept = 2 + length
    row = whole(st[0])
    known = whole(st[1])
    slot = ring + row % length
    gone = st[slot] if row >= length else NAN
    st[slot] = v
    st[0] = row + 1
    if gone == gone and v == v:
        # One leaves and one comes: only what lies between their places moves.
        p = place(st, kept, known, gone)
        if gone < v:
            while p + 1 < known and st[kept + p + 1] < v:
                st[kept + p] = st[kept + p + 1]
                p += 1
        else:
            while p > 0 and st[kept + p - 1] > v:
                st[kept + p] = st[kept + p - 1]
                p -= 1
        st[kept + p] = v
    elif gone == gone:
        known -= 1
        for p in range(place(st, kept, known + 1, gone), known):
            st[kept + p] = st[kept + p + 1]
    elif v == v:
        p = known
        while p > 0 and st[kept + p - 1] > v:
            st[kept + p] = st[kept + p - 1]
            p -= 1
        st[kept + p] = v
        known += 1
    st[1] = known
    return known  # type: ignore[no-any-return]


def median(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    middle = 2 + length + length // 2
    for i in range(n):
        if slide(st, length, x[i]) < length:
            r[i] = NAN
        elif length % 2 == 1:
            r[i] = norm(st[middle])
        else:
            r[i] = norm((st[middle - 1] + st[middle]) / 2.0)


def quantile(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameters: length, share q in 0 to 1; another share gives unknown."""
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    h = (length - 1) * par[1]
    whole_h = floor(h)
    valid = 1.0 if par[1] >= 0.0 and par[1] <= 1.0 else 0.0
    low = 2 + length + (whole(whole_h) if valid == 1.0 else 0)
    high = low + 1 if low + 1 < 2 + 2 * length else low
    for i in range(n):
        if slide(st, length, x[i]) < length or valid == 0.0:
            r[i] = NAN
        else:
            r[i] = norm(st[low] + (h - whole_h) * (st[high] - st[low]))


def percentile(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameters: length, percent p in 0 to 100; another percent gives unknown."""
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    valid = 1.0 if par[1] >= 0.0 and par[1] <= 100.0 else 0.0
    rank = whole(ceil(par[1] * length / 100.0)) if valid == 1.0 else 1
    at = 1 + length + (rank if rank > 1 else 1)
    for i in range(n):
        if slide(st, length, x[i]) < length or valid == 0.0:
            r[i] = NAN
        else:
            r[i] = norm(st[at])


def percentile_rank(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """State: rows seen, rows since the last unknown, a ring."""
    w = cython.declare(cython.double[1024])
    x = inp[0]
    r = out[0]
    length = whole(par[0])
    cap = power_above(length)
    row = whole(st[0])
    known = whole(st[1])
    if row == 0:
        fill(st, 2, cap, NAN)
    first = 0
    while first < n:
        rows = 512 if n - first > 512 else n - first
        for i in range(rows):
            w[512 + i] = 0.0
        for ago in range(1, length + 1):
            delayed(w, 0, st, 2, cap, row, x, 0, first, rows, ago)
            for i in range(rows):
                w[512 + i] = w[512 + i] + (1.0 if w[i] <= x[first + i] else 0.0)
        for i in range(rows):
            known = 0 if x[first + i] != x[first + i] else (known + 1 if known <= length else length + 1)
            r[first + i] = 100.0 * w[512 + i] / length if known > length else NAN
        first += rows
    put(st, 2, cap, row, x, 0, n)
    st[0] = row + n
    st[1] = known


def addresses() -> dict[str, int]:
    """Where the compiled kernels are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "median": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, median)),
        "quantile": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, quantile)),
        "percentile": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, percentile)),
        "percentile_rank": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, percentile_rank)),
    }
