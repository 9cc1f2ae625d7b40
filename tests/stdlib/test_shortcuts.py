"""What the engine calls instead of kernels gives the bits of the kernels, in every build."""

from __future__ import annotations

import ctypes
import math
import struct
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from compiler.plan import Account, Column, Plan, Step
from runtime.engine import DONE, Engine, shortcuts_of
from runtime.kernel import addresses
from stdlib.kernels import table
from stdlib.kernels.libm import fma
from stdlib.kernels.scalar import SCALARS, over, over_suits
from stdlib.primitives import PRIMITIVES

DOUBLES = ctypes.POINTER(ctypes.c_double)
KERNEL = ctypes.CFUNCTYPE(None, ctypes.POINTER(DOUBLES), DOUBLES, DOUBLES, ctypes.POINTER(DOUBLES), ctypes.c_ssize_t)
PRIMITIVE = {p.name: p for p in PRIMITIVES}

any_double = st.one_of(
    st.floats(),
    st.floats(-1e6, 1e6),
    st.integers(0, 2**64 - 1).map(lambda b: struct.unpack("<d", struct.pack("<Q", b))[0]),
)
divisors = st.one_of(st.integers(1, 5000).map(float), any_double)


def bits(values: Sequence[float]) -> list[bytes]:
    return [struct.pack("<d", math.nan if v != v else v) for v in values]


def doubles(values: Sequence[float]) -> ctypes.Array[ctypes.c_double]:
    return (ctypes.c_double * max(len(values), 1))(*values)


def called(address: int, columns: Sequence[Sequence[float]], params: Sequence[float], outs: int) -> list[list[float]]:
    rows = len(columns[0])
    found = [doubles([0.0] * rows) for _ in range(outs)]
    inputs = (DOUBLES * len(columns))(*(ctypes.cast(doubles(c), DOUBLES) for c in columns))
    outputs = (DOUBLES * outs)(*(ctypes.cast(f, DOUBLES) for f in found))
    KERNEL(address)(inputs, doubles(params), doubles([0.0]), outputs, rows)
    return [list(f)[:rows] for f in found]


@given(a=any_double, c=divisors)
@example(a=1.0, c=49.0)
@example(a=-0.0, c=3.0)
@settings(max_examples=600)
def test_a_quotient_by_multiply_adds_is_the_quotient(a: float, c: float) -> None:
    if over_suits(a) and over_suits(c):
        assert bits([over(a, c, 1.0 / c)]) == bits([SCALARS["div"](a, c)])


@given(mantissa=st.integers(2**52, 2**53 - 1), k=st.integers(1, 2**53 - 1))
@settings(max_examples=600)
def test_a_quotient_beside_the_middle_of_two_doubles_is_rounded_as_a_division_rounds_it(mantissa: int, k: int) -> None:
    """a = c * (q + 1/2), rounded: the quotients that are hardest to round."""
    c = float(k | 1)
    a = fma(c, float(mantissa), c / 2.0)
    for hard in (a, math.nextafter(a, math.inf), math.nextafter(a, 0.0)):
        assert bits([over(hard, c, 1.0 / c)]) == bits([hard / c])


@pytest.mark.parametrize("build", table.builds())
@given(column=st.lists(any_double.map(lambda v: v + 0.0 if v - v == 0.0 else math.nan), min_size=1, max_size=70), c=divisors)
@settings(max_examples=150)
def test_division_by_a_constant_is_division_in_every_build(build: str, column: list[float], c: float) -> None:
    c = c if c == c else math.nan
    expected = called(table.addresses("")["div"], [column, [c] * len(column)], [], 1)[0]
    assert bits(called(table.shortcuts(build)["(div by)"], [column], [c], 1)[0]) == bits(expected)


@pytest.mark.parametrize("build", table.builds())
def test_millions_of_whole_sums_are_divided_as_they_should_be(build: str) -> None:
    a = np.random.default_rng(5).normal(1e3, 1e3, 200_000)
    for c in (3.0, 7.0, 14.0, 20.0, 49.0, 200.0, 1e3 / 7.0):
        out = np.empty_like(a)
        inputs = (DOUBLES * 1)(a.ctypes.data_as(DOUBLES))
        outputs = (DOUBLES * 1)(out.ctypes.data_as(DOUBLES))
        KERNEL(table.shortcuts(build)["(div by)"])(inputs, doubles([c]), doubles([0.0]), outputs, len(a))
        assert np.array_equal(out, a / c)


@pytest.mark.parametrize("build", table.builds())
@given(column=st.lists(any_double, min_size=1, max_size=40))
def test_a_column_is_unclean_if_it_holds_an_infinity_an_unknown_or_a_minus_zero(build: str, column: list[float]) -> None:
    unclean = any(v - v != 0.0 or (v == 0.0 and math.copysign(1.0, v) < 0.0) for v in column)
    assert called(table.shortcuts(build)["(unclean)"], [column], [], 1)[0][:1] == [float(unclean)]


@pytest.mark.parametrize("build", table.builds())
@given(column=st.lists(any_double.filter(lambda v: not math.isinf(v)), min_size=1, max_size=40))
def test_a_canonical_column_has_one_form_of_unknown(build: str, column: list[float]) -> None:
    found = called(table.shortcuts(build)["(canonical)"], [column], [], 1)[0]
    one = struct.pack("<d", math.nan)
    assert [struct.pack("<d", v) for v in found] == [one if v != v else struct.pack("<d", v) for v in column]


def plan(second: tuple[int, int], n: float) -> Plan:
    variance = Step("variance", (0,), (1,), (n,), PRIMITIVE["variance"].state(n))
    root = Step("sqrt", (second[0],), (second[1],), (), 0)
    columns = tuple(Column(f"c{i}", "let", "number", "price", i) for i in (1, 2))
    return Plan(("close",), (), (variance, root), 3, columns, None, Account(), 2, -1, 0.0, 2, (("variance", 1),))


def test_a_variance_and_its_root_are_one_call_unless_the_root_takes_its_place_or_is_of_another() -> None:
    assert shortcuts_of(plan((1, 2), 5.0)) == [("(deviation)", ()), (DONE, ())]
    assert shortcuts_of(plan((1, 1), 5.0)) == [("variance", ()), ("sqrt", ())]
    assert shortcuts_of(plan((0, 2), 5.0)) == [("variance", ()), ("sqrt", ())]


@given(
    column=st.lists(st.one_of(st.floats(-1e3, 1e3), st.sampled_from([math.nan, 0.0, 1e200, 1e-200])), min_size=1, max_size=90),
    n=st.integers(1, 30),
    chunk=st.integers(1, 90),
)
def test_both_results_of_the_one_call_have_the_bits_of_two(column: list[float], n: int, chunk: int) -> None:
    feed = np.array(column)
    both = {1: np.empty(len(feed)), 2: np.empty(len(feed))}
    engine = Engine(plan((1, 2), float(n)), addresses(), chunk)
    engine.attach_feeds([feed])
    engine.attach_outputs(both)
    engine.run(0, len(feed), chunk)
    alone = np.empty(len(feed))
    single = Engine(plan((1, 1), float(n)), addresses(), chunk)
    single.attach_feeds([feed])
    single.attach_outputs({1: alone})
    single.run(0, len(feed), chunk)
    assert bits(list(both[2])) == bits(list(alone))
    assert bits(list(both[2])) == bits([SCALARS["sqrt"](v) for v in both[1]])
