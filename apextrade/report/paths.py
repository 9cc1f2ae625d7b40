"""Columns of numbers as SVG path data: bar i lies at x = i, heights are 1/10,000 of the plot."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from apextrade.report.axes import HEIGHT, Axis
from apextrade.report.data import Floats
from apextrade.report.decimate import Rows, column_ends, column_starts, line_rows, lows_and_highs


def line(values: Floats, axis: Axis) -> str:
    """A line through the known values, broken where they are unknown; a value alone between unknown ones is a dot."""
    rows = line_rows(values)
    return "".join(_stroke(xs, ys) for xs, ys in _runs(rows, axis.places(values[rows])))


def area(values: Floats, axis: Axis, base: float) -> str:
    """The surface between the line and a base value."""
    rows, floor = line_rows(values), axis.place(base)
    pieces = []
    for xs, ys in _runs(rows, axis.places(values[rows])):
        pieces.append(f"M{xs[0]} {floor}V{ys[0]}{_steps(xs, ys)}V{floor}z")
    return "".join(pieces)


def band(low: Floats, high: Floats, axis: Axis) -> str:
    """The surface between the lowest lows and the highest highs of each column of bars."""
    floor, roof = lows_and_highs(low, high)
    rows = column_starts(len(low))
    known = np.isfinite(floor) & np.isfinite(roof)
    top, bottom = axis.places(np.where(known, roof, np.nan)), axis.places(np.where(known, floor, np.nan))
    pieces = []
    for (xs, tops), (_, bottoms) in zip(_runs(rows, top), _runs(rows, bottom), strict=True):
        back = _steps(xs[::-1], bottoms[::-1])
        pieces.append(f"M{xs[0]} {tops[0]}{_steps(xs, tops)}V{bottoms[-1]}{back}z")
    return "".join(pieces)


def candles(open_: Floats, high: Floats, low: Floats, close: Floats, axis: Axis) -> tuple[str, str, str]:
    """Wicks, bodies that rose, and bodies that fell; a bar with an unknown price is left out. For short histories."""
    wicks: list[str] = []
    rose: list[str] = []
    fell: list[str] = []
    places = [axis.places(column) for column in (open_, high, low, close)]
    for i, (o, h, low_, c) in enumerate(zip(*places, strict=True)):
        if not np.isfinite([o, h, low_, c]).all():
            continue
        wicks.append(f"M{i} {h:.0f}V{low_:.0f}")
        top, tall = min(o, c), max(abs(c - o), HEIGHT / 400)
        (rose if c <= o else fell).append(f"M{i - 0.32:.2f} {top:.0f}h.64v{tall:.0f}h-.64z")
    return "".join(wicks), "".join(rose), "".join(fell)


def ribbon(position: Floats) -> tuple[str, str]:
    """Where a position was held: bars on the upper half for long, on the lower half for short. Heights are 0 to 2."""
    n = len(position)
    starts, ends = column_starts(n), column_ends(n)
    known = np.where(np.isnan(position), 0.0, position)
    most, least = np.maximum.reduceat(known, starts), np.minimum.reduceat(known, starts)
    return _bars(most > 0, starts, ends, 0), _bars(least < 0, starts, ends, 1)


def _bars(held: NDArray[np.bool_], starts: Rows, ends: Rows, top: int) -> str:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], held.astype(np.int8), [0]))))
    spans = [(int(starts[a]) - 0.5, int(ends[b - 1]) + 0.5) for a, b in edges.reshape(-1, 2)]
    return "".join(f"M{a:g} {top}H{b:g}v1H{a:g}z" for a, b in spans)


def _runs(rows: Rows, places: Floats) -> list[tuple[list[int], list[int]]]:
    """Stretches of neighbouring points whose place is known."""
    known = np.isfinite(places)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], known.astype(np.int8), [0])))).reshape(-1, 2)
    return [([int(x) for x in rows[a:b]], [int(y) for y in places[a:b]]) for a, b in edges]


def _stroke(xs: list[int], ys: list[int]) -> str:
    return f"M{xs[0]} {ys[0]}{_steps(xs, ys) or 'h0'}"


def _steps(xs: list[int], ys: list[int]) -> str:
    """Relative line segments from the first point on."""
    if len(xs) < 2:
        return ""
    moves = [f"{b - a} {d - c}" for a, b, c, d in zip(xs, xs[1:], ys, ys[1:], strict=False)]
    return "l" + " ".join(moves).replace(" -", "-")
