"""Statistics of a run: what each means, and how it is computed from equity and trades.

Shares and returns are ratios (0.1 is 10 %). What is not defined, such as a win rate without trades, is NaN, never 0. Returns
are those of
equity from close to close, the first from the capital. A year's worth follows from the bars' own spacing: bars per year are
the steps
between the first and the last bar over the time between them (a year is 365.25 days), about 252 for daily bars of stocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from runtime.figures import Figures

Floats = NDArray[np.float64]
Unit = Literal["ratio", "money", "bars", "count", "number"]

YEAR_US = 365.25 * 86_400e6


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic: its name, its unit, and exactly what it is."""

    name: str
    unit: Unit
    text: str


STATISTICS: tuple[Statistic, ...] = (
    Statistic("total_return", "ratio", "Final equity over capital, less 1."),
    Statistic(
        "annual_return",
        "ratio",
        "The yearly growth that compounds to the total return: (final equity / capital) ^ (bars per year / bars) - 1.",
    ),
    Statistic("volatility", "ratio", "Standard deviation of the returns (n - 1), times the root of bars per year."),
    Statistic(
        "sharpe",
        "number",
        "Mean return over the standard deviation of returns (n - 1), times the root of bars per year; no interest taken off.",
    ),
    Statistic(
        "sortino", "number", "Mean return over the root mean square of the returns below 0, times the root of bars per year."
    ),
    Statistic("calmar", "number", "Annual return over maximum drawdown."),
    Statistic(
        "max_drawdown",
        "ratio",
        "Deepest fall of equity below its highest so far (the capital included), as a share of that; 0 or above.",
    ),
    Statistic("max_drawdown_bars", "bars", "Most bars in a row on which equity closed below its highest so far."),
    Statistic("exposure", "ratio", "Share of the bars that closed with a position."),
    Statistic("turnover", "number", "Value of all fills over the mean equity."),
    Statistic("trades", "count", "Closed trades; a lot closed in parts counts once for each part."),
    Statistic("open_trades", "count", "Lots open after the last bar."),
    Statistic("win_rate", "ratio", "Closed trades with a profit above 0, as a share of all closed trades."),
    Statistic("profit_factor", "number", "Profits of winning closed trades over losses of losing ones."),
    Statistic("expectancy", "money", "Mean profit of the closed trades, after commission."),
    Statistic("average_trade", "ratio", "Mean of the closed trades' profit over their entry value."),
    Statistic("best_trade", "ratio", "Highest profit of a closed trade over its entry value."),
    Statistic("worst_trade", "ratio", "Lowest profit of a closed trade over its entry value."),
    Statistic("average_bars", "bars", "Mean of the closed trades' bars from entry to exit."),
    Statistic("buy_and_hold", "ratio", "Last known close over the first known close, less 1."),
    Statistic("final_equity", "money", "Cash plus the open position at the last known close."),
    Statistic("commission", "money", "All commission paid."),
    Statistic(
        "ambiguous_bars",
        "count",
        "Bars that could have reached both a stop and a target of one position; the fill model took the stop.",
    ),
)
"""The statistics of every run, in the order that reports show them."""

CHARGES: tuple[Statistic, ...] = (
    Statistic("borrow", "money", "What shorts have paid for what they borrowed."),
    Statistic("funding", "money", "What was paid at funding instants, less what was received."),
    Statistic("interest", "money", "What borrowed money has cost; no part of the profit of a trade."),
    Statistic(
        "liquidations",
        "count",
        "Positions closed by force, because equity had fallen to the `maintenance` share of what was held.",
    ),
)
"""What holding positions has cost; a run has those that the terms of its account ask for, after the others (runtime/charged.py)."""

COLUMNS = tuple(statistic.name for statistic in (*STATISTICS, *CHARGES))
"""The columns of a sweep: what a run does not have is NaN."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """What statistics are computed from.

    time: int64 of shape (n,), microseconds since 1970 of each bar's open. close, equity: float64 of shape (n,). capital: above 0.
    profit, entry_value, bars: of the closed trades, shape (trades,); entry_value above 0. exposed: bars that closed with a
    position.
    traded: value of all fills. commission, open_trades, ambiguous_bars: of the run.
    """

    time: NDArray[np.int64]
    close: Floats
    equity: Floats
    capital: float
    profit: Floats
    entry_value: Floats
    bars: Floats
    exposed: int
    traded: float
    commission: float
    open_trades: int
    ambiguous_bars: int


def statistics(run: Run) -> dict[str, float]:
    """Every statistic by name, in the order of STATISTICS. With no bars all are NaN, but for counts and money of none."""
    figures = Figures(len(run.equity), bars_per_year(run.time), buy_and_hold(run.close))
    closed = np.column_stack((run.profit, run.entry_value, run.bars))
    found = figures.measure(
        run.equity, run.capital, closed, run.exposed, run.traded, run.commission, run.open_trades, float(run.ambiguous_bars)
    )
    return {statistic.name: value for statistic, value in zip(STATISTICS, found, strict=True)}


def json_values(found: Mapping[str, float]) -> dict[str, float | int | None]:
    """The statistics as JSON holds them: counts whole, undefined None."""
    units = {statistic.name: statistic.unit for statistic in (*STATISTICS, *CHARGES)}
    values: dict[str, float | int | None] = {}
    for name, value in found.items():
        known = value - value == 0.0
        values[name] = (
            None if not known else int(value) if units.get(name) in ("count", "bars") and value == int(value) else value
        )
    return values


def bars_per_year(time: NDArray[np.int64]) -> float:
    """Steps between the first and the last bar over the years between them; NaN with fewer than two bars."""
    return yearly(len(time), int(time[0]), int(time[-1])) if len(time) else nan


def yearly(bars: int, first: int, last: int) -> float:
    """The same from their number and the times of the first and the last."""
    if bars < 2 or last <= first:
        return nan
    return (bars - 1) * YEAR_US / float(last - first)


def buy_and_hold(close: Floats) -> float:
    """Last known close over the first, less 1; NaN without two known closes apart."""
    n = len(close)
    first = next((i for i in range(n) if close[i] - close[i] == 0.0), -1)
    if first < 0 or close[first] == 0.0:
        return nan
    last = next(i for i in range(n - 1, -1, -1) if close[i] - close[i] == 0.0)
    return float(close[last] / close[first]) - 1.0
