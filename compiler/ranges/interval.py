"""Intervals: which known numbers a value can be, and what the operators make of them.

A known value is finite, so an infinite end says only that there is no bound. Unknown is kept apart: NOTHING holds no number at all.
+ - * / and the square root are correctly rounded, hence monotone: the ends computed by the same operation bound every result exactly.
What only a compiled routine computes (exp, log, ...) is widened by far more than its error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

INF = math.inf
SLACK = 1e-9
"""Share of its size by which a sum of up to a hundred thousand terms may leave the bounds it has among real numbers."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers from low to high, both included; only whole ones if `whole`."""

    low: float = -INF
    high: float = INF
    whole: bool = False

    @property
    def empty(self) -> bool:
        return not self.low <= self.high

    @property
    def single(self) -> bool:
        return self.low == self.high

    def holds(self, value: float) -> bool:
        """Whether a number lies in it."""
        return self.low <= value <= self.high and (not self.whole or value == math.floor(value))

    def union(self, other: Interval) -> Interval:
        if self.empty:
            return other
        if other.empty:
            return self
        return Interval(min(self.low, other.low), max(self.high, other.high), self.whole and other.whole)

    def meet(self, other: Interval) -> Interval:
        """What lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if self.whole or other.whole:
            low = float(math.ceil(low)) if math.isfinite(low) else low
            high = float(math.floor(high)) if math.isfinite(high) else high
        return Interval(low, high, self.whole or other.whole) if low <= high else NOTHING

    def widened(self, share: float = SLACK) -> Interval:
        """Room for rounding, as a share of the larger end. Numbers of one sign keep it: rounding never takes a sum of them past zero."""
        room = share * max(abs(self.low), abs(self.high))
        low = -INF if math.isinf(room) else self.low - room
        high = INF if math.isinf(room) else self.high + room
        return Interval(max(low, 0.0) if self.low >= 0 else low, min(high, 0.0) if self.high <= 0 else high)


NOTHING = Interval(INF, -INF)
ANYTHING = Interval()


def point(value: float) -> Interval:
    """One number; NOTHING of NaN."""
    return NOTHING if value != value else Interval(value, value, math.isfinite(value) and value == math.floor(value))


def _known(rule: Callable[..., Interval]) -> Callable[..., Interval]:
    """An operator that gives unknown for unknown."""
    return lambda *args: NOTHING if any(a.empty for a in args) else rule(*args)


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b  # values are finite: zero times any of them is zero


def _over(a: float, b: float) -> float | None:
    """a / b, where a b of zero stands for the smallest numbers of its sign; None if the corner says nothing of its own."""
    if math.isinf(b):
        return None if math.isinf(a) else 0.0
    if b == 0:
        return 0.0 if a == 0 else math.copysign(INF, a) * math.copysign(1.0, b)
    return a / b


def _ends(corners: Iterable[float | None], whole: bool = False) -> Interval:
    found = [c for c in corners if c is not None]
    return Interval(min(found) + 0.0, max(found) + 0.0, whole)


def _add(a: Interval, b: Interval) -> Interval:
    return Interval(a.low + b.low, a.high + b.high, a.whole and b.whole)


def _neg(a: Interval) -> Interval:
    return Interval(-a.high + 0.0, -a.low + 0.0, a.whole)


def _mul(a: Interval, b: Interval) -> Interval:
    return _ends((_times(x, y) for x in (a.low, a.high) for y in (b.low, b.high)), a.whole and b.whole)


def _div(a: Interval, b: Interval) -> Interval:
    if b.low == 0 and b.high == 0:
        return NOTHING
    if b.low < 0 < b.high:
        return Interval(0.0, 0.0, True) if a.single and a.low == 0 else ANYTHING
    low, high = (0.0, b.high) if b.low >= 0 and b.low == 0 else (b.low, -0.0 if b.high == 0 else b.high)
    return _ends(_over(x, y) for x in (a.low, a.high) for y in (low, high))


def _abs(a: Interval) -> Interval:
    if a.low >= 0:
        return a
    return _neg(a) if a.high <= 0 else Interval(0.0, max(-a.low, a.high), a.whole)


def _min(a: Interval, b: Interval) -> Interval:
    return Interval(min(a.low, b.low), min(a.high, b.high), a.whole and b.whole)


def _max(a: Interval, b: Interval) -> Interval:
    return Interval(max(a.low, b.low), max(a.high, b.high), a.whole and b.whole)


def _sqrt(a: Interval) -> Interval:
    return NOTHING if a.high < 0 else Interval(math.sqrt(max(a.low, 0.0)), math.sqrt(a.high))


def _stepped(step: Callable[[float], float]) -> Callable[[Interval], Interval]:
    """floor, ceil and round: monotone, and whole."""

    def rule(a: Interval) -> Interval:
        low, high = (float(step(end)) if math.isfinite(end) else end for end in (a.low, a.high))
        return Interval(low, high, True)

    return rule


def _round(x: float) -> float:
    return math.copysign(math.floor(abs(x)) + (abs(x) - math.floor(abs(x)) >= 0.5), x) + 0.0


def _sign(a: Interval) -> Interval:
    return Interval(float((a.low > 0) - (a.low < 0)), float((a.high > 0) - (a.high < 0)), True)


def _exp(a: Interval) -> Interval:
    def at(x: float) -> float:
        return INF if x > 709 else math.exp(x)

    return Interval(at(a.low) * (1 - 1e-12), at(a.high) * (1 + 1e-12))


def _log(a: Interval) -> Interval:
    if a.high <= 0:
        return NOTHING

    def at(x: float, away: float) -> float:
        return -INF if x <= 0 else x if math.isinf(x) else math.log(x) + away * (1e-12 * abs(math.log(x)) + 1e-15)

    return Interval(at(a.low, -1.0), at(a.high, 1.0))


def _pow(a: Interval, b: Interval) -> Interval:
    even = b.single and b.low == math.floor(b.low) and b.low % 2 == 0
    return Interval(0.0, INF) if a.low >= 0 or even else ANYTHING


def _atan(a: Interval) -> Interval:
    return Interval(math.atan(a.low) - 1e-12 if a.low != 0 else 0.0, math.atan(a.high) + 1e-12 if a.high != 0 else 0.0)


ARITHMETIC: dict[str, Callable[..., Interval]] = {
    "add": _known(_add),
    "sub": _known(lambda a, b: _add(a, _neg(b))),
    "mul": _known(_mul),
    "div": _known(_div),
    "neg": _known(_neg),
    "abs": _known(_abs),
    "min": _known(_min),
    "max": _known(_max),
    "sqrt": _known(_sqrt),
    "floor": _known(_stepped(math.floor)),
    "ceil": _known(_stepped(math.ceil)),
    "round": _known(_stepped(_round)),
    "sign": _known(_sign),
    "exp": _known(_exp),
    "log": _known(_log),
    "pow": _known(_pow),
    "sin": _known(lambda a: Interval(-1.0, 1.0)),
    "cos": _known(lambda a: Interval(-1.0, 1.0)),
    "tan": _known(lambda a: ANYTHING),
    "atan": _known(_atan),
}
"""Every operator from numbers to a number that is unknown if one of them is."""


def shown(interval: Interval) -> str:
    """For messages: `from 0 to 100`, `0 or more`, `always 5`, `never known`."""
    low, high = (f"{end:.6g}" for end in (interval.low, interval.high))
    if interval.empty:
        return "never known"
    if interval.single:
        return f"always {low}"
    below, above = interval.low == -INF or interval.low <= -1e99, interval.high == INF or interval.high >= 1e99
    if 0 < interval.low < 1e-300:
        return "above 0" if above else f"above 0, at most {high}"
    if below and above:
        return "any number"
    return f"at most {high}" if below else f"{low} or more" if above else f"from {low} to {high}"
