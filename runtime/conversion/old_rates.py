"""Rates that are more than a week old: where the bars of a pair have holes, or end."""

from __future__ import annotations

import numpy as np

from runtime.candles import Candles
from runtime.data.arrays import MICROS_PER_DAY
from runtime.result import stamp


def old_rates(symbol: str, pair: Candles, last: int) -> list[str]:
    """What is to be said of rates that are more than a week old. last: when the last bar opens whose money they convert."""
    notes, week = [], 7 * MICROS_PER_DAY
    steps = np.diff(pair.time)
    holes = np.flatnonzero((steps > pair.timeframe * 1_000_000 + week) & (pair.time[:-1] < last))
    if len(holes):
        longest = int(holes[np.argmax(steps[holes])])
        many = "a hole" if len(holes) == 1 else f"{len(holes)} holes"
        notes.append(
            f"The bars of {symbol} have {many} of more than a week{', the longest' if len(holes) > 1 else ''} from {stamp(pair.time, longest)} to "
            f"{stamp(pair.time, longest + 1)}; the rate before is used in it."
        )
    if len(pair) and int(pair.time[-1]) + week < last:
        notes.append(f"The bars of {symbol} end at {stamp(pair.time, len(pair) - 1)}; from then on its last rate is used.")
    return notes
