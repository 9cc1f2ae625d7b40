"""Inside: the parts of a computation that its text does not show, written down in a run of the same graph."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.built import Built
from compiler.library import FunctionLibrary
from compiler.lower import Output, lower
from compiler.nodes import ELSEWHERE, Node
from compiler.optimise import optimise
from compiler.plan import Plan

HIDDEN = ("entry", "stop", "prev", "past")
"""Nodes that have no value at a close of their own: they belong to an order, or to the middle of a state's step."""


def parts(node: Node) -> tuple[Node, ...]:
    """What a node is made of by way of arguments, itself first. A remembered value is one part: what is inside it is the past.
    What runs on another clock has no value of its own on this one."""
    found: dict[int, Node] = {}
    stack = [node]
    while stack:
        top = stack.pop()
        if top.id not in found:
            found[top.id] = top
            stack.extend(reversed(top.args) if top.op not in ELSEWHERE else ())
    return tuple(n for n in found.values() if n.op not in HIDDEN and n.op != "const" and n.kind != "several")


def column_of(node: Node) -> str:
    """The name of the column that holds a node's value."""
    return f"%{node.id}"


def plan_of_parts(built: Built, nodes: Iterable[Node], library: FunctionLibrary) -> Plan:
    """The plan of the same run that writes down nodes of its graph, each under its `column_of`."""
    outputs = [Output(column_of(node), "watch", node, "") for node in nodes]
    optimised = optimise(built.graph, [*built.roots, *(output.node for output in outputs)], library)
    return lower(optimised, outputs, built.orders, built.account, library)
