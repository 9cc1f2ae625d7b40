"""Shards of a sweep: every combination in one of them, all equally large, and few values of each input in each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.sweep.cut import cut
from runtime.sweep.space import Axis, Space


@given(sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4), shards=st.integers(1, 40), draw=st.integers(0, 3))
def test_every_combination_is_in_one_shard_and_all_are_as_large(sizes: list[int], shards: int, draw: int) -> None:
    space = Space(tuple(Axis(str(at), tuple(map(float, range(size)))) for at, size in enumerate(sizes)))
    numbers = space.drawn(space.size // (draw + 1), draw)
    found = cut(space, numbers, shards)
    assert np.sort(np.concatenate(found)).tolist() == numbers.tolist()
    assert all((np.diff(part) > 0).all() for part in found)
    assert len(found) == max(1, min(shards, len(numbers)))
    lengths = [len(part) for part in found]
    assert max(lengths) - min(lengths) <= 1
    assert [part.tolist() for part in cut(space, numbers, shards)] == [part.tolist() for part in found]


@pytest.mark.parametrize("sizes", [(100, 100), (10_000, 1), (22, 22, 22)])
def test_a_shard_reads_few_values_of_each_input(sizes: tuple[int, ...]) -> None:
    space = Space(tuple(Axis(str(at), tuple(map(float, range(size)))) for at, size in enumerate(sizes)))
    for part in cut(space, space.all(20_000), 64):
        places = space.places(part)
        varied = [len(np.unique(places[:, at])) for at in range(places.shape[1])]
        inputs = sum(size > 1 for size in sizes)
        assert sum(varied) <= 1.3 * inputs * len(part) ** (1 / inputs) + len(sizes)
