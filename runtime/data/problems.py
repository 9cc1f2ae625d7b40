"""What was found wrong with bars, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from runtime.data.arrays import Flags, Rows

Action = Literal["kept", "made unknown", "left out", "sorted", "noted", "refused"]

KINDS = (
    "preamble",  # lines before the header
    "no_header",  # columns taken by their usual order
    "ignored_column",  # a column that is not a bar's, or a second candidate
    "no_volume",  # no volume column: volume is unknown
    "number_style",  # thousands separators or decimal commas
    "assumed_utc",  # clock times without a zone
    "assumed_order",  # day and month cannot be told apart
    "early_times",  # times in 1970: perhaps row numbers
    "repeated_header",  # the header again among the rows
    "blank_row",  # separators without a value
    "short_row",  # fewer cells than columns
    "no_time",  # a bar that cannot be placed
    "infinite",  # values that are not finite
    "not_positive",  # prices of zero or less
    "negative_volume",
    "unknown_price",  # empty or NaN prices
    "unknown_volume",  # empty or NaN volumes, where others are given
    "unsorted",
    "duplicate",  # one time, more than one row
    "high_below_low",
    "outside_range",  # open or close outside low..high
    "unadjusted",  # closes as traded although the source knows adjusted ones
    "factors",  # each bar says what its traded prices were multiplied by
    "split_adjusted",  # prices before a split divided by its ratio
    "out_of_step",  # two feeds whose bars do not meet
    "several_symbols",  # one file, bars of more than one instrument
    "unreadable",  # why a source was refused
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of trouble: how many rows, the first few of them, what was done, and that in a sentence.

    rows: how many rows or bars it concerns (0: the source as a whole).
    first_rows: at most five, numbered as in the source (lines of a text file, else rows, from 1).
    """

    kind: str
    rows: int
    first_rows: tuple[int, ...]
    action: Action
    sentence: str


class DataError(Exception):
    """Bars that cannot be used. `problems` holds everything found until then, the reason last."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = problems or (Problem("unreadable", 0, (), "refused", message),)

    def __reduce__(self) -> tuple[type[DataError], tuple[str, tuple[Problem, ...]]]:
        return DataError, (self.message, self.problems)  # sweeps carry errors between processes


def first_five(flags: Flags, rows: Rows) -> tuple[int, ...]:
    """The source's row numbers of the first five flagged bars."""
    return tuple(int(r) for r in rows[np.flatnonzero(flags)[:5]])


def counted(n: int, one: str, many: str = "") -> str:
    """`1 bar`, `12 bars`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def several_symbols(source: str, found: list[str]) -> DataError:
    """The refusal of a source that holds bars of more than one symbol; its problem has that kind."""
    shown = listed(found[:8]) + (" and others" if len(found) > 8 else "")
    sentence = f"{source} holds bars of several symbols: {shown}. Name the one to read, or give a file for each."
    return DataError(sentence, (Problem("several_symbols", 0, (), "refused", sentence),))
