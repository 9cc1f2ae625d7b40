"""Evaluates a graph bar by bar, node by node: what a program means before anything is optimised or lowered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from compiler.nodes import ELSEWHERE, Graph, Node
from runtime.interpreter.arithmetic import MAYBE, MEANINGS, UNKNOWN, known, norm
from runtime.interpreter.primitives import DEFINITIONS
from runtime.interpreter.trace import Trace
from runtime.interpreter.windows import Push


class CycleError(ValueError):
    """States that need each other's values of the same bar. A bug of the compiler, which refuses such programs."""


class GraphInterpreter:
    """Nodes of a graph with their past. Every node that the roots need is computed on every bar, wherever it is written."""

    def __init__(self, graph: Graph, roots: Iterable[Node]) -> None:
        self.graph = graph
        self.roots = list(roots)
        self.order = evaluation_order(graph, self.roots)
        self.trace = Trace()
        self.rows = 0
        self.values: dict[int, float] = {}  # this bar's, by node id
        self.state: dict[int, float] = {}  # each state's value after the last bar, by state index
        self._pushes: dict[int, Push] = {
            node.id: DEFINITIONS[node.op](*node.params) for node in self.order if node.op in DEFINITIONS
        }

    @property
    def feeds(self) -> tuple[str, ...]:
        """The market data that the roots read."""
        return tuple(str(node.params[0]) for node in self.order if node.op == "feed")

    def push(
        self, feeds: Mapping[str, float], facts: Mapping[str, float] | None = None, held: Mapping[int, float] | None = None
    ) -> list[float]:
        """One bar: feeds by name, position and account facts by name where the roots read some, and what other clocks last completed
        by `latest` node. Returns the roots' values."""
        self.values = dict(held or {})
        for node in self.order:
            if node.op not in ELSEWHERE:
                self.values[node.id] = self.value(node, feeds, facts or {})
        return self.end()

    def end(self) -> list[float]:
        """Keeps the states of a bar whose nodes have their values. Returns the roots' values."""
        for node in self.order:
            if node.op == "remember":
                self.state[int(node.params[0])] = self.values[node.id]
        self.rows += 1
        return [self.values[node.id] for node in self.roots]

    def value(self, node: Node, feeds: Mapping[str, float], facts: Mapping[str, float]) -> float:
        inputs = [self.values[a.id] for a in node.args]
        match node.op:
            case "const":
                return float(node.params[0])
            case "feed":
                return norm(feeds[str(node.params[0])])
            case "fact":
                return facts[str(node.params[0])]
            case "entry" | "stop" | "side":
                return facts[node.op]
            case "prev":
                return self.before(int(node.params[0]))
            case "past":
                nothing = MAYBE if node.kind == "truth" else UNKNOWN
                return self.state[int(node.params[0])] if self.rows else nothing
            case "remember":
                index = int(node.params[0])
                following = self.graph.states[index].next
                assert following is not None
                value = self.values[following.id]
                unknown = value == MAYBE if node.kind == "truth" else not known(value)
                return self.before(index) if unknown else value
            case _:
                compute = self._pushes[node.id] if node.id in self._pushes else MEANINGS[node.op]
                result = compute(*inputs)
                self.trace.note(node.op, node.id, inputs, result)
                return result

    def before(self, index: int) -> float:
        """A state's value before this bar; on the first bar its `first`, computed from that bar."""
        if self.rows:
            return self.state[index]
        first = self.graph.states[index].first
        assert first is not None
        return self.values[first.id]


def needs(graph: Graph, node: Node) -> list[Node]:
    """What must be computed on the same bar before a node; a `latest` or `inside` leads to other bars."""
    found = list(node.args) if node.op not in ELSEWHERE else []
    if node.op in ("prev", "remember"):
        state = graph.states[int(node.params[0])]
        found += [n for n in (state.first, state.next if node.op == "remember" else None) if n is not None]
    return found


def evaluation_order(graph: Graph, roots: Sequence[Node]) -> list[Node]:
    """Every node that the roots need, each after what it needs. A state that is only read in the past is computed too.

    Raises CycleError if nodes need each other on the same bar.
    """
    order: list[Node] = []
    done: set[int] = set()
    waiting: list[Node] = list(reversed(roots))
    later: list[Node] = []
    open_: set[int] = set()
    while waiting or later:
        if not waiting:
            waiting.append(later.pop())
        node = waiting[-1]
        if node.id in done:
            waiting.pop()
            continue
        missing = [n for n in needs(graph, node) if n.id not in done]
        if missing:
            if node.id in open_ and any(n.id in open_ for n in missing):
                raise CycleError(f"{node!r} needs its own value of the same bar.")
            open_.add(node.id)
            waiting.extend(reversed(missing))
            continue
        waiting.pop()
        done.add(node.id)
        open_.discard(node.id)
        order.append(node)
        if node.op in ("prev", "past"):
            index = int(node.params[0])
            later.append(graph.node("remember", (), (index,), graph.states[index].kind))
    return order


def interpret_graph(graph: Graph, roots: Sequence[Node], feeds: Mapping[str, Sequence[float]]) -> tuple[list[list[float]], Trace]:
    """The roots' values on every bar, truths as 0, 1, 2, and what was noticed. feeds: name -> a value per bar."""
    interpreter = GraphInterpreter(graph, roots)
    names = list(feeds)
    columns: list[list[float]] = [[] for _ in roots]
    for bar in zip(*feeds.values(), strict=True):
        for column, value in zip(columns, interpreter.push(dict(zip(names, bar, strict=True))), strict=True):
            column.append(value)
    return columns, interpreter.trace
