"""Plans become one graph: each register's value by what computes it, so that equal computations of many strategies are one node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from compiler.operators import BY_NAME
from compiler.plan import Plan, RowCode

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One computation. inputs, outputs: values by number. state: doubles that its kernel keeps. op 'feed' and 'const' compute nothing."""

    id: int
    op: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    params: tuple[float, ...] = ()
    state: int = 0
    code: RowCode | None = None
    feed: str = ""

    @property
    def elementwise(self) -> bool:
        return self.op in BY_NAME


@dataclass(frozen=True, slots=True)
class Woven:
    """A plan's part of a graph. nodes: those it needs, each after what it reads. values: register -> value, where a column or slot reads it."""

    nodes: tuple[int, ...]
    values: dict[int, int]


@dataclass(slots=True)
class Graph:
    """Nodes of the strategies on one series of bars. A node is dropped when the last strategy that uses it goes."""

    nodes: dict[int, Node] = field(default_factory=dict)
    maker: dict[int, Node] = field(default_factory=dict)
    users: dict[int, int] = field(default_factory=dict)
    _table: dict[Key, Node] = field(default_factory=dict)
    _keys: dict[int, Key] = field(default_factory=dict)
    _next_node: int = 0
    _next_value: int = 0
    _unkeyed: bool = False
    """Whether nodes that were put have no key yet: they have no need of one before a strategy comes."""

    def weave(self, plan: Plan) -> Woven:
        """Adds a plan's steps, as far as they are not there, and counts it as a user of all it needs."""
        held: dict[int, int] = {}
        used: dict[int, None] = {}

        def take(register: int, node: Node, output: int = 0) -> None:
            held[register] = node.outputs[output]
            used[node.id] = None

        for register, name in enumerate(plan.feeds):
            take(register, self._node(("feed", name), "feed", (), 1, feed=name))
        for register, value in plan.constants:
            take(register, self._node(("const", value.hex()), "const", (), 1, (value,)))
        for step in plan.steps:
            inputs = tuple(held[register] for register in step.inputs)
            state = step.code.state if step.code is not None else step.state
            node = self._node(
                key_of(step.op, inputs, step.params, step.code), step.op, inputs, len(step.outputs), step.params, state, step.code
            )
            for k, register in enumerate(step.outputs):
                take(register, node, k)
        for at in used:
            self.users[at] = self.users.get(at, 0) + 1
        return Woven(tuple(used), {register: held[register] for register in read_by(plan)})

    def put(
        self,
        op: str,
        inputs: tuple[int, ...],
        outputs: int,
        params: tuple[float, ...],
        state: int,
        code: RowCode | None,
        feed: str,
    ) -> None:
        """A node as it was saved. Nodes come in their order, each after what it reads; `count` afterwards."""
        at, first = self._next_node, self._next_value
        if inputs and not 0 <= min(inputs) <= max(inputs) < first:
            raise ValueError("The nodes of the saved pool are not in order.")
        node = Node(at, op, inputs, tuple(range(first, first + outputs)), params, state, code, feed)
        self._next_node, self._next_value = at + 1, first + outputs
        self.nodes[at] = node
        for value in node.outputs:
            self.maker[value] = node
        self._unkeyed = True

    def count(self, woven: Iterable[Woven]) -> None:
        """Counts the users of nodes that were put."""
        for one in woven:
            for at in one.nodes:
                self.users[at] = self.users.get(at, 0) + 1
        if self.users.keys() != self.nodes.keys():
            raise ValueError("The nodes of the saved pool are not those of its strategies.")

    def drop(self, woven: Woven) -> tuple[Node, ...]:
        """A strategy leaves. Returns the nodes that nobody uses any more."""
        gone = []
        for at in woven.nodes:
            self.users[at] -= 1
            if not self.users[at]:
                del self.users[at]
                node = self.nodes.pop(at)
                key = self._keys.pop(at, None)
                if key is not None:
                    del self._table[key]
                for value in node.outputs:
                    del self.maker[value]
                gone.append(node)
        return tuple(gone)

    def __len__(self) -> int:
        return len(self.nodes)

    def _key_all(self) -> None:
        self._unkeyed = False
        for node in self.nodes.values():
            if node.id not in self._keys:
                key = key_of_node(node)
                if key not in self._table:
                    self._table[key], self._keys[node.id] = node, key

    def _node(
        self,
        key: Key,
        op: str,
        inputs: tuple[int, ...],
        outputs: int,
        params: tuple[float, ...] = (),
        state: int = 0,
        code: RowCode | None = None,
        feed: str = "",
    ) -> Node:
        if self._unkeyed:
            self._key_all()
        node = self._table.get(key)
        if node is None:
            values = tuple(range(self._next_value, self._next_value + outputs))
            node = Node(self._next_node, op, inputs, values, params, state, code, feed)
            self._next_node += 1
            self._next_value += outputs
            self.nodes[node.id] = node
            self._table[key], self._keys[node.id] = node, key
            self.maker.update(dict.fromkeys(values, node))
        return node


def key_of(op: str, inputs: tuple[int, ...], params: tuple[float, ...], code: RowCode | None) -> Key:
    """Equal keys compute the same bits: numbers count by theirs, so that 0.0 and -0.0 are two."""
    return (op, inputs, tuple([float(p).hex() for p in params]), "" if code is None else repr(code))


def key_of_node(node: Node) -> Key:
    match node.op:
        case "feed":
            return ("feed", node.feed)
        case "const":
            return ("const", node.params[0].hex())
        case _:
            return key_of(node.op, node.inputs, node.params, node.code)


def read_by(plan: Plan) -> Iterable[int]:
    """Registers that columns, slots and row code read."""
    found = [column.register for column in plan.columns if column.register >= 0]
    if plan.machine is not None:
        found += [slot.index for slot in plan.machine.slots if slot.where == "column"]
        found += plan.machine.columns
    return dict.fromkeys(found)


def in_order(nodes: Iterable[Node], graph: Graph) -> list[Node]:
    """Nodes with all that they need, each after what it reads."""
    found: dict[int, Node] = {}
    stack = [(node, False) for node in nodes]
    stack.reverse()
    while stack:
        node, ready = stack.pop()
        if node.id in found:
            continue
        if ready:
            found[node.id] = node
            continue
        stack.append((node, True))
        stack.extend((graph.maker[value], False) for value in reversed(node.inputs) if graph.maker[value].id not in found)
    return list(found.values())


def ids(nodes: Sequence[Node]) -> set[int]:
    return {node.id for node in nodes}
