"""The table of instruments of a run that traded several."""

from __future__ import annotations

from apextrade.report.data import ReportData
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import TYPESET, Glyphs, percent, plain

HEAD = ("Symbol", "Profit", "Share of return", "Trades", "Won", "In position", "Commission", "Buy & hold", "Bars")


def cells(data: ReportData, glyphs: Glyphs = TYPESET) -> list[list[str]]:
    """A row of texts for each instrument, in the order of HEAD."""
    return [
        [
            row.symbol,
            plain(row.profit, 2, glyphs, sign=True),
            percent(row.contribution, glyphs, sign=True),
            f"{row.trades:,}",
            percent(row.win_rate, glyphs, decimals=1),
            percent(row.exposure, glyphs, decimals=1),
            plain(row.commission, 2, glyphs),
            percent(row.buy_and_hold, glyphs, sign=True),
            f"{row.bars:,}",
        ]
        for row in data.instruments
    ]


def instruments_table(data: ReportData) -> Markup:
    """What each instrument brought; the shares add up to the total return."""
    kinds = ["t", *["n"] * (len(HEAD) - 1)]
    head = tag("tr", *(tag("th", name, scope="col", class_=kind) for name, kind in zip(HEAD, kinds, strict=True)))
    rows = [
        tag("tr", *(tag("td", text, class_=None if kind == "n" else kind) for text, kind in zip(row, kinds, strict=True)))
        for row in cells(data)
    ]
    note = f"Profit and commission in {data.currency}. Shares of the return add up to the total return of the account."
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="trades")
    return join(
        (tag("p", note, class_="note"), tag("div", table, class_="scroll", tabindex="0", role="region", aria_label="Instruments"))
    )
