"""Tiles: which combinations are run together, so that the columns they share fit into a budget and are computed few times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

LEAST_SIDE = 8
"""Variants of a part in a tile below which more tiles would compute too much again."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Rows of the sweep that run together, in the order in which they run."""

    rows: Places


def combined(places: Places, sizes: Sequence[int]) -> Places:
    """One number for the places on some axes. places: shape (m, axes). Returns shape (m,)."""
    found = np.zeros(len(places), dtype=np.int64)
    for at, size in enumerate(sizes):
        found = found * size + places[:, at]
    return found


def tiles(variants: Places, rest: Places, columns: int, least: int, near: int = 1) -> list[Tile] | None:
    """The tiles of a sweep; None if not even one combination's columns fit.

    variants: shape (m, parts), which variant of each part a combination reads. rest: shape (m,), which plan it has.
    columns: how many there may be in a tile. least: how many tiles there should be, if that costs little. near: how many columns stay in a cache:
    rows that follow each other read few others.
    """
    m, parts = variants.shape
    ranks = np.empty_like(variants)
    counts = []
    for at in range(parts):
        different, ranks[:, at] = np.unique(variants[:, at], return_inverse=True)
        counts.append(len(different))
    if parts > columns:
        return None
    side = _side(counts, columns)
    keys = _keys(ranks, side)
    while len(np.unique(keys)) < least and side > LEAST_SIDE:
        side = (side + 1) // 2
        keys = _keys(ranks, side)
    # Those with the same plan follow each other, and among them those with the same columns.
    close = max(1, near // max(1, parts))
    order = np.lexsort((*(ranks[:, at] for at in range(parts - 1, -1, -1)), _keys(ranks, close), rest, keys))
    edges = np.flatnonzero(np.diff(keys[order])) + 1
    found = [Tile(rows) for rows in np.split(order, edges)] if m else []
    return sorted(found, key=lambda tile: -len(tile.rows))


def _side(counts: Sequence[int], columns: int) -> int:
    """The most variants of each part that a tile may hold."""
    low, high = 1, max(counts, default=1)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(count, middle) for count in counts) <= columns:
            low = middle
        else:
            high = middle - 1
    return low


def _keys(ranks: Places, side: int) -> Places:
    """Which block of `side` variants of each part a row lies in, as one number."""
    found = np.zeros(len(ranks), dtype=np.int64)
    for at in range(ranks.shape[1]):
        block = ranks[:, at] // side
        found = found * (int(block.max(initial=0)) + 1) + block
        found = np.unique(found, return_inverse=True)[1].astype(np.int64)
    return found
