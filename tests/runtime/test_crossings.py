"""Rules that fire where columns cross: a run whose truths are never written is the run whose truths are, to the bit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apextrade as apx
from runtime import backtest as running
from runtime.crossings import crossings
from runtime.fusing import CROSSING, fused
from runtime.sweep import cells
from tests.runtime.test_fusing import HEAD

SWEEP = "input n = 2 bars in 1 .. 5 step 1 bar\ninput m = 3 bars in 1 .. 5 step 1 bar\n"
RULES = {
    "above and below": ("let a = sma(close, 2)\nlet b = sma(close, 3)\n", "a crosses above b", "a crosses below b"),
    "with the data": ("", "close crosses above sma(close, 2)", "close crosses below open"),
    "with a number": ("", "close crosses above 3", "close crosses below 2"),
    "one of two": ("let a = sma(close, 2)\n", "close crosses above a", "close < 2"),
    "read by a size too": ("let a = sma(close, 2)\n", "close crosses above a", "close crosses above a and close > 2"),
}
VALUES = st.sampled_from([1.0, 2.0, 2.0, 3.0, 4.0, 5.0, float("nan")])


def text(name: str, head: str = HEAD) -> str:
    lets, enter, leave = RULES[name]
    return f"{head}{lets}when {enter}\n  buy 3 units\nwhen {leave}\n  exit position\n"


def candles(values: np.ndarray[Any, Any]) -> apx.Candles:
    opened, closed = values
    high, low = np.maximum(opened, closed) + 1.0, np.minimum(opened, closed) - 0.5
    time = 1_700_000_000_000_000 + 3_600_000_000 * np.arange(len(opened), dtype=np.int64)
    return apx.Candles.from_arrays(time=time, open=opened, high=high, low=low, close=closed, volume=np.ones(len(opened)))


def everything(run: Any) -> list[bytes]:
    rows = (run.equity_values, run.fill_rows, run.trade_rows_closed, run.trade_rows_open, run.order_rows, run.event_rows)
    return [np.where(np.isnan(row), np.nan, row).tobytes() for row in rows] + [repr(run.stats).encode()]


@pytest.mark.parametrize(
    ("name", "left"),
    [("above and below", 0), ("with the data", 0), ("with a number", 0), ("one of two", 0), ("read by a size too", 1)],
)
def test_the_truths_of_crossings_are_not_written_unless_someone_else_reads_them(name: str, left: int) -> None:
    plan = fused(apx.compile(text(name)).plan())
    lean, found = crossings(plan)
    assert sum(step.op == CROSSING for step in lean.steps) == left
    assert len(found) == sum(step.op == CROSSING for step in plan.steps) - left


@pytest.mark.parametrize("role", ["size", "price", "limit", "trail", "trail_after", "hold", "expire"])
def test_a_truth_that_says_more_than_when_is_written(role: str) -> None:
    plan = fused(apx.compile(text("above and below")).plan())
    assert plan.machine is not None
    first, second = plan.machine.actions
    actions = (first, replace(second, **{role: first.fires}))
    lean, found = crossings(replace(plan, machine=replace(plan.machine, actions=actions)))
    assert [one.slot for one in found] == [second.fires]
    assert sum(step.op == CROSSING for step in lean.steps) == 1


def test_a_truth_that_is_loaded_for_row_code_is_written() -> None:
    plan = fused(apx.compile(text("with the data")).plan())
    assert plan.machine is not None
    registers = tuple(step.outputs[0] for step in plan.steps if step.op == CROSSING)
    assert crossings(replace(plan, machine=replace(plan.machine, columns=registers)))[1] == ()


def test_columns_that_are_written_over_before_the_end_of_a_chunk_are_not_read() -> None:
    plan = fused(apx.compile(text("above and below")).plan())
    crossing = next(step for step in plan.steps if step.op == CROSSING)
    over = replace(plan.steps[0], outputs=(crossing.inputs[0],))
    assert crossings(replace(plan, steps=(*plan.steps, over)))[1] == ()


@settings(deadline=None)
@given(st.sampled_from(sorted(RULES)), st.data(), st.integers(2, 150), st.sampled_from([1, 7, 63, 64, 65, 2048]))
def test_a_run_that_reads_crossings_is_the_run_that_reads_truths(name: str, data: st.DataObject, rows: int, chunk: int) -> None:
    bars = candles(np.array([data.draw(st.lists(VALUES, min_size=rows, max_size=rows)) for _ in range(2)]))
    plan = apx.compile(text(name)).plan()
    found = everything(running.backtest(plan, bars, chunk=chunk))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "crossings", lambda plan: (plan, ()))
        assert everything(running.backtest(plan, bars, chunk=chunk)) == found


@settings(deadline=None, max_examples=20)
@given(st.data(), st.integers(2, 150), st.sampled_from(["n", "m"]))
def test_a_sweep_that_reads_crossings_is_the_sweep_that_reads_truths(data: st.DataObject, rows: int, other: str) -> None:
    bars = candles(np.array([data.draw(st.lists(VALUES, min_size=rows, max_size=rows)) for _ in range(2)]))
    head = HEAD.replace("settings", SWEEP + "settings")
    rules = f"when sma(close, n) crosses above sma(close, {other})\n  buy 3 units\nwhen sma(close, n) crosses below sma(close, {other})\n  exit position\n"
    program = apx.compile(head + rules)
    found = apx.sweep(program, bars)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "crossings", lambda plan: (plan, ()))
        whole = apx.sweep(program, bars)
    assert np.array_equal(found.rows.values, whole.rows.values, equal_nan=True)


def test_what_was_before_the_traded_bars_counts_for_a_crossing() -> None:
    # The cross is between the last bar that is only read and the first that is traded.
    values = np.array([[3.0] * 6, [2.0, 2.0, 2.0, 4.0, 4.0, 4.0]])
    plan = apx.compile(HEAD + "when close crosses above open\n  buy 1 unit\n").plan()
    assert running.backtest(plan, candles(values), warm=3).fill_rows[:, 1].tolist() == [1.0]
    assert running.backtest(plan, candles(values[:, 3:])).fill_rows[:, 1].tolist() == []
