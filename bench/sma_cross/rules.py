"""What every contestant does: one SMA cross, its settings, and the record of a run in which they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bars = npt.NDArray[np.int64]

FAST, SLOW = 20, 50
CAPITAL = 100_000.0
COMMISSION = 1e-4
"""A share of the value traded, of each fill."""
QUANTITY = 10.0
"""Units bought each time: the one size that all contestants can fix in the same words."""

RULE = (
    f"Long only. Signal at the close when SMA {FAST} crosses SMA {SLOW}; fill of {QUANTITY:g} units at the next bar's open, less "
    f"{COMMISSION:.2%} of its value. Capital {CAPITAL:,.0f}. Equity at each close."
)


@dataclass(frozen=True, slots=True)
class Record:
    """A finished run. equity: shape (bars,), at each close. The others: one value a closed trade, by entry; bars count from 0.

    profit: after commission. total_return, max_drawdown, win_rate: ratios, as the contestant's own statistics say them.
    """

    equity: Floats
    entry_bar: Bars
    entry_price: Floats
    exit_bar: Bars
    exit_price: Floats
    profit: Floats
    total_return: float
    max_drawdown: float
    win_rate: float


def save(record: Record, path: Path) -> None:
    np.savez(path, **{name: getattr(record, name) for name in Record.__slots__})


def load(path: Path) -> Record:
    with np.load(path) as saved:
        columns = {name: saved[name] for name in Record.__slots__}
    return Record(**{name: column if column.ndim else float(column) for name, column in columns.items()})
