"""`apx run` shows every column, those that read the position too, by both engines to the byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import apextrade as apx
from runtime.data.resolve import open_data

TEXT = """apx 1
strategy "Held"
trade "AAPL" every 1d
settings
  commission 0.1%
let held = position.size > 0
let won = position.profit
remember top = if held then max(top or_else close, close) else close end initially unknown
when close > sma(close, 5)
  buy 50% of equity
    stop loss at 3%
when close < sma(close, 5)
  exit position
plot top, account.equity
"""


def test_columns_that_read_the_position_are_the_same_by_kernels_and_interpreter(tmp_path: Path) -> None:
    candles = open_data("AAPL", store=tmp_path).between("2003-01-01", "2005-12-31")
    program = apx.compile(TEXT)
    found, defined = program.run(candles), apx.interpret(program, candles)
    assert list(found) == list(defined) == ["held", "won", "top", "rule_1", "rule_2", "plot_1", "plot_2"]
    for name in found:
        assert found[name].tobytes() == defined[name].tobytes(), name
    equity = apx.backtest(program, candles).run.equity_values
    assert set(found["held"].tolist()) == {0.0, 1.0}
    # A rule reads the account at the close, after the bar's fills: what the equity curve shows.
    assert np.array_equal(found["plot_2"], equity)
