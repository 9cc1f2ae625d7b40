"""What a portfolio of vectorbt gave, in the form in which contestants are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
from sma_cross.rules import Record


def record(outcome: Any) -> Record:
    """Of (value, trade records, stats); open trades are left out."""
    equity, trades, stats = outcome
    trades = trades[trades["status"] == 1]
    return Record(
        equity=equity.to_numpy(),
        entry_bar=trades["entry_idx"].to_numpy().astype(np.int64),
        entry_price=trades["entry_price"].to_numpy(),
        exit_bar=trades["exit_idx"].to_numpy().astype(np.int64),
        exit_price=trades["exit_price"].to_numpy(),
        profit=trades["pnl"].to_numpy(),
        total_return=stats["Total Return [%]"] / 100,
        max_drawdown=stats["Max Drawdown [%]"] / 100,
        win_rate=stats["Win Rate [%]"] / 100,
    )
