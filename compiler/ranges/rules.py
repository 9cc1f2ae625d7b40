"""Range rules of primitives: from the ranges of its inputs and its parameters to that of its result. Declared beside each primitive.

A rule sees one interval for each series or truth (truths: ANYTHING) and the window and number parameters, in order.
"""

from __future__ import annotations

from collections.abc import Callable

from compiler.ranges.interval import ANYTHING, INF, SLACK, Interval

Rule = Callable[[tuple[Interval, ...], tuple[float, ...]], Interval]


def anything(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """No bound is known."""
    return ANYTHING


def fixed(low: float, high: float = INF, whole: bool = False) -> Rule:
    """The same bounds whatever the input."""
    return lambda inputs, params: Interval(low, high, whole)


def up_to_window(least_off: float = 0.0) -> Rule:
    """Whole numbers from 0 to the window, or to a number of bars less."""
    return lambda inputs, params: Interval(0.0, float(params[0]) - least_off, True)


def among(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """One of the values of the last series."""
    return inputs[-1]


def average(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """A mean with weights of one sign: within the values but for rounding."""
    return inputs[0].widened()


def total(count: Callable[..., float]) -> Rule:
    """So many values added up. The error of a sum of positive numbers is a share of the sum itself."""

    def rule(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
        times, x = count(*params), inputs[0]
        low, high = (0.0 if end == 0 else end * times for end in (x.low, x.high))
        if x.whole and max(abs(low), abs(high)) < 2.0**53:
            return Interval(low, high, True)
        whole = Interval(low, high).widened()
        return Interval(low * (1 - SLACK), whole.high) if low > 0 else whole

    return rule


def total_up_to(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """From one to so many values added up."""
    x, times = inputs[0], params[0]
    low = x.low * times if x.low < 0 else x.low
    high = x.high * times if x.high > 0 else x.high
    return Interval(low, high).widened()


def swing(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """So many distances from one of the values, each with a weight from -1 to 1."""
    most = _product(_width(inputs[0]), params[0])
    return Interval(-most, most)


def filtered(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """An exponential average: y + alpha * (x - y). It stays within the values but for rounding if alpha is from 0 to 1."""
    return inputs[0].widened() if 0.0 <= params[-1] <= 1.0 else ANYTHING


def between(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """Between two of the values, by a share from 0 to 1."""
    return inputs[0].widened() if 0.0 <= params[-1] <= 1.0 else ANYTHING


def _width(x: Interval) -> float:
    width = x.high - x.low
    return width + SLACK * max(width, abs(x.low), abs(x.high))


def squared_spread(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """A variance: at most the square of half the width."""
    return Interval(0.0, _product(_width(inputs[0]) / 2, _width(inputs[0]) / 2))


def common_spread(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """A covariance: at most the product of both half widths, either way."""
    most = _product(_width(inputs[0]) / 2, _width(inputs[1]) / 2)
    return Interval(-most, most)


def _product(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b * (1 + SLACK)


def spread(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """A mean distance from the mean: from 0 to the width of the values."""
    return Interval(0.0, _width(inputs[0]))


def growing(inputs: tuple[Interval, ...], params: tuple[float, ...]) -> Interval:
    """A sum since the first bar: it keeps a sign."""
    x = inputs[0]
    return Interval(0.0 if x.low >= 0 else -INF, 0.0 if x.high <= 0 else INF)


def inside(aggregate: str, x: Interval) -> Interval:
    """What the finer values inside a bar come to, however many there are."""
    if x.empty:
        return x
    match aggregate:
        case "count_inside":
            return Interval(0.0, INF, True)
        case "stdev_inside":
            return Interval(0.0, INF)
        case "sum_inside":
            return Interval(-INF if x.low < 0 else x.low, INF if x.high > 0 else x.high)
        case "mean_inside":
            return x.widened()
        case _:
            return x
