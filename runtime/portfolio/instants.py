"""The instants of several instruments: their bars matched by time, never by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.candles import Candles
from runtime.data.arrays import Micros
from runtime.data.problems import DataError


@dataclass(frozen=True, slots=True, eq=False)
class Instants:
    """Every time at which an instrument has a bar, and whose bars they are.

    time: int64 (t,). starts: int64 (t + 1,): instant i has the bars starts[i] to starts[i + 1] of `who` (int32, the instrument,
    ascending) and `rows` (int64, its row).
    """

    time: Micros
    starts: NDArray[np.int64]
    who: NDArray[np.int32]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time)

    def of(self, instrument: int) -> NDArray[np.int64]:
        """The instant of each of an instrument's bars."""
        places = np.repeat(np.arange(len(self.time)), np.diff(self.starts))
        found: NDArray[np.int64] = places[self.who == instrument]
        return found


def instants(candles: Sequence[Candles]) -> Instants:
    """Bars with one time are of one instant. Raises DataError for bars of different lengths: they do not close together."""
    steps = {c.timeframe for c in candles if c.timeframe}
    if len(steps) > 1:
        shown = ", ".join(f"{c.symbol or 'one'} has bars of {c.timeframe:,} s" for c in candles)
        raise DataError(f"The instruments of one account need bars of one length; {shown}.")
    times = np.concatenate([c.time for c in candles])
    who = np.repeat(np.arange(len(candles), dtype=np.int32), [len(c) for c in candles])
    rows = np.concatenate([np.arange(len(c), dtype=np.int64) for c in candles])
    order = np.lexsort((who, times))
    moments, firsts = np.unique(times[order], return_index=True)
    starts = np.append(firsts, len(times)).astype(np.int64)
    return Instants(moments, starts, who[order], rows[order])
