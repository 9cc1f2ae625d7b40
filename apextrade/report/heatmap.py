"""A heatmap: a number over two inputs, as HTML that shows every value where there is room and under the pointer where there is not.

    heatmap(Heat("sharpe", "fast", ("5", "10"), "slow", ("50", "100"), values))

The styles are those of report.css (`shell.styles()`); the figure needs no script.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from apextrade.report.data import Floats
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import plain

LEVELS = 8
WRITTEN_UP_TO = 14  # columns whose numbers can be read
TITLED_UP_TO = 4000  # cells that say their value under the pointer
LABELS = 12  # on an axis
EDGE = 0.02  # the share of values at either end that takes the last colour: one wild cell must not bleach the others


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """values: shape (len(rows), len(columns)), NaN where there is none. name: what they are. column_name, row_name: the inputs;
    columns, rows: their values as written. best: row and column of the cell to mark. more_is_better: else the low ones are the strong
    colours. write: a value as text. Raises ValueError where the shape does not fit."""

    name: str
    column_name: str
    columns: tuple[str, ...]
    row_name: str
    rows: tuple[str, ...]
    values: Floats
    best: tuple[int, int] | None = None
    more_is_better: bool = True
    write: Callable[[float], str] = lambda value: plain(value, 2)

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.rows), len(self.columns)):
            raise ValueError(f"{self.values.shape} values do not fill {len(self.rows)} rows of {len(self.columns)} columns.")

    @property
    def ends(self) -> tuple[float, float]:
        """The values that have the first and the last colour; NaN where none is known."""
        known = self.values[np.isfinite(self.values)]
        if not known.size:
            return math.nan, math.nan
        low, high = np.quantile(known, [EDGE, 1 - EDGE], method="nearest").tolist()
        return (low, high) if self.more_is_better else (high, low)

    def levels(self) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
        """Of each cell its colour, 0 to LEVELS - 1 with the best; -1 where no value is known."""
        first, last = self.ends
        with np.errstate(invalid="ignore", over="ignore"):
            share = (self.values - first) / (last - first) if last != first else np.where(np.isnan(self.values), np.nan, 0.5)
        known = np.isfinite(self.values)
        level = np.clip(np.floor(np.where(known, share, 0.0) * LEVELS), 0, LEVELS - 1).astype(np.int64)
        return np.where(known, level, -1)


def heatmap(heat: Heat) -> Markup:
    """The figure, with its name, both inputs, their values, and what the colours stand for."""
    written = len(heat.columns) <= WRITTEN_UP_TO
    title = tag("figcaption", tag("h3", f"{heat.name} by {heat.column_name} and {heat.row_name}"), _scale(heat), class_="cap")
    return tag("figure", title, _table(heat) if written else _drawing(heat), class_="heatmap")


def _table(heat: Heat) -> Markup:
    """Every value written in its cell."""
    head = tag("tr", tag("th", _corner(heat)), *(tag("th", text, scope="col") for text in heat.columns))
    levels = heat.levels()
    rows = []
    for at, name in enumerate(heat.rows):
        cells = [
            tag("td", heat.write(float(value)), class_=_look(int(level), heat.best == (at, column)))
            for column, (value, level) in enumerate(zip(heat.values[at], levels[at], strict=True))
        ]
        rows.append(tag("tr", tag("th", name, scope="row"), *cells))
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=f"{heat.name} as a table")


def _corner(heat: Heat) -> Markup:
    return join((heat.row_name, " \N{DOWNWARDS ARROW}  ", heat.column_name, " \N{RIGHTWARDS ARROW}"))


def _drawing(heat: Heat) -> Markup:
    """Cells too many to write in: colours, and the value under the pointer."""
    wide, tall = len(heat.columns), len(heat.rows)
    levels = heat.levels()
    if wide * tall <= TITLED_UP_TO:
        cells = [
            tag("rect", tag("title", _told(heat, y, x)), x=x, y=y, width=1, height=1, class_=f"q{levels[y, x]}")
            for y, x in np.argwhere(levels >= 0).tolist()
        ]
    else:
        cells = [tag("path", class_=f"q{level}", d=_cells(levels == level)) for level in range(LEVELS) if (levels == level).any()]
    if heat.best is not None:
        y, x = heat.best
        cells.append(tag("rect", tag("title", _told(heat, y, x)), x=x, y=y, width=1, height=1, class_="best"))
    words = f"{heat.name} for {wide} values of {heat.column_name} and {tall} of {heat.row_name}."
    drawing = tag(
        "svg", *cells, viewBox=f"0 0 {wide} {tall}", preserveAspectRatio="none", role="img", aria_label=words,
        style=f"aspect-ratio:{wide}/{max(tall, wide / 3, 1):g}",
    )  # fmt: skip
    return tag(
        "div",
        tag("p", heat.row_name, class_="up"),
        tag("div", *_labels(heat.rows, "top"), class_="y", aria_hidden="true"),
        drawing,
        tag("div", *_labels(heat.columns, "left"), class_="x", aria_hidden="true"),
        tag("p", heat.column_name, class_="across"),
        class_="cells",
    )


def _cells(chosen: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> str:
    """The chosen cells as one path, neighbours in a row joined."""
    pieces = []
    for y, row in enumerate(chosen):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0])))).reshape(-1, 2)
        pieces += [f"M{a} {y}H{b}v1H{a}z" for a, b in edges.tolist()]
    return "".join(pieces)


def _told(heat: Heat, y: int, x: int) -> str:
    value = heat.write(float(heat.values[y, x]))
    return f"{heat.column_name} {heat.columns[x]}, {heat.row_name} {heat.rows[y]}: {heat.name} {value}"


def _labels(texts: tuple[str, ...], side: str) -> list[Markup]:
    step = -(-len(texts) // LABELS)
    return [tag("span", texts[i], style=f"{side}:{(i + 0.5) * 100 / len(texts):.2f}%") for i in range(0, len(texts), step)]


def _look(level: int, best: bool) -> str:
    return ("none" if level < 0 else f"q{level}") + (" best" if best else "")


def _scale(heat: Heat) -> Markup:
    """What the first and the last colour stand for."""
    first, last = heat.ends
    if math.isnan(first):
        return tag("p", "No combination has a value.", class_="note")
    swatches = [tag("i", class_=f"q{level}") for level in range(LEVELS)]
    known = heat.values[np.isfinite(heat.values)]
    low, high = ("\N{LESS-THAN OR EQUAL TO} ", "\N{GREATER-THAN OR EQUAL TO} ")
    before, after = (low, high) if heat.more_is_better else (high, low)
    beyond = [bool((known < first).any()), bool((known > last).any())]
    if not heat.more_is_better:
        beyond = [bool((known > first).any()), bool((known < last).any())]
    ends = [(before if beyond[0] else "") + heat.write(first), (after if beyond[1] else "") + heat.write(last)]
    key = [tag("span", ends[0]), tag("span", *swatches, class_="swatches"), tag("span", ends[1])]
    if heat.best is not None:
        key.append(tag("span", tag("i", class_="best"), " best", class_="mark"))
    return tag("div", *key, class_="scale")
