"""Row code: from nodes that must be computed bar by bar (states, position facts, prices of attached lines) to straight-line code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from compiler.nodes import Graph, Node
from compiler.operators import OPCODES
from compiler.plan import FACTS, ROW_OPCODES, RowCode

Load = Callable[[Node], int | None]
"""The input position of a node that the row code does not compute itself; None if it does."""


@dataclass(slots=True)
class RowAssembler:
    """Emits row code for nodes. Values keep a register each; state offsets begin at 1 (0 counts the rows)."""

    graph: Graph
    load: Load
    code: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    loads: list[tuple[int, int]] = field(default_factory=list)
    constants: list[tuple[int, float]] = field(default_factory=list)
    params: list[float] = field(default_factory=list)
    registers: int = 0
    state: int = 1
    places: dict[int, int] = field(default_factory=dict)  # node id -> register
    slots: dict[int, int] = field(default_factory=dict)  # state index -> offset of its value
    rings: list[tuple[Node, int, int]] = field(default_factory=list)  # (what to push, bars, offset), at the end of the row
    pasts: dict[int, int] = field(default_factory=dict)  # state index -> offset of its one-bar ring

    def assemble(self, states: Iterable[int], results: Iterable[Node]) -> RowCode:
        """Code that keeps the states and leaves the results in registers."""
        states, results = list(states), list(results)
        kept = [self.place(self.graph.node("remember", (), (index,), self.graph.states[index].kind)) for index in states]
        assert len(kept) == len(states)
        found = tuple(self.place(node) for node in results)
        done = 0
        while done < len(self.rings):  # placing what is pushed may need further rings
            node, bars, offset = self.rings[done]
            self.emit("lag_push", 0, self.place(node), bars, offset)
            done += 1
        return RowCode(
            tuple(self.code), self.registers, tuple(self.constants), tuple(self.loads), found, tuple(self.params), self.state
        )

    def take(self, doubles: int) -> int:
        offset = self.state
        self.state += doubles
        return offset

    def register(self) -> int:
        self.registers += 1
        return self.registers - 1

    def emit(self, op: str, dst: int, a: int = 0, b: int = 0, c: int = 0) -> None:
        self.code.append((OPCODES[op] if op in OPCODES else ROW_OPCODES[op], dst, a, b, c))

    def place(self, node: Node) -> int:
        """The register of a node's value, emitting code for it on first use. Depth is bounded by the graph's."""
        stack = [node]
        while stack:
            top = stack[-1]
            if top.id in self.places:
                stack.pop()
                continue
            waiting = [a for a in self.needs(top) if a.id not in self.places]
            if waiting:
                stack.extend(reversed(waiting))
                continue
            self.places[top.id] = self.compute(top)
            stack.pop()
        return self.places[node.id]

    def needs(self, node: Node) -> tuple[Node, ...]:
        if node.op == "const" or self.load(node) is not None or node.op == "lag":
            return ()
        if node.op in ("prev", "remember"):
            state = self.graph.states[int(node.params[0])]
            assert state.next is not None
            assert state.first is not None
            return (state.first,) if node.op == "prev" else (state.first, state.next)
        return node.args

    def slot(self, index: int) -> int:
        """Where a state lives; its first value is put there on the first row, before anything reads it."""
        if index not in self.slots:
            first = self.graph.states[index].first
            assert first is not None
            self.slots[index] = self.take(1)
            self.emit("init", 0, self.places[first.id], 0, self.slots[index])
        return self.slots[index]

    def compute(self, node: Node) -> int:
        dst = self.register()
        if node.op == "const":
            self.constants.append((dst, float(node.params[0])))
            return dst
        position = self.load(node)
        if position is not None:
            self.loads.append((dst, position))
            return dst
        registers = [self.places[a.id] for a in node.args] if node.op != "lag" else []
        match node.op:
            case "fact":
                self.emit("fact", dst, FACTS.index(str(node.params[0])))
            case "prev":
                self.emit("prev", dst, 0, 0, self.slot(int(node.params[0])))
            case "past":
                index = int(node.params[0])
                if index not in self.pasts:
                    self.pasts[index] = self.take(1)
                    self.rings.append((self.graph.node("remember", (), (index,), node.kind), 1, self.pasts[index]))
                self.emit("lag_read", dst, self.fill(node), 1, self.pasts[index])
            case "remember":
                index = int(node.params[0])
                following = self.graph.states[index].next
                assert following is not None
                before = self.graph.leaf("prev", (index,), node.kind)
                if before is not None and before.id not in self.places:  # read later in the row, it must be what it was
                    self.places[before.id] = self.compute(before)
                self.emit("keep_truth" if node.kind == "truth" else "keep", dst, self.places[following.id], 0, self.slot(index))
            case "lag":
                bars = int(node.params[0])
                offset = self.take(bars)
                self.rings.append((node.args[0], bars, offset))
                self.emit("lag_read", dst, self.fill(node), bars, offset)
            case "held" | "within":
                self.emit(node.op, dst, registers[0], int(node.params[0]), self.take(2))
            case "bars_since":
                self.emit(node.op, dst, registers[0], 0, self.take(2))
            case _:
                a, b, c = (*registers, 0, 0, 0)[:3]
                self.emit(node.op, dst, a, b, c)
        return dst

    def fill(self, node: Node) -> int:
        """The parameter that a lag reads before its ring is full."""
        value = 1.0 if node.kind == "truth" else float("nan")
        for i, known in enumerate(self.params):
            if known == value or (known != known and value != value):
                return i
        self.params.append(value)
        return len(self.params) - 1
