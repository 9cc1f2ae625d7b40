"""Fused steps: the same columns by fewer calls, whatever the program, the chunks and the gaps in the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import apextrade as apx
from compiler.plan import Plan
from runtime.engine import Engine
from runtime.fusing import CROSSING, fused
from runtime.kernel import addresses

HEAD = 'apx 1\nstrategy "F"\ntrade "X" every 1h\nsettings\n  capital 1000 USD\n'
PROGRAMS = {
    "above and below": "let a = sma(close, 2)\nlet b = sma(close, 3)\nwhen a crosses above b\n  buy 1 unit\nwhen a crosses below b\n  exit position\n",
    "either way": "when close crosses sma(close, 2)\n  buy 1 unit\n",
    "of columns of the data": "when open crosses above close and volume > 1\n  buy 1 unit\n",
    "of a number": "when close crosses above 2\n  buy 1 unit\n",
    "the bar before is read elsewhere": "let a = sma(close, 2)\nwhen a crosses above close and a[1] > 1\n  buy 1 unit\nplot a[1]\n",
    "two bars before": "when close > open and close[2] <= open[2]\n  buy 1 unit\n",
    "not the same series": "when close > open and high[1] <= open[1]\n  buy 1 unit\n",
    "nothing to fuse": "when close > open\n  buy 1 unit\n",
}
VALUES = st.sampled_from([1.0, 2.0, 2.0, 3.0, 4.0, float("nan")])


def plan_of(name: str) -> Plan:
    return apx.compile(HEAD + PROGRAMS[name]).plan()


def columns(plan: Plan, feeds: list[np.ndarray], registers: list[int], chunk: int) -> list[bytes]:  # type: ignore[type-arg]
    rows = len(feeds[0])
    engine = Engine(plan, addresses(), chunk)
    engine.attach_feeds(feeds)
    found = {register: np.empty(rows) for register in registers}
    engine.attach_outputs(found)
    engine.run(0, rows, chunk)
    return [found[register].tobytes() for register in registers]


@pytest.mark.parametrize(("name", "crossings"), [("above and below", 2), ("of columns of the data", 1), ("nothing to fuse", 0)])
def test_a_crossing_is_one_step(name: str, crossings: int) -> None:
    plan = plan_of(name)
    steps = fused(plan).steps
    assert sum(step.op == CROSSING for step in steps) == crossings
    assert not crossings or not any(step.op in ("lag", "le") for step in steps)
    assert len(steps) <= len(plan.steps) - 3 * crossings


@given(st.sampled_from(sorted(PROGRAMS)), st.data(), st.integers(1, 24), st.integers(1, 9))
def test_fused_steps_give_the_bits_of_those_they_stand_for(name: str, data: st.DataObject, rows: int, chunk: int) -> None:
    plan = plan_of(name)
    feeds = [np.array(data.draw(st.lists(VALUES, min_size=rows, max_size=rows))) for _ in plan.feeds]
    assert plan.machine is not None
    slots = [slot.index for slot in plan.machine.slots if slot.where == "column"]
    registers = list(dict.fromkeys([*slots, *(column.register for column in plan.columns if column.register >= 0)]))
    assert columns(fused(plan), feeds, registers, chunk) == columns(plan, feeds, registers, chunk)
