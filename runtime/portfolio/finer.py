"""The finer bars of several instruments by instant and by their own time, for `fills detail`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runtime.data.arrays import Micros
from runtime.portfolio.driver import Portfolio
from runtime.portfolio.instants import Instants


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """Finer bars of an instrument: starts, int64 (bars + 1): those of its bar i are starts[i] to starts[i + 1]; time: when each opens."""

    starts: NDArray[np.int64]
    time: Micros


@dataclass(frozen=True, slots=True, eq=False)
class FinerGroups:
    """Which finer bars lie inside which instant, those of one time together; the columns of `Fills.bind_finer`."""

    instants: NDArray[np.int64]
    groups: NDArray[np.int64]
    who: NDArray[np.int64]
    rows: NDArray[np.int64]

    def bind(self, portfolio: Portfolio) -> None:
        portfolio.bind_finer(self.instants, self.groups, self.who, self.rows)


def finer_groups(insides: Sequence[Inside | None], when: Instants) -> FinerGroups:
    """insides: of each instrument, None where it has no finer bars."""
    instant, time, who, rows = [], [], [], []
    for k, inside in enumerate(insides):
        if inside is not None and len(inside.time):
            instant.append(np.repeat(when.of(k), np.diff(inside.starts)))
            time.append(inside.time)
            who.append(np.full(len(inside.time), k, dtype=np.int64))
            rows.append(np.arange(len(inside.time), dtype=np.int64))
    if not rows:
        nothing = np.zeros(0, dtype=np.int64)
        return FinerGroups(np.zeros(len(when) + 1, dtype=np.int64), np.zeros(1, dtype=np.int64), nothing, nothing)
    instants, times, members, places = (np.concatenate(parts) for parts in (instant, time, who, rows))
    order = np.lexsort((members, times, instants))
    instants, times = instants[order], times[order]
    begins = np.flatnonzero(np.append(True, (np.diff(instants) != 0) | (np.diff(times) != 0)))
    starts = np.searchsorted(instants[begins], np.arange(len(when) + 1), "left")
    return FinerGroups(starts.astype(np.int64), np.append(begins, len(order)).astype(np.int64), members[order], places[order])
