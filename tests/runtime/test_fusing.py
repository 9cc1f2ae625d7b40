"""Fused steps: the same columns by fewer calls, whatever the program, the chunks and the gaps in the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import apextrade as apx
from compiler.plan import Plan
from runtime.engine import Engine
from runtime.fusing import fused
from stdlib.kernels import table

HEAD = 'apx 1\nstrategy "F"\ntrade "X" every 1h\nsettings\n  capital 1000 USD\n'
CROSSED = {"crossing": 2, "lag": 0, "le": 0}
RANGED = {"true_range": 1, "lag": 0, "or_else": 0, "max": 0, "min": 0, "sub": 0}
STRONG = {"rise": 1, "fall": 1, "percent_of_both": 1, "lag": 0, "sub": 0, "max": 0, "div": 0, "select": 0}
PROGRAMS: dict[str, tuple[str, dict[str, int]]] = {
    "above and below": (
        "let a = sma(close, 2)\nlet b = sma(close, 3)\nwhen a crosses above b\n  buy 1 unit\nwhen a crosses below b\n  exit position\n",
        CROSSED,
    ),
    "either way": ("when close crosses sma(close, 2)\n  buy 1 unit\n", CROSSED),
    "of columns of the data": ("when open crosses above close and volume > 1\n  buy 1 unit\n", {"crossing": 1, "le": 0}),
    "of a number": ("when close crosses above 2\n  buy 1 unit\n", {}),
    "the bar before is read elsewhere": (
        "let a = sma(close, 2)\nwhen a crosses above close and a[1] > 1\n  buy 1 unit\nplot a[1]\n",
        {"crossing": 1, "lag": 1},
    ),
    "two bars before": ("when close > open and close[2] <= open[2]\n  buy 1 unit\n", {"crossing": 0}),
    "not the same series": ("when close > open and high[1] <= open[1]\n  buy 1 unit\n", {"crossing": 0}),
    "nothing to fuse": ("when close > open\n  buy 1 unit\n", {"lt": 1}),
    "a true range": ("let a = atr(2)\nwhen close > open\n  buy 1 unit\n", RANGED),
    "a true range and its last close": (
        "let a = atr(2)\nlet b = close[1]\nwhen close > open\n  buy 1 unit\n",
        {"true_range": 1, "lag": 1},
    ),
    "a true range and its top": (
        "let a = atr(2)\nlet b = max(high, close[1] or_else low)\nwhen close > open\n  buy 1 unit\n",
        {"true_range": 0, "max": 1},
    ),
    "strength": ("let a = rsi(close, 2)\nwhen close > open\n  buy 1 unit\n", STRONG),
    "strength, range and the close before": (
        "let a = rsi(close, 2)\nlet b = atr(3)\nlet c = close[1]\nwhen close > open\n  buy 1 unit\n",
        {"rise": 1, "fall": 1, "true_range": 1, "lag": 1},
    ),
    "quotients and several comparisons": (
        "let a = (high - low) / close > 0.5 and close > open and open < high\nwhen a or volume > 1\n  buy 1 unit\n",
        {"quotient_above": 1, "and_below": 2, "and": 0, "div": 0},
    ),
    "a truth that takes the place of what was compared": (
        "let r = rsi(close, 2)\nlet a = sma(close, 2)\nwhen r crosses above 30 and close > a\n  buy 1 unit\nwhen r > 70 and close < a\n  exit position\n",
        {},
    ),
    "a quotient that is read": ("let q = high / close\nwhen q > 0.5\n  buy 1 unit\n", {"quotient_above": 0, "div": 1}),
    "a comparison that is read": ("let up = close > open\nwhen up and open < 3\n  buy 1 unit\n", {"lt": 1, "and_below": 1}),
    "a comparison with itself": ("let up = close > open and close > open\nwhen up\n  buy 1 unit\n", {}),
}
EXAMPLES = {
    path.stem: path
    for path in sorted((Path(__file__).parents[2] / "examples").glob("*.apx"))
    if '\nlibrary "' not in path.read_text(encoding="utf-8")
}
VALUES = st.sampled_from([1.0, 2.0, 2.0, 3.0, 4.0, 0.0, -0.0, float("inf"), float("nan")])


def plan_of(name: str) -> Plan:
    return apx.compile(HEAD + PROGRAMS[name][0]).plan()


def columns(plan: Plan, feeds: list[np.ndarray], registers: list[int], chunk: int, build: str) -> list[bytes]:  # type: ignore[type-arg]
    rows = len(feeds[0])
    engine = Engine(plan, table.addresses(build) | table.shortcuts(build), chunk)
    engine.attach_feeds(feeds)
    found = {register: np.empty(rows) for register in registers}
    engine.attach_outputs(found)
    engine.run(0, rows, chunk)
    return [found[register].tobytes() for register in registers]


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_can_be_one_step_is_one(name: str) -> None:
    plan = plan_of(name)
    ops = Counter(step.op for step in fused(plan).steps)
    assert {op: ops[op] for op in PROGRAMS[name][1]} == PROGRAMS[name][1]
    assert len(fused(plan).steps) <= len(plan.steps)


def unfolded(op: str, params: tuple[float, ...], inputs: list[int], node: Callable[..., int]) -> int:
    """The value of a step as the operators that it stands for, by the number of its node."""

    def last(x: int) -> int:
        return node("lag", (1.0, "unknown"), x)

    match op, inputs:
        case "crossing", [x, y]:
            return node("and", (), node("lt", (), x, y), node("le", (), last(y), last(x)))
        case "and_below", [t, a, b]:
            return node("and", (), t, node("lt", (), a, b))
        case "quotient_above", [a, b]:
            return node("lt", (), node("constant", params), node("div", (), a, b))
        case "true_range", [high, low, close]:
            before = node("or_else", (), last(close), low)
            return node("sub", (), node("max", (), high, before), node("min", (), low, before))
        case "rise", [x]:
            return node("max", (), node("constant", (0.0,)), node("sub", (), x, last(x)))
        case "fall", [x]:
            return node("max", (), node("constant", (0.0,)), node("sub", (), last(x), x))
        case "percent_of_both", [a, b]:
            p, none = node("constant", params), node("eq", (), node("constant", (0.0,)), a)
            return node("select", (), none, p, node("mul", (), p, node("div", (), b, node("add", (), a, b))))
    return node(op, tuple("unknown" if x != x else x for x in params), *inputs)


def meanings(plan: Plan, nodes: dict[object, int]) -> dict[int, int]:
    """What each register that somebody asks for holds at the end, by the number of its node."""

    def node(op: str, params: object = (), *inputs: int) -> int:
        # The larger or smaller of two does not depend on which is first where one is 0, and truths are none but 0, 1 and 2.
        ordered = (
            tuple(sorted(inputs)) if op == "and" or (op == "max" and nodes.get(("constant", (0.0,), ())) in inputs) else inputs
        )
        return nodes.setdefault((op, params, ordered), len(nodes))

    held = {at: node("feed", at) for at in range(len(plan.feeds))} | {
        at: node("constant", (value,)) for at, value in plan.constants
    }
    for step in plan.steps:
        inputs = [held[register] for register in step.inputs]
        if len(step.outputs) == 1 and step.code is None:
            held[step.outputs[0]] = unfolded(step.op, step.params, inputs, node)
        else:
            which = node(step.op, (step.params, repr(step.code)), *inputs)
            held.update({register: node("output", k, which) for k, register in enumerate(step.outputs)})
    asked = {column.register for column in plan.columns if column.register >= 0}
    if plan.machine is not None:
        asked |= {slot.index for slot in plan.machine.slots if slot.where == "column"} | set(plan.machine.columns)
    return {register: held[register] for register in asked}


@pytest.mark.parametrize("name", [*PROGRAMS, *EXAMPLES])
def test_fused_steps_mean_what_those_they_stand_for_mean(name: str) -> None:
    program = apx.compile(HEAD + PROGRAMS[name][0] if name in PROGRAMS else EXAMPLES[name]).compiled
    for plan in (program.plan({}, 0.01), program.plan({}, 0.01, "backtest")):
        nodes: dict[object, int] = {}
        assert meanings(fused(plan), nodes) == meanings(plan, nodes)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(PROGRAMS)), st.data(), st.integers(1, 40), st.integers(1, 20), st.sampled_from(table.builds()))
def test_fused_steps_give_the_bits_of_those_they_stand_for(
    name: str, data: st.DataObject, rows: int, chunk: int, build: str
) -> None:
    plan = plan_of(name)
    feeds = [np.array(data.draw(st.lists(VALUES, min_size=rows, max_size=rows))) for _ in plan.feeds]
    assert plan.machine is not None
    slots = [slot.index for slot in plan.machine.slots if slot.where == "column"]
    registers = list(dict.fromkeys([*slots, *(column.register for column in plan.columns if column.register >= 0)]))
    assert columns(fused(plan), feeds, registers, chunk, build) == columns(plan, feeds, registers, chunk, build)
