"""Dependence: which nodes are columns, which must be computed bar by bar, and which states must be computed together."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.nodes import Graph, Node, reachable


class Dependence:
    """What the nodes under some roots depend on.

    A node is a column if it can be computed a chunk at a time: it reads no position fact, no order's own fill, and no state that is being
    computed on its bar. The past of a state is a column wherever that state is not itself being computed.
    States that need each other form a group and are computed by one scan.
    """

    def __init__(self, graph: Graph, roots: Iterable[Node]) -> None:
        self.graph = graph
        self.order = list(reachable(roots, graph))
        self._states: dict[int, frozenset[int]] = {}  # node -> states it reads, through arguments only
        self._open: dict[int, bool] = {}  # reads a state before it is finished on its bar
        self._order: dict[int, bool] = {}  # reads the entry, stop or side of an order
        self._facts: dict[int, bool] = {}  # reads a position or account fact, of its own or through a state
        for node in self.order:
            own = frozenset((int(node.params[0]),)) if node.op in ("prev", "past", "remember") else frozenset()
            self._states[node.id] = own.union(*(self._states[a.id] for a in node.args))
            self._open[node.id] = node.op == "prev" or any(self._open[a.id] for a in node.args)
            self._order[node.id] = node.op in ("entry", "stop", "side") or any(self._order[a.id] for a in node.args)
            self._facts[node.id] = node.op == "fact" or any(self._facts[a.id] for a in node.args)
        self._needs = self._closure()
        positional = {i for i in self._needs if any(self._facts[n.id] for n in self.parts(i))}
        positional |= {i for i, needs in self._needs.items() if needs & positional}
        for node in self.order:
            self._facts[node.id] = self._facts[node.id] or bool(self._states[node.id] & positional)

    def parts(self, state: int) -> tuple[Node, Node]:
        """A state's next and first."""
        found = self.graph.states[state]
        assert found.next is not None
        assert found.first is not None
        return found.next, found.first

    def remember(self, state: int) -> Node:
        return self.graph.node("remember", (), (state,), self.graph.states[state].kind)

    def _closure(self) -> dict[int, set[int]]:
        """For each state, every state it needs, directly or not."""
        needs: dict[int, set[int]] = {int(n.params[0]): set() for n in self.order if n.op == "remember"}
        direct = {i: set().union(*(self._states[n.id] for n in self.parts(i))) & set(needs) for i in needs}
        for start in needs:
            stack = [start]
            while stack:
                fresh = direct[stack.pop()] - needs[start]
                needs[start] |= fresh
                stack.extend(fresh)
        return needs

    def group(self, state: int) -> tuple[int, ...]:
        """The states that this one needs and that need it, itself included."""
        return tuple(sorted({state} | {i for i in self._needs[state] if state in self._needs[i]}))

    def is_column(self, node: Node) -> bool:
        return not (self._facts[node.id] or self._order[node.id] or self._open[node.id])

    def of_order(self, node: Node) -> bool:
        """Whether a node reads the entry, stop or side of an order."""
        return self._order[node.id]

    def row_inputs(self, states: tuple[int, ...]) -> list[Node]:
        """The columns that a group's scan reads: what its states need and does not itself read a state of the group."""
        members = set(states)
        seen: set[int] = set()
        inputs: dict[int, Node] = {}
        stack = [n for i in states for n in self.parts(i)]
        while stack:
            node = stack.pop()
            if node.id in seen or node.op == "const":
                continue
            seen.add(node.id)
            if not self._states[node.id] & members:
                inputs[node.id] = node
                continue
            stack.extend(node.args)
            if node.op == "remember" and int(node.params[0]) in members:
                stack.extend(self.parts(int(node.params[0])))
        return [inputs[i] for i in sorted(inputs)]

    def column_roots(self, roots: Iterable[Node]) -> list[Node]:
        """Every column that outputs, orders or the machine's row code read, in node order."""
        seen: set[int] = set()
        found: dict[int, Node] = {}
        stack = list(roots)
        named = {n.id for n in stack}
        while stack:
            node = stack.pop()
            if node.id in seen or (node.op == "const" and node.id not in named):
                continue
            seen.add(node.id)
            if self.is_column(node):
                found[node.id] = node
                continue
            stack.extend(node.args)
            if node.op == "remember":
                stack.extend(self.parts(int(node.params[0])))
        return [found[i] for i in sorted(found)]
