# cython: annotation_typing=False, infer_types=True
"""Windows whose length varies from bar to bar: sums, and sums along a cycle. The values of a bar are added newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.stdlib.kernels.inlined import norm, op_sin, power_above, whole
else:
    from stdlib.kernels.libm import NAN
    from stdlib.kernels.rings import power_above, whole
    from stdlib.kernels.scalar import norm, op_sin

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row


def varying_sum(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Inputs: x, length. Parameter: the greatest length. State: rows seen, a ring."""
    x = inp[0]
    k = inp[1]
    r = out[0]
    most = whole(par[0])
    cap = power_above(most)
    row = whole(st[0])
    for i in range(n):
        st[1 + (row & (cap - 1))] = x[i]
        v = k[i]
        row += 1
        if v != v or row < most:
            r[i] = NAN
        else:
            length = most if v >= most else (whole(v) if v >= 1.0 else 1)
            total = 0.0
            for j in range(length):
                total = total + st[1 + ((row - 1 - j) & (cap - 1))]
            r[i] = norm(total)
    st[0] = row


def wave(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    """Inputs: x, length. Parameters: the greatest length, the share of a cycle to begin at. State: rows seen, a ring."""
    x = inp[0]
    k = inp[1]
    r = out[0]
    most = whole(par[0])
    cap = power_above(most)
    row = whole(st[0])
    for i in range(n):
        u = x[i]
        st[1 + (row & (cap - 1))] = u
        v = k[i]
        row += 1
        if v != v or row < most:
            r[i] = NAN
        else:
            length = most if v >= most else (whole(v) if v >= 1.0 else 1)
            turn = par[1]
            size = 1.0 * length
            total = 0.0
            for j in range(length):
                total = total + (st[1 + ((row - 1 - j) & (cap - 1))] - u) * op_sin(6.283185307179586 * (j / size + turn))
            r[i] = norm(total)
    st[0] = row


def addresses() -> dict[str, int]:
    """Where the compiled kernels are; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "varying_sum": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, varying_sum)),
        "wave": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, wave)),
    }
