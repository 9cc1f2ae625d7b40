# cython: annotation_typing=False, infer_types=True
"""What the engine calls besides the kernels that a plan names: checks of columns, and kernels for operands that are constant.

They have the form of kernels and are built with the longest vectors too. The checks look at bits, so they need their binary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row

if cython.compiled:
    from cython.cimports.libc.math import NAN, fabs
    from cython.cimports.stdlib.kernels.inlined import fused_there, op_div, over, over_suits
else:
    from stdlib.kernels.libm import NAN, fabs, fused_there
    from stdlib.kernels.scalar import op_div, over, over_suits


def each_div_by(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Parameter: the constant that every value is divided by. The same bits as `div`, without a division a bar where that can be."""
    a = inp[0]
    r = out[0]
    c = par[0]
    y = 1.0 / c if c != 0.0 else NAN
    if n >= 8 and fused_there() and over_suits(c):
        far = 0
        for i in range(n):
            size = fabs(a[i])
            far |= 1 if size > 1e140 else 0
            size = size if size > 0.0 else 1.0
            far |= 1 if size < 1e-140 else 0
        if not far:
            for i in range(n):
                r[i] = over(a[i], c, y)
            return
    for i in range(n):
        r[i] = op_div(a[i], c)


def find_unclean(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """out[0][0]: 1 if the column holds an infinity, NaN or -0, else 0."""
    bits = cython.cast(cython.p_ulonglong, inp[0])
    one = cython.cast(cython.ulonglong, 1)
    sign = one << 63
    exponent = cython.cast(cython.ulonglong, 0x7FF) << 52
    suspect = cython.cast(cython.ulonglong, 0)
    found = cython.cast(cython.ulonglong, 0)
    # One more in the exponent reaches the sign where all its bits are set: two additions a value tell a column of positive numbers.
    for i in range(n):
        suspect |= bits[i] | (bits[i] + (one << 52))
    if suspect & sign:
        for i in range(n):
            found |= 1 if (bits[i] & exponent) == exponent or bits[i] == sign else 0
    out[0][0] = 1.0 if found else 0.0


def make_canonical(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """One form of NaN; kernels leave no infinity and no -0. In place, nothing is written to a column without NaN."""
    x = inp[0]
    r = out[0]
    bits = cython.cast(cython.p_ulonglong, x)
    one = cython.cast(cython.ulonglong, 1)
    sign = one << 63
    suspect = cython.cast(cython.ulonglong, 0)
    if x == r:
        for i in range(n):
            suspect |= (bits[i] & ~sign) + (one << 52)
        if not (suspect & sign):
            return
    for i in range(n):
        r[i] = x[i] if x[i] == x[i] else NAN


def addresses() -> dict[str, int]:
    """Where the compiled functions are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "(div by)": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_div_by)),
        "(unclean)": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, find_unclean)),
        "(canonical)": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, make_canonical)),
    }
