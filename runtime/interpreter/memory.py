"""Filters and events, by their definitions: results that depend on everything since the first bar."""

from __future__ import annotations

from runtime.interpreter.arithmetic import MAYBE, TRUE, UNKNOWN, norm
from runtime.interpreter.windows import Push


def finite(x: float) -> bool:
    return x - x == 0.0


def ewm(n: float, alpha: float) -> Push:
    """Starts as the mean of the first n known values; then moves by alpha of its distance to x. Unknown or overflow: held.

    What is kept is the distance of the average behind x: with q = 1 - alpha, each known x makes it q * (distance + step of x).
    It is summed in groups of four: what the steps of the group add, and what is left of the distance before the group.
    """
    first: list[float] = []
    q = 1.0 - alpha
    left = (q, q * q, q * q * q, (q * q) * (q * q))
    last: list[float] = []  # the last known x, and the distance before the group
    added: list[float] = []  # what the steps of this group have added, after each

    def push(x: float) -> float:
        if last:
            part = q * ((added[-1] if added else 0.0) + (x - last[0]))
            distance = part + left[len(added)] * last[1]
            average = x - distance
            if not finite(average):
                return UNKNOWN
            added.append(part)
            last[0] = x
            if len(added) == 4:
                last[1] = distance
                added.clear()
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
