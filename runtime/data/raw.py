"""Bars as their source gives them, before any check."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.data.arrays import Floats, Micros, Rows
from runtime.data.problems import Problem


@dataclass(frozen=True, slots=True)
class RawBars:
    """Columns of equal length in the source's order. Times may be missing, repeated or unsorted; values may be anything.

    values: shape (5, n): open, high, low, close, volume; or (6, n), with the factor that prices were multiplied by.
    rows: where each bar stood in the source; row_word says what those numbers count ("line" or "row").
    symbol: the one symbol that the source itself names, or "". currency: what it says its prices are in, or "".
    source: what messages call it.
    """

    time: Micros
    values: Floats
    rows: Rows
    row_word: str
    source: str
    symbol: str = ""
    problems: tuple[Problem, ...] = ()
    currency: str = ""
