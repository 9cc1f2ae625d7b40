"""Segments: a graph cut where one clock reads another, so that each part runs on bars of one kind alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.clocks import BASE, Clock
from compiler.nodes import ELSEWHERE, Graph, Node, NodeKind, State, reachable

HELD = "held."
"""Feeds of these names are what another clock's segment gave last."""


@dataclass(frozen=True, slots=True)
class Held:
    """A feed that another clock supplies: its name, and the node in that clock's segment. aggregate: what the values within a bar come to;
    '' for the last one."""

    name: str
    node: Node
    kind: NodeKind
    aggregate: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """What runs on one clock. mapping: node of the whole graph -> its node here. sources: what other clocks supply."""

    clock: Clock
    graph: Graph
    mapping: Mapping[int, Node]
    sources: tuple[tuple[Segment, tuple[Held, ...]], ...]


class ClockError(ValueError):
    """A node that mixes clocks. A bug of the compiler."""


class ClockOf:
    """The clock of each node of a graph: of its feeds and states; None for what is the same on all of them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.known: dict[int, Clock | None] = {}

    def __call__(self, node: Node) -> Clock | None:
        """Raises ClockError if arguments run on different clocks."""
        for part in reachable([node], self.graph) if node.id not in self.known else ():
            if part.id not in self.known:
                self.known[part.id] = self._own(part)
        return self.known[node.id]

    def _own(self, node: Node) -> Clock | None:
        match node.op:
            case "const":
                return None
            case "feed":
                return Clock(str(node.params[1]), str(node.params[2])) if len(node.params) == 3 else BASE
            case "latest" | "inside":
                if self.known[node.args[0].id] not in (None, source_of(node)):
                    raise ClockError(f"{node!r} reads {self.known[node.args[0].id]}.")
                return Clock(str(node.params[0]), str(node.params[1]))
            case "prev" | "past" | "remember":
                return self.graph.states[int(node.params[0])].clock
            case "fact" | "entry" | "stop" | "side":
                return BASE
        clocks = {clock for a in node.args if (clock := self.known[a.id]) is not None}
        if len(clocks) > 1:
            raise ClockError(f"{node!r} reads {', '.join(str(c) or 'the base clock' for c in clocks)} at once.")
        return next(iter(clocks), None)


def source_of(latest: Node) -> Clock:
    """The clock that a `latest` or `inside` reads."""
    return Clock(str(latest.params[2]), str(latest.params[3]))


def aggregate_of(node: Node) -> str:
    """The aggregate of an `inside`; '' for a `latest`."""
    return str(node.params[4]) if node.op == "inside" else ""


def has_clocks(graph: Graph, roots: Iterable[Node]) -> bool:
    """Whether anything the roots need runs on another clock than the base."""
    return any(node.op in ELSEWHERE for node in reachable(roots, graph))


def split(graph: Graph, roots: Iterable[Node], clock: Clock = BASE) -> Segment:
    """The segment of the roots, which run on `clock`, with those it reads."""
    roots = list(roots)
    new = Graph()
    new.states = [State(state.name, state.kind) for state in graph.states]
    mapping: dict[int, Node] = {}
    order = _own_nodes(graph, roots)
    wanted: dict[Clock, list[tuple[Node, str]]] = {}
    for node in order:
        if node.op in ELSEWHERE:
            group = wanted.setdefault(source_of(node), [])
            if (node.args[0], aggregate_of(node)) not in group:
                group.append((node.args[0], aggregate_of(node)))
    names = {
        (c, node.id, how): f"{HELD}{i}.{j}" for i, (c, group) in enumerate(wanted.items()) for j, (node, how) in enumerate(group)
    }
    for node in order:
        if node.op in ELSEWHERE:
            mapping[node.id] = new.feed(names[source_of(node), node.args[0].id, aggregate_of(node)], kind=node.kind)
        elif node.op == "feed":
            mapping[node.id] = new.feed(str(node.params[0]), kind=node.kind)
        else:
            if node.op == "remember":
                before, after = graph.states[int(node.params[0])], new.states[int(node.params[0])]
                assert before.next is not None
                assert before.first is not None
                after.next, after.first = mapping[before.next.id], mapping[before.first.id]
            mapping[node.id] = new.node(node.op, (mapping[a.id] for a in node.args), node.params, node.kind)
    sources = []
    for source, group in wanted.items():
        inner = split(graph, [node for node, _ in group], source)
        sources.append((inner, tuple(Held(names[source, n.id, how], inner.mapping[n.id], n.kind, how) for n, how in group)))
    return Segment(clock, new, mapping, tuple(sources))


def _own_nodes(graph: Graph, roots: Iterable[Node]) -> list[Node]:
    """What the roots need on their own clock, arguments first: beyond a `latest` or `inside` another segment begins."""
    seen: set[int] = set()
    later: list[int] = []
    order: list[Node] = []
    stack: list[tuple[Node, bool]] = [(r, False) for r in reversed(list(roots))]
    while stack or later:
        if not stack:
            index = later.pop()
            stack.append((graph.node("remember", (), (index,), graph.states[index].kind), False))
        node, done = stack.pop()
        if done:
            order.append(node)
            continue
        if node.id in seen:
            continue
        seen.add(node.id)
        stack.append((node, True))
        if node.op == "past":
            later.append(int(node.params[0]))
        needs = [] if node.op in ELSEWHERE else list(node.args)
        if node.op == "remember":
            state = graph.states[int(node.params[0])]
            needs += [n for n in (state.next, state.first) if n is not None]
        stack.extend((n, False) for n in reversed(needs) if n.id not in seen)
    return order
