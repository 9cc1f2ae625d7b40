"""Backtests from text: chunks, results, tables, scenarios and warnings."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_text
from compiler.plan import Plan
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.data.resolve import open_data
from runtime.machine.instrument import Instrument
from runtime.result import TRADE_FIELDS, BacktestResult
from stdlib.library import load

CROSS = """apx 1
strategy "Cross"
trade "ANY" every 1d
settings
  capital 10_000 USD
  commission 0.1%
let quick = sma(close, 3)
let trend = sma(close, 9)
when quick crosses above trend
  buy 50% of equity named "up"
    stop loss at entry - 1 * atr(5)
    take profit at 2 R
  notify "bought {symbol} at {close}"
when quick crosses below trend
  exit position
"""


def plan_of(text: str) -> Plan:
    return compile_text(text, load()).plan({}, 0.01, "backtest")


def some_candles(n: int = 400, seed: int = 5) -> Candles:
    rng = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 0.02, n))), 2)
    opened = np.round(np.concatenate(([100.0], close[:-1])) * (1 + rng.normal(0, 0.003, n)), 2)
    high = np.round(np.maximum(opened, close) * (1 + abs(rng.normal(0, 0.01, n))), 2)
    low = np.round(np.minimum(opened, close) * (1 - abs(rng.normal(0, 0.01, n))), 2)
    time = np.datetime64("2020-01-01") + np.arange(n)
    return Candles.from_arrays(time=time, open=opened, high=high, low=low, close=close, volume=np.full(n, 1e3), symbol="ANY")


@pytest.fixture(scope="module")
def result() -> BacktestResult:
    return backtest(plan_of(CROSS), some_candles(), instrument=Instrument(tick=0.01, lot=1.0))


@pytest.mark.parametrize("chunk", [1, 7, 64, 399, 400, 5000])
def test_any_chunk_gives_the_same_bits(result: BacktestResult, chunk: int) -> None:
    other = backtest(plan_of(CROSS), some_candles(), instrument=Instrument(tick=0.01, lot=1.0), chunk=chunk)
    assert other.equity_values.tobytes() == result.equity_values.tobytes()
    assert other.fill_rows.tobytes() == result.fill_rows.tobytes()
    assert other.order_rows.tobytes() == result.order_rows.tobytes()
    assert repr(dict(other.stats)) == repr(dict(result.stats))


def test_trades_have_the_columns_that_files_have(result: BacktestResult) -> None:
    rows = list(result.trade_rows())
    assert len(rows) > 10
    assert all(tuple(row) == TRADE_FIELDS for row in rows)
    assert rows[0]["symbol"] == "ANY"
    assert rows[0]["tag"] == "up"
    assert rows[0]["entry_time"].endswith("Z")
    assert {row["exit_reason"] for row in rows} >= {"stop loss", "take profit", "exit"}
    for row in rows:
        assert row["mae"] <= 0 <= row["mfe"]


def test_an_open_trade_has_an_empty_exit() -> None:
    plan = plan_of(
        'apx 1\nstrategy "Hold"\ntrade "A" every 1d\nsettings\n  commission 1 USD per order\nwhen close > 0\n  buy 5 units\n'
    )
    candles = some_candles(20)
    opened = backtest(plan, candles)
    (row,) = opened.trade_rows()
    assert (row["exit_time"], row["exit_price"], row["exit_reason"]) == (None, None, None)
    assert row["profit"] == pytest.approx(5 * (candles.close[-1] - candles.open[1]) - 1)
    assert row["bars"] == 18
    assert opened.stats["open_trades"] == 1
    assert next(iter(opened.trace_records()))["cause"] == "pyramiding"


def test_profits_and_cash_add_up(result: BacktestResult) -> None:
    result.ledger.check()
    profit = sum(row["profit"] for row in result.trade_rows())
    assert result.stats["final_equity"] == pytest.approx(10_000 + profit)
    assert result.stats["commission"] == pytest.approx(sum(row["commission"] for row in result.trade_rows()))


def test_equity_is_cash_plus_position_at_each_close(result: BacktestResult) -> None:
    marked = result.cash_values + result.position_values * some_candles().close
    np.testing.assert_allclose(result.equity_values, marked, rtol=1e-14)
    held = np.count_nonzero(result.position_values)
    assert result.stats["exposure"] == held / 400


def test_tables_are_pandas_frames_with_times(result: BacktestResult) -> None:
    trades, orders, equity = result.trades, result.orders, result.equity
    assert list(trades.columns) == list(TRADE_FIELDS)
    assert len(trades) == len(list(result.trade_rows()))
    assert str(trades["entry_time"].dtype).endswith("UTC]")
    assert len(orders) == len(result.order_rows)
    assert len(equity) == 400
    assert equity["equity"].iloc[-1] == result.stats["final_equity"]


def test_a_backtest_does_not_import_pandas() -> None:
    code = (
        "import sys; from tests.runtime.test_backtest import *; r = backtest(plan_of(CROSS), some_candles());"
        "list(r.trade_rows()); assert 'pandas' not in sys.modules, 'pandas'"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_notes_are_filled_in(result: BacktestResult) -> None:
    note = next(result.notes())
    assert note["text"].startswith("bought ANY at ")
    assert "{" not in note["text"]


def test_overrides_take_the_place_of_settings() -> None:
    free = backtest(
        plan_of(CROSS),
        some_candles(),
        capital=5_000,
        commission=0.0,
        slippage=2,
        fills="next_open_only",
        instrument=Instrument(tick=0.01),
    )
    assert free.settings["capital"] == 5_000
    assert free.settings["commission_share"] == 0
    assert free.settings["slippage_ticks"] == 2
    assert free.settings["fills"] == "next_open_only"
    assert free.stats["commission"] == 0


def test_slippage_in_ticks_without_a_tick_assumes_one_and_says_so() -> None:
    run = backtest(plan_of(CROSS), some_candles(), slippage=1)
    assert run.instrument.tick == 0.01
    assert any("tick size is not known" in warning for warning in run.warnings)


def test_ambiguous_bars_bring_the_scenario_of_targets() -> None:
    text = CROSS.replace("1 * atr(5)", "0.2 * atr(5)").replace("2 R", "1 R")
    run = backtest(plan_of(text), some_candles())
    assert run.stats["ambiguous_bars"] > 0
    assert run.every_target is not None
    assert run.every_target.final_equity > run.stats["final_equity"]
    assert any("both a stop and a target" in warning for warning in run.warnings)


def test_no_ambiguous_bar_no_scenario() -> None:
    plan = plan_of(CROSS.replace("    stop loss at entry - 1 * atr(5)\n    take profit at 2 R\n", ""))
    assert backtest(plan, some_candles()).every_target is None


def test_this_close_marks_the_result() -> None:
    plan = plan_of(CROSS.replace("  exit position", "  exit position at this close"))
    assert any("at this close" in warning for warning in backtest(plan, some_candles()).warnings)


@pytest.mark.parametrize("fills", ["next_open_only", "ohlc_path", "tradingview"])
def test_every_fill_model_runs_stops_and_targets(fills: str) -> None:
    result = backtest(plan_of(CROSS), some_candles(), fills=fills)
    assert result.account.fills == fills
    assert len(list(result.trade_rows())) > 0
    assert result.stats["ambiguous_bars"] == 0 or fills == "next_open_only"


def test_position_facts_in_rules_reach_the_machine() -> None:
    text = (
        'apx 1\nstrategy "Held"\ntrade "A" every 1d\nsettings\n  commission 0%\n'
        "when position.size == 0\n  buy 1 unit\nwhen position.bars_held >= 2\n  exit position\n"
    )
    rows = list(backtest(plan_of(text), some_candles(30)).trade_rows())
    assert [row["bars"] for row in rows[:-1]] == [3] * (len(rows) - 1)


def test_a_program_without_rules_keeps_its_capital() -> None:
    run = backtest(plan_of('apx 1\nstrategy "None"\ntrade "A" every 1d\nplot sma(close, 3)\n'), some_candles(10))
    assert run.equity_values.tolist() == [10_000.0] * 10
    assert math.isnan(run.stats["win_rate"])
    assert list(run.trade_rows()) == []


def test_progress_is_told_of_every_bar_and_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from runtime import backtest as module

    text = (Path(__file__).parents[2] / "examples" / "supertrend_flip.apx").read_text()
    plan = compile_text(text, load()).plan(want="backtest")
    candles = open_data("AAPL", store=tmp_path)
    whole = module.backtest(plan, candles)
    monkeypatch.setattr(module, "STRETCH", 500)
    told: list[int] = []
    parts = module.backtest(plan, candles, progress=told.append)
    assert told == [500] * 6 + [270]
    assert parts.equity_values.tobytes() == whole.equity_values.tobytes()
    assert parts.fill_rows.tobytes() == whole.fill_rows.tobytes()
