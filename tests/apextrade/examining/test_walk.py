"""Walking forward: what is judged begins where it is judged, on the bars that the program reads."""

from __future__ import annotations

import numpy as np
import pytest

from apextrade.examining.examination import examined
from apextrade.examining.market import Market, bar_returns
from apextrade.examining.walk import walked
from apextrade.sweeping.grid import space_of
from apextrade.sweeping.request import Request
from apextrade.sweeping.walking import walking
from compiler.pipeline import compile_text
from compiler.program import Program
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from stdlib.library import load
from tests.generators.markets import market as generated

CROSSES = """apx 1
strategy "Averages"
trade "TEST" every 1h
input fast = 5 bars in 2 .. 8 step 3 bars
input slow = 20 bars in 10 .. 30 step 10 bars
settings
  capital 10_000 USD
  commission 0.05%
  slippage 0 ticks
when sma(close, fast) crosses above sma(close, slow)
  buy 100% of equity
when sma(close, fast) crosses below sma(close, slow)
  exit position
"""
AT_ONCE = CROSSES.replace("sma(close, fast) crosses above sma(close, slow)", "close > open").replace("every 1h", "every 1d")
"""Its entry is known long before its exit is."""


def program(text: str) -> Program:
    return compile_text(text, load())


def minutes(count: int) -> Candles:
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 0.002, count)))
    opened = np.concatenate((close[:1], close[:-1]))
    time = np.datetime64("2020-01-01T00:00") + np.arange(count) * 15
    return Candles.from_arrays(
        time=time, open=opened, high=np.maximum(opened, close), low=np.minimum(opened, close), close=close, symbol="TEST"
    )


def test_a_run_behind_its_warm_up_is_the_end_of_the_whole_run_where_nothing_can_be_traded_before() -> None:
    of, candles = program(CROSSES), minutes(4000)
    market = Market(candles, tick=0.01).on_clock_of(of)
    plan = of.plan({"fast": 5, "slow": 30}, 0.01, "backtest")
    whole = market.trade(of, {"slow": 30})
    late = market.trade(of, {"slow": 30}, warm=plan.warmup)
    assert plan.warmup >= 29
    assert len(late.equity) == len(whole.equity) - plan.warmup
    assert late.run.equity_values.tobytes() == whole.run.equity_values[plan.warmup :].tobytes()
    assert late.trades["entry_time"].tolist() == whole.trades["entry_time"].tolist()
    assert late.trades["profit"].tolist() == whole.trades["profit"].tolist()


def test_nothing_is_traded_in_the_warm_up_of_what_is_judged() -> None:
    of, candles = program(AT_ONCE), generated(5, "calm", 900)
    request = Request(of, space_of(of, (), {}), {}, {}, 0.01)
    market = Market(candles, tick=0.01)
    walk = walked(request, request.space.all(100), market, "trades", 3, workers=1)
    for window in walk.windows:
        assert window.inputs is not None
        low, high = window.split.judge
        warm = of.plan(window.inputs, 0.01, "backtest").warmup
        own = market.trade(of, window.inputs, (low - warm, high), warm=warm)
        assert own.run.time.tolist() == candles.time[low:high].tolist()
        assert min(own.trades["entry_time"]).to_datetime64() >= candles.time[low : low + 1].astype("M8[us]")[0]
        assert own.trades["entry_time"].iloc[0].to_datetime64() <= candles.time[low + 9 : low + 10].astype("M8[us]")[0]
        assert window.judged == own.stats["trades"]
        assert window.judged_return == pytest.approx(own.stats["annual_return"], rel=1e-9)
    assert walk.returns.tobytes() == np.concatenate([
        bar_returns(
            market.trade(of, w.inputs, (w.split.judge[0] - warm, w.split.judge[1]), warm=warm)
        ) for w in walk.windows if w.inputs is not None for warm in (of.plan(w.inputs, 0.01, "backtest").warmup,)
    ]).tobytes()  # fmt: skip


def test_bars_that_a_program_builds_are_examined_as_if_they_were_given() -> None:
    of, given = program(CROSSES), minutes(8000)
    built = as_traded(given, of.symbols, of.session, of.every)
    assert len(built) == 2000
    request = Request(of, space_of(of, (), {}), {}, {}, 0.01)
    numbers = request.space.all(100)
    found = []
    for candles in (given, built):
        walk = walking(request, numbers, Market(candles, tick=0.01), "sharpe", 3, 1)
        other = examined(
            of, request.space, {}, numbers, Market(candles, tick=0.01), metric="sharpe", windows=3, folds=3, paths=20, workers=1
        )
        assert other.walk is not None
        assert other.folds is not None
        assert sum(w.split.judge[1] - w.split.judge[0] for w in other.folds.judged.windows) == 2000
        found.append((walk.returns.tobytes(), walk.sharpe, other.walk.returns.tobytes(), other.folds.judged.returns.tobytes()))
    assert found[0] == found[1]
