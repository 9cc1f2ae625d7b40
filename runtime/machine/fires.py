"""Truths and comparisons as bits: bit j is that of row first + j, at most 64 rows. Compiled they are C, in fires.pxd; this is what they do, as plain Python."""

from __future__ import annotations

from collections.abc import Sequence

import cython

if not cython.compiled:

    def lowest_of_bits(word: int) -> int:
        """The place of the lowest bit that is set."""
        return (word & -word).bit_length() - 1

    def true_bits(x: Sequence[float], first: int, rows: int) -> int:
        """Which rows of a column of truths are true."""
        return sum(1 << j for j in range(rows) if x[first + j] == 2.0)

    def less_bits(x: Sequence[float], y: Sequence[float], first: int, rows: int) -> int:
        """Where x is below y; an unknown value is not."""
        return sum(1 << j for j in range(rows) if x[first + j] < y[first + j])

    def least_bits(x: Sequence[float], y: Sequence[float], first: int, rows: int) -> int:
        """Where x is at or below y; an unknown value is not."""
        return sum(1 << j for j in range(rows) if x[first + j] <= y[first + j])
