"""The table of trades holds what its rows say, whatever is open, tagged or closed in parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import apextrade as apx
from runtime.result import TRADE_FIELDS

HEAD = 'apx 1\nstrategy "T"\ntrade "X" every 1m\nsettings\n  capital 10_000 USD\n  commission 0.1%\n'
PROGRAMS = {
    "one open at the end": "when close > close[1]\n  buy 2 units\n",
    "closed in parts, tagged": 'when close crosses above 100\n  buy 4 units named "a"\nwhen close < 101\n  sell 1 units\n',
    "both sides": "when close crosses above 100\n  buy 1 units\nwhen close crosses below 100\n  short 1 units\n",
}


@pytest.mark.parametrize("rules", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_table_of_trades_is_their_rows(rules: str) -> None:
    close = 100 + 5 * np.sin(np.arange(200) / 7)
    candles = apx.Candles.from_arrays(
        time=np.arange(200) * 60_000_000 + 1_577_836_800_000_000,
        open=close,
        high=close + 1,
        low=close - 1,
        close=close,
        symbol="X",
    )
    run = apx.backtest(HEAD + rules, candles).run
    rows = list(run.trade_rows())
    assert rows
    table = run.trades
    assert list(table.columns) == list(TRADE_FIELDS)
    assert len(table) == len(rows)
    for row, (_, cells) in zip(rows, table.iterrows(), strict=True):
        for name, value in row.items():
            cell = cells[name]
            if value is None:
                assert pd.isna(cell), name
            elif name.endswith("_time"):
                assert cell == pd.Timestamp(value), name
            else:
                assert cell == value, name
    assert any(row["exit_time"] is None for row in rows) == bool(len(run.trade_rows_open))


def test_a_run_without_trades_has_a_table_of_the_same_columns() -> None:
    close = np.full(50, 100.0)
    candles = apx.Candles.from_arrays(time=np.arange(50) * 60_000_000, open=close, high=close, low=close, close=close)
    table = apx.backtest(HEAD + PROGRAMS["both sides"], candles).trades
    assert len(table) == 0
    assert list(table.columns) == list(TRADE_FIELDS)
    assert str(table["quantity"].dtype) == "float64"
