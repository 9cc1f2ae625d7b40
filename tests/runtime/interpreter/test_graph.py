"""The graph interpreter: what a program means before it is optimised and lowered is what its kernels compute."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.inputs import DEFAULT_TICK
from compiler.nodes import Graph, State
from compiler.pipeline import compile_text
from compiler.plan import Account, Plan, Step
from compiler.program import Program
from runtime.backtest import signals
from runtime.candles import Candles
from runtime.interpreter.graph import CycleError, GraphInterpreter, interpret_graph
from runtime.interpreter.plan import PlanInterpreter
from runtime.interpreter.program import interpret, interpret_traced
from runtime.machine.instrument import Instrument
from runtime.signals import Signals
from stdlib.library import load
from tests.generators.markets import market, markets
from tests.generators.programs import programs

NAN = float("nan")
relaxed = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


def computed(program: Program, candles: Candles, chunk: int = 64) -> Signals:
    tick = candles.price_step() or DEFAULT_TICK
    return signals(program.plan(tick=tick), candles, Instrument(tick=tick), chunk)


def assert_same(found: Signals, expected: Signals) -> None:
    assert list(found) == list(expected)
    for name in expected:
        different = np.flatnonzero(found[name].view(np.uint64) != expected[name].view(np.uint64))
        if different.size:
            row = int(different[0])
            pytest.fail(f"{name}, bar {row}: kernel {found[name][row]!r}, definition {expected[name][row]!r}")


@relaxed
@given(programs(), markets(rows=50), st.integers(1, 50))
def test_a_program_computes_what_its_graph_defines(text: str, candles: Candles, chunk: int) -> None:
    program = compile_text(text, load())
    assert_same(computed(program, candles, chunk), interpret(program, candles))


def test_a_state_takes_its_first_value_from_the_first_bar() -> None:
    states = "remember top = max(top, close) initially open\nremember steps = steps + 1 initially unknown\n"
    text = f"apx 1\n{states}let before = top[1]\n"
    candles = market(3, "calm", 20)
    signals = interpret(compile_text(text, load()), candles)
    assert signals["top"][0] == max(candles.open[0], candles.close[0])
    assert np.isnan(signals["steps"]).all()
    assert signals["before"][1:].tolist() == signals["top"][:-1].tolist()


def test_states_may_read_each_others_past() -> None:
    graph = Graph()
    close = graph.feed("close")
    graph.states += [State("a", "number"), State("b", "number")]
    a, b = (graph.node("remember", (), (i,), "number") for i in range(2))
    zero = graph.const(0.0)
    past_b = graph.node("or_else", (graph.node("past", (), (1,), "number"), graph.const(100.0)))
    graph.states[0].next, graph.states[0].first = graph.node("add", (past_b, close)), zero
    graph.states[1].next, graph.states[1].first = graph.node("mul", (a, graph.const(2.0))), zero
    columns, _ = interpret_graph(graph, [a, b], {"close": [1.0, 2.0, NAN, 3.0]})
    assert columns == [[101.0, 204.0, 204.0, 411.0], [202.0, 408.0, 408.0, 822.0]]


def test_states_that_need_each_other_on_one_bar_are_refused() -> None:
    graph = Graph(states=[State("a", "number"), State("b", "number")])
    a, b = (graph.node("remember", (), (i,), "number") for i in range(2))
    graph.states[0].next, graph.states[0].first = b, graph.const(0.0)
    graph.states[1].next, graph.states[1].first = a, graph.const(0.0)
    with pytest.raises(CycleError):
        GraphInterpreter(graph, [a])


def test_facts_are_given_from_outside() -> None:
    graph = Graph()
    held = graph.node("gt", (graph.node("fact", (), ("position.size",), "number"), graph.const(0.0)))
    interpreter = GraphInterpreter(graph, [held])
    assert [interpreter.push({}, {"position.size": size}) for size in (0.0, 5.0, NAN)] == [[0.0], [2.0], [1.0]]


def test_results_that_are_not_finite_are_counted() -> None:
    text = "apx 1\nlet share = close / (close - close[1])\nlet root = sqrt(number(open - close))\n"
    candles = Candles.from_arrays(
        time=np.arange(5) * 86400 + 1_600_000_000,
        open=[1.0, 1, 1, 1, 1],
        high=[9.0] * 5,
        low=[0.5] * 5,
        close=[1.0, 1, 2, 2, 3],
        volume=[1.0] * 5,
    )
    _, trace = interpret_traced(compile_text(text, load()), candles)
    assert sum(n for (op, _), n in trace.not_finite.items() if op == "div") == 2
    assert sum(n for (op, _), n in trace.not_finite.items() if op == "sqrt") == 3
    assert trace.total == 5


def test_the_plan_interpreter_counts_them_too() -> None:
    steps = (Step("div", (0, 1), (2,)), Step("log", (0,), (3,)))
    interpreter = PlanInterpreter(Plan(("close", "open"), (), steps, 4, (), None, Account(), 0, 0, 0.0, 0))
    for close, open_ in ((1.0, 0.0), (-1.0, 1.0), (NAN, 0.0), (1.0, 1.0)):
        interpreter.push((close, open_))
    assert dict(interpreter.trace.not_finite) == {("div", 0): 1, ("log", 1): 1}
