# cython: annotation_typing=False, infer_types=True
"""Kernels that stand for several steps of a plan and give their bits in one pass; no plan of the compiler names them (runtime/fusing.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.stdlib.kernels.inlined import (
        op_add,
        op_and,
        op_div,
        op_eq,
        op_lt,
        op_max,
        op_mul,
        op_or_else,
        op_select,
        op_sub,
    )
else:
    from stdlib.kernels.libm import NAN
    from stdlib.kernels.scalar import (
        op_add,
        op_and,
        op_div,
        op_eq,
        op_lt,
        op_max,
        op_mul,
        op_or_else,
        op_select,
        op_sub,
    )


def true_range(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """`max(high, last) - min(low, last)`, last the close of the bar before, the low where that is unknown. Inputs: high, low, close.
    State: whether rows were seen, the last close."""
    high = inp[0]
    low = inp[1]
    close = inp[2]
    r = out[0]
    if n > 0:
        # In two loops, else the compiler reads under masks. Where `last` is unknown the low is too, and makes the difference unknown; what
        # is known is finite, so the larger and the smaller need no `norm`.
        r[0] = op_or_else(st[1] if st[0] != 0.0 else NAN, low[0])
        for i in range(1, n):
            r[i] = op_or_else(close[i - 1], low[i])
        for i in range(n):
            last = r[i]
            top = high[i]
            bottom = low[i]
            top = last if last > top else top
            bottom = last if last < bottom else bottom
            r[i] = op_sub(top, bottom)
        st[0] = 1.0
        st[1] = close[n - 1]


def rise(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """`max(0, x - x[1])`. State: whether rows were seen, the last x."""
    x = inp[0]
    r = out[0]
    if n > 0:
        r[0] = op_max(0.0, op_sub(x[0], st[1] if st[0] != 0.0 else NAN))
        for i in range(1, n):
            r[i] = op_max(0.0, op_sub(x[i], x[i - 1]))
        st[0] = 1.0
        st[1] = x[n - 1]


def fall(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """`max(0, x[1] - x)`. State: whether rows were seen, the last x."""
    x = inp[0]
    r = out[0]
    if n > 0:
        r[0] = op_max(0.0, op_sub(st[1] if st[0] != 0.0 else NAN, x[0]))
        for i in range(1, n):
            r[i] = op_max(0.0, op_sub(x[i - 1], x[i]))
        st[0] = 1.0
        st[1] = x[n - 1]


def percent_of_both(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """`p if a == 0 else p * (b / (a + b))`. Inputs: a, b. Parameter: p."""
    a = inp[0]
    b = inp[1]
    r = out[0]
    p = par[0]
    for i in range(n):
        r[i] = op_select(op_eq(0.0, a[i]), p, op_mul(p, op_div(b[i], op_add(a[i], b[i]))))


def quotient_above(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """`c < a / b`. Parameter: c."""
    a = inp[0]
    b = inp[1]
    r = out[0]
    c = par[0]
    for i in range(n):
        r[i] = op_lt(c, op_div(a[i], b[i]))


def and_below(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """`t and a < b`. Inputs: t, a, b."""
    t = inp[0]
    a = inp[1]
    b = inp[2]
    r = out[0]
    for i in range(n):
        r[i] = op_and(t[i], op_lt(a[i], b[i]))


def addresses() -> dict[str, int]:
    """Where the compiled kernels are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "true_range": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, true_range)),
        "rise": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, rise)),
        "fall": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, fall)),
        "percent_of_both": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, percent_of_both)),
        "quotient_above": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, quotient_above)),
        "and_below": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, and_below)),
    }
