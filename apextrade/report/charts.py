"""The charts: price with plots and trades, equity, drawdown. Drawn here; the script only moves what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from apextrade.report import paths
from apextrade.report.axes import HEIGHT, Axis, Unit, fit
from apextrade.report.data import Floats, Micros, Overlay, ReportData, TradeRow
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import money, percent, plain, price_decimals, quantity
from apextrade.report.ticks import Tick, time_ticks

CANDLES_UP_TO = 180  # bars that can be told apart
MARKS_UP_TO = 300  # trades whose marks do not bury the prices; more appear when zoomed in
LINKS_UP_TO = 150


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A line in a chart and its entry in the legend. look: class of its colour and dash. decimals: of the value under the pointer."""

    name: str
    values: Floats
    look: str
    unit: Unit = "number"
    decimals: int = 2
    shape: Literal["line", "area", "silent"] = "line"


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """One figure. `extra` is drawn below the lines, `marks` above them, `lane` in a strip under the plot."""

    key: str
    title: str
    summary: str
    axis: Axis
    series: tuple[Series, ...]
    base: float | None = None
    extra: Markup = Markup("")
    marks: Markup = Markup("")
    lane: Markup = Markup("")
    note: str = ""


def all_charts(data: ReportData, listed: tuple[TradeRow, ...]) -> list[Chart]:
    """The charts of a report, from top to bottom. listed: the trades that are in the table, which get marks."""
    return [price_chart(data, listed), *plot_charts(data), equity_chart(data), drawdown_chart(data)]


def price_chart(data: ReportData, listed: tuple[TradeRow, ...]) -> Chart:
    """Candles or closes, the plots that are prices, and where trades were entered and left."""
    plots = [o for o in data.overlays if o.unit == "price"]
    few = len(data.time) <= CANDLES_UP_TO
    axis = fit([data.low, data.high, data.close, *(o.values for o in plots)], log=True)
    own = tuple(t for t in listed if t.symbol == data.symbol)
    known = data.close[np.isfinite(data.close)]
    decimals = price_decimals(*(known[:1].tolist() + known[-1:].tolist()))
    if few:
        wicks, rose, fell = paths.candles(data.open, data.high, data.low, data.close, axis)
        drawn = [tag("path", class_="wick", d=wicks), tag("path", class_="rose", d=rose), tag("path", class_="fell", d=fell)]
    else:
        drawn = [tag("path", class_="band", d=paths.band(data.low, data.high, axis))]
    drawn += _links(data, own, axis)
    series = [Series("Close", data.close, "close", decimals=decimals, shape="silent" if few else "line")]
    series += [Series(o.name, o.values, f"plot{i % 6}", decimals=decimals) for i, o in enumerate(plots)]
    note = ""
    if len(own) > MARKS_UP_TO:
        note = f"Marks of {len(own):,} trades appear when at most {MARKS_UP_TO} of them are in view; the strip below shows when a position was held."
    text = f"Price of {data.symbol} with {len(own):,} trades marked." if known.size else f"No price of {data.symbol} is known."
    return Chart(
        "price", f"Price of {data.symbol}", text, axis, tuple(series), None, join(drawn), _marks(data, own, axis), _lane(data.position), note
    )


def plot_charts(data: ReportData) -> list[Chart]:
    """Plots that are no prices: one chart for each unit."""
    units = dict.fromkeys(o.unit for o in data.overlays if o.unit != "price")
    return [_plot_chart(unit, [o for o in data.overlays if o.unit == unit], i) for i, unit in enumerate(units)]


def _plot_chart(unit: str, overlays: list[Overlay], number: int) -> Chart:
    shown: Unit = "percent" if unit == "ratio" else "number"
    known = [abs(float(v)) for o in overlays for v in o.values[np.isfinite(o.values)][-1:]]
    decimals = price_decimals(*known)
    series = tuple(Series(o.name, o.values, f"plot{i % 6}", shown, decimals) for i, o in enumerate(overlays))
    title = ", ".join(o.name for o in overlays)
    return Chart(f"plot{number}", f"{title} ({unit})", f"{title}, in {unit}.", fit([o.values for o in overlays], unit=shown), series)


def equity_chart(data: ReportData) -> Chart:
    """The account at each close, beside the same money bought and held."""
    axis = fit([data.equity, data.benchmark, np.array([data.capital])], log=True)
    known = data.equity[np.isfinite(data.equity)]
    text = "Equity is not known on any bar."
    if known.size:
        text = f"Equity from {money(data.capital, data.currency)} to {money(float(known[-1]), data.currency)}."
    series = (Series("Equity", data.equity, "equity", shape="area"), Series("Buy & hold", data.benchmark, "hold"))
    return Chart("equity", f"Equity, {data.currency}", text, axis, series, data.capital)


def drawdown_chart(data: ReportData) -> Chart:
    """How far equity lies below its highest value so far."""
    own, held = drawdown(data.equity, data.capital), drawdown(data.benchmark, data.capital)
    axis = fit([own, held], unit="percent", top=0.0)
    deepest = float(np.nanmin(own)) if np.isfinite(own).any() else float("nan")
    series = (Series("Equity", own, "down", "percent", shape="area"), Series("Buy & hold", held, "hold", "percent"))
    return Chart("drawdown", "Drawdown from the highest equity", f"The deepest drawdown is {percent(deepest)}.", axis, series, 0.0)


def drawdown(equity: Floats, capital: float) -> Floats:
    """equity over its highest value so far, capital included, less one: 0 or below. Shape (n,); unknown stays unknown."""
    peak = np.fmax.accumulate(np.fmax(equity, capital))
    return np.where(peak > 0, equity / np.where(peak > 0, peak, 1.0) - 1, np.nan)


def draw(chart: Chart, time: Micros) -> Markup:
    """The figure as HTML. Text lies outside the drawing, so that it keeps its size whatever the width."""
    n = len(time)
    ys, xs = chart.axis.ticks(), time_ticks(time)
    lines = [tag("line", x1="0", x2="100%", y1=f"{t.at:.2f}%", y2=f"{t.at:.2f}%") for t in ys]
    lines += [tag("line", x1=_across(t, n), x2=_across(t, n), y1="0", y2="100%") for t in xs]
    drawn = [chart.extra]
    if chart.base is not None:
        drawn.append(tag("path", class_="base", d=f"M-.5 {chart.axis.place(chart.base)}H{n - 0.5:g}"))
    for s in chart.series:
        if s.shape == "area" and chart.base is not None:
            drawn.append(tag("path", class_=f"fill {s.look}", d=paths.area(s.values, chart.axis, chart.base)))
    for s in chart.series[::-1]:
        if s.shape != "silent":
            drawn.append(tag("path", class_=f"line {s.look}", d=paths.line(s.values, chart.axis)))
    frame = tag(
        "div",
        tag("svg", *lines, class_="grid", aria_hidden="true"),
        tag("svg", *drawn, class_="plot", viewBox=f"-.5 0 {n} {HEIGHT}", preserveAspectRatio="none", role="img", aria_label=chart.summary),
        tag("svg", chart.marks, class_=f"marks{' many' if chart.note else ''}", aria_hidden="true") if chart.marks else "",
        class_="frame",
    )
    lane = tag("svg", chart.lane, class_="lane", viewBox=f"-.5 0 {n} 2", preserveAspectRatio="none", aria_hidden="true") if chart.lane else ""
    return tag(
        "figure",
        tag("figcaption", tag("h3", chart.title, tag("small", " log scale") if chart.axis.log else ""), _legend(chart), class_="cap"),
        frame,
        tag("div", *(tag("span", t.label, style=f"top:{t.at:.2f}%") for t in ys), class_="y", aria_hidden="true"),
        lane,
        tag("div", *(tag("span", t.label, style=f"left:{_across(t, n)}") for t in xs), class_="x", aria_hidden="true"),
        tag("p", chart.note, class_="note") if chart.note else "",
        class_=f"chart {chart.key}",
        data_chart=chart.key,
        data_low=f"{chart.axis.low!r}",
        data_high=f"{chart.axis.high!r}",
        data_log=chart.axis.log,
        data_unit=chart.axis.unit,
    )


def _legend(chart: Chart) -> Markup:
    keys = [tag("span", tag("i", class_=s.look), s.name, " ", tag("b", _last(s)), class_="key") for s in chart.series]
    return tag("div", *keys, class_="legend")


def _last(series: Series) -> str:
    known = series.values[np.isfinite(series.values)]
    value = float(known[-1]) if known.size else float("nan")
    return percent(value, decimals=2) if series.unit == "percent" else plain(value, series.decimals)


def _across(tick: Tick, n: int) -> str:
    return f"{(tick.at + 0.5) * 100 / n:.2f}%"


def _lane(position: Floats) -> Markup:
    long, short = paths.ribbon(position)
    return join((tag("path", class_="none", d=f"M-.5 1H{len(position) - 0.5:g}"), tag("path", class_="long", d=long), tag("path", class_="short", d=short)))


def bar_of(time: Micros, micros: int) -> int:
    """The bar in which an instant lies."""
    return max(0, int(np.searchsorted(time, micros, "right")) - 1)


def _links(data: ReportData, trades: tuple[TradeRow, ...], axis: Axis) -> list[Markup]:
    """Thin lines from entries to exits, where there are few enough to follow."""
    if len(trades) > LINKS_UP_TO:
        return []
    kinds: dict[str, list[str]] = {"won": [], "lost": []}
    for t in trades:
        if t.exit_time is not None and np.isfinite([t.entry_price, t.exit_price]).all():
            start, end = bar_of(data.time, t.entry_time), bar_of(data.time, t.exit_time)
            kinds["won" if t.profit >= 0 else "lost"].append(f"M{start} {axis.place(t.entry_price)}L{end} {axis.place(t.exit_price)}")
    return [tag("path", class_=f"link {kind}", d="".join(pieces)) for kind, pieces in kinds.items() if pieces]


def _marks(data: ReportData, trades: tuple[TradeRow, ...], axis: Axis) -> Markup:
    """A shape at each fill: a triangle up or down for a long or short entry, a dot for an exit with profit, a cross for one with a loss."""
    n, titles, marks = len(data.time), len(trades) <= MARKS_UP_TO, []
    for t in trades:
        amount = f"{quantity(t.quantity)} at {quantity(t.entry_price)}"
        ends = [(t.entry_time, t.entry_price, t.side, f"Trade {t.id}: {t.side} {amount}")]
        if t.exit_time is not None:
            kind = "won" if t.profit >= 0 else "lost"
            reason = f", {t.exit_reason}" if t.exit_reason else ""
            text = f"Trade {t.id}: exit at {quantity(t.exit_price)}, {money(t.profit, data.currency, sign=True)}{reason}"
            ends.append((t.exit_time, t.exit_price, kind, text))
        for micros, price, kind, text in ends:
            if not np.isfinite(price):
                continue
            x, y = bar_of(data.time, micros), axis.place(price)
            place = {"x": f"{(x + 0.5) * 100 / n:.3g}%", "y": f"{y * 100 / HEIGHT:.3g}%"}
            if n > 500:
                place["x"] = f"{(x + 0.5) * 100 / n:.2f}%"
            title = tag("title", text) if titles else ""
            marks.append(tag("use", title, href=f"#m-{kind}", class_=kind, **place, data_x=x, data_y=y, data_t=t.id))
    return join(marks)
