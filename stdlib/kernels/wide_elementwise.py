# cython: annotation_typing=False, infer_types=True
"""The elementwise operators over chunks: one loop each around the scalar function of the same name.

Inputs and output are rows of a chunk, `n` long; an output may be one of the inputs. No parameters, no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cython

if TYPE_CHECKING:
    from stdlib.kernels import Columns, Row

if cython.compiled:
    from cython.cimports.stdlib.kernels import inlined as scalar
else:
    from stdlib.kernels import scalar


def each_add(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_add(a[i], b[i])


def each_sub(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_sub(a[i], b[i])


def each_mul(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_mul(a[i], b[i])


def each_div(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_div(a[i], b[i])


def each_neg(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_neg(a[i])


def each_abs(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_abs(a[i])


def each_min(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_min(a[i], b[i])


def each_max(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_max(a[i], b[i])


def each_sqrt(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_sqrt(a[i])


def each_floor(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_floor(a[i])


def each_ceil(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_ceil(a[i])


def each_round(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_round(a[i])


def each_sign(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_sign(a[i])


def each_exp(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_exp(a[i])


def each_log(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_log(a[i])


def each_pow(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_pow(a[i], b[i])


def each_sin(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_sin(a[i])


def each_cos(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_cos(a[i])


def each_tan(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_tan(a[i])


def each_atan(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_atan(a[i])


def each_lt(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_lt(a[i], b[i])


def each_le(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_le(a[i], b[i])


def each_gt(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_gt(a[i], b[i])


def each_ge(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_ge(a[i], b[i])


def each_eq(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_eq(a[i], b[i])


def each_ne(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_ne(a[i], b[i])


def each_and(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_and(a[i], b[i])


def each_or(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_or(a[i], b[i])


def each_not(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_not(a[i])


def each_same(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_same(a[i], b[i])


def each_select(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    c = inp[0]
    a = inp[1]
    b = inp[2]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_select(c[i], a[i], b[i])


def each_select_truth(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    c = inp[0]
    a = inp[1]
    b = inp[2]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_select_truth(c[i], a[i], b[i])


def each_or_else(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_or_else(a[i], b[i])


def each_or_else_truth(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    b = inp[1]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_or_else_truth(a[i], b[i])


def each_available(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_available(a[i])


def each_available_truth(inp: Columns, par: Row, st: Row, out: Columns, n: int) -> None:
    a = inp[0]
    r = out[0]
    for i in range(n):
        r[i] = scalar.op_available_truth(a[i])


def addresses() -> dict[str, int]:
    """Where the compiled loops are, by operator; empty when run as plain Python."""
    if not cython.compiled:
        return {}
    return {
        "add": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_add)),
        "sub": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_sub)),
        "mul": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_mul)),
        "div": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_div)),
        "neg": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_neg)),
        "abs": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_abs)),
        "min": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_min)),
        "max": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_max)),
        "sqrt": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_sqrt)),
        "floor": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_floor)),
        "ceil": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_ceil)),
        "round": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_round)),
        "sign": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_sign)),
        "exp": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_exp)),
        "log": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_log)),
        "pow": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_pow)),
        "sin": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_sin)),
        "cos": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_cos)),
        "tan": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_tan)),
        "atan": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_atan)),
        "lt": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_lt)),
        "le": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_le)),
        "gt": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_gt)),
        "ge": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_ge)),
        "eq": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_eq)),
        "ne": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_ne)),
        "and": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_and)),
        "or": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_or)),
        "not": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_not)),
        "same": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_same)),
        "select": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_select)),
        "select_truth": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_select_truth)),
        "or_else": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_or_else)),
        "or_else_truth": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_or_else_truth)),
        "available": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_available)),
        "available_truth": cython.cast(cython.Py_ssize_t, cython.cast(cython.p_void, each_available_truth)),
    }
