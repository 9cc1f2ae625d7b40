"""The falls of an account below its highest equity: where each began, where it was deepest, and when it was made good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One fall. Bars are numbers of rows.

    peak: the last bar at the high before it, -1 where that is the capital itself. bottom: the first bar at its lowest. recovered: the first
    bar at or above that high again; None where there is none. last: the last bar on which equity was below. depth: the fall as a
    share of the high, above 0.
    """

    peak: int
    bottom: int
    recovered: int | None
    last: int
    depth: float

    @property
    def bars(self) -> int:
        """How many known bars in a row closed below the high, where every equity is known."""
        return self.last - self.peak


def drawdowns(equity: Floats, capital: float) -> list[Drawdown]:
    """Every fall below the highest equity so far, the capital included, in their order; those of one account add no bar to each other.

    equity: shape (n,); bars on which it is unknown take no part. capital: above 0.
    """
    known = np.flatnonzero(np.isfinite(equity))
    if not known.size:
        return []
    values = equity[known]
    high = np.maximum.accumulate(np.maximum(values, capital))
    below = np.concatenate(([0], (values < high).astype(np.int8), [0]))
    found = []
    for start, stop in np.flatnonzero(np.diff(below)).reshape(-1, 2).tolist():
        part = values[start:stop]
        at = start + int(part.argmin())
        found.append(
            Drawdown(
                peak=int(known[start - 1]) if start else -1,
                bottom=int(known[at]),
                recovered=int(known[stop]) if stop < len(known) else None,
                last=int(known[stop - 1]),
                depth=float(1.0 - values[at] / high[at]),
            )
        )
    return found


def deepest(found: list[Drawdown], count: int) -> list[Drawdown]:
    """The deepest first; of equal ones the earlier."""
    return sorted(found, key=lambda fall: (-fall.depth, fall.peak))[:count]
