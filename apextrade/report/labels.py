"""The statistics a report shows: their labels, their order, and how their numbers are written. Meanings are the runtime's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from apextrade.report.numbers import TYPESET, Glyphs, counted, money, percent, plain
from runtime import statistics

Form = Literal["return", "loss", "share", "plain", "count", "bars", "money", "result", "times"]

MEANINGS: Mapping[str, str] = {s.name: s.text for s in (*statistics.STATISTICS, *statistics.CHARGES)} | {
    "targets_first": "The total return, had every ambiguous bar reached its target first: a scenario, not a bound.",
}


@dataclass(frozen=True, slots=True)
class Statistic:
    """A statistic by its key in the result: the label, and how its number is written."""

    key: str
    label: str
    form: Form

    @property
    def meaning(self) -> str:
        """One sentence of definition; '' for one that the runtime does not define."""
        return MEANINGS.get(self.key, "")


@dataclass(frozen=True, slots=True)
class Group:
    """Statistics that belong together."""

    title: str
    statistics: tuple[Statistic, ...]


GROUPS: tuple[Group, ...] = (
    Group("Return", (
        Statistic("total_return", "Total return", "return"),
        Statistic("annual_return", "Annual return", "return"),
        Statistic("buy_and_hold", "Buy & hold", "return"),
        Statistic("final_equity", "Final equity", "money"),
        Statistic("exposure", "Exposure", "share"),
        Statistic("turnover", "Turnover", "times"),
    )),
    Group("Risk", (
        Statistic("sharpe", "Sharpe ratio", "plain"),
        Statistic("sortino", "Sortino ratio", "plain"),
        Statistic("calmar", "Calmar ratio", "plain"),
        Statistic("volatility", "Volatility", "share"),
        Statistic("max_drawdown", "Maximum drawdown", "loss"),
        Statistic("max_drawdown_bars", "Longest drawdown", "bars"),
    )),
    Group("Trades", (
        Statistic("trades", "Closed trades", "count"),
        Statistic("open_trades", "Open trades", "count"),
        Statistic("win_rate", "Win rate", "share"),
        Statistic("profit_factor", "Profit factor", "plain"),
        Statistic("expectancy", "Expectancy", "result"),
        Statistic("average_trade", "Average trade", "return"),
        Statistic("best_trade", "Best trade", "return"),
        Statistic("worst_trade", "Worst trade", "return"),
        Statistic("average_bars", "Average length", "bars"),
    )),
    Group("Costs and doubt", (
        Statistic("commission", "Commission", "money"),
        Statistic("borrow", "Borrow", "money"),
        Statistic("funding", "Funding", "money"),
        Statistic("interest", "Interest", "money"),
        Statistic("liquidations", "Liquidations", "count"),
        Statistic("ambiguous_bars", "Ambiguous bars", "bars"),
        Statistic("targets_first", "Return, targets first", "return"),
    )),
)  # fmt: skip

LISTED: Mapping[str, Statistic] = {s.key: s for group in GROUPS for s in group.statistics}


def written(statistic: Statistic, value: float, currency: str, glyphs: Glyphs = TYPESET) -> str:
    """The number with its unit; NaN is a dash."""
    if value != value:
        return glyphs.dash
    match statistic.form:
        case "return":
            return percent(value, glyphs, sign=True)
        case "loss":
            return percent(-abs(value), glyphs)
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
        case "result":
            return money(value, currency, glyphs, sign=True)
        case "times":
            return plain(value, 1, glyphs) + glyphs.times


def grouped(stats: Mapping[str, float]) -> list[tuple[str, list[tuple[Statistic, float]]]]:
    """The statistics that the result has, in the order to show; those without an entry above come last, by their own names."""
    shown = [(g.title, [(s, float(stats[s.key])) for s in g.statistics if s.key in stats]) for g in GROUPS]
    unlisted = {k: Statistic(k, k.replace("_", " ").capitalize(), "plain") for k in stats if k not in LISTED}
    others = [(s, float(stats[k])) for k, s in unlisted.items()]
    return [(title, rows) for title, rows in (*shown, ("Other", others)) if rows]
