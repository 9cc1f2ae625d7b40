"""The same backtest written out in plain Python, bar by bar: what every contestant is held against. Slow, never timed."""

from __future__ import annotations

from math import fsum

import numpy as np
from sma_cross.rules import CAPITAL, COMMISSION, FAST, QUANTITY, SLOW, Floats, Record


def by_hand(bars: Floats, fast: int = FAST, slow: int = SLOW) -> Record:
    """bars: shape (5, n), rows open, high, low, close, volume. fast, slow: the averages' lengths."""
    opens, closes = bars[0].tolist(), bars[3].tolist()
    trades: list[tuple[int, float, int, float, float]] = []
    equity: list[float] = []
    cash, held, entry_bar, entry_price = CAPITAL, 0.0, 0, 0.0
    wanted = 0
    above: bool | None = None
    for i, close in enumerate(closes):
        if wanted > 0:
            cash -= QUANTITY * opens[i] * (1 + COMMISSION)
            held, entry_bar, entry_price = QUANTITY, i, opens[i]
        elif wanted < 0:
            cash += QUANTITY * opens[i] * (1 - COMMISSION)
            profit = QUANTITY * (opens[i] - entry_price) - QUANTITY * COMMISSION * (opens[i] + entry_price)
            trades.append((entry_bar, entry_price, i, opens[i], profit))
            held = 0.0
        wanted = 0
        if i >= slow - 1:
            now = fsum(closes[i - fast + 1 : i + 1]) / fast > fsum(closes[i - slow + 1 : i + 1]) / slow
            if above is not None and now != above:
                wanted = 1 if now and held == 0.0 else -1 if not now and held else 0
            above = now
        equity.append(cash + held * close)
    curve = np.array(equity)
    peaks = np.maximum.accumulate(np.maximum(curve, CAPITAL))
    columns = np.array(trades, dtype=np.float64).reshape(len(trades), 5)
    return Record(
        equity=curve,
        entry_bar=columns[:, 0].astype(np.int64),
        entry_price=columns[:, 1],
        exit_bar=columns[:, 2].astype(np.int64),
        exit_price=columns[:, 3],
        profit=columns[:, 4],
        total_return=float(curve[-1]) / CAPITAL - 1.0,
        max_drawdown=float((1.0 - curve / peaks).max()),
        win_rate=float((columns[:, 4] > 0).mean()) if trades else float("nan"),
    )
