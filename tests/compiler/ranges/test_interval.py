"""Every operator on intervals holds what the operator gives on numbers from them, to the bit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.fold import EVALUATE
from compiler.operators import BY_NAME
from compiler.ranges.interval import ARITHMETIC, NOTHING, Interval, point, shown
from stdlib.library import load

EDGES = (
    0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.5,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    1e17,
    -1e17,
    1e100,
    1.7976931348623157e308,
    -1.7976931348623157e308,
    0.1,
    3.0,
    100.0,
)
NUMBERS = st.one_of(st.sampled_from(EDGES), st.floats(allow_nan=False, allow_infinity=False), st.integers(-50, 50).map(float))


@st.composite
def inside(draw: st.DrawFn) -> tuple[Interval, float]:
    """An interval and a number in it; an end may be missing."""
    numbers = sorted((draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)))
    low, value, high = numbers
    whole = all(n == math.floor(n) for n in numbers) and draw(st.booleans())
    return Interval(draw(st.sampled_from((low, low, -math.inf))), draw(st.sampled_from((high, high, math.inf))), whole), value


@pytest.mark.parametrize("name", sorted(ARITHMETIC))
@given(parts=st.lists(inside(), min_size=2, max_size=2))
def test_the_result_of_an_operator_lies_in_the_result_of_its_intervals(name: str, parts: list[tuple[Interval, float]]) -> None:
    parts = parts[: len(BY_NAME[name].takes)]
    evaluate = EVALUATE.get(name) or load().scalars[name]
    try:
        value = float(evaluate(*(v for _, v in parts)))
    except (OverflowError, ValueError):  # folding meets it too: it is unknown
        return
    found = ARITHMETIC[name](*(i for i, _ in parts))
    assert value != value or found.holds(value), (name, parts, value, found)


@pytest.mark.parametrize("name", sorted(ARITHMETIC))
def test_what_is_never_known_stays_so(name: str) -> None:
    count = len(BY_NAME[name].takes)
    for place in range(count):
        args = [point(2.0)] * count
        args[place] = NOTHING
        assert ARITHMETIC[name](*args).empty


@given(a=inside(), b=inside())
def test_union_holds_both_and_meet_what_is_in_both(a: tuple[Interval, float], b: tuple[Interval, float]) -> None:
    (x, v), (y, w) = a, b
    assert x.union(y).holds(v)
    assert x.union(y).holds(w)
    assert not y.holds(v) or x.meet(y).holds(v)
    assert x.widened().holds(v)


def test_ranges_are_said_in_plain_words() -> None:
    assert [shown(i) for i in (Interval(0.0, 100.0), Interval(0.0), Interval(high=3.0), Interval(), point(5.0), NOTHING, Interval(5e-324, 1e100))] == [
        "from 0 to 100", "0 or more", "at most 3", "any number", "always 5", "never known", "above 0",
    ]  # fmt: skip
