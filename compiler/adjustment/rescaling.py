"""Rescaling: a graph in which every constant of a price or quantity is scaled by the factor of its own bar, and what meets carries one power.

A maximal constant expression is computed unscaled and multiplied once, so that `100 + 5` is the same product as a traded price of 105.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from compiler.adjustment.exponents import (
    COMPARED,
    NOTHING,
    PLAIN_OF_PLAIN,
    SAME,
    THEN,
    Exponents,
    Power,
    by_unit,
    minus,
    series_units,
)
from compiler.builtins import ACROSS
from compiler.clocks import BASE, FINER, Clock
from compiler.library import FunctionLibrary
from compiler.nodes import ELSEWHERE, Graph, Node, State
from compiler.segments import ClockOf, source_of

FACTOR_FEED = "factor"
"""What traded prices of a bar were multiplied by to give those of the data."""
STEPS = frozenset(("floor", "ceil", "round"))
WHOLE = 1e-9
"""What is off a half or whole number by less, a share of itself 1e-12, was written as one: dividing by a factor is not exact."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A node that something outside the graph reads, and the power that it is to carry there; None leaves it as it is."""

    node: Node
    power: Power | None = None


@dataclass(frozen=True, slots=True)
class Rescaled:
    """The new graph; the new node of every wanted one, in order; that of each old node that kept its value, by id."""

    graph: Graph
    wanted: tuple[Node, ...]
    mapping: Mapping[int, Node]


def rescaled(graph: Graph, wanted: Iterable[Wanted], tags: Sequence[Power | None], library: FunctionLibrary) -> Rescaled:
    """tags: what each tagged constant of the graph is said to carry."""
    wanted = list(wanted)
    powers = Exponents(graph, library, tags)
    powers.solve(w.node for w in wanted)
    work = _Rescaling(graph, library, powers, ClockOf(graph))
    work.new.states = [replace(state, next=None, first=None) for state in graph.states]
    for node in powers.order:
        clock = work.clock_of(node)
        if clock is not None:
            work.build(node, clock)
    found = []
    for w in wanted:
        clock = work.clock_of(w.node) or BASE
        keep = w.power is None or w.node.kind != "number"
        found.append(work.edge(w.node, powers.of(w.node) if keep or w.power is None else w.power, clock))
    mapping = {id_: node for (id_, _), node in work.made.items()}
    return Rescaled(work.new, tuple(found), mapping)


@dataclass(slots=True)
class _Rescaling:
    """One graph on its way into another."""

    old: Graph
    library: FunctionLibrary
    powers: Exponents
    clocks: ClockOf
    new: Graph = field(default_factory=Graph)
    made: dict[tuple[int, Clock], Node] = field(default_factory=dict)

    def clock_of(self, node: Node) -> Clock | None:
        """The clock that a node runs on, None for what is the same on all of them."""
        return self.clocks(node)

    # ------------------------------------------------------------ values where they are read

    def edge(self, node: Node, power: Power, clock: Clock) -> Node:
        """A value as something that carries a power reads it."""
        if node.kind != "number" or self.powers.free(node):
            return self.build(node, clock)
        if node.id in self.powers.fixed:
            value = self.powers.value(node)
            assert value is not None
            return self.scaled(self.new.const(value), power, clock)
        return self.scaled(self.build(node, clock), minus(power, self.powers.of(node)), clock)

    def scaled(self, x: Node, power: Power, clock: Clock, ago: int = 0) -> Node:
        """A value times factors to a power. Of several instruments the quotient comes first, so that equal factors change nothing."""
        if not power or (x.op == "const" and not abs(float(x.params[0])) > 0.0):
            return x  # zero and unknown are what they are
        above = self.product([self.raised(s, p, clock, ago) for s, p in power if p > 0])
        below = self.product([self.raised(s, -p, clock, ago) for s, p in power if p < 0])
        if above is not None and below is not None:
            return self.new.node("mul", (x, self.new.node("div", (above, below))))
        if above is not None:
            return self.new.node("mul", (x, above))
        assert below is not None
        return self.new.node("div", (x, below))

    def product(self, parts: Sequence[Node]) -> Node | None:
        found: Node | None = None
        for part in parts:
            found = part if found is None else self.new.node("mul", (found, part))
        return found

    def raised(self, symbol: str, power: Fraction, clock: Clock, ago: int) -> Node:
        """An instrument's factor to a power above zero."""
        factor = self.factor(symbol, clock)
        if ago:
            factor = self.new.node("or_else", (self.new.lag(factor, ago), factor))
        root = factor
        if power.denominator == 2:
            root = self.new.node("sqrt", (factor,))
        elif power.denominator != 1:
            return self.new.node("pow", (factor, self.new.const(float(power))))
        found = self.product([root] * power.numerator)
        assert found is not None
        return found

    def factor(self, symbol: str, clock: Clock) -> Node:
        """The factor of an instrument's bar: of this clock's own, else of the last one that has closed."""
        here = "" if clock.symbol == FINER else clock.symbol
        if symbol == here:
            return self.new.feed(FACTOR_FEED, clock)
        source = Clock(symbol)
        return self.new.latest(self.new.feed(FACTOR_FEED, source), clock, source)

    # ------------------------------------------------------------ nodes

    def build(self, node: Node, clock: Clock) -> Node:
        """The new node of an old one; it carries what the powers say. clock: where it stands, for what is the same on all clocks."""
        clock = self.clock_of(node) or clock
        key = (node.id, clock)
        if key not in self.made:
            self.made[key] = self.build_new(node, clock)
        return self.made[key]

    def build_new(self, node: Node, clock: Clock) -> Node:
        new, own = self.new, self.powers.of(node)
        if node.op == "const":
            return new.node("const", (), node.params[:1], node.kind)
        if node.kind == "truth" and node.id in self.powers.fixed:
            return new.node("const", (), (self.powers.value(node) or 0.0,), "truth")
        if node.op == "remember":
            return self.state(node, own, clock)
        if not node.args:
            return new.node(node.op, (), node.params, node.kind)
        if node.op == THEN:
            return self.ago(node, own, clock)
        if node.op in ELSEWHERE:
            return new.node(node.op, (self.edge(node.args[0], own, source_of(node)),), node.params, node.kind)
        if node.op in STEPS and own:
            return self.scaled(new.node(node.op, (self.traded(node.args[0], own, clock),)), own, clock)
        args = self.arguments(node, own, clock)
        made = new.node(node.op, args, node.params, node.kind)
        if node.kind != "number" or node.op in SAME or node.op == "select":
            return made
        return self.scaled(made, minus(own, self.powers.natural(node)), clock)

    def arguments(self, node: Node, own: Power, clock: Clock) -> list[Node]:
        args = node.args
        if node.op in SAME:
            return [self.edge(a, own, clock) for a in args]
        if node.op == "select":
            return [self.build(args[0], clock), *(self.edge(a, own, clock) for a in args[1:])]
        if node.op in COMPARED:
            power = self.powers.meeting(args)
            return [self.edge(a, power, clock) for a in args]
        if node.op in PLAIN_OF_PLAIN or node.op in ACROSS:
            return [self.edge(a, NOTHING, clock) for a in args]
        if node.op == "pow":
            fixed = self.powers.exponent(node) is not None
            return [
                self.edge(args[0], self.powers.of(args[0]) if fixed else NOTHING, clock),
                self.edge(args[1], NOTHING, clock),
            ]
        primitive = self.library.primitives.get(node.op)
        if primitive is not None:
            wanted = {name: self.powers.meeting(of) for name, of in by_unit(primitive, args).items()}
            names = series_units(primitive)
            return [
                self.edge(a, wanted[name] if name is not None else NOTHING, clock) for a, name in zip(args, names, strict=True)
            ]
        return [self.edge(a, self.powers.of(a), clock) for a in args]

    def state(self, node: Node, own: Power, clock: Clock) -> Node:
        index = int(node.params[0])
        before: State = self.old.states[index]
        after = self.new.states[index]
        assert before.next is not None
        assert before.first is not None
        after.next, after.first = self.edge(before.next, own, clock), self.edge(before.first, own, clock)
        return self.new.node("remember", (), node.params, node.kind)

    def ago(self, node: Node, own: Power, clock: Clock) -> Node:
        """A fixed value some bars ago: of the factor of that bar; before the first bar, of this one's."""
        inner, bars = node.args[0], int(node.params[0])
        if inner.id in self.powers.fixed:
            value = self.powers.value(inner)
            assert value is not None
            return self.scaled(self.new.const(value), own if not self.powers.free(inner) else NOTHING, clock, bars)
        now = self.edge(inner, own, clock)
        return self.new.node("or_else", (self.new.lag(now, bars), now))

    def traded(self, node: Node, power: Power, clock: Clock) -> Node:
        """A value as it was traded, for what counts in whole numbers: one that is off a half by rounding only is that half."""
        new = self.new
        x = self.edge(node, NOTHING, clock)
        half = new.node("div", (new.node("round", (new.node("mul", (x, new.const(2.0))),)), new.const(2.0)))
        near = new.node("add", (new.const(WHOLE), new.node("mul", (new.const(1e-12), new.node("abs", (x,))))))
        off = new.node("abs", (new.node("sub", (x, half)),))
        moved = new.node("ne", (self.scaled(new.const(1.0), power, clock), new.const(1.0)))  # as it is, nothing was divided
        return new.node("select", (new.node("and", (moved, new.node("le", (off, near)))), half, x))
