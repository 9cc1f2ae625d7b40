"""vectorbt's side: averages once a length, one column a pair, some columns at a time; statistics of all columns by its accessors."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import vectorbt as vbt
from rig.contest import compete
from rig.market import bar_times
from sma_cross.rules import CAPITAL, COMMISSION, QUANTITY
from sma_sweep.rules import Cells, pairs, save

AT_ONCE = 4_000_000
"""Bars of runs held at a time: a dozen blocks of this size are made."""


def main(bars_path: str, engine: str, count: str) -> None:
    vbt.settings["engine"] = "auto" if engine == "rust" else engine
    opens, _, _, close, _ = np.load(bars_path)
    index = pd.DatetimeIndex((1_000 * bar_times(len(close))).astype("M8[ns]"))
    close, opens = pd.Series(close, index), pd.Series(opens, index)
    wanted = pairs(int(count))
    batch = max(1, AT_ONCE // len(close))

    def run() -> Any:
        lengths = sorted({n for pair in wanted for n in pair})
        place = {n: at for at, n in enumerate(lengths)}
        averages = vbt.MA.run(close, lengths).ma.to_numpy()
        parts = []
        for start in range(0, len(wanted), batch):
            some = wanted[start : start + batch]
            columns = pd.MultiIndex.from_tuples(some, names=["fast", "slow"])
            fast = pd.DataFrame(averages[:, [place[f] for f, _ in some]], index, columns)
            slow = pd.DataFrame(averages[:, [place[s] for _, s in some]], index, columns)
            # Signals of one bar fill at the next bar's open.
            entries = fast.vbt.crossed_above(slow).vbt.signals.fshift(1)
            exits = fast.vbt.crossed_below(slow).vbt.signals.fshift(1)
            portfolio = vbt.Portfolio.from_signals(
                close, entries, exits, price=opens, size=QUANTITY, fees=COMMISSION, init_cash=CAPITAL, freq="1min", direction="longonly",
                engine=engine,
            )  # fmt: skip
            trades = portfolio.trades
            parts.append(
                (
                    portfolio.total_return(), portfolio.max_drawdown(), trades.closed.win_rate(), trades.closed.count(), portfolio.sharpe_ratio(),
                    portfolio.sortino_ratio(), portfolio.calmar_ratio(), portfolio.annualized_return(), portfolio.annualized_volatility(),
                    trades.closed.profit_factor(), trades.closed.expectancy(), portfolio.final_value(),
                )
            )  # fmt: skip
        return [np.concatenate([np.asarray(part[k], dtype=np.float64) for part in parts]) for k in range(len(parts[0]))]

    def cells(columns: Any) -> Cells:
        return Cells(total_return=columns[0], max_drawdown=-columns[1], win_rate=columns[2], trades=columns[3])

    compete(version("vectorbt"), run, lambda outcome, path: save(cells(outcome), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
