"""Averages a lane each have the bits of the kernel that takes a row a bar."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from stdlib.kernels.libm import NAN
from stdlib.primitives import PRIMITIVES
from tests.stdlib.conftest import plain_module

FIELDS = 9
lanes = plain_module("lanes")


@given(
    x=st.lists(st.sampled_from([1.0, 2.5, -3.75, 100.1, NAN, 1e308, -1e308]), min_size=1, max_size=90),
    lengths=st.lists(st.integers(1, 20), min_size=1, max_size=4),
)
def test_every_lane_has_the_bits_of_the_kernel(x: list[float], lengths: list[int], compiled: Callable[..., list[float]]) -> None:
    n = len(lengths)
    state = [0.0] * (FIELDS * n)
    for i, length in enumerate(lengths):
        state[5 * n + i], state[7 * n + i] = 1.0 - 2.0 / (length + 1), float(length)
    state[8 * n] = float(n)
    found: list[list[float]] = [[] for _ in lengths]
    for value in x:
        v = [value] + [0.0] * n
        lanes.ewm_lanes(v, [0] * n, state, 1, n, n)
        for i in range(n):
            found[i].append(v[1 + i])
    assert next(p for p in PRIMITIVES if p.name == "ewm").state(3.0, 0.5) == FIELDS - 3
    for i, length in enumerate(lengths):
        expected = compiled("ewm", [x], [float(length), 2.0 / (length + 1)])
        for a, b in zip(found[i], expected, strict=True):
            assert struct.pack("<d", math.nan if a != a else a) == struct.pack("<d", math.nan if b != b else b)
