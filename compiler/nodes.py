"""The graph: immutable, interned nodes. Equal computations are one node, so sharing costs nothing.

A node's `op` is one of
  an operator of compiler/operators.py        args as it takes them, no params
  a primitive of the library                  args: its series and truths; params: its windows and numbers, in declared order
  'pick'      one output of a primitive with several: args (the primitive's node,), params (index,)
  'const'     params (value,): a number, or a truth code for kind 'truth'; (value, tag) before compiler/adjustment has scaled it
  'then'      args (a fixed number,), params (bars,): what it was some bars ago; only before compiler/adjustment
  'feed'      params (name,): open, high, low, close, volume, time, time.hour ...; (name, symbol, every) on another clock
  'latest'    args (a node on another clock,), params (symbol, every, symbol, every): its last completed value, seen from the first clock
              of the params; the second is its own, which a constant does not tell
  'inside'    args (a node on a finer clock,), params (as of 'latest', then the name of an aggregate): what its bars within one bar come to
  'fact'      params (name,): a position or account fact, see plan.FACTS
  'input'     params (name,): an input that is left open, to say what holds for all its values; never in a graph that runs
  'entry'     the order's own fill price, inside attached prices only
  'side'      +1 for a long, -1 for a short, inside the prices of `protect` only
  'prev'      params (state index,): a state's value before this bar, inside its own next only
  'past'      params (state index,): a state's value one bar ago (unknown on the first bar), inside the cycle that computes it
  'remember'  params (state index,): a state's value after this bar; the graph's `states` hold its next and first
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from compiler.clocks import BASE, Clock
from compiler.operators import BY_NAME

ELSEWHERE = ("latest", "inside")
"""Nodes whose argument runs on another clock."""

NodeKind = Literal["number", "truth", "several"]
Param = float | int | str


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One interned computation. Compare with `is`; order by `id` (arguments come before users)."""

    id: int
    op: str
    args: tuple[Node, ...]
    params: tuple[Param, ...]
    kind: NodeKind

    def __repr__(self) -> str:
        return f"%{self.id}={self.op}({', '.join(f'%{a.id}' for a in self.args)}{'; ' if self.params else ''}{', '.join(map(str, self.params))})"


@dataclass(slots=True)
class State:
    """A `remember`: `next` computed each bar, `first` read on the first bar. Set once both are built."""

    name: str
    kind: NodeKind
    next: Node | None = None
    first: Node | None = None
    clock: Clock = BASE
    own: bool = False
    """Whether it is a line of the program itself, not of a function that it calls."""


@dataclass(slots=True)
class Graph:
    """Interns nodes. Never holds two nodes of the same op, args and params."""

    nodes: list[Node] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    _table: dict[tuple[object, ...], Node] = field(default_factory=dict)

    def node(self, op: str, args: Iterable[Node] = (), params: Iterable[Param] = (), kind: NodeKind | None = None) -> Node:
        args, params = tuple(args), tuple(params)
        if kind is None:
            kind = "truth" if BY_NAME[op].gives == "t" else "number"
        key = (op, tuple([a.id for a in args]), tuple([_bits(p) for p in params]) if params else (), kind)
        found = self._table.get(key)
        if found is None:
            found = Node(len(self.nodes), op, args, params, kind)
            self.nodes.append(found)
            self._table[key] = found
        return found

    def leaf(self, op: str, params: tuple[Param, ...], kind: NodeKind) -> Node | None:
        """A node without arguments if the graph holds it already."""
        return self._table.get((op, (), tuple(_bits(p) for p in params), kind))

    def const(self, value: float) -> Node:
        value = float(value)
        return self.node("const", (), (value + (value - value) if value == value else math.nan,), "number")

    def truth(self, value: Literal[0, 1, 2]) -> Node:
        return self.node("const", (), (float(value),), "truth")

    def feed(self, name: str, clock: Clock = BASE, kind: NodeKind = "number") -> Node:
        where = () if clock == BASE else (clock.symbol, clock.every)
        return self.node("feed", (), (name, *where), kind)

    def latest(self, x: Node, clock: Clock, source: Clock) -> Node:
        """The last completed value of x, which runs on the source's clock, seen from another."""
        return self.node("latest", (x,), (clock.symbol, clock.every, source.symbol, source.every), x.kind)

    def inside(self, x: Node, clock: Clock, source: Clock, aggregate: str) -> Node:
        """What the values of x, which runs on the source's finer clock, come to within each bar of another."""
        params = (clock.symbol, clock.every, source.symbol, source.every, aggregate)
        return self.node("inside", (x,), params, "number")

    def lag(self, x: Node, bars: int) -> Node:
        """x some bars ago. Lags of lags add up; a constant has no past to differ from, but none before the first bar either."""
        if bars == 0:
            return x
        if x.op == "lag":
            return self.lag(x.args[0], bars + int(x.params[0]))
        return self.node("lag", (x,), (bars, 1.0 if x.kind == "truth" else math.nan), x.kind)


def _bits(param: Param) -> object:
    if isinstance(param, float):
        return ("f", param.hex())
    return param


def reachable(roots: Iterable[Node], graph: Graph) -> Iterator[Node]:
    """Every node that the roots need, arguments before users; a state's next and first come with its `remember`.

    Who reads a state's past needs the state, but not before: such states follow at the end.
    """
    seen: set[int] = set()
    later: list[int] = []
    stack: list[tuple[Node, bool]] = [(r, False) for r in reversed(list(roots))]
    while stack or later:
        if not stack:
            index = later.pop()
            stack.append((graph.node("remember", (), (index,), graph.states[index].kind), False))
        node, done = stack.pop()
        if done:
            yield node
            continue
        if node.id in seen:
            continue
        seen.add(node.id)
        stack.append((node, True))
        if node.op == "past":
            later.append(int(node.params[0]))
        needs = list(node.args)
        if node.op == "remember":
            state = graph.states[int(node.params[0])]
            needs += [n for n in (state.next, state.first) if n is not None]
        stack.extend((n, False) for n in reversed(needs) if n.id not in seen)
