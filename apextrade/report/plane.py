"""Figures whose horizontal axis is no time: histograms, scatters of points, and bars by year. They need no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from apextrade.report.axes import HEIGHT, Axis
from apextrade.report.data import Floats
from apextrade.report.markup import NOTHING, Markup, join, tag
from apextrade.report.ticks import Tick


@dataclass(frozen=True, slots=True)
class Plane:
    """A figure. up, across: labels, their places in percent from the top and from the left. across_name: what the horizontal axis is.
    drawing: what lies on the grid, placed in percent. legend: beside the title. note: below."""

    title: str
    summary: str
    up: Sequence[Tick]
    across: Sequence[Tick]
    across_name: str
    drawing: Markup
    legend: Markup = NOTHING
    note: str | Markup = ""
    ruled: bool = True  # lines at the labels of the horizontal axis
    look: str = ""


def draw_plane(plane: Plane) -> Markup:
    """The figure as HTML: its drawing stretches, its text keeps its size."""
    lines = [tag("line", x1="0", x2="100%", y1=f"{t.at:.2f}%", y2=f"{t.at:.2f}%") for t in plane.up]
    if plane.ruled:
        lines += [tag("line", x1=f"{t.at:.2f}%", x2=f"{t.at:.2f}%", y1="0", y2="100%") for t in plane.across]
    return tag(
        "figure",
        tag("figcaption", tag("h3", plane.title), plane.legend, class_="cap"),
        tag(
            "div",
            tag("svg", *lines, class_="grid", aria_hidden="true"),
            tag("svg", plane.drawing, class_="still", role="img", aria_label=plane.summary),
            class_="frame",
        ),
        tag("div", *(tag("span", t.label, style=f"top:{t.at:.2f}%") for t in plane.up), class_="y", aria_hidden="true"),
        tag("div", *(tag("span", t.label, style=f"left:{t.at:.2f}%") for t in plane.across), class_="x", aria_hidden="true"),
        tag("p", plane.across_name, class_="across"),
        tag("p", plane.note, class_="note") if plane.note else "",
        class_=f"chart plane {plane.look}".rstrip(),
    )


def from_left(axis: Axis, values: Floats) -> Floats:
    """Where values lie on a horizontal axis, in percent from the left."""
    places: Floats = 100.0 - axis.places(values) * (100.0 / HEIGHT)
    return places


def across_ticks(axis: Axis) -> list[Tick]:
    """The labels of a horizontal axis."""
    return [Tick(100.0 - tick.at, tick.label) for tick in axis.ticks()]


def bar(x: float, wide: float, top: float, bottom: float, look: str, title: str) -> Markup:
    """A bar in percent of the figure; one that would be too low to see has a hair's height."""
    tall = max(abs(bottom - top), 0.4) if top != bottom else 0.0
    return tag(
        "rect", tag("title", title), x=f"{x:.2f}%", y=f"{min(top, bottom):.2f}%", width=f"{wide:.2f}%", height=f"{tall:.2f}%", class_=look
    )  # fmt: skip


def dots(x: Floats, y: Floats, looks: Sequence[str], titles: Sequence[str]) -> Markup:
    """A dot for each point, in percent of the figure: round for one look, hollow for another, so that colour is not all that tells."""
    return join(
        tag("circle", tag("title", title), cx=f"{a:.2f}%", cy=f"{b:.2f}%", r=3, class_=look)
        for a, b, look, title in zip(x.tolist(), y.tolist(), looks, titles, strict=True)
    )


def across_line(at: float, look: str, title: str) -> Markup:
    """A vertical line at a place in percent from the left."""
    return tag("line", tag("title", title), x1=f"{at:.2f}%", x2=f"{at:.2f}%", y1="0", y2="100%", class_=look)


def key(*entries: tuple[str, str]) -> Markup:
    """A legend: (look, words) of each."""
    return tag(
        "div", *(tag("span", tag("i", class_=f"swatch {look}"), words, class_="key") for look, words in entries), class_="legend"
    )


def spread(count: int, most: int) -> list[int]:
    """At most `most` of the numbers below count, evenly apart, the first and the last among them."""
    return list(range(count)) if count <= most else np.unique(np.linspace(0, count - 1, most).round().astype(int)).tolist()
