"""Bars made usable a block at a time, with the checks and the words of `runtime/data/repair.py`, which sees them all at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from runtime.data.arrays import NO_TIME, Floats, Micros, Rows
from runtime.data.problems import DataError, Problem, counted, first_five
from runtime.data.repair import LARGEST, SENTENCES, each_once, make_unknown, no_bars, no_close, ranges, told
from runtime.history.needs_whole import NeedsWhole

FIRST_ROWS = 5
Known: TypeAlias = tuple[tuple[str, int, tuple[int, ...]], ...]
"""Of each kind of problem so far: how many bars, and the rows of the first five."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the checks of the next block need of those before. last_time: NO_TIME before the first bar. bars: usable ones so far."""

    last_time: int = NO_TIME
    last_row: int = 0
    last_values: tuple[float, ...] = ()
    known: Known = ()
    bars: int = 0
    has_volume: bool = False
    has_close: bool = False
    first_rows: tuple[int, ...] = field(default=())

    def with_problems(self, found: list[Problem]) -> Seen:
        """The same with those of a block."""
        if not found:
            return self
        known = {kind: (n, at) for kind, n, at in self.known}
        for problem in found:
            n, at = known.get(problem.kind, (0, ()))
            known[problem.kind] = (n + problem.rows, (*at, *problem.first_rows)[:FIRST_ROWS])
        return replace(self, known=tuple((kind, n, at) for kind, (n, at) in known.items()))

    def problems(self, word: str) -> tuple[Problem, ...]:
        """All that was found so far, as if it had been found at once."""
        known = {kind: (n, at) for kind, n, at in self.known if kind != "unknown_volume" or self.has_volume}
        found = []
        for kind in SENTENCES:
            if kind in known:
                found.append(told(kind, *known[kind], word))
            if kind == "unknown_volume" and self.bars and not self.has_close:
                found.append(no_close(self.bars, self.first_rows))
        return tuple(found)


def mend_block(time: Micros, values: Floats, rows: Rows, seen: Seen, source: str) -> tuple[Micros, Floats, Seen]:
    """The usable bars of a block, and what the next one must know.

    values: shape (5, n), used up. rows: where each bar stood in the source. Raises DataError for bars out of order, and for rows of one time that differ.
    """
    if is_clean(time, values, seen):
        values[4] += 0.0  # -0 becomes 0
        return time, values, _after(seen, time, values, rows)
    found: list[Problem] = []
    if (lost := time == NO_TIME).any():
        found.append(told("no_time", int(lost.sum()), first_five(lost, rows), "row"))
        time, rows, values = time[~lost], rows[~lost], np.ascontiguousarray(values[:, ~lost])
    if not len(time):
        return time, values, seen.with_problems(found)
    given_volume = not bool(np.isnan(values[4]).all())
    found += make_unknown(values, rows, "row", False)
    joined = seen.last_time != NO_TIME
    if joined:  # one bar of the block before, to be compared with
        time, rows = np.append(seen.last_time, time), np.append(seen.last_row, rows)
        values = np.concatenate((np.array(seen.last_values).reshape(-1, 1), values), axis=1)
    if (np.diff(time) < 0).any():
        raise out_of_order(time, rows, source)
    time, rows, values, repeats = each_once(time, rows, values, "row", "error", source, seen.with_problems(found).problems("row"))
    found += repeats
    if joined:
        time, rows, values = time[1:], rows[1:], values[:, 1:]
    compared = (
        tuple(values[:, -1].tolist()) if len(time) else seen.last_values
    )  # as they were before a high below its low made both unknown
    found += ranges(values, rows, "row")
    values = np.ascontiguousarray(values + 0.0)
    values[np.isnan(values)] = np.nan
    after = _after(seen.with_problems(found), time, values, rows)
    return time, values, replace(after, last_values=compared, has_volume=seen.has_volume or given_volume)


def is_clean(time: Micros, values: Floats, seen: Seen) -> bool:
    """Whether nothing at all is wrong with a block; an unknown value makes every comparison with it false."""
    if not len(time) or int(time[0]) <= seen.last_time or int(time[0]) == NO_TIME:
        return False
    opened, high, low, close = values[:4]
    return bool(
        (time[1:] > time[:-1]).all()
        and low.min() > 0.0
        and high.max() <= LARGEST
        and values[4].min() >= 0.0
        and values[4].max() <= LARGEST
        and (low <= opened).all()
        and (opened <= high).all()
        and (low <= close).all()
        and (close <= high).all()
    )


def _after(seen: Seen, time: Micros, values: Floats, rows: Rows) -> Seen:
    """What is to be remembered of bars that are usable now."""
    if not len(time):
        return seen
    return replace(
        seen,
        last_time=int(time[-1]),
        last_row=int(rows[-1]),
        last_values=tuple(values[:, -1].tolist()),
        bars=seen.bars + len(time),
        has_volume=seen.has_volume or not bool(np.isnan(values[4]).all()),
        has_close=seen.has_close or not bool(np.isnan(values[3]).all()),
        first_rows=(*seen.first_rows, *rows[:FIRST_ROWS].tolist())[:FIRST_ROWS],
    )


def out_of_order(time: Micros, rows: Rows, source: str) -> DataError:
    """The refusal of bars that only a sort could place: not all of them are at hand."""
    late = np.append(False, np.diff(time) < 0)
    n, at = int(late.sum()), first_five(late, rows)
    sentence = (
        f"{source} is read a part at a time, and {counted(n, 'bar is', 'bars are')} earlier than the one above (first row {at[0]}). Sort the file by time, "
        "or read it whole, without --stream and --checkpoint: it is sorted then."
    )
    return NeedsWhole(sentence, Problem("unsorted", n, at, "refused", sentence))


def require_bars(seen: Seen, source: str) -> None:
    """Raises DataError where a source had no bar with a time."""
    if not seen.bars:
        raise no_bars(source, seen.problems("row"))
