"""What a reader should know of the finer bars of a run: bars that have none, and finer bars that lie outside of the bar they are in."""

from __future__ import annotations

import numpy as np

from compiler.clocks import FINER
from compiler.plan import Plan
from runtime.candles import Candles
from runtime.clocks.axis import seen
from runtime.clocks.inside import spans
from runtime.clocks.reading import Reading, finest_inside


def finer_notes(plan: Plan, candles: Candles) -> list[str]:
    """Nothing where the plan aggregates no finer bars. Raises FeedError where it does and there are none."""
    if finest_inside(plan) is None:
        return []
    here = Reading.of(candles, plan.every)
    there = here.instrument(FINER)
    inside = spans(seen(there.axis, here.axis, False), there.candles.time, candles.time, here.opened)
    notes = []
    some = (inside.after > inside.first) & inside.whole
    missing = int(len(some) - some.sum())
    if missing:
        notes.append(
            f"{missing:,} of {len(candles):,} bars have no finer bars, or not all of them; what is made of those is unknown there."
        )
    at = np.flatnonzero(some)
    if len(at):
        edges = np.column_stack((inside.first[at], inside.after[at])).ravel()
        high = np.fmax.reduceat(np.append(there.candles.high, -np.inf), edges)[::2]
        low = np.fmin.reduceat(np.append(there.candles.low, np.inf), edges)[::2]
        outside = int(np.count_nonzero((high > candles.high[at]) | (low < candles.low[at])))
        if outside:
            notes.append(
                f"On {outside:,} of {len(candles):,} bars a finer bar is above the bar's high or below its low; they are not of one feed."
            )
    return notes
