"""Rows of numbers that grow: what the position machine keeps its orders, lots and records in."""

from __future__ import annotations

from array import array

import cython
import numpy as np

FIRST_ROWS = 4


class Table:
    """Rows of `width` float64 numbers, one after another in `rows`; row k starts at k * width."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.count = 0
        self.capacity = FIRST_ROWS
        self.rows = array("d", bytes(8 * width * FIRST_ROWS))

    def add(self) -> cython.Py_ssize_t:
        at: cython.Py_ssize_t = self.more()
        k: cython.Py_ssize_t
        for k in range(at, at + self.width):
            self.rows[k] = 0.0
        return at

    def more(self) -> cython.Py_ssize_t:
        if self.count == self.capacity:
            self.make_room()
        self.count += 1
        return (self.count - 1) * self.width

    def make_room(self) -> None:
        """Seldom called: apart, so that `more` is short enough to be written out where it is called."""
        with cython.gil:
            self.grow()

    def remove(self, k: cython.Py_ssize_t) -> None:
        j: cython.Py_ssize_t
        for j in range(k * self.width, (self.count - 1) * self.width):
            self.rows[j] = self.rows[j + self.width]
        self.count -= 1

    def grow(self) -> None:
        """Four times the room. Memory that is not cleared is not touched before it is needed."""
        k: cython.Py_ssize_t
        size: cython.Py_ssize_t = self.count * self.width
        room = 4 * self.width * self.capacity
        more: cython.double[::1] = np.empty(room) if cython.compiled else array("d", bytes(8 * room))
        for k in range(size):
            more[k] = self.rows[k]
        self.rows = more
        self.capacity *= 4

    def values(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """A copy of the rows, shape (count, width)."""
        flat = np.array(self.rows[: self.count * self.width], dtype=np.float64)
        return flat.reshape(self.count, self.width)

    def set_values(self, values: list[float]) -> None:
        """Replaces all rows; `values` are whole rows, flattened."""
        self.count = 0
        for k in range(len(values) // self.width):
            at = self.add()
            for j in range(self.width):
                self.rows[at + j] = values[k * self.width + j]

    def clear(self) -> None:
        """No rows; the room stays."""
        self.count = 0
