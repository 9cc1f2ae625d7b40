"""ApexTrade's side: the text compiled and run by the public Python API, every time anew."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import numpy as np
from rig.contest import compete
from rig.market import COLUMNS, bar_times
from sma_cross.rules import CAPITAL, COMMISSION, FAST, QUANTITY, SLOW, Floats, Record, save

import apextrade as apx

TEXT = f"""apx 1
strategy "SMA cross"
trade "X" every 1m

settings
  capital {CAPITAL:.0f} USD
  commission {100 * COMMISSION:g}%
  slippage 0 ticks

let fast = sma(close, {FAST})
let slow = sma(close, {SLOW})

when fast crosses above slow
  buy {QUANTITY:g} units

when fast crosses below slow
  exit position
"""


def candles_of(bars: Floats) -> apx.Candles:
    return apx.Candles.from_arrays(time=bar_times(bars.shape[1]), **dict(zip(COLUMNS, bars, strict=True)))


def as_arrays(candles: apx.Candles, text: str = TEXT, tick: float | None = None) -> Any:
    """From text to equity, trades and statistics, the records as the arrays that a result holds."""
    result = apx.backtest(apx.compile(text), candles, tick=tick)
    return result, result.run.equity_values, result.run.trade_rows_closed, dict(result.stats)


def as_tables(candles: apx.Candles, text: str = TEXT, tick: float | None = None) -> Any:
    """From text to equity, trades and statistics, the records as pandas tables."""
    result = apx.backtest(apx.compile(text), candles, tick=tick)
    return result, result.equity, result.trades, dict(result.stats)


def record(outcome: Any) -> Record:
    """The record of a run, from its tables."""
    result = outcome[0]
    equity, trades = result.equity, result.trades
    times = result.run.time
    closed = trades[trades.exit_time.notna()]
    micros = {
        name: closed[name].dt.tz_localize(None).to_numpy().astype("M8[us]").astype(np.int64)
        for name in ("entry_time", "exit_time")
    }
    return Record(
        equity=equity["equity"].to_numpy(),
        entry_bar=np.searchsorted(times, micros["entry_time"]),
        entry_price=closed["entry_price"].to_numpy(),
        exit_bar=np.searchsorted(times, micros["exit_time"]),
        exit_price=closed["exit_price"].to_numpy(),
        profit=closed["profit"].to_numpy(),
        total_return=result.stats["total_return"],
        max_drawdown=result.stats["max_drawdown"],
        win_rate=result.stats["win_rate"],
    )


def main(bars_path: str, form: str) -> None:
    candles = candles_of(np.load(bars_path))
    if form == "tables":
        import pandas  # noqa: F401  # ready before the clock starts, as the peers' libraries are
    run = partial(as_tables if form == "tables" else as_arrays, candles)
    compete(apx.__version__, run, lambda outcome, path: save(record(outcome), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
