"""The trades of a run as a table, column by column: the same values as its rows, without a Python object for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runtime.machine.codes import REASONS
from runtime.traded import traded_prices, traded_quantities

if TYPE_CHECKING:
    import pandas as pd

    from runtime.result import BacktestResult


def trade_table(result: BacktestResult) -> pd.DataFrame:
    """A row a trade with the columns of TRADE_FIELDS; times are UTC. An open trade has NaT, NaN and no reason for its exit."""
    import pandas as pd

    rows = np.concatenate((result.trade_rows_closed, result.trade_rows_open))
    order = np.argsort(rows[:, 0], kind="stable")
    rows = rows[order]
    closed, still_open = result.entry_units
    units = np.array([*closed, *still_open], dtype=np.float64)[order]
    _, action, side, quantity, entry_bar, entry, exit_bar, exit_price, profit, fee, mae, mfe, reason = rows.T
    count, is_open = len(rows), np.isnan(exit_bar)
    value = entry * quantity * units
    times = result.time.astype("M8[us]")
    entered = entry_bar.astype(np.int64)
    left = np.where(is_open, len(times) - 1, exit_bar).astype(np.int64)
    exited = times[left]
    exited[is_open] = np.datetime64("NaT")
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(value > 0, 100.0 * profit / value, np.nan)
    if result.factors is not None:
        quantity = traded_quantities(quantity, result.factors[entered])
        entry, exit_price = traded_prices(entry, result.factors[entered]), traded_prices(exit_price, result.factors[left])

    def named(names: list[str | None], codes: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pd.Series[str]:
        """Texts by their place in `names`, each text converted once."""
        return pd.Series(names).take(codes).reset_index(drop=True)

    def utc(moments: np.ndarray[tuple[int], np.dtype[np.datetime64]]) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(moments).tz_localize("UTC")

    return pd.DataFrame(
        {
            "id": np.arange(1, count + 1),
            "symbol": named([result.symbol], np.zeros(count, dtype=np.int64)),
            "side": named(["short", "long"], (side > 0).astype(np.int64)),
            "quantity": quantity,
            "entry_time": utc(times[entered]),
            "entry_price": entry,
            "exit_time": utc(exited),
            "exit_price": np.where(is_open, np.nan, exit_price),
            "profit": profit,
            "profit_percent": percent,
            "commission": fee,
            "bars": left - entered,
            "tag": named([code.tag for code in result.actions], action.astype(np.int64)),
            "exit_reason": named([*REASONS, None], np.where(is_open, len(REASONS), reason).astype(np.int64)),
            "mae": mae,
            "mfe": mfe,
        }
    )
