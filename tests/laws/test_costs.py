"""Law 14. What a bar costs at most is known before it is run: the steps that are counted are never more than those that are declared, nor far fewer.

A step is one value read or written (compiler/costs.py). The first bar is apart: it fills states and works out weights.
"""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compiler.catalogue.functions import describe, names, program_of
from compiler.costs import FEED
from compiler.library import Primitive
from compiler.operators import BY_NAME, OPERATORS
from compiler.pipeline import compile_text
from compiler.plan import Plan, Price
from stdlib.library import load
from stdlib.primitives import PRIMITIVES
from tests.generators.programs import programs
from tests.laws.steps import FUNCTIONS, Counted, Counter, code_steps

WAYS = ("noise", "rising", "falling", "jumping", "flat", "holes")
ROWS = 40


def column(way: str, rows: int, draw: random.Random) -> list[float]:
    match way:
        case "noise":
            return [100.0 + draw.gauss(0, 5) for _ in range(rows)]
        case "rising":
            return [100.0 + i for i in range(rows)]
        case "falling":
            return [1e4 - i for i in range(rows)]
        case "jumping":
            return [100.0 + (-1) ** i * (50 + draw.random()) for i in range(rows)]
        case "flat":
            return [100.0] * rows
        case _:
            return [math.nan if draw.random() < 0.3 else draw.gauss(100, 5) for _ in range(rows)]


def truths(way: str, rows: int, draw: random.Random) -> list[float]:
    return [2.0] * rows if way in ("rising", "flat") else [draw.choice((0.0, 1.0, 2.0)) for _ in range(rows)]


def counted(plan: Plan, way: str, chunk: int, seed: int) -> float:
    """The most steps a bar that a chunk after the first takes, other clocks included: a bar of theirs for each of the plan's."""
    draw = random.Random(seed)
    counter, most = Counter(plan), 0.0
    made = {name: column(way, ROWS, draw) for name in plan.feeds}
    for start in range(0, ROWS, chunk):
        rows = min(chunk, ROWS - start)
        steps = counter.chunk(
            {name: values[start : start + rows] for name, values in made.items()}, rows, lambda: draw.gauss(0, 3)
        )
        if start:
            most = max(most, steps / rows)
    prices = [p for a in (plan.machine.actions if plan.machine else ()) for p in (a.stop, a.target) if isinstance(p, Price)]
    most += sum(code_steps(p.code, [100.0 + i for i in range(3 + len(p.frozen))]) for p in prices)
    return most + sum(counted(source.plan, way, chunk, seed) for source in plan.sources)


@given(text=programs(), way=st.sampled_from(WAYS), chunk=st.sampled_from((1, 2, 7, 33)), seed=st.integers(0, 2**32))
def test_no_bar_of_a_program_takes_more_steps_than_it_declares(text: str, way: str, chunk: int, seed: int) -> None:
    program = compile_text(text, load())
    assert counted(program.plan(), way, chunk, seed) <= program.cost


def gathers(plan: Plan) -> bool:
    """Whether finer bars are put together somewhere in a plan."""
    return any(source.aggregates or gathers(source.plan) for source in plan.sources)


def lengths_of(primitive: Primitive, n: int) -> tuple[float, ...]:
    return tuple(
        float(max(n, p.least)) if p.kind == "window" else 0.4 for p in primitive.parameters if p.kind in ("window", "number")
    )


def most_steps(primitive: Primitive, params: tuple[float, ...], way: str, chunk: int, rows: int) -> float:
    draw, state, most = random.Random(3), Counted([0.0] * primitive.state(*params)), 0.0
    inputs = [
        truths(way, rows, draw) if p.kind == "truth" else column(way, rows, draw)
        for p in primitive.parameters
        if p.kind in ("series", "truth")
    ]
    for start in range(0, rows, chunk):
        here = min(chunk, rows - start)
        before = Counted.steps
        FUNCTIONS[primitive.name](
            [Counted(x[start : start + here]) for x in inputs], Counted(params), state, [Counted([0.0] * here)], here
        )
        if start:
            most = max(most, (Counted.steps - before) / here)
    return most


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=lambda p: p.name)
def test_a_primitive_declares_what_its_worst_bar_takes(primitive: Primitive) -> None:
    """Over windows of all shapes, in chunks of one and of many, on bars of every kind: never more, and at the worst hardly less."""
    lengths = (1, 2, 3, 7, 8, 16, 31, 50) if any(p.kind == "window" for p in primitive.parameters) else (1,)
    for n in lengths:
        params = lengths_of(primitive, n)
        declared = primitive.cost(*params)
        worst = max(most_steps(primitive, params, way, chunk, 3 * n + 40) for way in WAYS for chunk in (1, 16))
        assert worst <= declared <= 1.35 * worst, (n, worst, declared)


@given(primitive=st.sampled_from(PRIMITIVES), n=st.integers(1, 300), chunk=st.integers(1, 40), way=st.sampled_from(WAYS))
@example(primitive=next(p for p in PRIMITIVES if p.name == "median"), n=255, chunk=1, way="jumping")
def test_no_window_of_a_primitive_takes_more_steps_than_it_declares(primitive: Primitive, n: int, chunk: int, way: str) -> None:
    params = lengths_of(primitive, n)
    assert most_steps(primitive, params, way, chunk, n + 30) <= primitive.cost(*params)


@pytest.mark.parametrize("name", BY_NAME)
def test_an_operator_declares_what_it_reads_and_writes(name: str) -> None:
    operator = BY_NAME[name]
    before = Counted.steps
    inputs = [Counted([2.0, 0.0, 1.0, 2.0] if kind == "t" else [3.0, -1.0, math.nan, 0.5]) for kind in operator.takes]
    FUNCTIONS[name](inputs, Counted(), Counted(), [Counted([0.0] * 4)], 4)
    assert Counted.steps - before == 4 * (operator.cost - operator.work)


def test_every_function_of_the_library_takes_no_more_than_it_declares_and_not_far_less() -> None:
    """Each as its own page calls it, without what no kernel reads or writes. The ratios are printed."""
    library = load()
    varying = {p.name: p for p in PRIMITIVES if p.name in ("varying_sum", "wave")}
    ratios: dict[str, float] = {}
    for described in (describe(name, library) for name in names(library)):
        plan = program_of(described.example, library).plan()
        if plan.across or gathers(plan):  # other instruments, and many finer bars in one: by no kernel
            continue
        most = max(counted(plan, way, chunk, 5) for way, chunk in (("noise", 1), ("jumping", 16), ("holes", 7)))
        assert most <= plan.cost, described.name
        work = sum(BY_NAME[step.op].work for step in plan.steps if step.op in BY_NAME)
        work += sum(OPERATORS[op].work for s in plan.steps if s.code for op, *_ in s.code.instructions if op < len(OPERATORS))
        # Their lengths are the bars' and seldom the longest; each is held from both sides by itself, and here what stands around it.
        work += sum(varying[step.op].cost(*step.params) for step in plan.steps if step.op in varying)
        ratios[described.name] = (plan.cost - work - FEED * len(plan.feeds)) / max(most, 1.0)
    ordered = sorted(ratios.values())
    print(
        f"\n{len(ratios)} functions: declared over counted {ordered[0]:.2f} .. {ordered[-1]:.2f}, median {ordered[len(ordered) // 2]:.2f}"
    )
    assert ordered[-1] <= 3.0, max(ratios, key=lambda name: ratios[name])
    assert len(ratios) > 140
