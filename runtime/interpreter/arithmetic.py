"""The operators of compiler/operators.py on plain floats. NaN is unknown; truths are 0 false, 1 unknown, 2 true."""

from __future__ import annotations

from collections.abc import Callable

from stdlib.kernels.scalar import SCALARS

UNKNOWN = float("nan")
FALSE, MAYBE, TRUE = 0.0, 1.0, 2.0


def known(x: float) -> bool:
    return x == x


def norm(x: float) -> float:
    """What is not finite is unknown; -0 is 0."""
    if x - x != 0.0:
        return UNKNOWN
    return 0.0 if x == 0.0 else x


def divide(a: float, b: float) -> float:
    return UNKNOWN if b == 0.0 else norm(a / b)


def absolute(a: float) -> float:
    return norm(-a if a < 0.0 else a)


def smaller(a: float, b: float) -> float:
    if not known(a) or not known(b):
        return UNKNOWN
    return norm(b if b < a else a)


def larger(a: float, b: float) -> float:
    if not known(a) or not known(b):
        return UNKNOWN
    return norm(b if b > a else a)


def square_root(a: float) -> float:
    """Correctly rounded, by whole numbers: the root of a scaled by a power of four, cut off, then a bit for what is left."""
    if not a >= 0.0 or a - a != 0.0:
        return UNKNOWN
    if a == 0.0:
        return 0.0
    above, below = a.as_integer_ratio()
    shift = max(0, 130 - above.bit_length() + below.bit_length())
    scaled = (above << (2 * shift)) // below
    exact = scaled * below == above << (2 * shift)
    root = 1 << (scaled.bit_length() // 2 + 1)
    while True:  # Newton's method from above
        better = (root + scaled // root) // 2
        if better >= root:
            break
        root = better
    last = 0 if exact and root * root == scaled else 1
    return norm((2 * root + last) / (1 << (shift + 1)))


def floor(a: float) -> float:
    return norm(a // 1.0) if a - a == 0.0 else UNKNOWN


def ceiling(a: float) -> float:
    return norm(-floor(-a))


def rounded(a: float) -> float:
    """To the nearest whole number, halves away from zero."""
    if a - a != 0.0:
        return UNKNOWN
    size = absolute(a)
    whole = floor(size)
    if size - whole >= 0.5:
        whole = whole + 1.0
    return norm(-whole if a < 0.0 else whole)


def sign(a: float) -> float:
    if not known(a):
        return UNKNOWN
    return 1.0 if a > 0.0 else -1.0 if a < 0.0 else 0.0


def compiled(name: str) -> Callable[..., float]:
    """An operator that only the library's scalar routine may compute; unknown of unknown."""
    routine = SCALARS[name]

    def computed(*values: float) -> float:
        if not all(known(x) for x in values):
            return UNKNOWN
        return norm(routine(*values))

    return computed


def comparison(holds: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    def compared(a: float, b: float) -> float:
        if not known(a) or not known(b):
            return MAYBE
        return TRUE if holds(a, b) else FALSE

    return compared


def same(a: float, b: float) -> float:
    if MAYBE in (a, b):
        return MAYBE
    return TRUE if a == b else FALSE


def select(c: float, a: float, b: float) -> float:
    return a if c == TRUE else b if c == FALSE else UNKNOWN


def select_truth(c: float, a: float, b: float) -> float:
    return a if c == TRUE else b if c == FALSE else MAYBE


MEANINGS: dict[str, Callable[..., float]] = {
    "add": lambda a, b: norm(a + b),
    "sub": lambda a, b: norm(a - b),
    "mul": lambda a, b: norm(a * b),
    "div": divide,
    "neg": lambda a: norm(-a),
    "abs": absolute,
    "min": smaller,
    "max": larger,
    "sqrt": square_root,
    "floor": floor,
    "ceil": ceiling,
    "round": rounded,
    "sign": sign,
    "exp": compiled("exp"),
    "log": compiled("log"),
    "pow": compiled("pow"),
    "sin": compiled("sin"),
    "cos": compiled("cos"),
    "tan": compiled("tan"),
    "atan": compiled("atan"),
    "lt": comparison(lambda a, b: a < b),
    "le": comparison(lambda a, b: a <= b),
    "gt": comparison(lambda a, b: a > b),
    "ge": comparison(lambda a, b: a >= b),
    "eq": comparison(lambda a, b: a == b),
    "ne": comparison(lambda a, b: a != b),
    "and": lambda a, b: b if b < a else a,
    "or": lambda a, b: b if b > a else a,
    "not": lambda a: 2.0 - a,
    "same": same,
    "select": select,
    "select_truth": select_truth,
    "or_else": lambda a, b: a if known(a) else b,
    "or_else_truth": lambda a, b: b if a == MAYBE else a,
    "available": lambda a: TRUE if known(a) else FALSE,
    "available_truth": lambda a: FALSE if a == MAYBE else TRUE,
}
