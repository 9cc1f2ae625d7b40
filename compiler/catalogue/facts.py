"""What is known of a function for every length of its windows, found by compiling it with several: smallest lengths, warm-up as a formula, units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

from compiler.built import Built
from compiler.catalogue.functions import INSIDE, TRIED, Argument, Described, call, program_of, program_text
from compiler.diagnostics import CompileError
from compiler.facts import Extent, extents
from compiler.library import UNBOUNDED, FunctionLibrary
from compiler.nodes import reachable
from compiler.pipeline import compile_text
from compiler.program import Program

LONGEST = 64
MOST_LEAST = 8
SERIES_UNITS = {
    "price": "close",
    "quantity": "volume",
    "plain number": "number(close)",
    "oscillator": "oscillator(close)",
    "bars": "bars since true",
}
"""Units that a series may have, with a series of each."""

# Lengths tried, each window of a function another column; then checked on the last ones, which no fit has seen.
LENGTHS: tuple[tuple[int, ...], ...] = (
    (14, 21, 9, 12), (21, 21, 9, 12), (14, 33, 9, 12), (14, 21, 20, 12), (14, 21, 9, 30), (33, 14, 12, 9), (9, 12, 33, 40), (12, 9, 40, 33),
    (40, 9, 33, 12), (9, 40, 12, 33), (17, 31, 23, 11), (31, 17, 11, 23), (25, 26, 27, 28), (28, 27, 26, 25), (10, 50, 13, 8), (50, 10, 8, 13),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a function, with its facts at the defaults. name: '' for the only one; warmup: a formula of the windows, '' where it is none."""

    name: str
    kind: str
    unit: str
    warmup: int
    warmup_formula: str
    settle: int
    maybe_unknown: bool


@dataclass(frozen=True, slots=True)
class Worked:
    """When the outputs of a function are known, and what its example costs. least: of each window, the shortest that compiles."""

    outputs: tuple[Output, ...]
    least: dict[str, int]
    cost: float
    state: int
    cost_formula: str


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """least: of each window, the shortest that compiles. units: of each series, the units it may have. cost, state: of its example."""

    outputs: tuple[Output, ...]
    least: dict[str, int]
    units: dict[str, tuple[str, ...]]
    cost: float
    state: int
    cost_formula: str


def facts_of(described: Described, library: FunctionLibrary) -> FunctionFacts:
    """Everything found by compiling calls of a function."""
    found = worked_out(described, library)
    units = {a.name: _units(described, a, library) for a in described.arguments if a.kind == "series"}
    return FunctionFacts(found.outputs, found.least, units, found.cost, found.state, found.cost_formula)


def worked_out(described: Described, library: FunctionLibrary) -> Worked:
    """What is found of a function without trying the units of its series."""
    windows = [a for a in described.arguments if a.kind == "window"]
    least = {a.name: _least(described, a, library) for a in windows}
    samples = _samples(described, windows, least, library) if windows else []
    usual = program_of(described.example, library)
    built = usual.build()
    found = extents(built.graph, built.roots, library)
    outputs = []
    types = {name.partition(".")[2]: (kind, unit) for name, kind, unit in _columns(built)}
    for name, extent in _by_output(built, found).items():
        formula = (
            _formula([a.name for a in windows], [(n, e[name].warmup) for n, e, _ in samples]) if windows else str(extent.warmup)
        )
        kind, unit = types[name]
        outputs.append(Output(name, kind, unit, extent.warmup, formula, extent.settle, extent.maybe))
    if described.theme == INSIDE:  # of two clocks, which the graph alone does not tell in bars of one
        plan = usual.plan()
        outputs = [replace(o, warmup=plan.warmup, warmup_formula="", settle=plan.settle) for o in outputs]
    reached = list(reachable(built.roots, built.graph))
    state = sum(found[node.id].state for node in reached)
    cost_formula = _formula([a.name for a in windows], [(n, c) for n, _, c in samples]) if windows else ""
    return Worked(tuple(outputs), least, _cost(built, found), state, cost_formula)


Sample = tuple[tuple[int, ...], dict[str, Extent], float]
"""Lengths of windows; with them the extent of each output, and the cost."""


def _samples(described: Described, windows: Sequence[Argument], least: dict[str, int], library: FunctionLibrary) -> list[Sample]:
    """What comes of a function with windows for each of the lengths that it can have."""
    program, samples = _with_inputs(described, windows, least, library), list[Sample]()
    for lengths in LENGTHS:
        given = {f"w_{a.name}": float(n) for a, n in zip(windows, lengths, strict=False)}
        try:
            built = program.build(given)
        except (CompileError, ValueError):
            continue
        found = extents(built.graph, built.roots, library)
        samples.append((lengths[: len(windows)], _by_output(built, found), _cost(built, found)))
    return samples


def settled(outputs: Sequence[Output]) -> int:
    """When the last output has settled; UNBOUNDED where one never does."""
    return UNBOUNDED if any(o.settle == UNBOUNDED for o in outputs) else max(o.settle for o in outputs)


def _columns(built: Built) -> list[tuple[str, str, str]]:
    return [
        (o.name, "condition" if o.node.kind == "truth" else "number", "" if o.node.kind == "truth" else o.unit)
        for o in built.outputs
    ]


def _by_output(built: Built, found: dict[int, Extent]) -> dict[str, Extent]:
    return {o.name.partition(".")[2]: found[o.node.id] for o in built.outputs}


def _cost(built: Built, found: dict[int, Extent]) -> float:
    return sum(found[node.id].cost for node in reachable(built.roots, built.graph))


def _given(described: Described, instead: dict[str, str]) -> str:
    """A call of a function with the values its example has where they must be given, and others for some arguments."""
    needed = {a.name: next(text for text, kind in TRIED if kind == a.kind) for a in described.arguments if not a.default}
    return call(described.name, {**needed, **instead}.items())


def _compiles(expression: str, library: FunctionLibrary) -> bool:
    try:
        compile_text(program_text(expression), library)
    except CompileError:
        return False
    return True


def _scalar(described: Described) -> bool:
    """Whether arguments go by place: functions of one bar have no names for them in calls."""
    return not described.formula and not described.source


def _least(described: Described, argument: Argument, library: FunctionLibrary) -> int:
    """The shortest window that compiles, all others as usual."""
    return next((n for n in range(MOST_LEAST + 1) if _compiles(_given(described, {argument.name: f"{n} bars"}), library)), 1)


def _units(described: Described, argument: Argument, library: FunctionLibrary) -> tuple[str, ...]:
    """The units of a series that a function takes, its other series having the same one or else their usual one."""
    if _scalar(described):
        return tuple(unit for unit, text in SERIES_UNITS.items() if _compiles(_places(described, text), library))
    others = [a.name for a in described.arguments if a.kind == "series" and a.name != argument.name]
    return tuple(
        unit
        for unit, text in SERIES_UNITS.items()
        if _compiles(_given(described, {argument.name: text}), library)
        or (others and _compiles(_given(described, {argument.name: text, **dict.fromkeys(others, text)}), library))
    )


def _places(described: Described, text: str) -> str:
    if described.theme == INSIDE:
        return f"{call(described.name, [('', f'({text}) on 1d')])} on 1w"
    return call(described.name, [("", text) for _ in described.arguments])


def _with_inputs(described: Described, windows: Sequence[Argument], least: dict[str, int], library: FunctionLibrary) -> Program:
    """A program of one call, each of its windows an input."""
    lines = [f"input w_{a.name} = {n} bars in {least[a.name]} .. {LONGEST}" for a, n in zip(windows, LENGTHS[0], strict=False)]
    expression = _given(described, {a.name: f"w_{a.name}" for a in windows})
    text = "\n".join(['apx 1\nstrategy "one call"', *lines, f"let it = {expression}\n"])
    try:
        return compile_text(text, library)
    except CompileError:
        return program_of(described.example, library)


def _formula(names: list[str], samples: list[tuple[tuple[int, ...], int | float]]) -> str:
    """A formula that gives all samples exactly: windows times numbers, perhaps with the larger or the smaller of some of them; '' if none does."""
    plain: list[tuple[str, Callable[[tuple[int, ...]], int]]] = [(name, _place(i)) for i, name in enumerate(names)]
    choices = [plain]
    for size in range(2, len(names) + 1):
        for chosen in combinations(range(len(names)), size):
            inside = ", ".join(names[i] for i in chosen)
            for word, pick in (("max", max), ("min", min)):
                rest = [f for i, f in enumerate(plain) if i not in chosen]
                choices.append([(f"{word}({inside})", _picked(pick, chosen)), *rest])
    for features in choices:
        solved = _solve(
            [[f(n) for _, f in features] + [1] for n, _ in samples], [Fraction(w).limit_denominator(10**6) for _, w in samples]
        )
        if solved is not None:
            return _written([name for name, _ in features], solved)
    return ""


def _place(i: int) -> Callable[[tuple[int, ...]], int]:
    return lambda n: n[i]


def _picked(pick: Callable[..., int], chosen: tuple[int, ...]) -> Callable[[tuple[int, ...]], int]:
    return lambda n: pick(n[i] for i in chosen)


def _solve(rows: list[list[int]], values: list[Fraction]) -> list[Fraction] | None:
    """The numbers that solve all of these equations exactly; None if none do, or if too few equations say so."""
    if len(rows) < 2 * len(rows[0]) if rows else True:
        return None
    table = [[Fraction(x) for x in row] + [value] for row, value in zip(rows, values, strict=True)]
    width = len(rows[0])
    for column in range(width):
        pivot = next((i for i in range(column, len(table)) if table[i][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [x / table[column][column] for x in table[column]]
        for i, row in enumerate(table):
            if i != column and row[column]:
                table[i] = [x - row[column] * y for x, y in zip(row, table[column], strict=True)]
    return [row[width] for row in table[:width]] if all(not row[width] for row in table[width:]) else None


def _written(names: list[str], numbers: list[Fraction]) -> str:
    """`n + smooth - 1`."""
    text = ""
    for name, number in zip([*names, ""], numbers, strict=True):
        if not number:
            continue
        size = abs(number)
        shown = f"{size.numerator}" if size.denominator == 1 else f"{float(size):g}"
        part = name if name and size == 1 else f"{shown} * {name}" if name else shown
        text = f"{text} {'-' if number < 0 else '+'} {part}" if text else f"{'-' if number < 0 else ''}{part}"
    return text or "0"
