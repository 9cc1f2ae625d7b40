"""The operators: their exact meaning, compiled, looped over chunks and as plain Python."""

from __future__ import annotations

import importlib.util
import math
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.operators import OPERATORS
from stdlib.kernels import scalar
from stdlib.kernels.scalar import SCALARS

NAN = math.nan
numbers = st.one_of(
    st.floats(-1e9, 1e9),
    st.integers(-5, 5).map(float),
    st.sampled_from([NAN, 1e308, -1e308, 5e-324, 0.5, -0.5, 1.5, 2.5, -2.5, 709.9, 1e17]),
).map(lambda v: v + 0.0)
truths = st.sampled_from([0.0, 1.0, 2.0])


def norm(r: float) -> float:
    return r + (r - r)


def known(*values: float) -> bool:
    return all(v == v for v in values)


def whole(a: float, round_: Callable[[float], int]) -> float:
    return norm(float(round_(a))) if math.isfinite(a) else NAN


def compared(op: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda a, b: 2.0 * op(a, b) if known(a, b) else 1.0


def away(a: float) -> int:
    t = math.floor(abs(a))
    t = t + 1 if abs(a) - t >= 0.5 else t
    return -t if a < 0 else t


MEANING: dict[str, Callable[..., float]] = {
    "add": lambda a, b: norm(a + b),
    "sub": lambda a, b: norm(a - b),
    "mul": lambda a, b: norm(a * b),
    "div": lambda a, b: norm(a / b) if b else NAN,
    "neg": lambda a: norm(-a),
    "abs": lambda a: norm(abs(a)),
    "min": lambda a, b: norm(b if b < a else a) if known(a, b) else NAN,
    "max": lambda a, b: norm(b if b > a else a) if known(a, b) else NAN,
    "sqrt": lambda a: norm(math.sqrt(a)) if a >= 0 else NAN,
    "floor": lambda a: whole(a, math.floor),
    "ceil": lambda a: whole(a, math.ceil),
    "round": lambda a: whole(a, away),
    "sign": lambda a: NAN if not known(a) else float((a > 0) - (a < 0)),
    "lt": compared(lambda a, b: a < b),
    "le": compared(lambda a, b: a <= b),
    "gt": compared(lambda a, b: a > b),
    "ge": compared(lambda a, b: a >= b),
    "eq": compared(lambda a, b: a == b),
    "ne": compared(lambda a, b: a != b),
    "and": lambda a, b: min(a, b),
    "or": lambda a, b: max(a, b),
    "not": lambda a: 2.0 - a,
    "same": lambda a, b: 1.0 if 1.0 in (a, b) else 2.0 * (a == b),
    "select": lambda c, a, b: {2.0: a, 0.0: b, 1.0: NAN}[c],
    "select_truth": lambda c, a, b: {2.0: a, 0.0: b, 1.0: 1.0}[c],
    "or_else": lambda a, b: a if known(a) else b,
    "or_else_truth": lambda a, b: b if a == 1.0 else a,
    "available": lambda a: 2.0 * known(a),
    "available_truth": lambda a: 2.0 * (a != 1.0),
}
TRANSCENDENTAL = {"exp", "log", "pow", "sin", "cos", "tan", "atan"}


def bits(v: float) -> bytes:
    return struct.pack("<d", NAN if v != v else v)


def arguments(takes: str) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*(truths if t == "t" else numbers for t in takes))


many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_every_operator_has_a_scalar_in_the_same_order() -> None:
    assert list(SCALARS) == [o.name for o in OPERATORS]
    assert set(MEANING) | TRANSCENDENTAL == set(SCALARS)


@pytest.mark.parametrize("operator", [o for o in OPERATORS if o.name in MEANING], ids=lambda o: o.name)
def test_a_scalar_does_what_the_operator_table_says(operator) -> None:  # type: ignore[no-untyped-def]
    @many
    @given(arguments(operator.takes))
    def check(args: tuple[float, ...]) -> None:
        assert bits(SCALARS[operator.name](*args)) == bits(MEANING[operator.name](*args))

    check()


@pytest.mark.parametrize("name", sorted(TRANSCENDENTAL))
def test_a_transcendental_is_close_to_the_mathematical_value_and_never_infinite(name: str) -> None:
    function = getattr(math, name)
    for args in [(0.3, 1.7), (2.0, 0.5), (1e-9, 3.0), (9.25, -2.5)]:
        given_ = args if name == "pow" else args[:1]
        assert SCALARS[name](*given_) == pytest.approx(function(*given_), rel=4e-16)
    for args in [(1e308, 1e308), (NAN, 0.0), (1.0, NAN), (-1.0, 0.5), (0.0, -1.0)]:
        result = SCALARS[name](*(args if name == "pow" else args[:1]))
        assert not math.isinf(result)
    assert SCALARS[name](*([NAN] * (2 if name == "pow" else 1))) != 0.0


def test_unknown_to_the_power_zero_stays_unknown() -> None:
    assert SCALARS["pow"](NAN, 0.0) != SCALARS["pow"](NAN, 0.0)
    assert SCALARS["pow"](1.0, NAN) != SCALARS["pow"](1.0, NAN)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda o: o.name)
def test_loops_plain_python_and_scalars_give_the_same_bits(
    operator, compiled: Callable[..., list[float]], plain: Callable[..., list[float]]
) -> None:  # type: ignore[no-untyped-def]
    path = Path(scalar.__file__).parent / "scalar.py"
    spec = importlib.util.spec_from_file_location("plain_scalar", path)
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    interpreted = copy.SCALARS[operator.name]

    @settings(parent=many, max_examples=60)
    @given(st.lists(arguments(operator.takes), min_size=1, max_size=30))
    def check(rows: list[tuple[float, ...]]) -> None:
        columns = [list(c) for c in zip(*rows, strict=True)]
        expected = [bits(SCALARS[operator.name](*row)) for row in rows]
        assert [bits(v) for v in compiled(operator.name, columns)] == expected
        assert [bits(v) for v in plain(operator.name, columns)] == expected
        assert [bits(interpreted(*row)) for row in rows] == expected

    check()
