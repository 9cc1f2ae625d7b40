"""The table of the deepest drawdowns."""

from __future__ import annotations

import numpy as np

from apextrade.report.data import ReportData
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import DAY_US, counted, percent, time_text
from apextrade.report.outcome import whole_days
from runtime.research.drawdowns import deepest, drawdowns

MOST = 10
HEAD = ("#", "Depth, %", "High before", "Lowest", "Recovered", "To the lowest", "To recover", "Bars below")


def drawdown_table(data: ReportData) -> Markup:
    """Start, bottom, recovery, depth and length of the ten deepest falls of equity."""
    found = drawdowns(data.equity, data.capital)
    if not found:
        words = "Equity never closed below its highest." if np.isfinite(data.equity).any() else "Equity is not known on any bar."
        return tag("p", words, class_="empty")
    days = whole_days(data)

    def when(row: int) -> str:
        return time_text(int(data.time[max(0, row)]), whole_days=days)

    def between(start: int, end: int) -> str:
        return lasting(int(data.time[end]) - int(data.time[max(0, start)]))

    rows = []
    for number, fall in enumerate(deepest(found, MOST), 1):
        cells = [
            str(number),
            percent(-fall.depth, decimals=2).rstrip("%"),
            when(fall.peak) if fall.peak >= 0 else "the capital",
            when(fall.bottom),
            "not yet" if fall.recovered is None else when(fall.recovered),
            between(fall.peak, fall.bottom),
            "\N{EN DASH}" if fall.recovered is None else between(fall.bottom, fall.recovered),
            f"{fall.bars:,}",
        ]
        rows.append(tag("tr", *(tag("td", text, class_="loss" if i == 1 else None) for i, text in enumerate(cells))))
    head = tag("tr", *(tag("th", name, scope="col") for name in HEAD))
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="plain")
    shown = f"The {len(rows)} deepest of {len(found):,}. " if len(found) > len(rows) else ""
    note = f"{shown}From closes, UTC; the depth is a share of the highest equity before, the capital included."
    return join(
        (tag("div", table, class_="scroll", tabindex="0", role="region", aria_label="Drawdowns"), tag("p", note, class_="note"))
    )


def lasting(micros: int) -> str:
    """A length in whole days, or in hours and minutes where it is shorter than two days."""
    if micros >= 2 * DAY_US or micros % DAY_US == 0:
        return counted(round(micros / DAY_US), "day")
    hours, minutes = divmod(round(micros / 60e6), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
