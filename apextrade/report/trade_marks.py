"""Trades on the price chart: marks at their fills, lines between them, and the strip of what was held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from apextrade.report.axes import HEIGHT, Axis
from apextrade.report.data import Floats, Micros, ReportData, TradeRow
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import money, quantity
from apextrade.report.paths import ribbon

MARKS_UP_TO = 300  # trades whose marks do not bury the prices; more appear when zoomed in
LINKS_UP_TO = 150


@dataclass(frozen=True, slots=True)
class _End:
    """An entry or an exit, as the chart shows it."""

    time: int
    price: float
    shape: Literal["long", "short", "won", "lost"]
    text: str


def bar_of(time: Micros, micros: int) -> int:
    """The bar in which an instant lies."""
    return max(0, int(np.searchsorted(time, micros, "right")) - 1)


def fill_marks(data: ReportData, trades: tuple[TradeRow, ...], axis: Axis) -> Markup:
    """A shape at each fill: a triangle up or down for a long or short entry, a dot or a cross for an exit with profit or loss."""
    n, titled = len(data.time), len(trades) <= MARKS_UP_TO
    marks = []
    for t in trades:
        for end in _ends(t, data.currency):
            if not np.isfinite(end.price):
                continue
            bar, height = bar_of(data.time, end.time), axis.place(end.price)
            x, y = f"{(bar + 0.5) * 100 / n:.2f}%", f"{height * 100 / HEIGHT:.2f}%"
            title = tag("title", end.text) if titled else ""
            shape = {"href": f"#m-{end.shape}", "class_": end.shape}
            marks.append(tag("use", title, **shape, x=x, y=y, data_x=bar, data_y=height, data_t=t.id))
    return join(marks)


def _ends(t: TradeRow, currency: str) -> Iterator[_End]:
    entry = f"Trade {t.id}: {t.side} {quantity(t.quantity)} at {quantity(t.entry_price)}"
    yield _End(t.entry_time, t.drawn[0], t.side, entry)
    if t.exit_time is not None:
        reason = f", {t.exit_reason}" if t.exit_reason else ""
        text = f"Trade {t.id}: exit at {quantity(t.exit_price)}, {money(t.profit, currency, sign=True)}{reason}"
        yield _End(t.exit_time, t.drawn[1], _result(t), text)


def _result(t: TradeRow) -> Literal["won", "lost"]:
    return "won" if t.profit > 0 else "lost"


def trade_links(data: ReportData, trades: tuple[TradeRow, ...], axis: Axis) -> list[Markup]:
    """Thin lines from entries to exits, where there are few enough to follow."""
    if len(trades) > LINKS_UP_TO:
        return []
    pieces: dict[str, list[str]] = {"won": [], "lost": []}
    for t in trades:
        if t.exit_time is not None and np.isfinite(t.drawn).all():
            start, end = bar_of(data.time, t.entry_time), bar_of(data.time, t.exit_time)
            pieces[_result(t)].append(f"M{start} {axis.place(t.drawn[0])}L{end} {axis.place(t.drawn[1])}")
    return [tag("path", class_=f"link {result}", d="".join(lines)) for result, lines in pieces.items() if lines]


def position_lane(position: Floats) -> Markup:
    """Bars where a position was held at the close: in the upper half for long, in the lower half for short."""
    long, short = ribbon(position)
    middle = tag("path", class_="none", d=f"M-.5 1H{len(position) - 0.5:g}")
    return join((middle, tag("path", class_="long", d=long), tag("path", class_="short", d=short)))
