"""Verify: what must hold of a graph after every stage. A failure is a defect of ours."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.aggregates import AGGREGATE
from compiler.builtins import ACROSS
from compiler.diagnostics import InternalError
from compiler.library import FunctionLibrary
from compiler.nodes import ELSEWHERE, Graph, Node, reachable
from compiler.operators import BY_NAME
from compiler.segments import ClockError, ClockOf

LEAVES = frozenset(("const", "feed", "fact", "input", "entry", "stop", "side", "prev", "past", "remember"))


def verify(graph: Graph, roots: Iterable[Node], library: FunctionLibrary, stage: str) -> None:
    """Check arity, kinds and parameters of every node that the roots need, and that every state is whole."""
    nodes = list(reachable(roots, graph))
    for node in nodes:
        problem = _problem(node, graph, library)
        if problem:
            raise InternalError(f"after {stage}: {node!r}: {problem}")
    if any(node.op in ELSEWHERE for node in nodes):
        _one_clock_each(nodes, graph, stage)


def _one_clock_each(nodes: Iterable[Node], graph: Graph, stage: str) -> None:
    """The clock is part of a node's type: arguments agree on it, and only a `latest` or `inside` leads from one to another."""
    clock_of = ClockOf(graph)
    for node in nodes:
        try:
            clock = clock_of(node)
            if node.op == "remember":
                state = graph.states[int(node.params[0])]
                others = {clock_of(n) for n in (state.next, state.first) if n is not None} - {None, clock}
                if others:
                    raise ClockError(f"state {state.name} runs on {clock} and reads {others}")
        except ClockError as error:
            raise InternalError(f"after {stage}: {error}") from None


def _problem(node: Node, graph: Graph, library: FunctionLibrary) -> str:
    if node.id >= len(graph.nodes) or graph.nodes[node.id] is not node:
        return "belongs to another graph"
    kinds = "".join("t" if a.kind == "truth" else "n" for a in node.args)
    if node.op in BY_NAME:
        operator = BY_NAME[node.op]
        gives = "t" if node.kind == "truth" else "n"
        return (
            ""
            if (kinds, gives) == (operator.takes, operator.gives)
            else f"takes {operator.takes} and gives {operator.gives}, not {kinds} and {gives}"
        )
    if node.op == "remember":
        state = graph.states[int(node.params[0])]
        if state.next is None or state.first is None:
            return f"state {state.name} is not finished"
        return "" if state.next.kind == state.first.kind == node.kind else f"state {state.name} mixes kinds"
    if node.op in ACROSS:
        return "" if (kinds, node.kind) == ("n", "number") else "compares numbers"
    if node.op in LEAVES:
        return "" if not node.args else "a leaf has no arguments"
    if node.op == "lag":
        return (
            ""
            if len(node.args) == 1 and node.args[0].kind == node.kind and int(node.params[0]) > 0
            else "a lag of at least 1 keeps its kind"
        )
    if node.op == "latest":
        return (
            ""
            if len(node.args) == 1 and node.args[0].kind == node.kind and len(node.params) == 4
            else "holds one value of another clock"
        )
    if node.op == "inside":
        takes = "t" if AGGREGATE[str(node.params[4])].takes == "truth" else "n"
        return "" if kinds == takes and node.kind == "number" else f"takes {takes} of another clock and gives a number"
    if node.op == "pick":
        return "" if len(node.args) == 1 and node.args[0].kind == "several" else "picks from a primitive with several outputs"
    primitive = library.primitives.get(node.op)
    if primitive is None:
        return "is no operator and no primitive"
    wanted = "".join("t" if p.kind == "truth" else "n" for p in primitive.parameters if p.kind in ("series", "truth"))
    fixed = sum(p.kind in ("window", "number") for p in primitive.parameters)
    return "" if kinds == wanted and len(node.params) == fixed else f"takes {wanted} and {fixed} fixed values"
