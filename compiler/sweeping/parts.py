"""Which expressions of a program become columns of their own in a sweep: each is computed once for all combinations that agree in its inputs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.building import Builder, Frame, Refused, finish_states
from compiler.dependence import Dependence
from compiler.diagnostics import Diagnostics
from compiler.inference import Typed
from compiler.nodes import Node, NodeKind, reachable
from compiler.sweeping.reading import Reading
from compiler.walk import action_expressions, children

# What a step of each kind takes, in seconds, as far as it decides what to share: only speed depends on it.
BUILD_VARIANT = 100e-6
BUILD_NODE = 40e-6
BUILD_PLAN = 2e-3
COMPUTE = 1.0e-9
COMBINE = 0.7e-9
MOST_VARIANTS = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """An expression that is a column of its own. inputs: those of the sweep that its value depends on, in the sweep's order.

    places: all expressions that say the same, the first is `expr`.
    """

    expr: s.Expr
    feed: str
    kind: NodeKind
    inputs: tuple[str, ...]
    places: tuple[s.Expr, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a sweep is. values: how many each of its inputs has. combinations: how many runs there are in all. rows: bars."""

    values: Mapping[str, int]
    combinations: int
    rows: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The cheapest way that was found: seconds, and the expressions it shares."""

    seconds: float
    shared: tuple[s.Expr, ...] = ()


FREE = Choice(0.0)


def roots(typed: Typed) -> Iterator[s.Expr]:
    """Every expression that decides what is traded."""
    for rule in typed.names.rules:
        yield rule.condition
        for action in (*rule.actions, *rule.otherwise):
            yield from action_expressions(action)


def choose(typed: Typed, builder: Builder, frame: Frame, size: Size) -> tuple[Part, ...]:
    """The parts of a program. builder, frame: of one combination, on a graph that nothing else is built in."""
    chooser = _Chooser(typed, builder, frame, size, Reading(typed.names))
    shared = {id(e): e for root in roots(typed) for e in chooser.best(root, "").shared}
    # What is written twice is one column. Both must be one value here too: what a number means can depend on what stands around it.
    alike: dict[tuple[str, int], list[s.Expr]] = {}
    for expr in shared.values():
        node = chooser.column(expr)
        assert node is not None
        alike.setdefault((written(expr), node.id), []).append(expr)
    found = []
    for i, places in enumerate(alike.values()):
        node = chooser.column(places[0])
        assert node is not None
        inputs = tuple(name for name in size.values if name in chooser.reading.inputs(places[0]))
        found.append(Part(places[0], f"sweep.{i}", node.kind, inputs, tuple(places)))
    return tuple(found)


SPAN = re.compile(r"span=Span\([^()]*\)")


def written(expr: s.Expr) -> str:
    """An expression without where it stands."""
    return SPAN.sub("", repr(expr))


@dataclass(slots=True)
class _Chooser:
    typed: Typed
    builder: Builder
    frame: Frame
    size: Size
    reading: Reading
    named: dict[str, Choice] = field(default_factory=dict)
    columns: dict[int, Node | None] = field(default_factory=dict)

    def best(self, expr: s.Expr, state: str) -> Choice:
        """The cheapest way to have an expression. state: the state whose line it stands in, '' for none."""
        match expr:
            case s.Grouped(inner=inner):
                return self.best(inner, state)
            case s.Name(name=name) if name in self.typed.names.lets:
                return self.line(name, self.typed.names.lets[name].value, "")
            case s.Name(name=name) if name in self.size.values:
                return Choice(self.size.values[name] * BUILD_PLAN)
        node = self.column(expr) if not (state and self.reading.states(expr)) else None
        inside = self.inside(expr, state)
        if node is None:
            return inside
        nodes = sum(1 for n in reachable([node], self.builder.graph) if n.op not in ("feed", "const"))
        variants = self.count(self.reading.inputs(expr))
        alone = variants * (BUILD_VARIANT + nodes * (BUILD_NODE + self.size.rows * COMPUTE))
        if nodes and variants <= MOST_VARIANTS and alone < inside.seconds:
            return Choice(alone, (expr,))
        return inside

    def inside(self, expr: s.Expr, state: str) -> Choice:
        """The expression itself in every run, and the cheapest way for each of its parts."""
        children_ = self.parts(expr)
        fixed = [child for child in children_ if self.typed.names.is_constant(child)] or ([] if children_ else [expr])
        parts = [self.best(child, state) for child in children_ if child not in fixed]
        if isinstance(expr, s.Name) and expr.name in self.typed.names.states:
            lines = self.reading.lines(expr.name)
            parts += [self.line(f"{expr.name} {i}", line, expr.name) for i, line in enumerate(lines)]
        own = self.size.combinations * self.size.rows * COMBINE if not isinstance(expr, (s.Name, s.Number)) else 0.0
        # What stays where it is and depends on inputs needs a plan of the rest for each of their values.
        plans = self.count(frozenset().union(*map(self.reading.inputs, fixed))) if not isinstance(expr, s.Name) else 1
        own += plans * BUILD_PLAN if plans > 1 else 0.0
        return Choice(own + sum(p.seconds for p in parts), tuple(e for p in parts for e in p.shared))

    def count(self, inputs: frozenset[str]) -> int:
        """How many combinations some inputs have among themselves."""
        return math.prod(self.size.values.get(name, 1) for name in inputs)

    def parts(self, expr: s.Expr) -> tuple[s.Expr, ...]:
        """What can be a column where the expression stands: nothing that runs on another clock, and no state whose past is read."""
        match expr:
            case s.On() | s.From():
                return ()
            case s.Index(base=s.Name(name=name)) if name in self.typed.names.states:
                return ()
            case s.Index(base=base):
                return (base,)
        return children(expr)

    def line(self, key: str, expr: s.Expr, state: str) -> Choice:
        """The same for a line, which is looked at once, however often it is read; each reader counts all of it, so that few things are shared whole."""
        if key not in self.named:
            self.named[key] = FREE  # while it is being looked at: a state that needs itself
            self.named[key] = self.best(expr, state)
        return self.named[key]

    def column(self, expr: s.Expr) -> Node | None:
        """What an expression is for the first combination; None for what is no column: fixed, of the position, of an order, or of several values."""
        if id(expr) not in self.columns:
            self.columns[id(expr)] = column(self.builder, self.frame, expr)
        return self.columns[id(expr)]


def column(builder: Builder, frame: Frame, expr: s.Expr) -> Node | None:
    """The node of an expression if it is a column; None if it is fixed, of the position, of an order, of several values, or refused."""
    before = len(builder.diagnostics.found)
    try:
        value = builder.expr(expr, frame)
    except Refused:
        value = ""
    if any(d.severity == "error" for d in builder.diagnostics.found[before:]):
        del builder.diagnostics.found[before:]
        return None
    if not isinstance(value, Node) or value.kind == "several" or builder.folded(value) is not None:
        return None
    if any(state.next is None for state in builder.graph.states):
        with suppress(Refused):
            finish_states(builder, frame)
    return value if Dependence(builder.graph, [value]).is_column(value) else None


def first_builder(typed: Typed, values: Mapping[str, float | bool | str], tick: float) -> tuple[Builder, Frame]:
    """A builder of its own for one combination."""
    builder = Builder(typed, values, tick, Diagnostics())
    return builder, builder.program_frame()
