"""The patterns of steps that one kernel does at once (runtime/fusing.py): the kernels are in stdlib/kernels/fused.py and events.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from compiler.plan import Step

CROSSING = "crossing"


@dataclass(frozen=True, slots=True)
class Value:
    """What a register holds after a step. step: its place in the plan, -1 for feeds and constants."""

    step: int
    register: int


@dataclass(frozen=True, slots=True)
class Fused:
    """One call in place of a step. once: the values inside it that must have no other reader, with the readers they have in it."""

    op: str
    inputs: tuple[Value, ...]
    params: tuple[float, ...] = ()
    once: tuple[tuple[Value, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of a plan as they are by now, what each reads, and how many readers each value has.

    steps: by their place in the plan; those that were taken out are not there.
    """

    steps: dict[int, Step]
    reads: list[tuple[Value, ...]]
    uses: Counter[Value]
    constants: Mapping[int, float]

    def made_by(self, value: Value, op: str) -> tuple[Value, ...] | None:
        """What the step read that made a value, if it was this operator."""
        step = self.steps.get(value.step)
        return self.reads[value.step] if step is not None and step.op == op else None

    def constant(self, value: Value) -> float | None:
        return self.constants.get(value.register) if value.step < 0 else None

    def behind(self, value: Value) -> Value | None:
        """What a value is one bar later; None if it is not of the bar before, unknown on the first."""
        step = self.steps.get(value.step)
        if step is None or step.op != "lag" or step.params[0] != 1.0 or step.params[1] == step.params[1]:
            return None
        return self.reads[value.step][0]


def crossing(steps: Steps, at: int) -> Fused | None:
    """`x < y and y[1] <= x[1]`."""
    less, least = steps.reads[at]
    now, earlier = steps.made_by(less, "lt"), steps.made_by(least, "le")
    if now is None or earlier is None or (steps.behind(earlier[1]), steps.behind(earlier[0])) != now:
        return None
    return Fused(CROSSING, now)


def and_below(steps: Steps, at: int) -> Fused | None:
    """`t and a < b`, the comparison on either side: the smaller of two truths."""
    one, other = steps.reads[at]
    for truth, comparison in ((one, other), (other, one)):
        compared = steps.made_by(comparison, "lt")
        if compared is not None and truth != comparison:
            return Fused("and_below", (truth, *compared), once=((comparison, 1),))
    return None


def quotient_above(steps: Steps, at: int) -> Fused | None:
    """`c < a / b` for a constant c."""
    less, quotient = steps.reads[at]
    divided, c = steps.made_by(quotient, "div"), steps.constant(less)
    if divided is None or c is None or steps.constant(divided[1]) is not None:
        return None
    return Fused("quotient_above", divided, (c,), ((quotient, 1),))


def true_range(steps: Steps, at: int) -> Fused | None:
    """`max(high, last) - min(low, last)` where last is `or_else(close[1], low)`."""
    above, below = steps.reads[at]
    most, least = steps.made_by(above, "max"), steps.made_by(below, "min")
    if most is None or least is None or most[1] != least[1]:
        return None
    last = steps.made_by(most[1], "or_else")
    close = steps.behind(last[0]) if last is not None else None
    if last is None or close is None or last[1] != least[0]:
        return None
    return Fused("true_range", (most[0], least[0], close), once=((above, 1), (below, 1), (most[1], 2)))


def move(steps: Steps, at: int) -> Fused | None:
    """`max(0, x - x[1])` or `max(0, x[1] - x)`, 0 on either side: the larger of a number and 0."""
    one, other = steps.reads[at]
    for zero, difference in ((one, other), (other, one)):
        pair = steps.made_by(difference, "sub")
        if pair is None or steps.constant(zero) != 0.0:
            continue
        if steps.behind(pair[1]) == pair[0]:
            return Fused("rise", pair[:1], once=((difference, 1),))
        if steps.behind(pair[0]) == pair[1]:
            return Fused("fall", pair[1:], once=((difference, 1),))
    return None


def percent_of_both(steps: Steps, at: int) -> Fused | None:
    """`p if a == 0 else p * (b / (a + b))` for a constant p."""
    none, whole, part = steps.reads[at]
    compared, product = steps.made_by(none, "eq"), steps.made_by(part, "mul")
    p = steps.constant(whole)
    if compared is None or product is None or p is None or steps.constant(compared[0]) != 0.0 or product[0] != whole:
        return None
    a, quotient = compared[1], product[1]
    divided = steps.made_by(quotient, "div")
    both = steps.made_by(divided[1], "add") if divided is not None else None
    if divided is None or both is None or both != (a, divided[0]):
        return None
    return Fused("percent_of_both", both, (p,), ((none, 1), (part, 1), (quotient, 1), (divided[1], 1)))


PATTERNS: tuple[tuple[str, Callable[[Steps, int], Fused | None]], ...] = (
    ("and", crossing),
    ("and", and_below),
    ("lt", quotient_above),
    ("sub", true_range),
    ("max", move),
    ("select", percent_of_both),
)
"""Operator of the last step -> the pattern; the first that fits is taken."""
