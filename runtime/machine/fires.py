"""Where rules fire: a column of truths as bits, 64 rows a word. Compiled; without its binary the same file runs as plain Python."""

from __future__ import annotations

from typing import Any

import cython


def fires_in(column: Any, first: cython.Py_ssize_t, rows: cython.Py_ssize_t) -> cython.ulonglong:
    """Bit j says whether row first + j of a column of truths is true; at most 64 rows."""
    j: cython.Py_ssize_t
    found: cython.ulonglong = 0
    if cython.compiled:
        # Of 0, 1 and 2 only 2 has this bit, as doubles are written.
        bits: cython.p_ulonglong = cython.cast(cython.p_ulonglong, column) + first
        if rows == 64:
            for j in range(64):
                found |= ((bits[j] >> 62) & 1) << j
            return found
        for j in range(rows):
            found |= ((bits[j] >> 62) & 1) << j
    else:
        for j in range(rows):
            if column[first + j] == 2.0:
                found |= 1 << j
    return found


if not cython.compiled:

    def lowest_of_bits(word: int) -> int:
        """The place of the lowest bit that is set; as C it is in fires.pxd."""
        return (word & -word).bit_length() - 1
