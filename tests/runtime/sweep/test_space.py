"""Combinations are known by number: none is made before it is asked for, and a draw is the same for the same seed."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from runtime.sweep.space import Axis, Space, TooMany
from runtime.sweep.tiles import tiles

SMALL = Space((Axis("a", (1.0, 2.0, 3.0)), Axis("b", (True, False)), Axis("c", ("x", "y"))))
LARGE = Space(tuple(Axis(f"n{i}", tuple(map(float, range(1_000)))) for i in range(4)))


def test_the_last_input_changes_fastest() -> None:
    expected = [dict(zip("abc", values, strict=True)) for values in product((1.0, 2.0, 3.0), (True, False), ("x", "y"))]
    assert [SMALL.values(row) for row in SMALL.places(SMALL.all(100))] == expected


def test_a_space_of_a_million_million_combinations_costs_nothing_until_it_is_run() -> None:
    assert LARGE.size == 10**12
    with pytest.raises(TooMany, match=r"1,000,000,000,000 combinations"):
        LARGE.all(1_000_000)
    drawn = LARGE.drawn(50, seed=3)
    assert len(set(drawn.tolist())) == 50
    assert np.array_equal(drawn, LARGE.drawn(50, seed=3))
    assert not np.array_equal(drawn, LARGE.drawn(50, seed=4))
    last = LARGE.places(np.array([10**12 - 1]))[0]
    assert LARGE.values(last) == {f"n{i}": 999.0 for i in range(4)}


def test_a_draw_of_more_than_there_are_is_all() -> None:
    assert SMALL.drawn(100, seed=0).tolist() == list(range(12))


def test_tiles_hold_every_row_once_and_no_more_columns_than_fit() -> None:
    rng = np.random.default_rng(5)
    variants = np.column_stack((rng.integers(0, 40, 900), rng.integers(0, 30, 900), np.zeros(900, dtype=np.int64)))
    rest = rng.integers(0, 3, 900)
    for columns in (3, 8, 20, 71):
        found = tiles(variants, rest, columns, 1)
        assert found is not None
        assert sorted(np.concatenate([tile.rows for tile in found]).tolist()) == list(range(900))
        for tile in found:
            assert sum(len(np.unique(variants[tile.rows, k])) for k in range(3)) <= columns
            assert (np.diff(rest[tile.rows]) >= 0).all()
    assert tiles(variants, rest, 2, 1) is None
