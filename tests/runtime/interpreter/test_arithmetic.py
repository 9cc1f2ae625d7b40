"""The interpreter's operators against the compiled scalar functions, and its square root against exact arithmetic."""

from __future__ import annotations

import ast
import math
import struct
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.operators import OPERATORS, Operator
from runtime import interpreter
from runtime.interpreter.arithmetic import MEANINGS, square_root
from runtime.interpreter.primitives import DEFINITIONS
from runtime.interpreter.windows import join_sums, tree
from stdlib.kernels.scalar import SCALARS
from stdlib.primitives import PRIMITIVES
from tests.generators.plans import constants, truths

FILES = sorted(Path(interpreter.__file__).parent.glob("*.py"))


def bits(value: float) -> bytes:
    return struct.pack("<d", math.nan if value != value else value)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_an_operator_means_the_same_compiled_and_interpreted(operator: Operator, data: st.DataObject) -> None:
    values = [data.draw(truths if kind == "t" else constants) for kind in operator.takes]
    assert bits(MEANINGS[operator.name](*values)) == bits(SCALARS[operator.name](*values))


@settings(deadline=None, max_examples=500)
@given(st.floats(min_value=0.0, allow_infinity=False))
def test_the_square_root_is_the_nearest_double(x: float) -> None:
    root = square_root(x)
    below, above = math.nextafter(root, -math.inf), math.nextafter(root, math.inf)
    assert Fraction(x) >= ((Fraction(max(below, 0.0)) + Fraction(root)) / 2) ** 2
    assert Fraction(x) <= ((Fraction(above) + Fraction(root)) / 2) ** 2
    assert root == math.sqrt(x)


def test_every_primitive_and_operator_has_a_definition() -> None:
    assert set(DEFINITIONS) == {primitive.name for primitive in PRIMITIVES}
    assert set(MEANINGS) == {operator.name for operator in OPERATORS}


def test_a_window_of_twenty_is_sixteen_new_bars_and_four_old_ones() -> None:
    xs = [0.1 * i for i in range(20)]

    def pairs(values: list[float]) -> float:
        return values[0] if len(values) == 1 else pairs(values[len(values) // 2 :]) + pairs(values[: len(values) // 2])

    assert tree([(x,) for x in xs], join_sums)[0] == pairs(xs[4:]) + pairs(xs[:4])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_interpreter_uses_no_arithmetic_that_others_define(path: Path) -> None:
    """No `sum`, no `math`, no power, no NumPy but to hand columns over."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            allowed = {"numpy"} if path.name in ("program.py", "clocks.py") else set()
            assert not {alias.name for alias in node.names} & {"math", "cmath", "numpy", "statistics"} - allowed
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] not in ("math", "cmath", "numpy", "statistics")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("sum", "pow", "fsum")
        assert not isinstance(node, ast.Pow)
