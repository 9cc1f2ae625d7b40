"""Curves drawn with characters: braille dots, or three heights of ASCII where there are no others."""

from __future__ import annotations

import numpy as np

from apextrade.report.data import Floats

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a braille cell, by row and column
_MARKS = "'-."  # a point in the upper, middle or lower third of its line


def braille(places: Floats, columns: int, rows: int) -> list[str]:
    """A line as `rows` texts of `columns` characters.

    places: shape (n,), 0 the top to 1 the bottom, NaN unknown: nothing is drawn there. Of the values that share a dot's column
    all heights between the lowest and the highest are set, so that no extreme is lost.
    """
    cells = [[0] * columns for _ in range(rows)]
    for x, (top, bottom) in enumerate(_spans(places, 2 * columns, 4 * rows)):
        for y in range(top, bottom + 1):
            cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
    return ["".join(chr(0x2800 + dots) if dots else " " for dots in row) for row in cells]


def ascii_art(places: Floats, columns: int, rows: int) -> list[str]:
    """The same with ASCII: a mark for each column's last height, a bar through the lines that it crosses."""
    cells = [[" "] * columns for _ in range(rows)]
    for x, (top, bottom) in enumerate(_spans(places, columns, 3 * rows)):
        for y in range(top // 3, bottom // 3 + 1 if bottom >= top else 0):
            cells[y][x] = "|" if bottom - top >= 3 else _MARKS[top % 3]
    return ["".join(row) for row in cells]


def _spans(places: Floats, columns: int, heights: int) -> list[tuple[int, int]]:
    """Lowest and highest level of each column, joined to the column before; (0, -1) where nothing is known."""
    n = len(places)
    spans: list[tuple[int, int]] = []
    before: tuple[int, int] | None = None
    for x in range(columns):
        start = x * n // columns
        part = places[start : max(start + 1, (x + 1) * n // columns)]
        part = part[np.isfinite(part)]
        if not len(part):
            spans.append((0, -1))
            before = None
            continue
        top, bottom = (min(heights - 1, max(0, int(p * heights))) for p in (float(part.min()), float(part.max())))
        own = (top, bottom)
        if before is not None:  # no gap between neighbouring columns
            top, bottom = min(top, before[1] + 1), max(bottom, before[0] - 1)
        spans.append((top, bottom))
        before = own
    return spans
