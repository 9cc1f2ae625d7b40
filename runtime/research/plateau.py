"""Whether the best combination stands on a plateau of good ones, or alone on a peak."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.data.arrays import Floats


@dataclass(frozen=True, slots=True)
class Plateau:
    """How one combination compares with those one step away in any of its inputs, and with all.

    score: mean of the neighbours, less the median of all, over what the combination itself has above that median: 1 on a plateau,
    near 0 on a peak, NaN without neighbours or where it is not above the median. neighbours: how many there are. mean, worst: of
    theirs. median: of all.
    """

    score: float
    neighbours: int
    mean: float
    worst: float
    median: float


def plateau(places: NDArray[np.int64], values: Floats, row: int) -> Plateau:
    """places: shape (combinations, inputs), where each value stands in its input's list. values: a figure of each, more is better.

    Rows whose value is NaN are left out. A neighbour differs by one place in one or more of the inputs.
    """
    known = np.isfinite(values)
    near = (np.abs(places - places[row]).max(axis=1) == 1) & known
    median = float(np.median(values[known])) if known.any() else float("nan")
    count = int(near.sum())
    if not count or not known[row]:
        return Plateau(float("nan"), count, float("nan"), float("nan"), median)
    mean = float(values[near].mean())
    lead = float(values[row]) - median
    return Plateau((mean - median) / lead if lead > 0.0 else float("nan"), count, mean, float(values[near].min()), median)


def steadiest(places: NDArray[np.int64], values: Floats) -> int:
    """The row with the best mean of itself and its neighbours, which is a safer choice than the best row; -1 if none is known."""
    known = np.isfinite(values)
    if not known.any():
        return -1
    total, count = np.where(known, values, 0.0), known.astype(np.float64)
    at: Mapping[tuple[int, ...], int] = {tuple(place): row for row, place in enumerate(places.tolist())}
    steps = np.indices((3,) * places.shape[1]).reshape(places.shape[1], -1).T - 1
    summed, seen = np.zeros(len(values)), np.zeros(len(values))
    for step in steps.tolist():
        rows = np.array([at.get(tuple(a + b for a, b in zip(place, step, strict=True)), -1) for place in places.tolist()])
        there = rows >= 0
        summed[there] += total[rows[there]]
        seen[there] += count[rows[there]]
    mean = np.where(known, summed / np.maximum(seen, 1.0), -np.inf)
    return int(mean.argmax())
