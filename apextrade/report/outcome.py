"""What came out, in sentences: shared by the page and the terminal."""

from __future__ import annotations

import math

import numpy as np

from apextrade.report.data import ReportData
from apextrade.report.numbers import (
    TYPESET,
    Glyphs,
    counted,
    date_text,
    money,
    percent,
    price_decimals,
    span_text,
    time_text,
    timeframe_text,
)


def stat(data: ReportData, key: str) -> float:
    """A statistic; NaN where the result does not have it."""
    return float(data.stats.get(key, math.nan))


def whole_days(data: ReportData) -> bool:
    """Whether every bar opens at midnight UTC, so that dates alone say when."""
    return not bool((data.time % 86_400_000_000).any())


def price_places(data: ReportData) -> int:
    """Decimals to show prices with: those that the data have if they are few, else as many as their size needs."""
    if data.instruments:  # their prices are seen in the trades alone
        return price_decimals(np.array([t.entry_price for t in data.trades[-200:]] or [math.nan]))
    known = data.close[np.isfinite(data.close)]
    return price_decimals(known[:: max(1, len(known) // 200)])


def period(data: ReportData) -> str:
    """`2000-03-01 to 2013-03-01`."""
    return f"{date_text(int(data.time[0]))} to {date_text(int(data.time[-1]))}"


def market(data: ReportData, glyphs: Glyphs = TYPESET) -> str:
    """`AAPL · 1d bars · 2000-03-01 to 2013-03-01 UTC · 3,270 bars`."""
    clock = timeframe_text(data.timeframe_s)
    parts = (data.symbol, f"{clock} bars" if clock else "", f"{period(data)} UTC", counted(data.bar_count, "bar"))
    return glyphs.dot.join(p for p in parts if p)


def outcome(data: ReportData, glyphs: Glyphs = TYPESET) -> str:
    """One sentence: what the money became, against buying and holding, and with how many trades."""
    span, final = span_text(int(data.time[-1]) - int(data.time[0])), stat(data, "final_equity")
    total, hold = stat(data, "total_return"), stat(data, "buy_and_hold")
    became = f"{money(data.capital, data.currency, glyphs)} became {money(final, data.currency, glyphs)}"
    if math.isnan(final):
        became = f"The final equity of {money(data.capital, data.currency, glyphs)} is not known"
    text = f"{became} in {span}: {percent(total, glyphs, sign=True)}"
    if not math.isnan(hold):
        text += f", where buying and holding made {percent(hold, glyphs, sign=True)}"
    return f"{text}. {trading(data, glyphs)}"


def trading(data: ReportData, glyphs: Glyphs = TYPESET) -> str:
    """`42 trades closed, 55.0% of them with a profit; 1 is still open.`"""
    closed, still = stat(data, "trades"), open_trades(data)
    if math.isnan(closed):
        closed = len(data.trades) - still
    if not closed and not still:
        return "It never traded."
    rate = stat(data, "win_rate")
    won = "" if math.isnan(rate) or not closed else f", {percent(rate, glyphs, decimals=1)} of them with a profit"
    ongoing = "" if not still else f"; {still:,} {'is' if still == 1 else 'are'} still open"
    return f"{counted(closed, 'trade')} closed{won}{ongoing}."


def open_trades(data: ReportData) -> int:
    """How many trades have no exit."""
    known = stat(data, "open_trades")
    return sum(t.is_open for t in data.trades) if math.isnan(known) else int(known)


def refusals(data: ReportData) -> list[str]:
    """One sentence for each reason why orders were not made or filled as written."""
    lines = []
    for r in data.refusals:
        first = f", first on {time_text(r.first_time, whole_days=whole_days(data))} UTC" if r.first_time is not None else ""
        lines.append(f"{counted(r.count, 'order')} not made or filled as written{first}: {r.reason.rstrip('.')}.")
    return lines
