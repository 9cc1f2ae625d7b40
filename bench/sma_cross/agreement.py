"""Whether two records are of the same run: bar by bar, trade by trade, before anyone is called faster."""

from __future__ import annotations

import numpy as np
from sma_cross.rules import Record

MONEY = 1e-6
"""Largest difference of an amount of money, on a capital of 100,000: sums of 10,000 trades in another order of adding."""
RATIO = 1e-9


def disagreements(ours: Record, theirs: Record) -> list[str]:
    """Everything in which two records differ, in words; empty if they agree."""
    if len(ours.equity) != len(theirs.equity):
        return [f"equity has {len(ours.equity):,} bars against {len(theirs.equity):,}"]
    if len(ours.profit) != len(theirs.profit):
        return [f"{len(ours.profit):,} closed trades against {len(theirs.profit):,}"]
    found = []
    for name in ("entry_bar", "exit_bar"):
        a, b = getattr(ours, name), getattr(theirs, name)
        if not np.array_equal(a, b):
            at = int(np.flatnonzero(a != b)[0])
            found.append(f"{name} of trade {at} is {a[at]} against {b[at]}")
    for name, within in (("equity", MONEY), ("profit", MONEY), ("entry_price", RATIO), ("exit_price", RATIO)):
        apart = np.abs(getattr(ours, name) - getattr(theirs, name))
        if not np.all(apart <= within):
            at = int(np.argmax(np.where(np.isnan(apart), np.inf, apart)))
            found.append(f"{name} at {at} is {getattr(ours, name)[at]!r} against {getattr(theirs, name)[at]!r}")
    for name in ("total_return", "max_drawdown", "win_rate"):
        a, b = getattr(ours, name), getattr(theirs, name)
        if not abs(a - b) <= RATIO:
            found.append(f"{name} is {a!r} against {b!r}")
    return found
