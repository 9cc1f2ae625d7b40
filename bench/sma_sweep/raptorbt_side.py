"""raptorbt's side: its averages once a length, crosses in NumPy, its parallel batch of backtests with their metrics, some hundred pairs at a time."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import raptorbt
from rig.contest import compete
from rig.market import bar_times
from sma_cross.rules import CAPITAL, COMMISSION, QUANTITY
from sma_sweep.rules import Cells, pairs, save

# As in sma_cross: so much money buys exactly one lot of QUANTITY.
MONEY = QUANTITY * 140.0 * 1.02
AT_ONCE = 20_000_000
"""Bars of runs in one batch: its items copy their signals, and each result holds a curve."""


def main(bars_path: str, count: str) -> None:
    opens, high, low, close, volume = np.load(bars_path)
    nanoseconds = 1_000 * bar_times(len(close))
    lot = raptorbt.InstrumentConfig(lot_size=QUANTITY, alloted_capital=MONEY)
    wanted = pairs(int(count))
    batch = max(1, AT_ONCE // len(close))

    def run() -> Any:
        config = raptorbt.BacktestConfig(initial_capital=CAPITAL, fees=COMMISSION, slippage=0.0, fill_timing="next_bar_open")
        averages = {n: raptorbt.sma(close, n) for n in sorted({n for pair in wanted for n in pair})}
        found = []
        for start in range(0, len(wanted), batch):
            items = []
            for at, (fast, slow) in enumerate(wanted[start : start + batch]):
                above = averages[fast] > averages[slow]
                above[: slow - 1] = False
                entries, exits = np.empty_like(above), np.empty_like(above)
                entries[0] = exits[0] = False
                np.greater(above[1:], above[:-1], out=entries[1:])
                np.less(above[1:], above[:-1], out=exits[1:])
                entries[slow - 1] = False
                items.append(raptorbt.BatchSingleItem(str(at), entries, exits, 1, 1.0, "X", config, instrument_config=lot))
            done = raptorbt.batch_single_backtest(nanoseconds, opens, high, low, close, volume, items, config)
            found += [result.metrics for _, result in done]
        return found

    def cells(metrics: Any) -> Cells:
        closed = np.array([m.total_closed_trades for m in metrics], dtype=np.float64)
        win_rate = np.array([m.win_rate_pct / 100 for m in metrics])
        return Cells(
            total_return=np.array([m.total_return_pct / 100 for m in metrics]),
            max_drawdown=np.array([m.max_drawdown_pct / 100 for m in metrics]),
            win_rate=np.where(closed > 0, win_rate, np.nan),
            trades=closed,
        )

    compete(version("raptorbt"), run, lambda outcome, path: save(cells(outcome), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
