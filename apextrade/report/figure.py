"""A chart as HTML: the drawing stretches, its text keeps its size; the script only moves what is here."""

from __future__ import annotations

import numpy as np

from apextrade.report import paths
from apextrade.report.axes import HEIGHT
from apextrade.report.charts import Chart, Series
from apextrade.report.data import Micros
from apextrade.report.decimate import is_decimated
from apextrade.report.markup import Markup, tag
from apextrade.report.numbers import percent, plain
from apextrade.report.ticks import Tick, time_ticks


def draw(chart: Chart, time: Micros) -> Markup:
    """The figure: legend, drawing, labels of both axes. time: of each bar, microseconds since 1970 UTC, shape (n,)."""
    n, across = len(time), time_ticks(time)
    up = chart.axis.ticks()
    small = " ".join(words for words in (chart.small, "log scale" if chart.axis.log else "") if words)
    title = tag("h3", chart.title, tag("small", f" {small}") if small else "")
    return tag(
        "figure",
        tag("figcaption", title, _legend(chart), class_="cap"),
        tag("div", *_layers(chart, n, up, across), class_="frame"),
        tag("div", *(tag("span", t.label, style=f"top:{t.at:.2f}%") for t in up), class_="y", aria_hidden="true"),
        _stretched(chart.lane, n, 2, class_="lane", aria_hidden="true") if chart.lane else "",
        tag("div", *(tag("span", t.label, style=f"left:{_left(t, n)}") for t in across), class_="x", aria_hidden="true"),
        tag("p", chart.note, class_="note") if chart.note else "",
        class_="chart",
        data_chart=chart.key,
        data_low=f"{chart.axis.low!r}",
        data_high=f"{chart.axis.high!r}",
        data_log=chart.axis.log,
        data_unit=chart.axis.unit,
        data_values=chart.values or None,
    )


def _layers(chart: Chart, n: int, up: list[Tick], across: list[Tick]) -> list[Markup]:
    """From back to front: the grid, the curves, the marks of trades."""
    lines = [tag("line", x1="0", x2="100%", y1=f"{t.at:.2f}%", y2=f"{t.at:.2f}%") for t in up]
    lines += [tag("line", x1=_left(t, n), x2=_left(t, n), y1="0", y2="100%") for t in across]
    layers = [
        tag("svg", *lines, class_="grid", aria_hidden="true"),
        _stretched(_curves(chart, n), n, HEIGHT, class_="plot", role="img", aria_label=chart.summary),
    ]
    if chart.marks:
        layers.append(tag("svg", chart.marks, class_="marks many" if chart.note else "marks", aria_hidden="true"))
    return layers


def _curves(chart: Chart, n: int) -> Markup:
    drawn: list[Markup] = [chart.extra]
    if chart.base is not None:
        drawn.append(tag("path", class_="base", d=f"M-.5 {chart.axis.place(chart.base)}H{n - 0.5:g}"))
        areas = [s for s in chart.series if s.shape == "area"]
        drawn += [tag("path", class_=f"fill {s.look}", d=paths.area(s.values, chart.axis, chart.base)) for s in areas]
    lines = [s for s in chart.series if s.shape != "silent"]
    # The strategy's own curve lies on top; so do prices too many to tell from averages of them.
    lines.sort(key=lambda s: s.shape == "area" or (s.look == "close" and is_decimated(n)))
    drawn += [tag("path", class_=f"line {s.look}", d=paths.line(s.values, chart.axis)) for s in lines]
    return Markup("".join(drawn))


def _stretched(content: Markup, n: int, height: int, **attributes: str) -> Markup:
    """A drawing of n bars that fills its box, whatever its shape."""
    return tag("svg", content, viewBox=f"-.5 0 {n} {height}", preserveAspectRatio="none", **attributes)


def _legend(chart: Chart) -> Markup:
    keys = [tag("span", tag("i", class_=s.look), s.name, " ", tag("b", _last(s)), class_="key") for s in chart.series]
    return tag("div", *keys, class_="legend")


def _last(series: Series) -> str:
    """The last known value."""
    known = series.values[np.isfinite(series.values)]
    value = float(known[-1]) if known.size else float("nan")
    return percent(value, decimals=2) if series.unit == "percent" else plain(value, series.decimals)


def _left(tick: Tick, n: int) -> str:
    return f"{(tick.at + 0.5) * 100 / n:.2f}%"
