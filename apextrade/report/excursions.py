"""What the farthest losses and profits on the way say about stops and targets, in sentences that claim no more than was counted."""

from __future__ import annotations

import numpy as np

from apextrade.report.closed import Closed
from apextrade.report.numbers import counted, percent

FEW = 10  # trades with a profit, or with a loss, of which a tenth can be told
MOST = 0.9


def against(trades: Closed) -> str:
    """How far winning trades were under water, and what became of those that were further."""
    known = np.isfinite(trades.mae)
    won, depth = trades.won & known, -trades.mae
    if won.sum() < FEW:
        return f"{counted(int(won.sum()), 'trade')} with a profit {'is' if won.sum() == 1 else 'are'} too few to say what a stop would have done."
    limit = float(np.quantile(depth[won], MOST, method="higher"))
    further = known & (depth > limit)
    text = f"Nine in ten trades with a profit were never behind by more than {percent(limit)} of their entry's value."
    if further.any():
        lost = int((further & ~trades.won).sum())
        text += f" Of the {counted(int(further.sum()), 'trade')} that went further, {lost:,} ended with a loss."
    return text


def ahead(trades: Closed) -> str:
    """How much of their best profit winning trades kept, and how far losing ones had been ahead."""
    known = np.isfinite(trades.mfe) & np.isfinite(trades.share)
    won, lost = trades.won & known & (trades.mfe > 0), ~trades.won & known
    text = []
    if won.sum() >= FEW:
        kept = float(np.median(trades.share[won] / trades.mfe[won]))
        text.append(f"In the median a trade with a profit kept {percent(kept, decimals=0)} of the best it had.")
    if lost.sum() >= FEW:
        text.append(f"Half of those with a loss had been ahead by {percent(float(np.median(trades.mfe[lost])))} or more.")
    return " ".join(text) or "There are too few trades to say what a target would have done."
