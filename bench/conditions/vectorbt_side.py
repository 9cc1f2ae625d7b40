"""vectorbt's side: its own indicators, conditions in NumPy, its portfolio with stops that a compiled callback moves; then value, trades, stats."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import vectorbt as vbt
from conditions.rules import (
    BAND,
    BAND_FACTOR,
    FAST,
    MIDDLE,
    PLACE,
    PLACE_TO,
    RANGE,
    SIGNAL,
    SLOW,
    STRENGTH,
    STRENGTH_FROM,
    STRENGTH_TO,
    TARGET,
    TRAIL,
    TREND,
)
from numba import njit
from rig.contest import compete
from rig.market import bar_times
from sma_cross.rules import CAPITAL, COMMISSION, QUANTITY, save
from sma_cross.vectorbt_record import record
from vectorbt.portfolio.enums import StopEntryPrice, StopExitPrice


@njit  # type: ignore[untyped-decorator]
def moved(context: Any, distance: Any, high: Any, kept: Any) -> tuple[float, bool]:
    """The stop of this bar as a share below the price that vectorbt measures from. kept: the highest price since the entry, and the stop's level.

    Its own trail is a share of the price that was fixed at the entry, and does not look at the bar of the entry.
    """
    i = context.i
    if not context.position_now > 0.0:
        return np.nan, True
    if context.init_i == i - 1:
        kept[0] = context.init_price
        kept[1] = context.init_price - distance[i - 2]
    kept[0] = max(kept[0], high[i - 1])
    kept[1] = max(kept[1], kept[0] - distance[i - 1])
    return max(0.0, 1.0 - kept[1] / context.curr_price), True


def main(bars_path: str, engine: str) -> None:
    # Its compiled engine takes no callbacks; "auto" lets it work wherever it can.
    vbt.settings["engine"] = "auto" if engine == "rust" else engine
    opens, high, low, close, _ = np.load(bars_path)
    index = pd.DatetimeIndex((1_000 * bar_times(len(close))).astype("M8[ns]"))
    o, h, lowest, c = (pd.Series(column, index) for column in (opens, high, low, close))

    def run() -> Any:
        average = vbt.MA.run(c, TREND).ma.to_numpy(), vbt.MA.run(c, MIDDLE).ma.to_numpy()
        fast, slow = (vbt.MA.run(c, n, ewm=True).ma.to_numpy() for n in (FAST, SLOW))
        lines = vbt.MACD.run(c, FAST, SLOW, SIGNAL, macd_ewm=True, signal_ewm=True)
        # Wilder's average of n bars is the exponential one with a span of 2 n - 1.
        strength = vbt.RSI.run(c, 2 * STRENGTH - 1, ewm=True).rsi.to_numpy()
        spread = vbt.ATR.run(h, lowest, c, 2 * RANGE - 1, ewm=True).atr.to_numpy()
        upper = vbt.BBANDS.run(c, BAND, alpha=BAND_FACTOR).upper.to_numpy()
        place = vbt.STOCH.run(h, lowest, c, PLACE).percent_k.to_numpy()
        signal = (close > average[0]) & (close > average[1]) & (fast > slow) & (lines.macd.to_numpy() > lines.signal.to_numpy())
        signal &= (strength > STRENGTH_FROM) & (strength < STRENGTH_TO) & (close < upper) & (place < PLACE_TO)
        # Signals of one bar fill at the next bar's open.
        entries, target = np.zeros(len(close), dtype=bool), np.full(len(close), np.nan)
        entries[1:] = signal[:-1]
        np.divide(TARGET * spread[:-1], opens[1:], out=target[1:])
        portfolio = vbt.Portfolio.from_signals(
            c,
            pd.Series(entries, index),
            pd.Series(False, index),
            price=o,
            open=o,
            high=h,
            low=lowest,
            size=QUANTITY,
            fees=COMMISSION,
            init_cash=CAPITAL,
            freq="1min",
            direction="longonly",
            tp_stop=target,
            sl_stop=1.0,
            sl_trail=True,
            stop_entry_price=StopEntryPrice.FillPrice,
            stop_exit_price=StopExitPrice.StopMarket,
            adjust_sl_func_nb=moved,
            adjust_sl_args=(TRAIL * spread, high, np.full(2, np.nan)),
            engine="numba",
        )
        return portfolio.value(), portfolio.trades.records, portfolio.stats()

    compete(version("vectorbt"), run, lambda outcome, path: save(record(outcome), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
