"""Whole backtests against a naive broker in plain Python: every fill's bar, side, price, quantity and cash, bit for bit.

Besides the samples, any file of bars that APEXTRADE_PRICES names is run; `-s` prints how many trades were compared.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compiler.pipeline import compile_text
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.data.samples import SAMPLES, read_sample
from runtime.machine.instrument import Instrument
from runtime.result import BacktestResult
from stdlib.library import load
from tests.oracle.naive_broker import Broker
from tests.oracle.naive_strategies import STRATEGIES, Strategy

PROGRAMS = Path(__file__).parent / "programs"
GIVEN = os.environ.get("APEXTRADE_PRICES", "")
STEPS = ((0.01, 1.0), (0.01, 0.001), (0.25, 10.0))  # tick and lot; the quarter is exact in binary, a cent is not


def run_compiled(name: str, candles: Candles, tick: float, lot: float) -> BacktestResult:
    text = (PROGRAMS / f"{name}.apx").read_text(encoding="utf-8")
    plan = compile_text(text, load(), name).plan({}, tick, "backtest")
    return backtest(plan, candles, instrument=Instrument(tick=tick, lot=lot))


def run_naive(strategy: Strategy, candles: Candles, tick: float, lot: float) -> Broker:
    bars = {name: getattr(candles, name).tolist() for name in ("open", "high", "low", "close")}
    broker = Broker(bars, strategy.capital, strategy.costs(tick, lot), strategy.pyramiding)
    broker.run(strategy.rules(bars))
    return broker


def assert_equal_runs(name: str, candles: Candles, tick: float, lot: float, least: int) -> None:
    result = run_compiled(name, candles, tick, lot)
    broker = run_naive(STRATEGIES[name], candles, tick, lot)
    found = [tuple(row[k] for k in (1, 3, 4, 5, 8)) for row in result.fill_rows.tolist()]
    expected = [(float(f.bar), float(f.side), f.quantity, f.price, f.cash) for f in broker.fills]
    for at, (a, b) in enumerate(zip(found, expected, strict=False)):
        assert a == b, (
            f"fill {at} of {len(found)} and {len(expected)}: (bar, side, quantity, price, cash), compiled then naive\n"
            f"{result.fill_rows[at].tolist()}\n{broker.fills[at]}"
        )
    assert len(found) == len(expected)
    assert result.equity_values.tolist() == broker.equities
    trades = [tuple(row[k] for k in (2, 3, 4, 5, 6, 7)) for row in result.trade_rows_closed.tolist()]
    assert trades == [
        (float(t.side), t.quantity, float(t.entry_bar), t.entry_price, float(t.exit_bar), t.exit_price) for t in broker.trades
    ]
    assert result.stats["ambiguous_bars"] == broker.ambiguous
    assert len(trades) >= least, f"{len(trades)} trades show little"
    where = f"{name} on {candles.symbol or candles.source}, tick {tick}, lot {lot}"
    print(f"{where}: {len(trades)} trades, {len(found)} fills, {broker.ambiguous} ambiguous bars equal")


@pytest.mark.parametrize(("tick", "lot"), STEPS)
@pytest.mark.parametrize("symbol", SAMPLES)
@pytest.mark.parametrize("name", STRATEGIES)
def test_every_fill_on_a_sample_equals_the_naive_broker(name: str, symbol: str, tick: float, lot: float) -> None:
    assert_equal_runs(name, Candles.from_raw(read_sample(symbol)), tick, lot, least=20)


@pytest.mark.skipif(not GIVEN, reason="APEXTRADE_PRICES names no file of bars")
@pytest.mark.parametrize(("tick", "lot"), STEPS[:2])
@pytest.mark.parametrize("name", STRATEGIES)
def test_every_fill_on_given_bars_equals_the_naive_broker(name: str, tick: float, lot: float) -> None:
    assert_equal_runs(name, Candles.from_csv(GIVEN), tick, lot, least=20)
