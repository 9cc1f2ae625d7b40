"""The union graph of a sweep: every part for every combination of its own inputs, each distinct computation once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from compiler.building import Builder, Refused, finish_states
from compiler.dependence import Dependence
from compiler.diagnostics import Diagnostics
from compiler.inference import Typed
from compiler.lower import Output, lower
from compiler.nodes import Graph, Node, reachable
from compiler.optimise import optimise
from compiler.plan import Account, Plan
from compiler.sweeping.parts import Part

InputValue = float | bool | str


class NotShared(Exception):
    """A part that can't be computed apart for some values: the runs that need it are built whole."""


@dataclass(slots=True)
class Variants:
    """The parts of a program for the values of their inputs, in one graph. tick: of the instrument. swept: all inputs of the sweep."""

    typed: Typed
    tick: float
    swept: frozenset[str]
    graph: Graph = field(default_factory=Graph)
    dearest: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Of each part the most steps a bar and doubles of state that one of its variants takes."""

    def node(self, part: Part, values: Mapping[str, InputValue]) -> Node:
        """The part's node for these values of all inputs, of which it reads only its own. Raises NotShared."""
        open_ = self.swept - set(part.inputs)
        inputs, left_open = with_open(values, open_)
        builder = Builder(self.typed, inputs, self.tick, Diagnostics(), self.graph, left_open=left_open)
        frame = builder.program_frame()
        value = None
        with suppress(Refused):
            value = builder.expr(part.expr, frame)
            finish_states(builder, frame)
        if not isinstance(value, Node) or value.kind != part.kind or builder.diagnostics.has_errors:
            raise NotShared
        if builder.folded(value) is not None or reads_open(self.graph, [value]):
            raise NotShared
        if not Dependence(self.graph, [value]).is_column(value):
            raise NotShared
        charges = builder.charged.values()
        cost, state = self.dearest.get(part.feed, (0.0, 0))
        self.dearest[part.feed] = (max(cost, sum(c for c, _, _ in charges)), max(state, sum(n for _, n, _ in charges)))
        return value

    def plan(self, nodes: Iterable[Node], every: str, session: str) -> tuple[Plan, list[int]]:
        """What computes some nodes, and the register of each."""
        wanted = list(nodes)
        distinct = {node.id: node for node in wanted}
        outputs = [Output(str(node.id), "watch", node, "") for node in distinct.values()]
        optimised = optimise(self.graph, distinct.values(), self.typed.names.library)
        plan = lower(optimised, outputs, (), Account(), self.typed.names.library, every, session)
        register = {column.name: column.register for column in plan.columns}
        return replace(plan, machine=None), [register[str(node.id)] for node in wanted]


def with_open(values: Mapping[str, InputValue], open_: frozenset[str]) -> tuple[dict[str, InputValue], frozenset[str]]:
    """The values a builder is given where some inputs stay open: numbers and truths as leaves, texts not at all."""
    kept = {name: value for name, value in values.items() if name not in open_ or not isinstance(value, str)}
    return kept, frozenset(name for name in open_ if name in kept)


def reads_open(graph: Graph, nodes: Iterable[Node]) -> set[str]:
    """The inputs left open that nodes read."""
    return {str(node.params[0]) for node in reachable(nodes, graph) if node.op == "input"}
