"""The statistics a report shows: their names, how they are written, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from apextrade.report.numbers import TYPESET, Glyphs, counted, money, percent, plain

Form = Literal["return", "share", "plain", "count", "bars", "money", "signed_money", "times"]


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic by its key in the result: the label, how its number is written, and one sentence of definition."""

    key: str
    label: str
    form: Form
    definition: str


@dataclass(frozen=True, slots=True)
class Group:
    """Statistics that belong together."""

    title: str
    statistics: tuple[Statistic, ...]


def _s(key: str, label: str, form: Form, definition: str) -> Statistic:
    return Statistic(key, label, form, definition)


# fmt: off
GROUPS: tuple[Group, ...] = (
    Group("Return", (
        _s("total_return", "Total return", "return", "Final equity over the starting capital, less one."),
        _s("annual_return", "Annual return", "return", "The yearly rate that compounds to the total return over the same time."),
        _s("buy_and_hold", "Buy & hold", "return", "The capital put into the instrument on the first bar and held."),
        _s("final_equity", "Final equity", "money", "Cash plus the open position at the last close."),
        _s("best_month", "Best month", "return", "The highest return of a calendar month, UTC."),
        _s("worst_month", "Worst month", "return", "The lowest return of a calendar month, UTC."),
    )),
    Group("Risk", (
        _s("sharpe", "Sharpe ratio", "plain", "Mean return over its standard deviation, of a year; no interest taken off."),
        _s("sortino", "Sortino ratio", "plain", "Like Sharpe, but only returns below zero count as risk."),
        _s("calmar", "Calmar ratio", "plain", "Annual return over the size of the maximum drawdown."),
        _s("volatility", "Volatility", "share", "Standard deviation of returns, a year's worth."),
        _s("annual_volatility", "Volatility", "share", "Standard deviation of returns, a year's worth."),
        _s("max_drawdown", "Maximum drawdown", "return", "The deepest fall of equity below an earlier peak, as its share."),
        _s("max_drawdown_bars", "Longest drawdown", "bars", "The most bars in a row with equity below an earlier peak."),
        _s("exposure", "Exposure", "share", "The share of bars that closed with a position."),
    )),
    Group("Trades", (
        _s("trades", "Closed trades", "count", "Round trips that have an exit."),
        _s("open_trades", "Open trades", "count", "Positions still held at the last bar."),
        _s("win_rate", "Win rate", "share", "Closed trades with a profit after costs, as a share of all closed trades."),
        _s("profit_factor", "Profit factor", "plain", "Sum of all profits over the sum of all losses."),
        _s("expectancy", "Expectancy", "signed_money", "Mean profit of a closed trade, after costs."),
        _s("average_win", "Average win", "signed_money", "Mean profit of the trades that made one."),
        _s("average_loss", "Average loss", "signed_money", "Mean result of the trades that made a loss."),
        _s("best_trade", "Best trade", "signed_money", "The highest profit of one trade."),
        _s("worst_trade", "Worst trade", "signed_money", "The lowest profit of one trade."),
        _s("average_bars", "Average length", "bars", "Mean number of bars from entry to exit."),
    )),
    Group("Costs and doubt", (
        _s("commission", "Commission", "money", "All fees paid."),
        _s("slippage", "Slippage", "money", "What fills cost against the price they were asked for."),
        _s("turnover", "Turnover", "times", "The value of all fills over the mean equity."),
        _s("ambiguous_bars", "Ambiguous bars", "bars", "Bars that may have touched both stop and target; the stop was taken."),
        _s("refused_orders", "Refused orders", "count", "Orders that were never placed; the reasons are listed below."),
    )),
)
# fmt: on

STATISTICS: Mapping[str, Statistic] = {s.key: s for group in GROUPS for s in group.statistics}


def written(statistic: Statistic, value: float, currency: str, glyphs: Glyphs = TYPESET) -> str:
    """The number with its unit; NaN is a dash."""
    if value != value:
        return glyphs.dash
    match statistic.form:
        case "return":
            return percent(value, glyphs, sign=True)
        case "share":
            return percent(value, glyphs)
        case "plain":
            return plain(value, 2, glyphs)
        case "count":
            return plain(value, 0, glyphs)
        case "bars":
            return counted(value, "bar") if value == int(value) else f"{plain(value, 1, glyphs)} bars"
        case "money":
            return money(value, currency, glyphs)
        case "signed_money":
            return money(value, currency, glyphs, sign=True)
        case "times":
            return plain(value, 1, glyphs) + "×" if glyphs is TYPESET else plain(value, 1, glyphs) + "x"


def grouped(stats: Mapping[str, float]) -> list[tuple[str, list[tuple[Statistic, float]]]]:
    """The statistics that the result has, in the order to show; those without an entry above come last, by their own names."""
    shown = [(g.title, [(s, float(stats[s.key])) for s in g.statistics if s.key in stats]) for g in GROUPS]
    unlisted = {k: Statistic(k, k.replace("_", " ").capitalize(), "plain", "") for k in stats if k not in STATISTICS}
    others = [(s, float(stats[k])) for k, s in unlisted.items()]
    return [(title, rows) for title, rows in (*shown, ("Other", others)) if rows]
