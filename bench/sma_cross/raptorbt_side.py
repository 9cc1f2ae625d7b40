"""raptorbt's side: its own averages, crosses in NumPy, its compiled backtest; then its curve, its trades and its metrics."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import raptorbt
from rig.contest import compete
from rig.market import bar_times
from sma_cross.rules import CAPITAL, COMMISSION, FAST, QUANTITY, SLOW, Record, save

# raptorbt sizes by money and rounds down to lots: with prices within a factor of 2 this much buys exactly one lot of QUANTITY.
HIGHEST_PRICE = 140.0
MONEY = QUANTITY * HIGHEST_PRICE * 1.02


def main(bars_path: str) -> None:
    opens, high, low, close, volume = np.load(bars_path)
    if not (
        close.max() < HIGHEST_PRICE
        and opens.max() < HIGHEST_PRICE
        and 2 * QUANTITY * min(close.min(), opens.min()) > MONEY / (1 + COMMISSION)
    ):
        raise SystemExit("these prices move too far for one lot to be one quantity")
    nanoseconds = 1_000 * bar_times(len(close))
    lot = raptorbt.InstrumentConfig(lot_size=QUANTITY, alloted_capital=MONEY)

    def run() -> Any:
        config = raptorbt.BacktestConfig(initial_capital=CAPITAL, fees=COMMISSION, slippage=0.0, fill_timing="next_bar_open")
        above = raptorbt.sma(close, FAST) > raptorbt.sma(close, SLOW)
        above[: SLOW - 1] = False
        entries, exits = np.empty_like(above), np.empty_like(above)
        entries[0] = exits[0] = False
        np.greater(above[1:], above[:-1], out=entries[1:])
        np.less(above[1:], above[:-1], out=exits[1:])
        # Which average is above is first known on bar SLOW - 1; a cross needs two such bars.
        entries[SLOW - 1] = False
        result = raptorbt.run_single_backtest(
            nanoseconds, opens, high, low, close, volume, entries, exits, 1, 1.0, "X", config, instrument_config=lot
        )
        return result.equity_curve(), result.trades(), result.metrics

    def record(outcome: Any) -> Record:
        equity, trades, metrics = outcome
        return Record(
            equity=np.asarray(equity),
            entry_bar=np.array([t.entry_idx for t in trades], dtype=np.int64),
            entry_price=np.array([t.entry_price for t in trades]),
            exit_bar=np.array([t.exit_idx for t in trades], dtype=np.int64),
            exit_price=np.array([t.exit_price for t in trades]),
            profit=np.array([t.pnl for t in trades]),
            total_return=metrics.total_return_pct / 100,
            max_drawdown=metrics.max_drawdown_pct / 100,
            win_rate=metrics.win_rate_pct / 100,
        )

    compete(version("raptorbt"), run, lambda outcome, path: save(record(outcome), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
