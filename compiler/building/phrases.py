"""Phrases spelled out in operators: crossings, what is new, what is available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.building.frame import SYMBOL, SYMBOL_FEED, Refused, Unknown, Value
from compiler.clocks import FINER, Clock
from compiler.nodes import Node

if TYPE_CHECKING:
    from compiler.building.builder import Builder


def crosses(builder: Builder, a: Node, b: Node, way: str) -> Node:
    g = builder.graph
    if way == "either":
        return g.node("or", (crosses(builder, a, b, "above"), crosses(builder, a, b, "below")))
    now, before = ("gt", "le") if way == "above" else ("lt", "ge")
    return g.node("and", (g.node(now, (a, b)), g.node(before, (builder.lag(a, 1), builder.lag(b, 1)))))


def is_available(builder: Builder, value: Value) -> Node:
    if isinstance(value, Unknown):
        return builder.graph.truth(0)
    if not isinstance(value, Node):
        raise Refused
    return builder.graph.node("available_truth" if value.kind == "truth" else "available", (value,))


def is_new(builder: Builder, value: Value) -> Node:
    g = builder.graph
    if isinstance(value, Unknown):
        return g.truth(0)
    if not isinstance(value, Node):
        raise Refused
    before = builder.lag(value, 1)
    if value.kind == "truth":
        differs, known = g.node("not", (g.node("same", (value, before)),)), g.node("available_truth", (value,))
    else:
        differs, known = g.node("ne", (value, before)), g.node("available", (value,))
    return g.node("and", (known, g.node("or_else_truth", (differs, g.truth(2)))))


def same_text(builder: Builder, left: str, right: str, clock: Clock, wanted: bool) -> Node:
    """Whether two texts are one, or are not. What the run's own instrument is called is known when it runs: a feed of truth."""
    named = clock.symbol not in ("", FINER)
    left, right = (clock.symbol if text == SYMBOL and named else text for text in (left, right))
    if left != right and SYMBOL in (left, right):
        called = builder.graph.feed(SYMBOL_FEED + (right if left == SYMBOL else left), clock, "truth")
        return called if wanted else builder.graph.node("not", (called,))
    return builder.graph.truth(2 if (left == right) == wanted else 0)
