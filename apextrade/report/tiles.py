"""The eight numbers a reader looks for first."""

from __future__ import annotations

import math

from apextrade.report.data import ReportData
from apextrade.report.labels import MEANINGS
from apextrade.report.markup import Markup, tag
from apextrade.report.numbers import counted, money, percent, plain, span_text
from apextrade.report.outcome import open_trades, stat


def tiles(data: ReportData) -> Markup:
    """A list of label, number, and what to hold it against."""
    s = {key: stat(data, key) for key in _KEYS}
    closed, still = s["trades"], open_trades(data)
    span, fall, ended = span_text(int(data.time[-1]) - int(data.time[0])), "", ""
    if not math.isnan(s["max_drawdown_bars"]):
        fall = f"longest {counted(s['max_drawdown_bars'], 'bar')}"
    if not math.isnan(s["win_rate"] * closed):
        won = round(s["win_rate"] * closed)
        ended = f"{won:,} with profit, {closed - won:,.0f} without"
    held = percent(s["buy_and_hold"], sign=True)
    rows = (
        ("total_return", "Total return", percent(s["total_return"], sign=True), f"buy & hold {held}", s["total_return"]),
        ("annual_return", "Annual return", percent(s["annual_return"], sign=True), f"over {span}", s["annual_return"]),
        ("sharpe", "Sharpe ratio", plain(s["sharpe"], 2), f"Sortino {plain(s['sortino'], 2)}", math.nan),
        ("max_drawdown", "Max drawdown", percent(-abs(s["max_drawdown"])), fall, math.nan),
        ("trades", "Trades", plain(closed, 0), f"{still:,} still open" if still else "none open", math.nan),
        ("win_rate", "Win rate", percent(s["win_rate"], decimals=1), ended, math.nan),
        (
            "profit_factor",
            "Profit factor",
            plain(s["profit_factor"], 2),
            f"{money(s['expectancy'], data.currency, sign=True)} a trade",
            math.nan,
        ),
        ("exposure", "Exposure", percent(s["exposure"], decimals=1), "of bars in a position", math.nan),
    )
    return tag("dl", *(_tile(*row) for row in rows), class_="tiles")


_KEYS = (
    "total_return", "buy_and_hold", "annual_return", "sharpe", "sortino", "max_drawdown", "max_drawdown_bars", "trades",
    "win_rate", "profit_factor", "expectancy", "exposure",
)  # fmt: skip


def _tile(key: str, label: str, number: str, beside: str, tone: float) -> Markup:
    look = "" if math.isnan(tone) or tone == 0 else "gain" if tone > 0 else "loss"
    return tag(
        "div",
        tag("dt", label, title=MEANINGS[key]),
        tag("dd", number, class_=f"number {look}".rstrip()),
        tag("dd", beside, class_="beside"),
    )
