"""Hypothesis strategies: hostile market data, row code, and whole plans that only the compiler's typing rules bound."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from hypothesis import strategies as st

from compiler.operators import OPCODES, OPERATORS
from compiler.plan import FACTS, ROW_OPCODES, Account, Column, Plan, RowCode, Step
from stdlib.primitives import PRIMITIVES

PRIMITIVE = {primitive.name: primitive for primitive in PRIMITIVES}
FEEDS = ("open", "high", "low", "close", "volume")
HOSTILE = (
    math.nan,
    math.inf,
    -math.inf,
    -0.0,
    0.0,
    1.0,
    -1.0,
    1e17,
    -1e17,
    1e-300,
    -1e-300,
    1.7e308,
    -1.7e308,
    5e-324,
    0.1,
    0.5,
    2.5,
)

numbers = st.one_of(
    st.sampled_from(HOSTILE),
    st.floats(-100.0, 100.0),
    st.integers(-3, 3).map(float),  # many ties and flats
    st.floats(),
)
"""Any double; the awkward ones often."""

constants = numbers.filter(lambda x: x - x == 0.0).map(lambda x: x + 0.0) | st.just(math.nan)
"""What a compiler puts in a plan: finite, no -0; or unknown."""

truths = st.sampled_from((0.0, 1.0, 2.0))

EPISODES = ("hostile", "flat", "walk", "known", "unknown")


@st.composite
def columns(draw: st.DrawFn, rows: int) -> list[float]:
    """A feed: episodes of hostile values, flats, walks and holes."""
    found: list[float] = []
    while len(found) < rows:
        length = draw(st.integers(1, rows))
        match draw(st.sampled_from(EPISODES)):
            case "hostile":
                found += draw(st.lists(numbers, min_size=1, max_size=8))
            case "flat":
                found += [draw(st.floats(-1e6, 1e6))] * length
            case "walk":
                rng = draw(st.randoms(use_true_random=False))
                price = rng.uniform(1.0, 200.0)
                for _ in range(length):
                    price = price + rng.gauss(0.0, 1.0)
                    found.append(price)
            case "known":
                rng = draw(st.randoms(use_true_random=False))
                found += [float(rng.randint(0, 5)) for _ in range(length)]
            case _:
                found.append(math.nan)
    return found[:rows]


@st.composite
def parameters(draw: st.DrawFn, name: str) -> tuple[float, ...]:
    """Window and number parameters of a primitive, within what the compiler allows."""
    match name:
        case "lag":
            return float(draw(st.integers(0, 20))), math.nan
        case "ewm":
            return float(draw(st.integers(1, 12))), draw(st.sampled_from((1.0, 0.5, 2 / 11, 1 / 14, 0.9)))
        case "alma":
            return (
                float(draw(st.integers(1, 12))),
                draw(st.sampled_from((0.0, 0.5, 0.85, 1.0))),
                draw(st.sampled_from((1.0, 6.0, 0.5))),
            )
        case "quantile":
            return float(draw(st.integers(1, 20))), draw(st.sampled_from((0.0, 0.25, 0.5, 0.9, 1.0)))
        case "percentile":
            return float(draw(st.integers(1, 20))), draw(st.sampled_from((0.0, 25.0, 50.0, 90.0, 100.0)))
        case "wave":
            return float(draw(st.integers(1, 20))), draw(st.sampled_from((0.0, 0.25, 0.4)))
        case "pivot_high" | "pivot_low":
            return float(draw(st.integers(1, 6))), float(draw(st.integers(1, 6)))
        case "value_when":
            return (float(draw(st.integers(0, 5))),)
    fixed = [p for p in PRIMITIVE[name].parameters if p.kind in ("window", "number")]
    assert all(p.kind == "window" for p in fixed), f"no strategy for the parameters of {name}"
    return tuple(float(draw(st.integers(p.least, 40))) for p in fixed)


@dataclass
class Registers:
    """Registers by kind while a plan or row code grows."""

    number: list[int] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    count: int = 0

    def fresh(self, kind: str) -> int:
        (self.truth if kind == "t" else self.number).append(self.count)
        self.count += 1
        return self.count - 1

    def pick(self, draw: st.DrawFn, kind: str) -> int:
        return draw(st.sampled_from(self.truth if kind == "t" else self.number))


@st.composite
def row_codes(draw: st.DrawFn, inputs: str, results: str = "", facts: bool = False, size: int = 12) -> RowCode:
    """Row code over inputs of these kinds (n and t), whose last results have the kinds asked for; every operation there is."""
    registers = Registers()
    loads = tuple((registers.fresh(kind), at) for at, kind in enumerate(inputs))
    filled = [(registers.fresh("n"), draw(constants)), (registers.fresh("n"), 1.0), (registers.fresh("t"), draw(truths))]
    code: list[tuple[int, int, int, int, int]] = []
    rings: list[tuple[str, int, int]] = []
    state = 1

    def emit(name: str, dst: int, a: int = 0, b: int = 0, c: int = 0) -> None:
        code.append((OPCODES[name] if name in OPCODES else ROW_OPCODES[name], dst, a, b, c))

    written_apart = ("lag_push", "init", "prev") if facts else ("lag_push", "init", "prev", "fact")
    names = st.sampled_from([name for name in (*OPCODES, *ROW_OPCODES) if name not in written_apart])
    for _ in range(draw(st.integers(1, size))):
        name = draw(names)
        kind = draw(st.sampled_from("nt"))
        if name in OPCODES:
            operator = OPERATORS[OPCODES[name]]
            a, b, c = (*(registers.pick(draw, k) for k in operator.takes), 0, 0)[:3]
            emit(name, registers.fresh(operator.gives), a, b, c)
        elif name == "move":
            source = registers.pick(draw, kind)
            emit(name, registers.fresh(kind), source)
        elif name == "lag_read":
            bars = draw(st.integers(1, 5))
            emit(name, registers.fresh(kind), 1 if kind == "t" else 0, bars, state)
            rings.append((kind, bars, state))
            state += bars
        elif name in ("held", "within"):
            source = registers.pick(draw, "t")
            emit(name, registers.fresh("t"), source, draw(st.integers(1, 5)), state)
            state += 2
        elif name == "bars_since":
            source = registers.pick(draw, "t")
            emit(name, registers.fresh("n"), source, 0, state)
            state += 2
        elif name == "fact":
            emit(name, registers.fresh("n"), draw(st.integers(0, len(FACTS) - 1)))
        else:  # a state: its first value, the previous one, a step from it, the value kept
            kind = "t" if name == "keep_truth" else "n"
            emit("init", 0, registers.pick(draw, kind), 0, state)
            emit("prev", registers.fresh(kind), 0, 0, state)
            previous = registers.count - 1
            step = draw(st.sampled_from(("and", "or", "same") if kind == "t" else ("add", "max", "mul", "or_else")))
            other = registers.pick(draw, kind)
            emit(step, registers.fresh(kind), previous, other)
            following = registers.count - 1
            emit(name, registers.fresh(kind), following, 0, state)
            state += 1
    for kind, bars, offset in rings:
        emit("lag_push", 0, registers.pick(draw, kind), bars, offset)
    found = tuple(registers.pick(draw, kind) for kind in results) or tuple(range(registers.count))
    return RowCode(tuple(code), registers.count, tuple(filled), loads, found, (math.nan, 1.0), state)


@st.composite
def plans(draw: st.DrawFn, size: int = 10, ops: tuple[str, ...] = ()) -> Plan:
    """A plan over some feeds: operators, primitives and scans on each other's results, registers used again now and then.

    Every register that still holds a step's own result at the end is a column. ops: the steps to choose from (default: all).
    """
    feeds = tuple(draw(st.lists(st.sampled_from(FEEDS), min_size=1, max_size=4, unique=True)))
    registers = Registers()
    for _ in feeds:
        registers.fresh("n")
    filled = [(registers.fresh("n"), draw(constants)), (registers.fresh("n"), 2.0), (registers.fresh("t"), draw(truths))]
    fixed = registers.count
    steps: list[Step] = []
    kinds = dict.fromkeys(registers.number, "n") | dict.fromkeys(registers.truth, "t")
    choice = (
        st.sampled_from(ops)
        if ops
        else st.one_of(st.sampled_from(tuple(OPCODES)), st.sampled_from(tuple(PRIMITIVE)), st.just("scan"))
    )
    for _ in range(draw(st.integers(1, size))):
        op = draw(choice)
        if op == "scan":
            inputs = tuple(draw(st.sampled_from(range(registers.count))) for _ in range(draw(st.integers(1, 3))))
            gives = draw(st.sampled_from(("n", "t", "nt", "nn")))
            code = draw(row_codes("".join(kinds[i] for i in inputs), gives))
            outputs = []
            for kind in gives:
                outputs.append(registers.fresh(kind))
                kinds[outputs[-1]] = kind
            steps.append(Step("scan", inputs, tuple(outputs), (), code.state, code))
            continue
        if op in OPCODES:
            takes, gives = OPERATORS[OPCODES[op]].takes, OPERATORS[OPCODES[op]].gives
            params: tuple[float, ...] = ()
            state = 0
        else:
            primitive = PRIMITIVE[op]
            takes = "".join("t" if p.kind == "truth" else "n" for p in primitive.parameters if p.kind in ("series", "truth"))
            gives = "t" if primitive.results[0].kind == "truth" else "n"
            params = draw(parameters(op))
            state = primitive.state(*params)
        inputs = tuple(registers.pick(draw, kind) for kind in takes)
        again = [
            r
            for r in (registers.truth if gives == "t" else registers.number)
            if r >= fixed and (op in OPCODES or r not in inputs)
        ]
        if again and draw(st.booleans()):
            output = draw(st.sampled_from(again))
        else:
            output = registers.fresh(gives)
            kinds[output] = gives
        steps.append(Step(op, inputs, (output,), params, state))
    shown = []
    for register in range(registers.count):
        shown.append(Column(f"r{register}", "let", "truth" if kinds[register] == "t" else "number", "plain", register))
    versions = tuple((name, PRIMITIVE[name].version) for name in sorted({s.op for s in steps if s.op in PRIMITIVE}))
    state = sum(step.state for step in steps)
    return Plan(feeds, tuple(filled), tuple(steps), registers.count, tuple(shown), None, Account(), 0, -1, 0.0, state, versions)


@st.composite
def plans_with_data(draw: st.DrawFn, rows: int = 60, size: int = 10, ops: tuple[str, ...] = ()) -> tuple[Plan, list[list[float]]]:
    """A plan, and a column for each of its feeds."""
    plan = draw(plans(size, ops))
    length = draw(st.integers(1, rows))
    return plan, [draw(columns(length)) for _ in plan.feeds]


@st.composite
def cuts(draw: st.DrawFn, rows: int) -> list[int]:
    """Sizes of chunks that add up to so many rows."""
    sizes: list[int] = []
    while sum(sizes) < rows:
        sizes.append(draw(st.integers(1, rows - sum(sizes))))
    return sizes
