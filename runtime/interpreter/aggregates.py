"""Aggregates by their definitions: what the values of the finer bars inside one bar come to. There is at least one."""

from __future__ import annotations

from collections.abc import Callable

from runtime.interpreter.arithmetic import MAYBE, MEANINGS, TRUE, UNKNOWN, norm
from runtime.interpreter.memory import left_to_right


def mean(values: list[float]) -> float:
    return left_to_right(values) / len(values)


def stdev(values: list[float]) -> float:
    middle = mean(values)
    squares = [(x - middle) * (x - middle) for x in values]
    return MEANINGS["sqrt"](left_to_right(squares) / len(values))


def extreme(sign: float) -> Callable[[list[float]], float]:
    """The highest (1) or lowest (-1) value; unknown if one is."""

    def found(values: list[float]) -> float:
        best = values[0]
        for x in values:
            if x != x:
                return UNKNOWN
            best = x if sign * x > sign * best else best
        return best

    return found


def count(truths: list[float]) -> float:
    return UNKNOWN if MAYBE in truths else float(truths.count(TRUE))


def normed(aggregate: Callable[[list[float]], float]) -> Callable[[list[float]], float]:
    """An aggregate whose result is unknown where it is not finite."""
    return lambda values: norm(aggregate(values))


AGGREGATED: dict[str, Callable[[list[float]], float]] = {
    "sum_inside": normed(left_to_right),
    "mean_inside": normed(mean),
    "stdev_inside": normed(stdev),
    "highest_inside": normed(extreme(1.0)),
    "lowest_inside": normed(extreme(-1.0)),
    "first_inside": normed(lambda values: values[0]),
    "last_inside": normed(lambda values: values[-1]),
    "count_inside": count,
}
