"""A real backtest as a report: the same trades, statistics and settings as its result."""

from __future__ import annotations

import math

import numpy as np
import pytest

import apextrade
from apextrade.report import ReportData, report_data, summary, write_html
from apextrade.report.labels import LISTED, MEANINGS, written
from apextrade.report.settings_text import settings_rows
from compiler.plan import Account
from runtime.backtest import backtest
from runtime.machine.instrument import Instrument
from runtime.result import BacktestResult
from runtime.statistics import STATISTICS

PROGRAM = """apx 1
## Buys strength.
strategy "Crossing"
trade "IBM" every 1d
input fast = 10 bars in 2 .. 50 "Fast average"
input share = 50% in 1% .. 100%
settings
  capital 20_000 USD
  commission 0.1%
let quick = ema(close, fast)
let trend = sma(close, 30)
when quick crosses above trend
  buy share of equity named "long"
    stop loss at 1%
    take profit at 1%
when quick crosses below trend
  exit position
when rsi(14) > 70
  buy 10 shares
    stop loss at close + 5
plot quick, trend "slow", rsi(14)
"""

Run = tuple[BacktestResult, ReportData]


@pytest.fixture(scope="module")
def run(real: ReportData) -> Run:
    candles = apextrade.Candles.from_arrays(
        time=real.time.astype("M8[us]"), open=real.open, high=real.high, low=real.low, close=real.close, symbol="IBM"
    )
    program = apextrade.compile(PROGRAM)
    result = backtest(program.plan("backtest", fast=12), candles)
    signals = program.run(candles, fast=12)
    return result, report_data(result, candles, program.compiled, values={"fast": 12.0}, signals=signals, data_name="IBM.csv")


def test_the_trades_are_those_of_the_result(run: Run) -> None:
    result, data = run
    rows = list(result.trade_rows())
    assert len(rows) == len(data.trades) > 20
    for row, t in zip(rows, data.trades, strict=True):
        assert (row["id"], row["side"], row["quantity"], row["tag"], row["bars"]) == (t.id, t.side, t.quantity, t.tag, t.bars)
        assert (row["entry_price"], row["profit"], row["commission"]) == (t.entry_price, t.profit, t.commission)
        assert row["entry_time"] == f"{np.datetime64(t.entry_time, 'us').astype('M8[s]')}Z"
        assert row["profit_percent"] == pytest.approx(100 * t.profit_share)
        assert (row["exit_time"] is None) == t.is_open
        if not t.is_open:
            assert (row["exit_price"], row["exit_reason"].replace("_", " ")) == (t.exit_price, t.exit_reason)
    assert list(data.trades[-3:]) == [data.trades[i] for i in range(len(rows) - 3, len(rows))]
    with pytest.raises(IndexError):
        data.trades[len(rows)]


def test_every_statistic_of_a_run_has_a_label_a_meaning_and_is_on_the_page(run: Run) -> None:
    result, data = run
    assert set(result.stats) <= set(LISTED)
    assert {s.name for s in STATISTICS} <= set(LISTED)
    assert all(MEANINGS[key] for key in LISTED)
    page, text = write_html(data), summary(data, 100)
    for key, value in result.stats.items():
        assert f"<dd>{written(LISTED[key], value, 'USD')}</dd>" in page, key
        assert written(LISTED[key], value, "USD") in text, key


def test_the_benchmark_ends_at_the_buy_and_hold_of_the_statistics(run: Run) -> None:
    result, data = run
    assert data.benchmark[-1] / data.capital - 1 == pytest.approx(result.stats["buy_and_hold"])
    assert data.equity[-1] == result.stats["final_equity"]


def test_ambiguous_bars_bring_the_scenario_of_every_target(run: Run) -> None:
    result, data = run
    assert result.stats["ambiguous_bars"] > 0
    assert result.every_target is not None
    assert data.stats["targets_first"] == result.every_target.total_return
    assert any("both" in warning for warning in data.warnings)


def test_refused_orders_are_counted_by_cause(run: Run) -> None:
    result, data = run
    assert sum(r.count for r in data.refusals) == sum(row["count"] for row in result.trace_records()) > 0
    refusal = next(r for r in data.refusals if "stop" in r.reason)
    first = min(row["first"] for row in result.trace_records() if row["text"] == refusal.reason)
    assert first == f"{np.datetime64(refusal.first_time, 'us').astype('M8[s]')}Z"


def test_plots_settings_inputs_and_data_are_told(run: Run) -> None:
    _, data = run
    assert [(o.name, o.unit) for o in data.overlays] == [("quick", "price"), ("slow", "price"), ("rsi(14)", "oscillator")]
    assert dict(data.settings)["Capital"] == "20,000.00 USD"
    assert dict(data.settings)["Commission"] == "0.1% of each fill"
    assert data.inputs == (("Fast average (fast)", "12 bars (default 10 bars)"), ("share", "50%"))
    assert data.data_name == "IBM.csv"
    assert len(data.fingerprint) == 64
    assert (data.title, data.doc, data.program_text) == ("Crossing", "Buys strength.", PROGRAM)


def test_every_cost_and_limit_is_in_words() -> None:
    account = Account(
        commission_per_unit=0.005, commission_per_order=1.0, slippage_ticks=2.0, margin=0.5, pyramiding=3, direction="long",
        limits=(("daily_loss", 0.03), ("positions", 4.0), ("position_value", 5000.0)),
    )  # fmt: skip
    rows = dict(settings_rows(account, Instrument(tick=0.25, lot=1.0, multiplier=50.0, min_notional=10.0)))
    assert rows["Commission"] == "0.005 USD per unit and 1 USD per order"
    assert rows["Slippage"] == "2 ticks of 0.25 USD"
    assert rows["Margin"] == "50% of a position is paid"
    assert rows["Pyramiding"] == "at most 3 open entries"
    assert rows["Direction"] == "long only"
    assert rows["Limit on daily loss"] == "3% of equity"
    assert rows["Limit on positions"] == "4"
    assert rows["Limit on position"] == "5,000.00 USD"
    assert (rows["Tick"], rows["Lot"], rows["Least order"]) == ("0.25 USD", "1 units", "10.00 USD")
    free = dict(settings_rows(Account(), Instrument()))
    assert free["Commission"] == free["Slippage"] == "none"


def test_a_program_that_never_trades_on_one_unknown_bar_still_has_a_report() -> None:
    candles = apextrade.Candles.from_arrays(
        time=np.array(["2024-01-01", "2024-01-02"], "M8[us]"), open=[1.0, math.nan], high=[1.0, math.nan], low=[1.0, math.nan],
        close=[1.0, math.nan],
    )  # fmt: skip
    program = apextrade.compile(PROGRAM)
    data = report_data(backtest(program.plan("backtest"), candles), candles, program.compiled)
    assert data.symbol == "IBM"
    assert "It never traded." in write_html(data)
    assert "It never traded." in " ".join(summary(data, 80).split())
