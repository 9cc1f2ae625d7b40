"""Filters and events, by their definitions: results that depend on everything since the first bar."""

from __future__ import annotations

from runtime.interpreter.arithmetic import MAYBE, TRUE, UNKNOWN, norm
from runtime.interpreter.windows import Push


def finite(x: float) -> bool:
    return x - x == 0.0


def ewm(n: float, alpha: float) -> Push:
    """Starts as the mean of the first n known values; then moves by alpha of its distance to x. Unknown or overflow: held.

    What is kept is the distance of the average behind x: with q = 1 - alpha, each known x makes it q * (distance + step of x).
    It is summed in fours and sixteens of known values: what the steps of the four add, what the fours of the sixteen before it
    have added, and what is left of the distance before the sixteen.
    """
    first: list[float] = []
    q = 1.0 - alpha
    q4 = (q * q) * (q * q)
    q8 = q4 * q4
    left_in_four = (q, q * q, q * q * q, q4)
    left_in_sixteen = (1.0, q4, q8, q8 * q4)
    last: list[float] = []  # the last known x, and the distance before the sixteen
    added: list[float] = []  # what the steps of this four have added, after each
    fours: list[float] = []  # what the fours of this sixteen have added, after each

    def push(x: float) -> float:
        if last:
            part = q * ((added[-1] if added else 0.0) + (x - last[0]))
            before_four = (fours[-1] if fours else 0.0) + left_in_sixteen[len(fours)] * last[1]
            average = x - (part + left_in_four[len(added)] * before_four)
            four = part + q4 * (fours[-1] if fours else 0.0) if len(added) == 3 else 0.0
            sixteen = four + q8 * q8 * last[1] if len(added) == 3 and len(fours) == 3 else 0.0
            if not (finite(average) and finite(four) and finite(sixteen)):
                return UNKNOWN
            added.append(part)
            last[0] = x
            if len(added) == 4:
                added.clear()
                fours.append(four)
            if len(fours) == 4:
                fours.clear()
                last[1] = sixteen
            return norm(average)
        if not finite(left_to_right([*first, x])):
            return UNKNOWN
        first.append(x)
        if len(first) < int(n):
            return UNKNOWN
        average = left_to_right(first) / n
        last.extend((x, x - average))
        return norm(average)

    return push


def cumulate() -> Push:
    """The sum of the known values so far, in order. Unknown or overflow: held."""
    totals = [0.0]

    def push(x: float) -> float:
        total = totals[-1] + x
        if not finite(total):
            return UNKNOWN
        totals.append(total)
        return norm(total)

    return push


def left_to_right(values: list[float]) -> float:
    total = values[0]
    for x in values[1:]:
        total = total + x
    return total


def bars_since() -> Push:
    """0 on a true bar, then one more each bar; unknown before the first, and from an unknown until the next true."""
    seen: list[float] = []

    def push(c: float) -> float:
        seen.append(c)
        for ago in range(len(seen)):
            if seen[len(seen) - 1 - ago] == MAYBE:
                return UNKNOWN
            if seen[len(seen) - 1 - ago] == TRUE:
                return float(ago)
        return UNKNOWN

    return push


def value_when(k: float) -> Push:
    """x on the k-th last true bar; unknown before so many, and from an unknown condition until the next true."""
    conditions: list[float] = []
    at_events: list[float] = []

    def push(c: float, x: float) -> float:
        conditions.append(c)
        if c == TRUE:
            at_events.append(x)
        for truth in reversed(conditions):
            if truth == MAYBE:
                return UNKNOWN
            if truth == TRUE:
                break
        place = len(at_events) - 1 - int(k)
        return norm(at_events[place]) if place >= 0 else UNKNOWN

    return push
