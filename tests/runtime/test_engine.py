"""The engine: the interpreter's bits for every step there is, on hostile data; bad plans refused before they touch memory."""

from __future__ import annotations

import math
from dataclasses import replace

import numexpr
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.operators import OPCODES
from compiler.plan import Account, Column, Plan, RowCode, Step
from runtime.engine import Engine, Floats, PlanError
from runtime.interpreter.plan import PlanInterpreter
from runtime.kernel import addresses, bind
from tests.generators.plans import PRIMITIVE, columns, plans_with_data

relaxed = settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def one_step(op: str, params: tuple[float, ...] = (), inputs: int = 1) -> Plan:
    """A plan of one step over its own feeds."""
    state = PRIMITIVE[op].state(*params) if op in PRIMITIVE else 0
    feeds = ("close", "volume", "open")[:inputs]
    step = Step(op, tuple(range(inputs)), (inputs,), params, state)
    return Plan(
        feeds, (), (step,), inputs + 1, (Column("x", "let", "number", "plain", inputs),), None, Account(), 0, 0, 0.0, state
    )


def arrays(feeds: list[list[float]]) -> list[Floats]:
    return [np.array(column, dtype=np.float64) for column in feeds]


def assert_same_bits(found: dict[int, Floats], expected: dict[int, list[float]], plan: Plan) -> None:
    for register, column in expected.items():
        wanted = np.array([math.nan if v != v else v for v in column], dtype=np.float64)
        different = np.flatnonzero(wanted.view(np.uint64) != found[register].view(np.uint64))
        if different.size:
            row = int(different[0])
            makers = [step.op for step in plan.steps if register in step.outputs]
            pytest.fail(f"register {register} ({makers}) row {row}: kernel {found[register][row]!r}, definition {wanted[row]!r}")


@relaxed
@given(plans_with_data())
def test_the_engine_computes_what_the_interpreter_defines(case: tuple[Plan, list[list[float]]]) -> None:
    plan, feeds = case
    kernel = bind(plan)
    found = kernel.run(arrays(feeds), len(feeds[0]))
    assert_same_bits(found, PlanInterpreter(plan).run(feeds, kernel.registers), plan)


@pytest.mark.parametrize("name", [*OPCODES, *PRIMITIVE])
def test_every_step_has_a_kernel_and_a_definition(name: str) -> None:
    assert name in addresses()
    if name in PRIMITIVE:
        assert len(PRIMITIVE[name].results) == 1


WINDOWS = ("window_sum", "window_weighted", "variance", "covariance", "highest", "lowest", "median", "mean_deviation")


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("n", [1, 2, 7, 63, 64, 100, 300])
def test_long_windows_are_their_definition(name: str, n: int) -> None:
    rng = np.random.default_rng(n)
    feeds = [rng.normal(100.0, 30.0, 700).tolist() for _ in range(2 if name == "covariance" else 1)]
    feeds[0][350] = math.nan
    plan = one_step(name, (float(n),), len(feeds))
    assert_same_bits(bind(plan).run(arrays(feeds), 700, 97), PlanInterpreter(plan).run(feeds, (len(feeds),)), plan)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_numexpr_gives_the_same_bits_for_arithmetic(data: st.DataObject) -> None:
    """+ - * / and sqrt are correctly rounded everywhere, so another engine may compute a region of them."""
    rows = data.draw(st.integers(1, 50))
    a, b = (np.array(data.draw(columns(rows))) for _ in range(2))
    steps = (
        Step("add", (0, 1), (2,)),
        Step("mul", (2, 0), (3,)),
        Step("sub", (3, 1), (4,)),
        Step("abs", (4,), (5,)),
        Step("sqrt", (5,), (6,)),
    )
    plan = Plan(("open", "close"), (), (*steps, Step("div", (6, 0), (7,))), 8, (), None, Account(), 0, 0, 0.0, 0)
    found = bind(plan).run([a, b], rows, registers=(7,))[7]

    def norm(expression: str, **values: Floats) -> Floats:
        r = numexpr.evaluate(expression, local_dict=values)
        return numexpr.evaluate("r + (r - r)", local_dict={"r": r})

    with np.errstate(all="ignore"):
        a, b = norm("a", a=a), norm("b", b=b)
        added = norm("a + b", a=a, b=b)
        product = norm("x * a", x=added, a=a)
        less = norm("x - b", x=product, b=b)
        root = norm("sqrt(x)", x=norm("abs(x)", x=less))
        expected = norm("x / a", x=root, a=np.where(a == 0.0, np.nan, a))
    expected[np.isnan(expected)] = math.nan
    assert found.tobytes() == expected.tobytes()


def test_feeds_are_not_written_and_may_be_read_only() -> None:
    column = np.array([1.0, -0.0, math.inf, math.nan, 5.0])
    before = column.copy()
    column.flags.writeable = False
    plan = replace(one_step("neg"), columns=(Column("x", "let", "number", "plain", 0),))
    found = bind(plan).run([column], 5, registers=(0, 1))
    assert column.tobytes() == before.tobytes()
    assert found[0].tobytes() == np.array([1.0, 0.0, math.nan, math.nan, 5.0]).tobytes()
    assert found[1].tobytes() == np.array([-1.0, 0.0, math.nan, math.nan, -5.0]).tobytes()


def test_a_constant_can_be_a_column() -> None:
    plan = Plan(("close",), ((1, 2.5),), (Step("mul", (0, 1), (2,)),), 3, (), None, Account(), 0, 0, 0.0, 0)
    found = bind(plan).run([np.arange(5.0)], 5, 2, (1, 2))
    assert found[1].tolist() == [2.5] * 5
    assert found[2].tolist() == [0.0, 2.5, 5.0, 7.5, 10.0]


def test_no_rows_and_no_steps_are_fine() -> None:
    assert bind(one_step("neg")).run([np.empty(0)], 0)[1].shape == (0,)
    empty = Plan((), ((0, 1.0),), (), 1, (Column("one", "let", "number", "plain", 0),), None, Account(), 0, 0, 0.0, 0)
    assert bind(empty).run([], 3)[0].tolist() == [1.0, 1.0, 1.0]


GOOD = one_step("add", inputs=2)


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (replace(GOOD, steps=(Step("nosuch", (0, 1), (2,)),)), "nosuch"),
        (replace(GOOD, steps=(Step("add", (0, 7), (2,)),)), "beyond"),
        (replace(GOOD, steps=(Step("add", (0, -1), (2,)),)), "beyond"),
        (replace(GOOD, steps=(Step("add", (0, 1), (0,)),)), "feed or a constant"),
        (replace(GOOD, steps=(Step("window_sum", (2,), (2,), (3.0,), 9),)), "over its own input"),
        (replace(GOOD, steps=(Step("add", (0, 1, 1), (2,)),)), "not call `add`"),
        (replace(GOOD, steps=(Step("window_sum", (0,), (2,), (300.0,), 1),)), "not call `window_sum`"),
        (replace(GOOD, steps=(Step("window_sum", (0,), (2,), (), 9),)), "not call `window_sum`"),
        (replace(GOOD, versions=(("window_sum", 999),)), "version 999"),
        (replace(GOOD, steps=(Step("scan", (0,), (2,), (), 1, RowCode((), 1, (), ((0, 1),), (0,))),)), "do not fit"),
        (replace(GOOD, columns=(Column("x", "let", "number", "plain", 9),)), "beyond"),
    ],
)
def test_a_plan_that_cannot_be_run_is_refused(plan: Plan, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        bind(plan)


def test_an_engine_without_kernels_is_refused() -> None:
    with pytest.raises(PlanError, match="add"):
        Engine(GOOD, {})
