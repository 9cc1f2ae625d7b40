"""Inside a bar: which finer bars are, and what their values come to. Names as compiler/aggregates.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from runtime.clocks.aggregate import summed
from runtime.clocks.axis import Groups, Rows
from runtime.data.arrays import Floats, Micros


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """For each bar the finer bars inside it: rows first to after - 1, none where both are equal; whole: whether nothing of it came before them."""

    first: Rows
    after: Rows
    whole: npt.NDArray[np.bool_]


def spans(look: Rows, finer: Micros, times: Micros, opened: Micros) -> Spans:
    """look: for each bar the last finer one that is complete by then, -1 for none. finer, times: of the finer bars and the bars. opened: when trading
    in each bar begins: with it, or with its session where it is dated earlier.

    Inside a bar is what is complete after the bar before it and not after it; inside the first, what opens in it.
    A bar in which trading had begun before the first finer bar there is, is not whole.
    """
    after = look + 1
    first = np.concatenate((np.zeros(1, dtype=np.int64), after[:-1]))[: len(after)]
    if len(after):
        first[0] = min(int(np.searchsorted(finer, times[0], "left")), int(after[0]))
    begins = finer[0] if len(finer) else np.int64(0)
    return Spans(first, after, (first > 0) | (begins <= opened))


def reduced(values: Floats, inside: Spans, aggregate: str) -> Floats:
    """What the values come to inside each bar; unknown where there are none, where the bar is not whole, or one that counts is unknown.

    values: numbers, or truths as 0, 1, 2 for `count_inside`. Sums run from left to right, so that a bar at a time gives the same bits.
    """
    found = np.full(len(inside.first), np.nan)
    at = np.flatnonzero((inside.after > inside.first) & inside.whole)
    if not len(at):
        return found
    made_of = Groups(inside.first[at], inside.after[at] - 1, inside.first[at], inside.first[at])
    with np.errstate(over="ignore", invalid="ignore"):
        result = _reduced(values, made_of, aggregate)
        found[at] = result + (result - result)  # infinite is unknown, and -0 is 0
    return found


def _reduced(values: Floats, of: Groups, aggregate: str) -> Floats:
    count = (of.last - of.first + 1).astype(np.float64)
    match aggregate:
        case "first_inside":
            return values[of.first]
        case "last_inside":
            return values[of.last]
        case "sum_inside":
            return summed(values, of)
        case "mean_inside":
            return summed(values, of) / count
        case "count_inside":
            return summed(np.where(values == 1.0, np.nan, values * 0.5), of)
        case "stdev_inside":
            mean = summed(values, of) / count
            far = _each(values, of) - np.repeat(mean, count.astype(np.int64))
            return np.sqrt(summed(far * far, _packed(of)) / count)
        case "highest_inside":
            return np.maximum.reduceat(np.append(values, -np.inf), _edges(of))[::2]
        case "lowest_inside":
            return np.minimum.reduceat(np.append(values, np.inf), _edges(of))[::2]
        case _:
            raise ValueError(f"There is no aggregate {aggregate}.")


def _edges(of: Groups) -> Rows:
    """Where each group begins and ends, for reduceat, which takes every other stretch; a sentinel row lets the last one end with the data."""
    return np.column_stack((of.first, of.last + 1)).ravel()


def _each(values: Floats, of: Groups) -> Floats:
    """The values of all groups, one after the other."""
    size = of.last - of.first + 1
    packed = _packed(of)
    taken: Floats = values[np.repeat(of.first - packed.first, size) + np.arange(int(size.sum()))]
    return taken


def _packed(of: Groups) -> Groups:
    """The same groups where nothing lies between them."""
    size = of.last - of.first + 1
    first = np.cumsum(size) - size
    return Groups(first, first + size - 1, first, first)
