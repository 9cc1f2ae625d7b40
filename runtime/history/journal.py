"""A journal: rows of numbers added to a file as they come, cut back to a number of rows where a run goes on from an earlier moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from runtime.data.arrays import Floats


class Journal:
    """Rows of `width` float64 numbers. Times among them are int64 in the same eight bytes, see `as_number`."""

    def __init__(self, path: Path, width: int, rows: int = 0) -> None:
        """rows: those to keep of a file that is there. Raises OSError, or ValueError where there are fewer."""
        self.path, self.width, self.count = path, width, rows
        self._file = path.open("r+b" if rows else "wb")
        size = rows * width * 8
        if self._file.seek(0, os.SEEK_END) < size:
            self._file.close()
            raise ValueError(f"{path} has fewer rows than it had when the run was saved.")
        self._file.truncate(size)
        self._file.seek(size)

    def add(self, rows: Floats) -> None:
        """rows: shape (k, width)."""
        if len(rows):
            with self._named():
                self._file.write(np.ascontiguousarray(rows, dtype=np.float64).tobytes())
            self.count += len(rows)

    def settle(self) -> None:
        """Everything added so far is on the disk when this returns."""
        with self._named():
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Everything added so far can be read."""
        with self._named():
            self._file.close()

    def drop(self) -> None:
        """Closes it after something went wrong: what it still held may be lost."""
        with suppress(OSError):
            self._file.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What the disk refuses is said with the name of the file."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None


def read_rows(path: Path, width: int, size: int) -> Iterator[Floats]:
    """All rows of a journal, at most `size` at a time."""
    with path.open("rb") as file:
        while data := file.read(size * width * 8):
            yield np.frombuffer(data, dtype=np.float64).reshape(-1, width)


def as_number(times: np.ndarray) -> Floats:
    """Times in the bytes of numbers: carried, not computed with."""
    return np.ascontiguousarray(times, dtype=np.int64).view(np.float64)


def as_time(numbers: Floats) -> np.ndarray:
    return np.ascontiguousarray(numbers).view(np.int64)
