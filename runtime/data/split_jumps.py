"""What prices show of their splits: as traded they jump where the factor changes, adjusted they do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from runtime.data.arrays import Floats

LARGE = float(np.log(1.4))
"""Splits of less than 7 for 5 are not told from what a share does in a night."""


@dataclass(frozen=True, slots=True)
class Jump:
    """One large split. row: of its first bar. ratio: new shares for an old one. before, after: the last close and the first price.

    shown: how much of the split's jump lies between these two: 1 as traded, 0 adjusted, below zero where they go the other way.
    """

    row: int
    ratio: float
    before: float
    after: float

    @property
    def shown(self) -> float:
        return float(-np.log(self.after / self.before) / np.log(self.ratio))

    @property
    def as_traded(self) -> bool:
        """Whether the prices can't be adjusted ones: a share that does in that night just what the split does is none."""
        return 0.75 < self.shown < 1.25

    @property
    def missing(self) -> bool:
        """Whether the prices can't be as traded: the share would have made good for the split in that night."""
        return self.shown < 0.25


def jumps(opens: Floats, closes: Floats, factor: Floats) -> tuple[Jump, ...]:
    """The large splits that factors tell, with the prices around each; none for one without a known price on either side."""
    with np.errstate(all="ignore"):
        rows = np.flatnonzero(np.abs(np.diff(np.log(factor))) >= LARGE) + 1
    priced = np.flatnonzero(np.isfinite(closes) & (closes > 0))
    found = []
    for row in rows.tolist():
        earlier = int(np.searchsorted(priced, row)) - 1
        after = float(opens[row])
        if earlier >= 0 and np.isfinite(after) and after > 0:
            found.append(Jump(row, float(factor[row] / factor[row - 1]), float(closes[priced[earlier]]), after))
    return tuple(found)
