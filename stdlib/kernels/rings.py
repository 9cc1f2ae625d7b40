"""Rings: how kernels remember past rows inside their flat state.

A ring of `cap` doubles (a power of two) starts at `st[ring]` and keeps row number `row` in slot `row & (cap - 1)`. `row` is
the number of rows seen before the chunk or block at hand. Kernels take these functions inline, from `inlined.pxd`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if TYPE_CHECKING:
    from stdlib.kernels import Row


def whole(a: float) -> int:
    """A whole number kept as a double in parameters or state."""
    return cython.cast(cython.Py_ssize_t, a)  # type: ignore[no-any-return]


def power_above(n: int) -> int:
    """The smallest power of two that is at least n, and at least 1."""
    p: cython.Py_ssize_t = 1
    while p < n:
        p = p * 2
    return p  # type: ignore[no-any-return]


def fill(st: Row, ring: int, count: int, value: float) -> None:
    i: cython.Py_ssize_t
    for i in range(count):
        st[ring + i] = value


def put(st: Row, ring: int, cap: int, row: int, x: Row, first: int, rows: int) -> None:
    """Keeps rows x[first], x[first + 1], ... as row numbers row, row + 1, ...; only the last `cap` of them matter."""
    j: cython.Py_ssize_t = rows - cap if rows > cap else 0
    q: cython.Py_ssize_t
    while j < rows:
        p: cython.Py_ssize_t = (row + j) & (cap - 1)
        run: cython.Py_ssize_t = cap - p if cap - p < rows - j else rows - j
        for q in range(run):
            st[ring + p + q] = x[first + j + q]
        j += run


def get(w: Row, to: int, st: Row, ring: int, cap: int, row: int, rows: int) -> None:
    """Copies row numbers row, row + 1, ... out of a ring."""
    j: cython.Py_ssize_t = 0
    q: cython.Py_ssize_t
    while j < rows:
        p: cython.Py_ssize_t = (row + j) & (cap - 1)
        run: cython.Py_ssize_t = cap - p if cap - p < rows - j else rows - j
        for q in range(run):
            w[to + j + q] = st[ring + p + q]
        j += run


def delayed(w: Row, to: int, st: Row, ring: int, cap: int, row: int, x: Row, base: int, first: int, rows: int, ago: int) -> None:
    """Copies the values `ago` rows before x[base + first] and the rows after it.

    x[base] is row number `row`; the rows before it are in the ring.
    """
    early: cython.Py_ssize_t = ago - first
    j: cython.Py_ssize_t
    if early < 0:
        early = 0
    if early > rows:
        early = rows
    get(w, to, st, ring, cap, row + first - ago, early)
    for j in range(early, rows):
        w[to + j] = x[base + first + j - ago]
