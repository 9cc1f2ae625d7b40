"""What every contestant of the sweep does: the SMA cross of bench/sma_cross for many pairs of lengths, and the figures in which they are compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sma_cross.rules import CAPITAL, COMMISSION, QUANTITY

Floats = npt.NDArray[np.float64]

SHORTEST, LENGTHS = 5, 100
RULE = (
    f"Long only. For each pair fast < slow of the lengths {SHORTEST} to {SHORTEST + LENGTHS - 1}: signal at the close when SMA fast crosses SMA slow; fill of "
    f"{QUANTITY:g} units at the next bar's open, less {COMMISSION:.2%} of its value. Capital {CAPITAL:,.0f}. Full statistics of each run."
)
COMPARED = ("total_return", "max_drawdown", "win_rate", "trades")
WITHIN = 1e-9


@dataclass(frozen=True, slots=True)
class Cells:
    """The figures of each pair, in the order of `pairs`; shape (pairs,). Ratios, not percents; NaN is not defined."""

    total_return: Floats
    max_drawdown: Floats
    win_rate: Floats
    trades: Floats


def pairs(count: int = 0) -> list[tuple[int, int]]:
    """Every pair, or `count` of them spread over all."""
    every = list(combinations(range(SHORTEST, SHORTEST + LENGTHS), 2))
    if not 0 < count < len(every):
        return every
    return [every[k] for k in np.linspace(0, len(every) - 1, count).astype(int).tolist()]


def save(cells: Cells, path: Path) -> None:
    np.savez(path, **{name: getattr(cells, name) for name in COMPARED})


def load(path: Path) -> Cells:
    with np.load(path) as saved:
        return Cells(**{name: saved[name] for name in COMPARED})


def chosen(cells: Cells, some: list[tuple[int, int]]) -> Cells:
    """The figures of some pairs of all."""
    place = {pair: at for at, pair in enumerate(pairs())}
    at = [place[pair] for pair in some]
    return Cells(**{name: getattr(cells, name)[at] for name in COMPARED})


def disagreements(ours: Cells, theirs: Cells, of: list[tuple[int, int]]) -> list[str]:
    """In which figures of which pairs two differ; empty if they agree."""
    found = []
    for name in COMPARED:
        a, b = getattr(ours, name), getattr(theirs, name)
        if a.shape != b.shape:
            found.append(f"{name} has {a.shape} figures against {b.shape}")
            continue
        apart = ~((np.abs(a - b) <= WITHIN) | (np.isnan(a) & np.isnan(b)))
        if apart.any():
            at = int(np.argmax(apart))
            found.append(f"{name} of {int(apart.sum())} pairs; of {of[at]} it is {a[at]!r} against {b[at]!r}")
    return found
