"""Fused steps: the same columns by fewer calls, whatever the program, the chunks and the gaps in the data."""

from __future__ import annotations

from collections import Counter

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
    "a quotient that is read": ("let q = high / close\nwhen q > 0.5\n  buy 1 unit\n", {"quotient_above": 0, "div": 1}),
    "a comparison that is read": ("let up = close > open\nwhen up and open < 3\n  buy 1 unit\n", {"lt": 1, "and_below": 1}),
    "a comparison with itself": ("let up = close > open and close > open\nwhen up\n  buy 1 unit\n", {}),
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
