"""Limits that a caller sets, and the state a program declares against the state it really has."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from compiler.limits import Limits
from compiler.pipeline import check, compile_text
from runtime.kernel import bind
from stdlib.library import load
from stdlib.primitives import PRIMITIVES
from tests.generators.programs import programs

TEXT = 'apx 1\nstrategy "Limits"\ntrade "AAPL" every 1d\nlet slow = median(close, 900)\nplot sma(close, 20), slow\n'


def test_a_program_within_its_limits_compiles() -> None:
    program = compile_text(TEXT, load())
    exact = Limits(most_cost=program.cost, most_state=program.state)
    assert compile_text(TEXT, load(), limits=exact).state == program.state


@pytest.mark.parametrize(("code", "off"), [("E0611", "most_cost"), ("E0612", "most_state")])
def test_one_below_what_it_needs_is_refused_and_the_dearest_expression_named(code: str, off: str) -> None:
    program = compile_text(TEXT, load())
    needs = {"most_cost": program.cost, "most_state": program.state}
    checked = check(TEXT, load(), limits=Limits(**{off: needs[off] - 1}))  # type: ignore[arg-type]
    assert [d.code for d in checked.diagnostics if d.severity == "error"] == [code]
    (error,) = [d for d in checked.diagnostics if d.severity == "error"]
    assert checked.program is None
    assert TEXT[error.span.start : error.span.end] == "median(close, 900)"
    assert "median(close, 900)" in error.message


@pytest.mark.parametrize(
    ("plot", "dearest"),
    [
        ("close + open, pow(close, 0.3), sqrt(close)", "pow(close, 0.3)"),
        ("sma(close, 20), close / open / high", "sma(close, 20)"),
        ("close + open * high / low, close < open", "open * high / low"),
    ],
)
def test_operators_and_calls_are_named_alike(plot: str, dearest: str) -> None:
    text = f'apx 1\nstrategy "Limits"\ntrade "AAPL" every 1d\nplot {plot}\n'
    (error,) = [d for d in check(text, load(), limits=Limits(most_cost=1.0)).diagnostics if d.severity == "error"]
    assert f"`{dearest}`" in error.message


def test_what_one_place_costs_in_all_is_what_counts() -> None:
    """Forty cheap windows inside one call are dearer than one window beside it."""
    text = (
        TEXT.replace("median(close, 900)", "highest(close, 30)")
        + "define many(x) = "
        + " + ".join(f"highest(x, {n})" for n in range(2, 42))
        + "\nplot many(close)\n"
    )
    checked = check(text, load(), limits=Limits(most_state=100))
    assert "`many(close)`" in next(d.message for d in checked.diagnostics if d.code == "E0612")


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=programs(orders=False))
def test_the_state_that_is_declared_is_the_state_that_is_kept(text: str) -> None:
    """What the kernel allocates and saves, byte for byte; and each step keeps what its primitive declares for its parameters."""
    program = compile_text(text, load())
    plan = program.plan()
    kernel = bind(plan)
    assert 8 * kernel.engine.state_size == program.state - 8 * (
        plan.machine.row.state if plan.machine and plan.machine.row else 0
    )
    primitives = {p.name: p for p in PRIMITIVES}
    for step in plan.steps:
        if step.op in primitives:
            assert step.state == primitives[step.op].state(*step.params)
        elif step.code is not None:
            assert step.state == step.code.state or step.state == 0
