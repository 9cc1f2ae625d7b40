"""The operators, one function each: what kernels, row code, constant folding and the interpreter all compute.

The order is that of compiler/operators.py. Compiled, these bodies are also written to `inlined.pxd` (setup.py does it), from
where kernels and row code take them inline, so there is one text and one result. Numbers: NaN is unknown. Truth: 0 false, 1
unknown, 2 true. No function here raises; `a != a` asks whether `a` is unknown.
"""

from __future__ import annotations

from collections.abc import Callable

import cython

if cython.compiled:
    from cython.cimports.libc.math import NAN, atan, ceil, cos, exp, fabs, floor, fma, log, pow, sin, sqrt, tan
    from cython.cimports.stdlib.kernels.inlined import processor_vectors
else:
    from stdlib.kernels.libm import NAN, atan, ceil, cos, exp, fabs, floor, fma, log, pow, sin, sqrt, tan


def norm(r: cython.double) -> cython.double:
    """An infinite result is unknown and -0 is 0."""
    return r + (r - r)


def op_add(a: cython.double, b: cython.double) -> cython.double:
    return norm(a + b)


def op_sub(a: cython.double, b: cython.double) -> cython.double:
    return norm(a - b)


def op_mul(a: cython.double, b: cython.double) -> cython.double:
    return norm(a * b)


def op_div(a: cython.double, b: cython.double) -> cython.double:
    return NAN if b == 0.0 else norm(a / b)


def over_suits(a: cython.double) -> cython.bint:
    """Whether `over` takes a number: nothing in it can overflow or lose bits to the smallest doubles."""
    return 1e-140 < fabs(a) < 1e140


def over(a: cython.double, c: cython.double, y: cython.double) -> cython.double:
    """a / c for y = 1 / c: the nearest double, as a division gives it, in five multiply-adds.

    The first quotient is mended twice by what is left of a. After the first time it is one of the two doubles around a / c, and then
    the second gives the nearest one, as y is the nearest to 1 / c (Markstein 1990; Handbook of Floating-Point Arithmetic, 4.7).
    """
    q = a * y
    q = fma(fma(-c, q, a), y, q)
    return norm(fma(fma(-c, q, a), y, q))


def op_neg(a: cython.double) -> cython.double:
    return norm(-a)


def op_abs(a: cython.double) -> cython.double:
    return norm(fabs(a))


def op_min(a: cython.double, b: cython.double) -> cython.double:
    least = b if b < a else a
    return b if b != b else norm(least)


def op_max(a: cython.double, b: cython.double) -> cython.double:
    most = b if b > a else a
    return b if b != b else norm(most)


def op_sqrt(a: cython.double) -> cython.double:
    return norm(sqrt(a))


def op_floor(a: cython.double) -> cython.double:
    return norm(floor(a))


def op_ceil(a: cython.double) -> cython.double:
    return norm(ceil(a))


def op_round(a: cython.double) -> cython.double:
    size = fabs(a)
    whole = floor(size)
    whole = whole + 1.0 if size - whole >= 0.5 else whole
    return norm(-whole if a < 0.0 else whole)


def op_sign(a: cython.double) -> cython.double:
    above = 1.0 if a > 0.0 else 0.0
    below = 1.0 if a < 0.0 else 0.0
    return a if a != a else above - below


def op_exp(a: cython.double) -> cython.double:
    return norm(exp(a))


def op_log(a: cython.double) -> cython.double:
    return norm(log(a))


def op_pow(a: cython.double, b: cython.double) -> cython.double:
    # C's pow(unknown, 0) and pow(1, unknown) are 1; here unknown stays unknown.
    return NAN if a != a or b != b else norm(pow(a, b))


def op_sin(a: cython.double) -> cython.double:
    return norm(sin(a))


def op_cos(a: cython.double) -> cython.double:
    return norm(cos(a))


def op_tan(a: cython.double) -> cython.double:
    return norm(tan(a))


def op_atan(a: cython.double) -> cython.double:
    return norm(atan(a))


# A comparison is 1 + yes - no: both are 0 where a side is unknown, and there is no branch.


def op_lt(a: cython.double, b: cython.double) -> cython.double:
    yes = 1.0 if a < b else 0.0
    no = 1.0 if a >= b else 0.0
    return 1.0 + (yes - no)


def op_le(a: cython.double, b: cython.double) -> cython.double:
    yes = 1.0 if a <= b else 0.0
    no = 1.0 if a > b else 0.0
    return 1.0 + (yes - no)


def op_gt(a: cython.double, b: cython.double) -> cython.double:
    yes = 1.0 if a > b else 0.0
    no = 1.0 if a <= b else 0.0
    return 1.0 + (yes - no)


def op_ge(a: cython.double, b: cython.double) -> cython.double:
    yes = 1.0 if a >= b else 0.0
    no = 1.0 if a < b else 0.0
    return 1.0 + (yes - no)


def op_eq(a: cython.double, b: cython.double) -> cython.double:
    yes = 1.0 if a == b else 0.0
    above = 1.0 if a > b else 0.0
    below = 1.0 if a < b else 0.0
    return 1.0 + (yes - (above + below))


def op_ne(a: cython.double, b: cython.double) -> cython.double:
    no = 1.0 if a == b else 0.0
    above = 1.0 if a > b else 0.0
    below = 1.0 if a < b else 0.0
    return 1.0 + ((above + below) - no)


def op_and(a: cython.double, b: cython.double) -> cython.double:
    return b if b < a else a


def op_or(a: cython.double, b: cython.double) -> cython.double:
    return b if b > a else a


def op_not(a: cython.double) -> cython.double:
    return 2.0 - a


def op_same(a: cython.double, b: cython.double) -> cython.double:
    # Around unknown, truths are -1, 0 and 1: their product says same, different or unknown.
    return 1.0 + (a - 1.0) * (b - 1.0)


def op_select(c: cython.double, a: cython.double, b: cython.double) -> cython.double:
    other = b if c == 0.0 else NAN
    return a if c == 2.0 else other


def op_select_truth(c: cython.double, a: cython.double, b: cython.double) -> cython.double:
    other = b if c == 0.0 else 1.0
    return a if c == 2.0 else other


def op_or_else(a: cython.double, b: cython.double) -> cython.double:
    return b if a != a else a


def op_or_else_truth(a: cython.double, b: cython.double) -> cython.double:
    return b if a == 1.0 else a


def op_available(a: cython.double) -> cython.double:
    return 2.0 if a == a else 0.0


def op_available_truth(a: cython.double) -> cython.double:
    return 0.0 if a == 1.0 else 2.0


def vector_bits() -> int:
    """How long the vectors of this processor are, of those that kernels are built for: 512, 256, or 128 for any other."""
    return int(processor_vectors()) if cython.compiled else 128


SCALARS: dict[str, Callable[..., float]] = {
    "add": op_add,
    "sub": op_sub,
    "mul": op_mul,
    "div": op_div,
    "neg": op_neg,
    "abs": op_abs,
    "min": op_min,
    "max": op_max,
    "sqrt": op_sqrt,
    "floor": op_floor,
    "ceil": op_ceil,
    "round": op_round,
    "sign": op_sign,
    "exp": op_exp,
    "log": op_log,
    "pow": op_pow,
    "sin": op_sin,
    "cos": op_cos,
    "tan": op_tan,
    "atan": op_atan,
    "lt": op_lt,
    "le": op_le,
    "gt": op_gt,
    "ge": op_ge,
    "eq": op_eq,
    "ne": op_ne,
    "and": op_and,
    "or": op_or,
    "not": op_not,
    "same": op_same,
    "select": op_select,
    "select_truth": op_select_truth,
    "or_else": op_or_else,
    "or_else_truth": op_or_else_truth,
    "available": op_available,
    "available_truth": op_available_truth,
}
