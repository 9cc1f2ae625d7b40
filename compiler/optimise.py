"""Optimise: folding, rewriting and ordering of arguments, from one graph into a smaller one that gives the same bits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from compiler.fold import fold
from compiler.library import FunctionLibrary
from compiler.nodes import Graph, Node, State, reachable
from compiler.rewrites import COMMUTATIVE, REWRITES, Rewrite
from compiler.verify import verify

Pattern = str | float | tuple["Pattern", ...]
TRUTHS = {"true": 2.0, "false": 0.0, "unknown": 1.0}


@dataclass(slots=True)
class Optimised:
    """The new graph, the new node of every old root, and how often each rule fired."""

    graph: Graph
    mapping: dict[int, Node]
    fired: dict[str, int] = field(default_factory=dict)


Pass = Callable[[Node, Graph, Mapping[str, Callable[..., float]], dict[str, int]], Node]


def fold_constants(node: Node, graph: Graph, scalars: Mapping[str, Callable[..., float]], fired: dict[str, int]) -> Node:
    """An operator on constants becomes its value."""
    if node.op == "const" or not node.args or any(a.op != "const" for a in node.args):
        return node
    value = fold(node, scalars, {})
    if value is None:
        return node
    fired["fold"] = fired.get("fold", 0) + 1
    return graph.node("const", (), (value,), node.kind)


def apply_rewrites(node: Node, graph: Graph, scalars: Mapping[str, Callable[..., float]], fired: dict[str, int]) -> Node:
    """The first rule that matches; the caller asks again until none does."""
    for rule, pattern, replacement in _BY_OP.get(node.op, ()):
        bound: dict[str, Node] = {}
        if match(pattern, node, bound) and (rule.when is None or rule.when(float(bound["?c"].params[0]))):
            fired[rule.name] = fired.get(rule.name, 0) + 1
            return instantiate(replacement, bound, graph)
    return node


def order_arguments(node: Node, graph: Graph, scalars: Mapping[str, Callable[..., float]], fired: dict[str, int]) -> Node:
    """Arguments of a commutative operator in node order, so that a + b and b + a are one node."""
    if node.op in COMMUTATIVE and node.args[0].id > node.args[1].id:
        fired["order"] = fired.get("order", 0) + 1
        return graph.node(node.op, (node.args[1], node.args[0]), node.params, node.kind)
    return node


PASSES: tuple[Pass, ...] = (fold_constants, apply_rewrites, order_arguments)


def optimise(graph: Graph, roots: Iterable[Node], library: FunctionLibrary) -> Optimised:
    """Run every pass on every node, arguments first, until nothing changes. What no root needs is left behind."""
    roots = list(roots)
    new = Graph()
    result = Optimised(new, {})
    new.states = [State(state.name, state.kind, clock=state.clock) for state in graph.states]
    for old in reachable(roots, graph):
        if old.op == "remember":
            before, after = graph.states[int(old.params[0])], new.states[int(old.params[0])]
            assert before.next is not None
            assert before.first is not None
            after.next, after.first = result.mapping[before.next.id], result.mapping[before.first.id]
        node = new.node(old.op, (result.mapping[a.id] for a in old.args), old.params, old.kind)
        while True:
            better = node
            for step in PASSES:
                better = step(better, new, library.scalars, result.fired)
            if better is node:
                break
            node = better
        result.mapping[old.id] = node
    verify(new, [result.mapping[r.id] for r in roots], library, "optimise")
    return result


# ---------------------------------------------------------------- patterns


def parse_pattern(text: str) -> Pattern:
    """`(op ?x 1)` as nested tuples; numbers as floats."""
    tokens = re.findall(r"[()]|[^\s()]+", text)

    def read(at: int) -> tuple[Pattern, int]:
        token = tokens[at]
        if token != "(":
            return (float(token) if re.fullmatch(r"[0-9.]+", token) else token), at + 1
        parts: list[Pattern] = []
        at += 1
        while tokens[at] != ")":
            part, at = read(at)
            parts.append(part)
        return tuple(parts), at + 1

    return read(0)[0]


def match(pattern: Pattern, node: Node, bound: dict[str, Node]) -> bool:
    """Whether a node fits a pattern; fills what its variables stand for."""
    if isinstance(pattern, float):
        return node.op == "const" and node.kind == "number" and node.params[0] == pattern
    if isinstance(pattern, str):
        if pattern in TRUTHS:
            return node.op == "const" and node.kind == "truth" and node.params[0] == TRUTHS[pattern]
        if pattern == "?c" and (node.op != "const" or node.kind != "number"):
            return False
        return bound.setdefault(pattern, node) is node
    return (
        node.op == pattern[0]
        and len(node.args) == len(pattern) - 1
        and all(map(match, pattern[1:], node.args, [bound] * len(node.args)))
    )


def instantiate(pattern: Pattern, bound: Mapping[str, Node], graph: Graph) -> Node:
    """The node a replacement stands for. `1/c` is the reciprocal of the constant bound to `?c`."""
    if isinstance(pattern, float):
        return graph.const(pattern)
    if isinstance(pattern, str):
        if pattern == "1/c":
            return graph.const(1.0 / float(bound["?c"].params[0]))
        return graph.node("const", (), (TRUTHS[pattern],), "truth") if pattern in TRUTHS else bound[pattern]
    return graph.node(str(pattern[0]), [instantiate(p, bound, graph) for p in pattern[1:]])


_BY_OP: dict[str, list[tuple[Rewrite, Pattern, Pattern]]] = {}
for _rule in REWRITES:
    _pattern = parse_pattern(_rule.pattern)
    assert isinstance(_pattern, tuple)
    _BY_OP.setdefault(str(_pattern[0]), []).append((_rule, _pattern, parse_pattern(_rule.replacement)))
