"""The primitives: every library function that has a kernel, declared once. Types, facts and documentation follow."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Literal, cast

from compiler.library import UNBOUNDED, Parameter, Primitive, Result
from compiler.ranges.rules import (
    Rule,
    among,
    anything,
    average,
    between,
    common_spread,
    filtered,
    fixed,
    growing,
    spread,
    squared_spread,
    swing,
    total,
    total_up_to,
    up_to_window,
)  # fmt: skip

SIGNATURE = re.compile(r"(?P<name>\w+)\((?P<parameters>[^)]*)\) -> (?P<kind>\w+)(?:<(?P<unit>[^>]*)>)?$")
PARAMETER = re.compile(r"(?P<name>\w+): (?P<kind>series|truth|window|number)(?:<(?P<unit>\w+)>)?(?: >= (?P<least>\d+))?$")


def primitive(
    signature: str,
    doc: str,
    *,
    source: str,
    example: str,
    warmup: Callable[..., int],
    state: Callable[..., int],
    cost: Callable[..., float],
    settle: Callable[..., int] | None = None,
    version: int = 1,
    recursive: bool = False,
    maybe_unknown: bool = False,
    range: Rule = anything,
    hidden: bool = False,
) -> Primitive:
    """A declaration from its signature: `ewm(x: series<u>, n: window, alpha: number) -> series<u>`.

    Parameters are series<unit>, truth, window (`window >= 0` allows less than 1) and number; the result is series<unit> or truth.
    `warmup`, `settle` (the same as `warmup` if left out), `state` and `cost` take the window and number parameters in order.
    Raises ValueError if the signature can't be read.
    """
    whole = SIGNATURE.match(signature)
    if whole is None:
        raise ValueError(f"not a signature: {signature}")
    parameters = []
    for text in whole["parameters"].split(", "):
        part = PARAMETER.match(text)
        if part is None:
            raise ValueError(f"not a parameter: {text} in {signature}")
        kind = cast(Literal["series", "truth", "window", "number"], part["kind"])
        parameters.append(Parameter(part["name"], kind, part["unit"] or "", int(part["least"] or 1)))
    result = Result("", "truth" if whole["kind"] == "truth" else "number", whole["unit"] or "")
    return Primitive(
        whole["name"], tuple(parameters), (result,), warmup, settle or warmup, state, cost, version, doc, source, example,
        recursive, maybe_unknown, range, hidden,
    )  # fmt: skip


def ring(n: float) -> int:
    """Doubles of a ring for n rows: the power of two that holds them."""
    return 1 << max(int(n) - 1, 0).bit_length()


def tree(carried: int, overlap: bool = False) -> Callable[..., int]:
    """State of a window tree that carries so many values: the row number, and what each level must remember.

    overlap: the window is two of the largest blocks, not one of each size in its length.
    """

    def state(n: float) -> int:
        length, block, total = int(n), 1, 1
        while 2 * block <= length:
            total += carried * ring(length - length % (2 * block) if length & block and not overlap else block)
            block *= 2
        return total + (carried * ring(length - block) if overlap else 0)

    return state


def joins(first: float, doubled: float, extra: float = 0.0) -> Callable[..., float]:
    """Steps of a tree: of a window of one bar, for each doubling of the block, and for each further block in the window's length."""
    return lambda n: first + doubled * (int(n).bit_length() - 1) + extra * (int(n).bit_count() - 1)


def window(n: float, *_: float) -> int:
    return int(n) - 1


def ewm_settle(n: float, alpha: float) -> int:
    return int(n) - 1 + (math.ceil(math.log(1e-6) / math.log1p(-alpha)) if 0.0 < alpha < 1.0 else 0)


TREE = "window joined from blocks of powers of two, newest and largest first; no running total"

PRIMITIVES: tuple[Primitive, ...] = (
    primitive(
        "lag(x: series<u>, k: window >= 0, fill: number) -> series<u>",
        "The value k bars ago; before the first bar, `fill`. Also for truths; written `x[k]`.",
        source="definition", example="close[1] on 1 2 3 -> _ 1 2",
        warmup=lambda k, fill: int(k), state=lambda k, fill: 1 + ring(k), cost=lambda k, fill: 7.0, hidden=True,
        range=among,
    ),
    primitive(
        "window_sum(x: series<u>, n: window) -> series<u>",
        "The sum of the last n values.",
        source=TREE, example="window_sum(close, 3) on 1 2 3 4 -> _ _ 6 9",
        warmup=window, state=tree(1), cost=joins(7.0, 7.0, 5.0), hidden=True,
        range=total(lambda n: n),
    ),
    primitive(
        "window_weighted(x: series<u>, n: window) -> series<u>",
        "The sum of the last n values, each times its place: the oldest once, the newest n times.",
        source=TREE, example="window_weighted(close, 3) on 1 2 3 4 -> _ _ 14 20",
        warmup=window, state=tree(2), cost=joins(11.0, 15.0, 11.0), hidden=True,
        range=total(lambda n: n * (n + 1) / 2),
    ),
    primitive(
        "variance(x: series<u>, n: window) -> series<u^2>",
        "Variance of the last n values: mean squared distance from their mean (population, divided by n). Exactly 0 on a flat "
        "window.",
        source="pairwise update of mean and squared distances (Chan, Golub, LeVeque 1979), " + TREE,
        example="variance(close, 2) on 1 3 3 -> _ 1 0",
        warmup=window, state=tree(2), cost=joins(12.0, 17.0, 13.0),
        range=squared_spread,
    ),
    primitive(
        "covariance(x: series<u>, y: series<v>, n: window) -> series<u*v>",
        "Covariance of two series over the last n bars (population, divided by n).",
        source="pairwise update of means and products (Chan, Golub, LeVeque 1979), " + TREE,
        example="covariance(close, volume, 2) on 1 3, 2 6 -> _ 2",
        warmup=window, state=tree(3), cost=joins(18.0, 27.0, 21.0),
        range=common_spread,
    ),
    primitive(
        "highest(x: series<u>, n: window) -> series<u>",
        "The largest of the last n values, this bar's included.",
        source="definition", example="highest(high, 2) on 1 3 2 1 -> _ 3 3 2",
        warmup=window, state=tree(1, overlap=True), cost=joins(17.0, 8.0),
        range=among,
    ),
    primitive(
        "lowest(x: series<u>, n: window) -> series<u>",
        "The smallest of the last n values, this bar's included.",
        source="definition", example="lowest(low, 2) on 1 3 2 1 -> _ 1 2 1",
        warmup=window, state=tree(1, overlap=True), cost=joins(17.0, 8.0),
        range=among,
    ),
    primitive(
        "highest_bars_ago(x: series<u>, n: window) -> series<bars>",
        "How many bars ago the largest of the last n values was; of equal ones the most recent.",
        source="definition", example="highest_bars_ago(high, 3) on 1 3 2 3 -> _ _ 1 0",
        warmup=window, state=tree(2, overlap=True), cost=joins(31.0, 17.0),
        range=up_to_window(1),
    ),
    primitive(
        "lowest_bars_ago(x: series<u>, n: window) -> series<bars>",
        "How many bars ago the smallest of the last n values was; of equal ones the most recent.",
        source="definition", example="lowest_bars_ago(low, 3) on 3 1 2 1 -> _ _ 1 0",
        warmup=window, state=tree(2, overlap=True), cost=joins(31.0, 17.0),
        range=up_to_window(1),
    ),
    primitive(
        "mean_deviation(x: series<u>, n: window) -> series<u>",
        "Mean distance of the last n values from their mean, whichever side they are on.",
        source="mean by its distance from the newest value, so that a flat window gives 0; distances added oldest first",
        example="mean_deviation(close, 2) on 1 3 3 -> _ 1 0",
        warmup=window, state=lambda n: 1 + ring(n), cost=lambda n: 13.0 + 13.0 * n, version=2,
        range=spread,
    ),
    primitive(
        "skew(x: series<u>, n: window) -> series<plain>",
        "Skewness of the last n values: above 0 where the far ones are above the mean. Of the population; unknown on a flat "
        "window.",
        source="mean cube of distances from the mean over the cube of the deviation; distances added oldest first",
        example="skew(close, 3) on 1 1 4 -> _ _ 0.707107",
        warmup=window, state=lambda n: 1 + ring(n), cost=lambda n: 15.0 + 21.0 * n, maybe_unknown=True,
        range=fixed(-math.inf),
    ),
    primitive(
        "kurtosis(x: series<u>, n: window) -> series<plain>",
        "Excess kurtosis of the last n values: 0 as of a normal distribution, more where few are far from the mean. Of the "
        "population; unknown on a flat window.",
        source="mean fourth power of distances from the mean over the fourth power of the deviation, less 3; added oldest first",
        example="kurtosis(close, 4) on 1 1 1 5 -> _ _ _ -0.666667",
        warmup=window, state=lambda n: 1 + ring(n), cost=lambda n: 17.0 + 22.0 * n, maybe_unknown=True,
        range=fixed(-math.inf),
    ),
    primitive(
        "alma(x: series<u>, n: window, offset: number, sigma: number) -> series<u>",
        "Arnaud Legoux average: a bell of weights over the last n values, centred at `offset` (0 oldest, 1 newest), n / sigma "
        "wide.",
        source="Legoux and Kouzis-Loukas 2009; weights exp(-(j - m)^2 / (2 s^2)), m = offset * (n - 1), s = n / sigma",
        example="alma(close, 9, 0.85, 6)",
        warmup=window, state=lambda n, offset, sigma: 2 + int(n) + ring(n), cost=lambda n, offset, sigma: 9.0 + 6.0 * n,
        range=average,
    ),
    primitive(
        "percentile_rank(x: series<u>, n: window) -> series<oscillator>",
        "The share of the n values before this bar that are not above this bar's, 0 to 100.",
        source="the charting platforms' percent rank", example="percentile_rank(close, 2) on 1 3 2 -> _ _ 50",
        warmup=lambda n: int(n), state=lambda n: 2 + ring(n), cost=lambda n: 12.0 + 6.0 * n,
        range=fixed(0.0, 100.0),
    ),
    primitive(
        "median(x: series<u>, n: window) -> series<u>",
        "The middle of the last n values in order; of an even number, the mean of the two middles.",
        source="definition", example="median(close, 3) on 1 9 2 3 -> _ _ 2 3",
        warmup=window, state=lambda n: 2 + 2 * int(n), cost=lambda n: 10.0 + int(n).bit_length() + 3.0 * n,
        range=average,
    ),
    primitive(
        "quantile(x: series<u>, n: window, q: number) -> series<u>",
        "The value below which the share q (0 to 1) of the last n values lies, between two neighbours by proportion.",
        source="linear interpolation at (n - 1) * q of the values in order",
        example="quantile(close, 3, 0.25) on 1 3 2 -> _ _ 1.5",
        warmup=window, state=lambda n, q: 2 + 2 * int(n), cost=lambda n, q: 13.0 + int(n).bit_length() + 3.0 * n,
        range=between,
    ),
    primitive(
        "percentile(x: series<u>, n: window, p: number) -> series<u>",
        "The smallest of the last n values that at least p percent of them (0 to 100) do not pass: always one of them.",
        source="nearest rank: the value at place p * n / 100, rounded up, of the values in order; the smallest for 0",
        example="percentile(close, 4, 50) on 1 9 2 3 -> _ _ _ 2",
        warmup=window, state=lambda n, p: 2 + 2 * int(n), cost=lambda n, p: 13.0 + int(n).bit_length() + 3.0 * n,
        range=among,
    ),
    primitive(
        "varying_sum(x: series<u>, k: series<v>, n: window) -> series<u>",
        "The sum of the last k values, k varying from bar to bar: rounded down and held between 1 and n.",
        source="definition, added newest first", example="varying_sum(close, volume, 3) on 1 2 3 4, 1 2 3 2 -> _ _ 6 7",
        warmup=window, state=lambda n: 1 + ring(n), cost=lambda n: 7.0 + n, hidden=True,
        range=total_up_to,
    ),
    primitive(
        "wave(x: series<u>, k: series<v>, n: window, turn: number) -> series<u>",
        "The sum of the last k values less the newest, each times the sine of its place in a cycle of k bars, the newest at the "
        "share `turn` of the cycle: how much of that cycle is in x. k is rounded down and held between 1 and n.",
        source="definition, added newest first; exactly 0 on flat values", example="wave(close, volume, 50, 0.25)",
        warmup=window, state=lambda n, turn: 1 + ring(n), cost=lambda n, turn: 8.0 + 41.0 * n, hidden=True,
        range=swing,
    ),
    primitive(
        "ewm(x: series<u>, n: window, alpha: number) -> series<u>",
        "Exponential average: each bar moves it by the share `alpha` of its distance to x; it starts as the mean of the first "
        "n known values.",
        source="definition; y = y + alpha * (x - y), as the distance of y behind x", example="ewm(close, 3, 0.5) on 1 2 3 4 -> _ _ 2 3",
        warmup=window, settle=ewm_settle, state=lambda n, alpha: 6, cost=lambda n, alpha: 20.0, recursive=True, version=3,
        range=filtered,
    ),
    primitive(
        "cumulate(x: series<u>) -> series<u>",
        "The sum of all values since the first known one.",
        source="definition, added in the order of bars", example="cumulate(volume) on 1 2 3 -> 1 3 6",
        warmup=lambda: 0, settle=lambda: UNBOUNDED, state=lambda: 1, cost=lambda: 4.0, recursive=True,
        range=growing,
    ),
    primitive(
        "held(c: truth, n: window) -> truth",
        "Whether c was true on each of the last n bars; written `c has held for n`.",
        source="the smallest of the last n truths; bars before the first are unknown", example="close > 2 has held for 2 bars",
        warmup=window, state=lambda n: 2, cost=lambda n: 8.0, maybe_unknown=True, hidden=True,
    ),
    primitive(
        "within(c: truth, n: window) -> truth",
        "Whether c was true on one of the last n bars; written `c within last n`.",
        source="the largest of the last n truths; bars before the first are unknown", example="close > 2 within last 2 bars",
        warmup=window, state=lambda n: 2, cost=lambda n: 8.0, maybe_unknown=True, hidden=True,
    ),
    primitive(
        "count(c: truth, n: window) -> series<plain>",
        "On how many of the last n bars c was true; unknown if c was unknown on one of them.",
        source="definition", example="count(close > open, 3)",
        warmup=window, state=lambda n: 3 + ring(n), cost=lambda n: 13.0,
        range=up_to_window(),
    ),
    primitive(
        "bars_since(c: truth) -> series<bars>",
        "How many bars ago c was last true, 0 on a true bar; written `bars since c`. From an unknown c on it is unknown until "
        "c is true again.",
        source="definition", example="bars since close > 2",
        warmup=lambda: 0, settle=lambda: UNBOUNDED, state=lambda: 1, cost=lambda: 5.0,
        recursive=True, maybe_unknown=True, hidden=True,
        range=fixed(0.0, whole=True),
    ),
    primitive(
        "value_when(c: truth, x: series<u>, k: window >= 0) -> series<u>",
        "What x was on the k-th last bar on which c was true; k = 0 is the last. From an unknown c on it is unknown until c "
        "is true again.",
        source="definition", example="value_when(close > open, high, 0)",
        warmup=lambda k: int(k), settle=lambda k: UNBOUNDED, state=lambda k: 2 + ring(k + 1), cost=lambda k: 10.0, recursive=True,
        maybe_unknown=True,
        range=among,
    ),
    primitive(
        "pivot_high(x: series<u>, left: window, right: window) -> series<u>",
        "A local top, known `right` bars after it: x as it was then if no value of the `left` bars before was higher and all "
        "of the "
        "`right` bars after were lower; else unknown.",
        source="ties: equal to the left is allowed, to the right not", example="pivot_high(high, 1, 1) on 1 3 2 -> _ _ 3",
        warmup=lambda left, right: int(left + right), state=lambda left, right: 1 + ring(left + right),
        cost=lambda left, right: 16.0 + 6.0 * (left + right), maybe_unknown=True,
        range=among,
    ),
    primitive(
        "pivot_low(x: series<u>, left: window, right: window) -> series<u>",
        "A local bottom, known `right` bars after it: x as it was then if no value of the `left` bars before was lower and "
        "all of the "
        "`right` bars after were higher; else unknown.",
        source="ties: equal to the left is allowed, to the right not", example="pivot_low(low, 1, 1) on 3 1 2 -> _ _ 1",
        warmup=lambda left, right: int(left + right), state=lambda left, right: 1 + ring(left + right),
        cost=lambda left, right: 16.0 + 6.0 * (left + right), maybe_unknown=True,
        range=among,
    ),
)  # fmt: skip
