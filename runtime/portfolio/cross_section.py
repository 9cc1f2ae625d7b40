"""Comparing the instruments of a run at one instant: rank and z-score over the members whose value is known."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from runtime.data.arrays import Floats


def compared(function: str, values: Floats, members: NDArray[np.uint8] | None) -> Floats:
    """values: shape (instants, instruments), NaN without a bar or unknown. members: 1 where an instrument counts. Returns the same shape.

    Equal to `compared_at` at each instant, bit for bit.
    """
    known = np.isfinite(values)
    if members is not None:
        known &= members != 0
    found = np.full(values.shape, nan)
    if function == "members_rank":
        for k in range(values.shape[1]):
            better = np.zeros(len(values))
            for j in range(values.shape[1]):
                better += known[:, j] & (values[:, j] > values[:, k])
            found[:, k] = np.where(known[:, k], 1.0 + better, nan)
        return found
    count = known.sum(axis=1).astype(np.float64)
    # Sums go from the first instrument to the last: an order that no library may change.
    with np.errstate(all="ignore"):
        total = _summed(np.where(known, values, 0.0))
        mean = total / count
        squares = _summed(np.where(known, (values - mean[:, None]) * (values - mean[:, None]), 0.0))
        deviation = np.sqrt(squares / count)
        score = (values - mean[:, None]) / deviation[:, None]
    usable = known & (count >= 2)[:, None] & np.isfinite(squares)[:, None] & (deviation > 0.0)[:, None] & np.isfinite(score)
    found[usable] = score[usable] + 0.0
    return found


def _summed(columns: Floats) -> Floats:
    total = np.zeros(len(columns))
    for k in range(columns.shape[1]):
        total = total + columns[:, k]
    return total


def compared_at(function: str, values: Sequence[float], members: Sequence[int] | None) -> list[float]:
    """The definition: the values of all instruments at one instant, in their order, NaN without a bar or unknown."""
    known = [x - x == 0.0 and (members is None or members[k] != 0) for k, x in enumerate(values)]
    if function == "members_rank":
        return [
            1.0 + len([y for j, y in enumerate(values) if known[j] and y > x]) if known[k] else nan for k, x in enumerate(values)
        ]
    count, total, squares = 0, 0.0, 0.0
    for k, x in enumerate(values):
        if known[k]:
            count += 1
            total += x
    if count < 2:
        return [nan] * len(values)
    mean = total / count
    for k, x in enumerate(values):
        if known[k]:
            squares += (x - mean) * (x - mean)
    deviation = sqrt(squares / count) if squares - squares == 0.0 else nan
    found = []
    for k, x in enumerate(values):
        score = (x - mean) / deviation if known[k] and deviation > 0.0 else nan
        found.append(score + 0.0 if score - score == 0.0 else nan)
    return found
