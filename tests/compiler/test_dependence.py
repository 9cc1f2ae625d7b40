"""What is a column and what must be computed bar by bar: the split of graphs into kernel steps, scans and the machine's row code."""

from __future__ import annotations

import pytest

from compiler.dependence import Dependence
from compiler.dump import row_lines
from compiler.pipeline import check
from compiler.plan import Column, Plan, Step
from compiler.program import Program
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Dependence"\ntrade "SPY" every 1d\n'


def program(body: str) -> Program:
    result = check(HEAD + body + "\n", load())
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return result.program


def plan(body: str) -> Plan:
    return program(body).plan()


def column(found: Plan, name: str) -> Column:
    return next(c for c in found.columns if c.name == name)


def scans(found: Plan) -> list[Step]:
    return [s for s in found.steps if s.op == "scan"]


@pytest.mark.parametrize(
    ("body", "name", "is_column"),
    [
        ("let x = sma(close, 5)", "x", True),
        ("let x = position.size", "x", False),
        ("let x = close * position.size", "x", False),
        ("let x = account.equity[1]", "x", False),
        ("remember x = x + close initially 0", "x", True),
        ("remember x = max(x, position.size) initially 0 shares", "x", False),
        ("remember y = max(y, position.size) initially 0 shares\nlet x = y * 2", "x", False),
        ("remember y = y + close initially 0\nlet x = sma(y, 5)", "x", True),
        ("remember y = position.size initially 0 shares\nremember z = y[1] initially 0 shares\nlet x = z + volume", "x", False),
        ("let x = (position.size > 0) has held for 3", "x", False),
        ("let x = bars since (position.size > 0)", "x", False),
        ("let x = if position.size > 0 then close else open end", "x", False),
        ("remember a = b[1] + 1 initially 0\nremember b = a + position.size / 1 share initially 0\nlet x = a", "x", False),
        ("remember a = b[1] + 1 initially 0\nremember b = a + 1 initially 0\nlet x = a + b", "x", True),
    ],
)
def test_what_reads_the_position_is_no_column_and_all_else_is(body: str, name: str, is_column: bool) -> None:
    found = column(plan(body), name)
    assert (found.register >= 0) is is_column
    assert (found.slot >= 0) is not is_column


def test_states_that_do_not_need_each_other_are_scanned_apart() -> None:
    found = scans(plan("remember a = a + close initially 0\nremember b = b + open initially 0\nplot a + b"))
    assert [len(s.outputs) for s in found] == [1, 1]


def test_a_state_that_needs_another_comes_after_it() -> None:
    found = plan("remember b = b + a initially 0\nremember a = a + close initially 0\nplot b")
    first, second = scans(found)
    assert first.outputs[0] in second.inputs
    assert column(found, "a").register == first.outputs[0]


def test_states_that_need_each_others_past_are_scanned_together() -> None:
    (only,) = scans(plan("remember a = b[1] + 1 initially 0\nremember b = a + close initially 0\nplot a, b"))
    assert len(only.outputs) == 2
    assert only.code is not None
    text = "\n".join(row_lines(only.code))
    assert text.count("keep ") == 2
    assert "lag_push" in text


def test_a_ring_of_three_states_is_one_scan() -> None:
    body = "remember a = c[1] + 1 initially 0\nremember b = a + 1 initially 0\nremember c = b + close initially 0\nplot a, b, c"
    (only,) = scans(plan(body))
    assert len(only.outputs) == 3


def test_what_a_scan_needs_and_does_not_compute_itself_are_its_inputs() -> None:
    found = plan(
        "let mean = sma(close, 5)\nremember y = if close > mean then y + volume / 1 share else 0 end initially 0\nplot y"
    )
    (only,) = scans(found)
    condition = next(s for s in found.steps if s.op in ("lt", "gt"))
    assert set(only.inputs) >= {condition.outputs[0]}
    assert column(found, "mean").register not in only.inputs


def test_the_past_of_a_finished_state_is_a_column() -> None:
    found = plan("remember y = y + close initially 0\nlet before = y[3]")
    assert [s.op for s in found.steps] == ["scan", "lag"]
    assert column(found, "before").register == found.steps[-1].outputs[0]


def test_row_code_of_the_machine_reads_columns_and_keeps_states() -> None:
    found = plan(
        "let mean = sma(close, 5)\nremember best = max(best, position.profit) initially 0 USD\nwhen best > 10 USD and close < mean\n  exit position"
    )
    assert found.machine is not None
    assert found.machine.row is not None
    text = "\n".join(row_lines(found.machine.row))
    assert "fact" in text
    assert "keep" in text
    assert len(found.machine.columns) == 1  # the comparison with the mean is a column; its result is loaded


def test_windows_over_the_position_are_refused_and_history_is_not() -> None:
    for body, codes in (
        ("when sma(position.size, 5) > 0\n  exit position", ["E0406"]),
        ("let held = position.size\nwhen highest(held, 5) > 0\n  exit position", ["E0406"]),
        ("remember y = position.size initially 0 shares\nwhen ema(y, 5) > 0\n  exit position", ["E0406"]),
        ("define f(x) = sma(x, 5)\nwhen f(position.size) > 0\n  exit position", ["E0406"]),
        ("when count(position.size > 0, 5) > 2\n  exit position", ["E0406"]),
        ("when position.size[5] > 0\n  exit position", []),
        ("when position.size > 0 has held for 5\n  exit position", []),
        ("when position.size > 0 within last 5\n  exit position", []),
        ("when (bars since (position.size > 0)) > 5\n  exit position", []),
        ("when position.size crosses above 0 shares\n  exit position", []),
    ):
        assert [d.code for d in check(HEAD + body + "\n", load()).diagnostics if d.severity == "error"] == codes, body


def test_a_window_over_a_state_that_turns_out_to_read_the_position_is_refused() -> None:
    body = "remember a = b[1] + 1 initially 0\nremember b = a + position.size / 1 share initially 0\nlet mean = sma(a, 3)\nplot mean\n"
    codes = [d.code for d in check(HEAD + body, load()).diagnostics if d.severity == "error"]
    assert codes == ["E0406"]


def test_groups_are_the_states_that_need_each_other() -> None:
    body = "remember a = b[1] + 1 initially 0\nremember b = a + 1 initially 0\nremember c = a + c initially 0\nplot a, b, c"
    built = program(body).build()
    depends = Dependence(built.graph, built.roots)
    index = {state.name: i for i, state in enumerate(built.graph.states)}
    assert depends.group(index["a"]) == depends.group(index["b"]) == tuple(sorted((index["a"], index["b"])))
    assert depends.group(index["c"]) == (index["c"],)


def test_equal_computations_are_computed_once() -> None:
    once = plan("plot sma(close, 20)")
    twice = plan("plot sma(close, 20), sma(close, 20) - sma(close, 20)")
    assert [s.op for s in twice.steps].count("window_sum") == [s.op for s in once.steps].count("window_sum") == 1


def test_registers_are_used_again_and_never_while_needed() -> None:
    body = "plot " + " + ".join(f"highest(high, {n})" for n in range(2, 60))
    found = plan(body)
    assert found.registers < len(found.steps) / 2
    live = dict(enumerate(found.feeds))
    for step in found.steps:
        assert all(register in live or register in dict(found.constants) for register in step.inputs)
        for register in step.outputs:
            live[register] = step.op


def test_a_backtest_computes_only_what_orders_need() -> None:
    found = program("let unused = sma(close, 50)\nwhen close > open\n  buy 10 shares\nplot unused")
    assert "window_sum" in [s.op for s in found.plan().steps]
    assert "window_sum" not in [s.op for s in found.plan(want="backtest").steps]
