"""`limit volume` from the text on: backtest, interpreter, stream, sweep and several instruments fill the same parts, and the result says so."""

from __future__ import annotations

import numpy as np
import pytest

import apextrade as apx
from compiler.pipeline import compile_text
from runtime.candles import Candles
from runtime.machine.codes import FILL_COLUMNS
from runtime.machine.instrument import Instrument
from runtime.stream import Stream
from stdlib.library import load
from tests.laws.trading import run_compiled, run_interpreted

ORDER, BAR, QUANTITY = (FILL_COLUMNS.index(name) for name in ("order", "bar", "quantity"))
UNIT = Instrument(tick=0.01, lot=1.0)
TEXT = """apx 1
strategy "Thin"
trade "A" every 1d
input span = 5 in 2 .. 20
settings
  capital 100_000 USD
  commission 0.1%
  pyramiding 2
  limit volume 10%
let mean = sma(close, span)
when close crosses above mean
  buy 60% of equity
    stop loss at entry * 0.97
    take profit at entry * 1.04
    hold at most 9 bars
when close crosses below mean
  short 30% of equity
when position.bars_held >= 6
  exit position
"""


def bars(symbol: str = "A", seed: int = 1, rows: int = 400) -> Candles:
    random = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(random.normal(0, 0.012, rows))), 2)
    opened = np.round(np.concatenate(([100.0], close[:-1])) * (1 + random.normal(0, 0.003, rows)), 2)
    high = np.round(np.maximum(opened, close) * (1 + random.uniform(0, 0.01, rows)), 2)
    low = np.round(np.minimum(opened, close) * (1 - random.uniform(0, 0.01, rows)), 2)
    volume = random.choice([0.0, np.nan, 500.0, 900.0, 2_345.0, 40_000.0], rows)
    time = np.arange(rows, dtype=np.int64) * 86_400_000_000
    return Candles(time=time, open=opened, high=high, low=low, close=close, volume=volume, symbol=symbol, timeframe=86_400)


def test_kernels_and_interpreter_fill_the_same_parts() -> None:
    program, candles = compile_text(TEXT, load()), bars()
    compiled, plain = run_compiled(program, candles, UNIT), run_interpreted(program, candles, UNIT)
    assert compiled.fills()
    for name, rows in compiled.records.items():
        assert np.array_equal(rows, plain.records[name], equal_nan=True), name
    cut = run_compiled(program, candles, UNIT, cuts=(57, 58, 200, 311), save=True)
    assert np.array_equal(compiled.records["fills"], cut.records["fills"], equal_nan=True)


def test_a_stream_fills_the_same_parts_with_saves_in_between() -> None:
    candles = bars()
    result = apx.backtest(TEXT, candles, tick=0.01, lot=1.0).run
    plan = compile_text(TEXT, load()).plan({}, 0.01)
    stream, fills, equity = Stream(plan, UNIT), [], []
    for i in range(len(candles)):
        if i % 37 == 36:
            saved = stream.save()
            stream = Stream(plan, UNIT)
            stream.restore(saved)
        prices = {name: getattr(candles, name)[i] for name in ("open", "high", "low", "close", "volume")}
        step = stream.push({"time": int(candles.time[i]), **prices})
        fills += [(i, f.quantity, f.price) for f in step.fills]
        equity.append(step.equity)
    assert fills == [(int(row[BAR]), row[QUANTITY], row[5]) for row in result.fill_rows.tolist()]
    assert np.array(equity).tobytes() == result.equity_values.tobytes()


def test_no_bar_fills_more_than_its_share_and_the_result_says_what_was_held_back() -> None:
    candles = bars()
    result = apx.backtest(TEXT, candles, tick=0.01, lot=1.0).run
    filled = np.zeros(len(candles))
    np.add.at(filled, result.fill_rows[:, BAR].astype(int), result.fill_rows[:, QUANTITY])
    assert (filled <= 0.1 * np.nan_to_num(candles.volume) + 1e-9).all()
    orders = result.fill_rows[result.fill_rows[:, ORDER] >= 0]
    assert len(np.unique(orders[:, ORDER])) < len(np.unique(orders[:, [ORDER, BAR]], axis=0))
    assert any(said.startswith("`limit volume 10%` held fills back") for said in result.warnings)
    assert "volume" in {record["cause"] for record in result.trace_records()}


def test_a_sweep_has_the_figures_of_its_backtests() -> None:
    candles = bars()
    table = apx.sweep(TEXT, candles, span=[3, 5, 8], tick=0.01, lot=1.0)
    for row in range(len(table)):
        alone = apx.backtest(TEXT, candles, tick=0.01, lot=1.0, **table.inputs(row))
        assert np.array_equal(list(table.stats(row).values()), list(alone.stats.values()), equal_nan=True)


def test_each_instrument_has_its_own_volume() -> None:
    text = TEXT.replace('trade "A"', 'trade "A", "B"')
    both = {"A": bars("A", 1), "B": bars("B", 2)}
    result = apx.backtest(text, both, tick=0.01, lot=1.0).run
    for leg in result.legs:
        volume = both[leg.symbol].volume
        filled = np.zeros(len(volume))
        np.add.at(filled, leg.fill_rows[:, BAR].astype(int), leg.fill_rows[:, QUANTITY])
        assert filled.any()
        assert (filled <= 0.1 * np.nan_to_num(volume) + 1e-9).all()


def test_bars_without_volume_fill_nothing_and_the_result_says_why() -> None:
    candles = bars()
    blank = Candles(
        time=candles.time, open=candles.open, high=candles.high, low=candles.low, close=candles.close,
        volume=np.full(len(candles), np.nan), symbol="A", timeframe=86_400,
    )  # fmt: skip
    result = apx.backtest(TEXT, blank, tick=0.01, lot=1.0).run
    assert not len(result.fill_rows)
    assert any("The bars have no volume" in said for said in result.warnings)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("  limit volume 10%\n", "  limit volume 10%\n  fills tradingview\n"),
        TEXT + "when position.size > 0\n  protect position\n    stop loss at close * 0.9\n",
    ],
)
def test_what_fills_whole_is_refused(text: str) -> None:
    with pytest.raises(apx.CompileError, match="limit volume"):
        apx.backtest(text, bars())
