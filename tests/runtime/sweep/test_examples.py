"""Sweeps of the example programs: random cells equal single runs to the bit; workers, budget and order change nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest

from compiler.inputs import InputInfo
from compiler.pipeline import compile_text
from compiler.program import Program
from compiler.sweeping.parts import Size
from compiler.sweeping.shared import share
from runtime.backtest import backtest
from runtime.clocks.base_bars import as_traded
from runtime.machine.instrument import Instrument
from runtime.statistics import COLUMNS
from runtime.sweep.allowed import allowed
from runtime.sweep.run import run
from runtime.sweep.space import Axis, InputValue, Space
from runtime.sweep.task import Task
from stdlib.library import load
from tests.examples.feeds import lot_of, own_bars, tick_of
from tests.examples.programs import SHELF, STRATEGIES

CELLS = 4


def values_of(info: InputInfo) -> tuple[InputValue, ...]:
    """Three values within an input's range, its default among them."""
    if info.choices:
        return info.choices[:3]
    if info.kind != "number" or not isinstance(info.default, float):
        return (False, True) if info.kind == "truth" else (info.default,)
    low = info.low if info.low is not None else info.default / 2
    high = info.high if info.high is not None else info.default * 2
    found = {low + (info.default - low) / 2, info.default, info.default + (high - info.default) / 4}
    return tuple(sorted({float(round(v)) for v in found} if info.unit == "bars" else found))


def a_task(program: Program, budget: int = 32 << 20) -> Task:
    space = Space(tuple(Axis(info.name, values_of(info)) for info in program.inputs))
    fixed = {info.name: info.default for info in program.inputs}
    candles = as_traded(own_bars(program), program.symbols, program.session, program.every)
    return Task(
        program, space, fixed, candles, Instrument(tick_of(program), lot_of(program)), lambda account: account, budget=budget
    )


def several(program: Program) -> bool:
    return len(program.symbols) != 1 or program.compares


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.stem)
def test_random_cells_of_an_example_equal_single_runs(path: object) -> None:
    program = compile_text(path.read_text(encoding="utf-8"), load(), path.name, SHELF)  # type: ignore[attr-defined]
    if several(program) or not program.inputs:
        return
    task = a_task(program)
    numbers = task.space.drawn(12, seed=1)
    rows = run(task, numbers)
    assert not rows.refused
    assert rows.tried == len(numbers) == len(rows.numbers) + rows.not_allowed
    for at in random.Random(path.stem).sample(range(len(rows.numbers)), min(CELLS, len(rows.numbers))):  # type: ignore[attr-defined]
        inputs = task.space.values(task.space.places(rows.numbers[at : at + 1])[0])
        plan = program.plan({**task.fixed, **inputs}, task.instrument.tick, "backtest")
        found = backtest(plan, task.candles, instrument=task.instrument).stats
        stats = np.array([found.get(name, np.nan) for name in COLUMNS])
        assert np.array_equal(stats, rows.values[at], equal_nan=True), inputs


def test_workers_budget_and_pieces_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    program = compile_text(next(p for p in STRATEGIES if p.stem == "golden_cross").read_text(encoding="utf-8"), load())
    task = a_task(program)
    numbers = task.space.all(1_000)
    expected = run(task, numbers)
    assert len(expected.numbers) > 50
    bars = 8 * len(task.candles)
    for workers, budget in ((2, 32 << 20), (1, 3 * bars), (2, 14 * bars), (1, 0), (3, 40 * bars)):
        found = run(a_task(program, budget), numbers, workers=workers)
        assert np.array_equal(found.numbers, expected.numbers)
        assert np.array_equal(found.values, expected.values, equal_nan=True)
    monkeypatch.setattr("runtime.sweep.run.PIECE", 17)
    pieces = run(task, numbers, workers=2)
    assert np.array_equal(pieces.values, expected.values, equal_nan=True)
    assert (pieces.tried, pieces.not_allowed) == (expected.tried, expected.not_allowed)


def test_most_examples_share_their_columns_and_build_few_plans() -> None:
    """What is left to each run of an example depends on few of its inputs: those of sizes and of the position."""
    left = {}
    for path in STRATEGIES:
        program = compile_text(path.read_text(encoding="utf-8"), load(), path.name, SHELF)
        if several(program) or not program.inputs:
            continue
        fixed = {info.name: info.default for info in program.inputs}
        sizes = {info.name: 10 for info in program.inputs}
        shared = share(program, fixed, 0.01, Size(sizes, 10 ** len(sizes), 5_000))
        assert shared is not None, path.stem
        left[path.stem] = shared.rest_inputs
    assert left["golden_cross"] == ("risk",)
    assert left["macd_cross"] == left["bollinger_reversal"] == left["vwap_return"] == ()
    assert sum(len(inputs) for inputs in left.values()) <= len(left)


def test_requirements_are_met_as_single_runs_meet_them() -> None:
    text = """apx 1
strategy "requirements"
trade "TEST" every 1d
input fast = 2 bars in 1 .. 9
input slow = 3 bars in 1 .. 9
input share = 10% in 5% .. 20% step 5%
input both = true
input kind = "a" in ["a", "b"]
require fast < slow and (both or share > 10%)
require kind == "a" or fast * 2 < slow
when close > sma(close, fast) and close > sma(close, slow) and both and kind == "a"
  buy share of equity
when close < open
  exit position
"""
    program = compile_text(text, load())
    axes = (
        Axis("fast", tuple(map(float, range(1, 7)))), Axis("slow", (2.0, 5.0, 9.0)), Axis("share", (0.05, 0.15)), Axis("both", (False, True)),
        Axis("kind", ("a", "b")),
    )  # fmt: skip
    space = Space(axes)
    places = space.places(space.all(1_000))
    fixed = {info.name: info.default for info in program.inputs}
    found = allowed(program, space, fixed, places)

    def meets(values: dict[str, InputValue]) -> bool:
        try:
            program.values(values)
        except ValueError:
            return False
        return True

    assert [meets(space.values(row)) for row in places] == found.tolist()
    assert 0 < found.sum() < len(found)
