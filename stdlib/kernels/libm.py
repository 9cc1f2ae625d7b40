"""The C maths functions for kernels run as plain Python: the same results, and an infinity or NaN where `math` would raise."""

from __future__ import annotations

import math
from fractions import Fraction

NAN = math.nan
INFINITY = math.inf
fabs = math.fabs
atan = math.atan


def floor(a: float) -> float:
    return float(math.floor(a)) if math.isfinite(a) else a


def ceil(a: float) -> float:
    return float(math.ceil(a)) if math.isfinite(a) else a


def sqrt(a: float) -> float:
    return NAN if a < 0.0 else math.sqrt(a)


def exp(a: float) -> float:
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf


def log(a: float) -> float:
    if a <= 0.0:
        return -math.inf if a == 0.0 else NAN
    return math.log(a)


def pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return math.inf
    except ValueError:
        # A negative base with a broken exponent, or zero to a negative power: NaN or an infinity, unknown either way.
        return NAN


def sin(a: float) -> float:
    return NAN if math.isinf(a) else math.sin(a)


def cos(a: float) -> float:
    return NAN if math.isinf(a) else math.cos(a)


def tan(a: float) -> float:
    return NAN if math.isinf(a) else math.tan(a)


def fma(a: float, b: float, c: float) -> float:
    """a * b + c rounded once."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    return float(exact) if exact else a * b + c


def fused_there() -> int:
    """Whether `fma` is one instruction."""
    return 0
