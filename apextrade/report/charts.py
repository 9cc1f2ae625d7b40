"""The charts: price with plots and trades, other plots, equity, drawdown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from apextrade.report import paths
from apextrade.report.axes import Axis, Unit, fit
from apextrade.report.data import Floats, Overlay, ReportData, TradeRow
from apextrade.report.markup import NOTHING, Markup, join, tag
from apextrade.report.numbers import money, percent, price_decimals
from apextrade.report.outcome import price_places
from apextrade.report.trade_marks import MARKS_UP_TO, fill_marks, position_lane, trade_links

LOG_OFFERED_FROM = 1.5  # highest over lowest equity from which a logarithmic axis looks different
CANDLES_UP_TO = 180  # bars that can be told apart


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A line in a chart and its entry in the legend.

    look: class of its colour and dash. decimals: of the value under the pointer. A silent one is in the legend alone.
    """

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
    extra: Markup = NOTHING
    marks: Markup = NOTHING
    lane: Markup = NOTHING
    note: str = ""
    small: str = ""  # beside the title
    values: str = ""  # the key of the chart that has the same values


def all_charts(data: ReportData, listed: tuple[TradeRow, ...]) -> list[Chart]:
    """The charts of a report, from top to bottom. listed: the trades that are in the table, which get marks."""
    prices = [] if data.instruments else [price_chart(data, listed)]
    return [*prices, *plot_charts(data), *equity_charts(data), drawdown_chart(data)]


def price_chart(data: ReportData, listed: tuple[TradeRow, ...]) -> Chart:
    """Candles or closes, the plots that are prices, and where trades were entered and left."""
    plots = [o for o in data.overlays if o.unit == "price"]
    few = len(data.time) <= CANDLES_UP_TO
    axis = fit([data.low, data.high, data.close, *(o.values for o in plots)], log=True)
    own = tuple(t for t in listed if t.symbol == data.symbol)
    decimals = price_places(data)
    if few:
        wicks, rose, fell = paths.candles(data.open, data.high, data.low, data.close, axis)
        drawn = [tag("path", class_="wick", d=wicks), tag("path", class_="rose", d=rose), tag("path", class_="fell", d=fell)]
    else:
        drawn = [tag("path", class_="band", d=paths.band(data.low, data.high, axis))]
    drawn += trade_links(data, own, axis)
    series = [Series("Close", data.close, "close", decimals=decimals, shape="silent" if few else "line")]
    series += [Series(o.name, o.values, f"plot{i % 6}", decimals=decimals) for i, o in enumerate(plots)]
    note = ""
    if len(own) > MARKS_UP_TO:
        note = f"Marks of {len(own):,} trades appear when at most {MARKS_UP_TO} of them are in view; "
        note += "the strip below the prices shows when a position was held."
    text = f"Price of {data.symbol} with {len(own):,} trades marked."
    if not np.isfinite(data.close).any():
        text = f"No price of {data.symbol} is known."
    return Chart(
        "price",
        f"Price of {data.symbol}",
        text,
        axis,
        tuple(series),
        extra=join(drawn),
        marks=fill_marks(data, own, axis),
        lane=position_lane(data.position),
        note=note,
    )


def plot_charts(data: ReportData) -> list[Chart]:
    """Plots that are no prices: one chart for each unit."""
    units = dict.fromkeys(o.unit for o in data.overlays if o.unit != "price")
    return [_plot_chart(unit, [o for o in data.overlays if o.unit == unit], i) for i, unit in enumerate(units)]


def _plot_chart(unit: str, overlays: list[Overlay], number: int) -> Chart:
    shown: Unit = "percent" if unit == "ratio" else "number"
    decimals = price_decimals(np.concatenate([o.values[:: max(1, len(o.values) // 200)] for o in overlays]))
    series = tuple(Series(o.name, o.values, f"plot{i % 6}", shown, decimals) for i, o in enumerate(overlays))
    title = ", ".join(o.name for o in overlays)
    return Chart(
        f"plot{number}", f"{title} ({unit})", f"{title}, in {unit}.", fit([o.values for o in overlays], unit=shown), series
    )


def equity_charts(data: ReportData) -> list[Chart]:
    """The account at each close, beside the same money bought and held; with a logarithmic axis as well where that makes a difference."""
    columns = [data.equity, data.benchmark, np.array([data.capital])]
    linear, log = fit(columns), fit(columns, log=True, log_from=LOG_OFFERED_FROM)
    charts = [_equity_chart(data, linear, "equity")]
    if log.log:
        charts.append(replace(_equity_chart(data, log, "equity-log"), values="equity"))
    return charts


def starts_as_log(data: ReportData) -> bool:
    """Whether equity is first shown on a logarithmic axis."""
    return fit([data.equity, data.benchmark, np.array([data.capital])], log=True).log


def _equity_chart(data: ReportData, axis: Axis, key: str) -> Chart:
    known = data.equity[np.isfinite(data.equity)]
    text = "Equity is not known on any bar."
    if known.size:
        text = f"Equity from {money(data.capital, data.currency)} to {money(float(known[-1]), data.currency)}."
    series = (Series("Equity", data.equity, "equity", shape="area"), Series("Buy & hold", data.benchmark, "hold"))
    return Chart(key, f"Equity, {data.currency}", text, axis, series, data.capital)


def drawdown_chart(data: ReportData) -> Chart:
    """How far equity lies below its highest value so far."""
    own, held = drawdown(data.equity, data.capital), drawdown(data.benchmark, data.capital)
    axis = fit([own, held], unit="percent", top=0.0)
    deepest = float(np.nanmin(own)) if np.isfinite(own).any() else float("nan")
    series = (Series("Equity", own, "down", "percent", shape="area"), Series("Buy & hold", held, "hold", "percent"))
    text = f"The deepest drawdown is {percent(deepest)}."
    return Chart("drawdown", "Drawdown from the highest equity", text, axis, series, 0.0)


def drawdown(equity: Floats, capital: float) -> Floats:
    """equity over its highest value so far, capital included, less one: 0 or below. Shape (n,); unknown stays unknown."""
    peak = np.fmax.accumulate(np.fmax(equity, capital))
    return np.where(peak > 0, equity / np.where(peak > 0, peak, 1.0) - 1, np.nan)
