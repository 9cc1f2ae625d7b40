"""Averages a lane each have the bits of the kernel that takes a row a bar."""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stdlib.kernels.libm import NAN
from stdlib.primitives import PRIMITIVES
from tests.stdlib.conftest import plain_module

lanes = plain_module("lanes")
VALUES = st.sampled_from([1.0, 2.5, -3.75, 100.1, 99.9, 0.0])
ODD = st.sampled_from([1.0, 2.5, -3.75, 100.1, NAN, 1e308, -1e308, 1e299])


def group(length: int) -> int:
    """Where lanes go that have seen nothing yet; see `EWM_HEAD`."""
    step = -length % 16
    return 4 * (step % 4) + step // 4


@given(
    rows=st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=90),
    odd=st.lists(st.tuples(st.integers(0, 89), ODD, ODD), max_size=4),
    given_lengths=st.lists(st.tuples(st.integers(1, 40), st.integers(0, 1)), min_size=1, max_size=7),
)
def test_every_lane_has_the_bits_of_the_kernel(
    rows: list[tuple[float, float]],
    odd: list[tuple[int, float, float]],
    given_lengths: list[tuple[int, int]],
    compiled: Callable[..., list[float]],
) -> None:
    for at, one, two in odd:
        if at < len(rows):
            rows[at] = (one, two)
    assert_same(sorted(given_lengths, key=lambda pair: group(pair[0])), rows, compiled)


@pytest.mark.parametrize(("odd", "first"), [(NAN, 75), (NAN, 76), (1e308, 76)])  # 76 ends a four
def test_lanes_that_were_in_step_go_on_alone_where_only_some_can_take_a_bar(
    odd: float, first: int, compiled: Callable[..., list[float]]
) -> None:
    rng = random.Random(5)
    rows = [(100.0 + rng.gauss(0.0, 1.0), 50.0 + rng.gauss(0.0, 1.0)) for _ in range(130)]
    rows[60] = (NAN, NAN)
    for at in (first, 90):
        rows[at] = (rows[at][0], odd)
    rows[110] = (odd, rows[110][1])
    # More lanes than are taken at once, of one group; those of the second input come last.
    many = [(16, 0)] * 150 + [(32, 0)] * 115 + [(16, 1), (32, 1)]
    assert_same(many, rows, compiled)
    each = [(length, which) for length in range(1, 33) for which in (0, 1)]
    assert_same(sorted(each, key=lambda pair: group(pair[0])), rows, compiled)


def assert_same(chosen: list[tuple[int, int]], rows: list[tuple[float, float]], compiled: Callable[..., list[float]]) -> None:
    n = len(chosen)
    fields = lanes.EWM_FIELDS
    state = [0.0] * (fields * n + lanes.EWM_HEAD)
    for i, (length, _) in enumerate(chosen):
        state[5 * n + i], state[7 * n + i] = 1.0 - 2.0 / (length + 1), float(length)
    state[fields * n] = float(n)
    for k in range(lanes.EWM_GROUPS + 1):
        state[fields * n + 1 + k] = float(sum(1 for length, _ in chosen if group(length) < k))
    found: list[list[float]] = [[] for _ in chosen]
    for one, two in rows:
        v = [one, two] + [0.0] * n
        lanes.ewm_lanes(v, [which for _, which in chosen], state, 2, n, n)
        for i in range(n):
            found[i].append(v[2 + i])
    assert next(p for p in PRIMITIVES if p.name == "ewm").state(3.0, 0.5) == fields - 3
    known: dict[tuple[int, int], list[float]] = {}
    for i, (length, which) in enumerate(chosen):
        if (length, which) not in known:
            known[length, which] = compiled("ewm", [[row[which] for row in rows]], [float(length), 2.0 / (length + 1)])
        expected = known[length, which]
        for a, b in zip(found[i], expected, strict=True):
            assert struct.pack("<d", math.nan if a != a else a) == struct.pack("<d", math.nan if b != b else b)
