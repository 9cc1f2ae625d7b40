"""The law of sharing: each row of a sweep equals the same run alone, to the bit, however the sweep is cut up."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from compiler.diagnostics import CompileError
from compiler.program import Program
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.machine.instrument import Instrument
from runtime.statistics import COLUMNS
from runtime.sweep.run import run
from runtime.sweep.space import Axis, InputValue, Space
from runtime.sweep.task import Task
from tests.generators.markets import markets
from tests.generators.programs import programs
from tests.laws.running import compiled, one_nan

CENTS = Instrument(tick=0.01, lot=0.001)
LITERAL = re.compile(r"(?<![\w.%\"])\d+(?:\.\d+)?%?(?![\w.%])")


@st.composite
def swept(draw: st.DrawFn) -> tuple[str, dict[str, tuple[float, ...]]]:
    """A program with inputs, some of them in place of numbers in its text, and values for each."""
    text = draw(programs(orders=True))
    values: dict[str, tuple[float, ...]] = {
        name: tuple(sorted(draw(st.sets(st.integers(1, 20).map(float), min_size=1, max_size=3))))
        for name in re.findall(r"^input (\w+)", text, re.MULTILINE)
    }
    for k in range(draw(st.integers(0, 3))):
        places = [
            m for m in LITERAL.finditer(text) if not re.match(r"(apx|trade|input)", text[text.rfind("\n", 0, m.start()) + 1 :])
        ]
        place = draw(st.sampled_from(places))
        written, name = place[0], f"k{k}"
        number = float(written.rstrip("%")) / (100 if written.endswith("%") else 1)
        text = f"{text[: place.start()]}{name}{text[place.end() :]}"
        text = text.replace('trade "TEST" every 1d\n', f'trade "TEST" every 1d\ninput {name} = {written}\n', 1)
        values[name] = tuple(sorted({number, 2 * number, *([number + 1] if not written.endswith("%") else [])}))
    return text, values


def a_task(program: Program, candles: Candles, values: dict[str, tuple[InputValue, ...]], budget: int) -> Task:
    space = Space(tuple(Axis(name, axis) for name, axis in values.items()))
    fixed = {info.name: info.default for info in program.inputs}
    return Task(program, space, fixed, candles, CENTS, lambda account: account, budget=budget)


@given(swept(), markets(rows=90), st.data())
def test_each_row_is_the_same_run_alone(
    given_program: tuple[str, dict[str, tuple[float, ...]]], candles: Candles, data: st.DataObject
) -> None:
    text, values = given_program
    assume(values)
    try:
        program = compiled(text)
    except CompileError:
        assume(False)
    columns = data.draw(st.sampled_from([0, 1, 4, 1_000]), label="columns in a tile")
    task = a_task(program, candles, dict(values), 8 * len(candles) * columns)
    rows = run(task, task.space.all(10_000), workers=data.draw(st.sampled_from([1, 2, 3]), label="workers"))
    assert rows.tried == task.space.size == len(rows.numbers) + len(rows.refused)
    refused = {number for number, _ in rows.refused}
    for number in range(task.space.size):
        inputs = task.space.values(task.space.places(np.array([number]))[0])
        try:
            plan = program.plan({**task.fixed, **inputs}, CENTS.tick, "backtest")
        except CompileError:
            assert number in refused, (inputs, text)
            continue
        found = backtest(plan, candles, instrument=CENTS).stats
        assert set(found) <= set(COLUMNS), text
        stats = np.array([found.get(name, np.nan) for name in COLUMNS])
        row = rows.values[int(np.searchsorted(rows.numbers, number))]
        assert one_nan(stats).tobytes() == one_nan(row).tobytes(), (inputs, text)
