"""Hostile bars through whole backtests: no exception, and results that make sense whatever the feed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_text
from compiler.plan import Plan
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.machine.instrument import Instrument
from runtime.portfolio.run import Seat, portfolio_backtest
from runtime.result import BacktestResult
from stdlib.library import load
from tests.examples.programs import SHELF, STRATEGIES

ROOT = Path(__file__).parents[2]
CENTS = Instrument(tick=0.01, lot=0.001)
EVERYTHING = """apx 1
strategy "Every form of order"
trade "BAD" every 1d
settings
  capital 10_000 USD
  commission 0.1%
  slippage 1 tick
  pyramiding 3
  limit drawdown 50%
when close > close[1]
  buy 20% of equity named "a"
    stop loss at 3%
    take profit at 2 R
    trail by 2% after 1%
  notify "up to {close}"
when close < close[1]
  short risking 1% of equity at limit high + 0.1
    stop loss at entry + 1.5 * atr(3)
    hold at most 4 bars
    expire after 2 bars
  exit 50% of position
when position.bars_held > 5 and ((volume > 0) or_else true)
  exit position
plot ema(close, 3), position.profit
"""
PROGRAMS = {"every form": EVERYTHING} | {path.stem: path.read_text(encoding="utf-8") for path in STRATEGIES}
COMPILED = {name: compile_text(text, load(), name, SHELF) for name, text in PROGRAMS.items()}
ALL_PLANS = {name: program.plan({}, 0.01, "backtest") for name, program in COMPILED.items()}
SEVERAL = {name: plan for name, plan in ALL_PLANS.items() if len(COMPILED[name].symbols) > 1}
ROTATING = {name for name, plan in ALL_PLANS.items() if plan.machine and any(a.verb == "hold top" for a in plan.machine.actions)}
PLANS: dict[str, Plan] = {
    name: plan for name, plan in ALL_PLANS.items() if name not in ROTATING
}  # a rotation needs several instruments
MINUTES = {"5m": 5, "15m": 15, "1h": 60, "1d": 1440}
NAN = math.nan


def walk(rows: int) -> dict[str, np.ndarray]:
    """A calm market."""
    rng = np.random.default_rng(5)
    close = 100.0 + np.cumsum(rng.integers(-80, 81, rows)) / 100
    opened = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opened, close) + 0.2, np.minimum(opened, close) - 0.2
    return {"open": opened, "high": high, "low": low, "close": close, "volume": np.full(rows, 1000.0)}


def changed(rows: int, at: slice | int, **values: float) -> dict[str, np.ndarray]:
    columns = walk(rows)
    for name, value in values.items():
        columns[name][at] = value
    return columns


ALL = ("open", "high", "low", "close", "volume")
PRICES = ALL[:4]
FEEDS: dict[str, dict[str, np.ndarray]] = {
    "no bar": walk(0),
    "one bar": walk(1),
    "two bars": walk(2),
    "three bars": walk(3),
    "one unknown bar": changed(400, 150, **dict.fromkeys(ALL, NAN)),
    "ten unknown bars": changed(400, slice(150, 160), **dict.fromkeys(ALL, NAN)),
    "unknown from the first bar on": changed(400, slice(0, 60), **dict.fromkeys(ALL, NAN)),
    "unknown to the last bar": changed(400, slice(300, None), **dict.fromkeys(ALL, NAN)),
    "nothing known": changed(400, slice(None), **dict.fromkeys(ALL, NAN)),
    "unknown closes": changed(400, slice(7, None, 13), close=NAN),
    "unknown opens": changed(400, slice(7, None, 13), open=NAN),
    "unknown highs": changed(400, slice(7, None, 13), high=NAN),
    "unknown volumes": changed(400, slice(None), volume=NAN),
    "no volume": changed(400, slice(None), volume=0.0),
    "flat": changed(400, slice(None), **dict.fromkeys(PRICES, 100.0)),
    "spike up": changed(400, 200, high=1e17, close=1e17),
    "spike down": changed(400, 200, low=1e-9, close=1e-9),
    "tiny": {name: column * (1e-12 if name != "volume" else 1.0) for name, column in walk(400).items()},
    "huge": {name: column * 1e12 for name, column in walk(400).items()},
    "zeros": changed(400, slice(100, 110), **dict.fromkeys(ALL, 0.0)),
    "below zero": changed(400, slice(100, 110), **dict.fromkeys(PRICES, -5.0)),
    "infinite": changed(400, slice(100, 110), high=math.inf, close=math.inf),
    "upside down": changed(400, slice(100, 110), high=50.0, low=150.0),
}
OVERFLOWING: dict[str, dict[str, np.ndarray]] = {
    "a spike at the end of what doubles hold": changed(400, 200, high=1.7e308, close=1.7e308),
    "an open at the end of what doubles hold": changed(400, 200, high=1.7e308, open=1.7e308),
    "all at the end of what doubles hold": changed(400, slice(200, None), **dict.fromkeys(PRICES, 1.7e308)),
}
"""Money overflows there: what imports bars makes such prices unknown, so that no machine meets them."""


def raw_candles(columns: dict[str, np.ndarray], minutes: int = 1440) -> Candles:
    """Bars as they are, past the checks that repair them: what a machine may meet in the worst case."""
    time = np.datetime64("2020-01-01", "us").astype(np.int64) + np.arange(len(columns["open"])) * minutes * 60_000_000
    return Candles(
        time=time,
        **{name: np.ascontiguousarray(column, dtype=np.float64) for name, column in columns.items()},
        symbol="BAD",
        timeframe=minutes * 60,
    )


def imported_candles(columns: dict[str, np.ndarray], minutes: int = 1440) -> Candles:
    """The same bars as every importer hands them on: repaired."""
    time = np.datetime64("2020-01-01", "us") + np.arange(len(columns["open"])) * np.timedelta64(minutes, "m")
    return Candles.from_arrays(time=time, **{name: column.copy() for name, column in columns.items()})


def fed(name: str, make: Callable[[dict[str, np.ndarray], int], Candles], columns: dict[str, np.ndarray]) -> Candles:
    """Bars as long as a program wants them; the same stand for any other instrument that it reads."""
    candles = make(columns, MINUTES[COMPILED[name].every])
    return candles.with_others(dict.fromkeys(COMPILED[name].beside, candles))


def assert_sane(result: BacktestResult, candles: Candles) -> None:
    """Known equity, exact money, fills only on bars with known prices, no quantity of nothing."""
    rows = len(candles)
    assert result.equity_values.shape == (rows,)
    assert np.isfinite(result.equity_values).all()
    result.ledger.check()
    known = np.isfinite(candles.open) & np.isfinite(candles.high) & np.isfinite(candles.low) & np.isfinite(candles.close)
    for fill in result.fill_rows.tolist():
        bar, quantity, price, cash = int(fill[1]), fill[4], fill[5], fill[8]
        assert 0 <= bar < rows
        assert known[bar]
        assert quantity > 0
        assert math.isfinite(price)
        assert math.isfinite(cash)
    assert len(result.trades) == len(result.trade_rows_closed) + len(result.trade_rows_open)
    assert len(result.orders) == len(result.order_rows)
    assert len(result.equity) == rows
    list(result.notes())
    list(result.trace_records())
    for name, value in result.stats.items():
        assert isinstance(value, (int, float)), name
    if rows and known.any() and result.account.capital:
        assert result.stats["final_equity"] == result.equity_values[-1]


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("name", PLANS)
def test_a_hostile_feed_gives_a_sane_result(name: str, feed: str) -> None:
    candles = fed(name, raw_candles, FEEDS[feed])
    assert_sane(backtest(PLANS[name], candles, instrument=CENTS), candles)


@pytest.mark.parametrize("feed", [*(feed for feed in FEEDS if feed != "no bar"), *OVERFLOWING])
@pytest.mark.parametrize("name", PLANS)
def test_a_hostile_feed_as_it_is_imported_gives_a_sane_result(name: str, feed: str) -> None:
    candles = fed(name, imported_candles, {**FEEDS, **OVERFLOWING}[feed])
    assert_sane(backtest(PLANS[name], candles, instrument=CENTS), candles)


@pytest.mark.parametrize("feed", [feed for feed in FEEDS if feed != "no bar"])
@pytest.mark.parametrize("name", SEVERAL)
def test_a_hostile_feed_beside_a_calm_one_leaves_a_sane_account(name: str, feed: str) -> None:
    bad, calm = replace(raw_candles(FEEDS[feed]), symbol="BAD"), replace(raw_candles(walk(60)), symbol="CALM")
    result = portfolio_backtest([Seat(bad, SEVERAL[name], CENTS), Seat(calm, SEVERAL[name], CENTS)])
    assert np.isfinite(result.equity_values).all()
    assert np.isfinite(result.cash_values).all()
    assert all(math.isfinite(value) for value in (result.stats["final_equity"], result.stats["commission"]))


@pytest.mark.parametrize(
    "feed", [name for name, columns in FEEDS.items() if not any((np.asarray(columns[c]) <= 0).any() for c in PRICES)]
)
def test_an_unknown_bar_trades_nothing_and_is_passed_over_alike_in_any_chunking(feed: str) -> None:
    candles = raw_candles(FEEDS[feed])
    whole, parted = (backtest(PLANS["every form"], candles, instrument=CENTS, chunk=chunk) for chunk in (2048, 3))
    assert whole.fill_rows.tobytes() == parted.fill_rows.tobytes()
    assert whole.equity_values.tobytes() == parted.equity_values.tobytes()


@pytest.mark.parametrize("feed", ["no bar", "one bar", "two bars", "nothing known"])
def test_too_few_bars_leave_the_capital_alone(feed: str) -> None:
    result = backtest(PLANS["every form"], raw_candles(FEEDS[feed]), instrument=CENTS)
    assert len(result.fill_rows) == 0
    assert (result.equity_values == 10_000.0).all()
    assert result.stats["trades"] == 0


def test_equity_is_carried_over_unknown_closes() -> None:
    columns = walk(60)
    columns["close"][40:50] = NAN
    text = 'apx 1\nstrategy "x"\nsettings\n  commission 0.1%\nwhen position.size == 0\n  buy 50% of equity\n'
    result = backtest(compile_text(text, load()).plan({}, 0.01, "backtest"), raw_candles(columns), instrument=CENTS)
    assert len(result.fill_rows) == 1
    assert (result.equity_values[40:50] == result.equity_values[39]).all()
    assert result.equity_values[50] != result.equity_values[39]
