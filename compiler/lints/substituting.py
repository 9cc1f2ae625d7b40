"""Attached prices with values in the places of their leaves: the entry, the stop, the side."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.nodes import Graph, Node


def with_leaves(graph: Graph, price: Node, leaves: Mapping[str, Node]) -> Node:
    """A price with nodes in the places of the leaves of these operators."""
    made: dict[int, Node] = {}
    stack = [price]
    while stack:
        node = stack[-1]
        if node.id in made:
            stack.pop()
            continue
        if node.op in leaves:
            made[node.id] = leaves[node.op]
        elif waiting := [a for a in node.args if a.id not in made]:
            stack.extend(waiting)
        else:
            args = [made[a.id] for a in node.args]
            same = all(a is b for a, b in zip(args, node.args, strict=True))
            made[node.id] = node if same else graph.node(node.op, args, node.params, node.kind)
    return made[price.id]
