"""vectorbt's side: its own averages, crosses and portfolio, by its numba or its compiled engine; then value, trades, stats."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import vectorbt as vbt
from rig.contest import compete
from rig.market import bar_times
from sma_cross.rules import CAPITAL, COMMISSION, FAST, QUANTITY, SLOW, save
from sma_cross.vectorbt_record import record


def main(bars_path: str, engine: str) -> None:
    # Its compiled engine does not take columns of truths; "auto" lets it work wherever it can.
    vbt.settings["engine"] = "auto" if engine == "rust" else engine
    opens, _, _, close, _ = np.load(bars_path)
    # Times without a zone: with one, each column that vectorbt makes costs it a pass over the times (100 times slower).
    index = pd.DatetimeIndex((1_000 * bar_times(len(close))).astype("M8[ns]"))
    close, opens = pd.Series(close, index), pd.Series(opens, index)

    def run() -> Any:
        fast, slow = vbt.MA.run(close, FAST), vbt.MA.run(close, SLOW)
        # Signals of one bar fill at the next bar's open.
        entries = fast.ma_crossed_above(slow).vbt.signals.fshift(1)
        exits = fast.ma_crossed_below(slow).vbt.signals.fshift(1)
        portfolio = vbt.Portfolio.from_signals(
            close,
            entries,
            exits,
            price=opens,
            size=QUANTITY,
            fees=COMMISSION,
            init_cash=CAPITAL,
            freq="1min",
            direction="longonly",
            engine=engine,
        )
        return portfolio.value(), portfolio.trades.records, portfolio.stats()

    compete(version("vectorbt"), run, lambda outcome, path: save(record(outcome), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
