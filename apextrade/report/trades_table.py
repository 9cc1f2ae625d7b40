"""The table of trades."""

from __future__ import annotations

import math

from apextrade.report.data import ReportData, TradeRow
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import percent, plain, quantity, time_text
from apextrade.report.outcome import price_places, whole_days

ROWS = 1000  # more than a reader scrolls through; the command line writes them all


def listed_trades(data: ReportData) -> tuple[TradeRow, ...]:
    """The trades that the table shows and the chart marks: the last ROWS of them."""
    return tuple(data.trades[-ROWS:]) if len(data.trades) > ROWS else tuple(data.trades)


def trades_table(data: ReportData, listed: tuple[TradeRow, ...]) -> Markup:
    """All listed trades, oldest first; every unit stands in the head."""
    if not listed:
        return tag("p", "No trade was made.", class_="empty")
    several, tagged = any(t.symbol != data.symbol for t in listed), any(t.tag for t in listed)
    columns = [("#", "n"), *([("Symbol", "t")] if several else []), ("Side", "t"), ("Quantity, units", "n"), ("Entry, UTC", "t")]
    quote = data.currency if data.quote is None else data.quote
    quote = f", {quote}" if quote else ""
    columns += [(f"Entry price{quote}", "n"), ("Exit, UTC", "t"), (f"Exit price{quote}", "n")]
    columns += [(f"Profit, {data.currency}", "n"), ("Profit, %", "n"), (f"Commission, {data.currency}", "n"), ("Bars", "n")]
    columns += [("Exit by", "t"), ("Worst (MAE), %", "n"), ("Best (MFE), %", "n"), *([("Tag", "t")] if tagged else [])]
    head = tag("tr", *(tag("th", name, scope="col", class_=kind) for name, kind in columns))
    days, decimals = whole_days(data), price_places(data)
    rows = [_row(t, several, tagged, days, decimals) for t in listed]
    total = data.trade_count
    note = tag("p", f"All {total:,} trades." if total > 1 else "One trade.", class_="note")
    if total > len(listed):
        words = f"Showing the last {len(listed):,} of {total:,} trades; "
        note = tag("p", words, tag("code", "--trades FILE"), " writes all of them.", class_="note strong")
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="trades")
    return join((note, tag("div", table, class_="scroll tall", tabindex="0", role="region", aria_label="Trades")))


def _row(t: TradeRow, several: bool, tagged: bool, days: bool, decimals: int) -> Markup:
    look = "" if math.isnan(t.profit) or t.profit == 0 else "gain" if t.profit > 0 else "loss"
    left = "open" if t.exit_time is None else time_text(t.exit_time, whole_days=days)
    cells: list[tuple[str, str]] = [(str(t.id), "n")]
    if several:
        cells.append((t.symbol, "t"))
    cells += [
        (t.side, "t"),
        (quantity(t.quantity), "n"),
        (time_text(t.entry_time, whole_days=days), "t"),
        (plain(t.entry_price, decimals), "n"),
        (left, "t"),
        (plain(t.exit_price, decimals), "n"),
        (plain(t.profit, 2, sign=True), f"n {look}".rstrip()),
        (percent(t.profit_share, sign=True, decimals=2).rstrip("%"), f"n {look}".rstrip()),
        (plain(t.commission, 2), "n"),
        (f"{t.bars:,}", "n"),
        (t.exit_reason or ("" if t.exit_time is None else "signal"), "t"),
        (percent(t.mae, sign=True, decimals=2).rstrip("%"), "n"),
        (percent(t.mfe, sign=True, decimals=2).rstrip("%"), "n"),
    ]
    if tagged:
        cells.append((t.tag, "t"))
    return tag("tr", *(tag("td", text, class_=None if kind == "n" else kind) for text, kind in cells), data_t=t.id)
