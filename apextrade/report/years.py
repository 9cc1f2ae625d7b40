"""The returns of each year as bars, beside those of buying and holding."""

from __future__ import annotations

import numpy as np

from apextrade.report.axes import HEIGHT, fit
from apextrade.report.data import ReportData
from apextrade.report.markup import Markup, join, tag
from apextrade.report.months import monthly_returns
from apextrade.report.numbers import percent
from apextrade.report.plane import Plane, bar, draw_plane, key
from apextrade.report.ticks import Tick

LABELS = 16
LEAST = 2  # years of which there are bars


def years_figure(data: ReportData) -> Markup:
    """A pair of bars a year; nothing for a history within one."""
    own = {y.year: y.total for y in monthly_returns(data.time, data.equity, data.capital)}
    first = next((float(v) for v in data.benchmark if v == v), float("nan"))
    held = {y.year: y.total for y in monthly_returns(data.time, data.benchmark, first)} if first == first else {}
    if len(own) < LEAST:
        return join(())
    shown = list(range(min(own), max(own) + 1))
    values = np.array([v for table in (own, held) for v in table.values()])
    axis = fit([values, np.zeros(1)], unit="percent")
    zero, wide = axis.place(0.0) * 100 / HEIGHT, 100 / len(shown)
    bars = []
    for at, year in enumerate(shown):
        for table, name, start in ((own, "Strategy", 0.14), (held, "Buy & hold", 0.51)):
            value = table.get(year, float("nan"))
            if value == value:
                top = axis.place(value) * 100 / HEIGHT
                look = "hold" if table is held else "own"
                bars.append(
                    bar(
                        (at + start) * wide,
                        0.35 * wide,
                        top,
                        zero,
                        look,
                        f"{name} {year}: {percent(value, sign=True, decimals=1)}",
                    )
                )
    line = tag("line", x1="0", x2="100%", y1=f"{zero:.2f}%", y2=f"{zero:.2f}%", class_="zero")
    step = -(-len(shown) // LABELS)
    across = [Tick((at + 0.5) * wide, str(year)) for at, year in enumerate(shown) if at % step == 0]
    legend = key(("own", "Strategy"), ("hold", "Buy & hold"))
    text = f"Return of each year from {shown[0]} to {shown[-1]}."
    return draw_plane(
        Plane("Return of each year", text, axis.ticks(), across, "", join((*bars, line)), legend, ruled=False, look="years")
    )
