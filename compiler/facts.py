"""Facts: what is known of every node before a run: when it is first known, when its past no longer matters, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.builtins import ACROSS
from compiler.costs import ACROSS as ACROSS_STEPS
from compiler.costs import FEED, GATHERED
from compiler.library import UNBOUNDED, FunctionLibrary
from compiler.nodes import Graph, Node, reachable
from compiler.operators import BY_NAME

VALUE_DEPENDENT = frozenset(("div", "sqrt", "log", "pow", "tan", "and", "or"))
"""Operators whose result may be unknown (or known early) depending on values."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Facts of one node.

    warmup: bars before the first known value, exact unless `maybe`. settle: bars after which an earlier first bar would change the value by
    less than 1e-6, UNBOUNDED if there is no such number. maybe: knownness depends on values. cost: steps per bar (compiler/costs.py). state: saved doubles.
    """

    warmup: int
    settle: int
    maybe: bool
    cost: float
    state: int


def extents(
    graph: Graph, roots: Iterable[Node], library: FunctionLibrary, held: Mapping[str, Extent] | None = None
) -> dict[int, Extent]:
    """Facts of every node that the roots need, by node id. held: those of feeds that another clock supplies, in bars of this one."""
    found: dict[int, Extent] = {}
    for node in reachable(roots, graph):
        found[node.id] = _extent(node, found, graph, library, held or {})
    return found


def seen_from(extent: Extent, bars: int) -> Extent:
    """What is known of a value of another clock where it is held: one of its bars is at most `bars` of this clock's, and completes at
    its last, or at the first of the next where that is missing."""
    settle = UNBOUNDED if extent.settle == UNBOUNDED else (extent.settle + 1) * bars + 1
    return Extent((extent.warmup + 1) * bars, settle, True, float(FEED), 2)


def gathered(extent: Extent, bars: int, finer: int) -> Extent:
    """What is known of an aggregate: `bars` finer ones are usually in one of this clock's, at most `finer`, which are kept until it ends."""
    settle = UNBOUNDED if extent.settle == UNBOUNDED else -(-extent.settle // bars) + 1
    return Extent(-(-extent.warmup // bars), settle, True, float(FEED) + GATHERED * finer, finer)


def _later(*settles: int) -> int:
    return UNBOUNDED if UNBOUNDED in settles else max(settles, default=0)


def _extent(node: Node, found: dict[int, Extent], graph: Graph, library: FunctionLibrary, held: Mapping[str, Extent]) -> Extent:
    args = [found[a.id] for a in node.args]
    warmup = max((a.warmup for a in args), default=0)
    settle = _later(*(a.settle for a in args))
    maybe = any(a.maybe for a in args)
    match node.op:
        case "const":
            value = float(node.params[0])
            return Extent(0, 0, value != value or (node.kind == "truth" and value == 1.0), 0.0, 0)
        case "feed" if node.params[0] in held:
            return held[str(node.params[0])]
        case "feed":
            return Extent(0, 0, False, float(FEED), 0)
        case "latest" | "inside":
            return Extent(warmup, settle, True, float(FEED), 2)
        case "fact" | "entry" | "stop" | "side" | "prev" | "past":
            return Extent(0, UNBOUNDED, True, 2.0, 0)
        case "remember":
            state = graph.states[int(node.params[0])]
            assert state.next is not None
            assert state.first is not None
            first, following = found[state.first.id], found[state.next.id]
            # A first value that may be unknown leaves it to the next: then the state begins with what it is made of.
            return Extent(max(first.warmup, following.warmup) if first.maybe else first.warmup, UNBOUNDED, True, 12.0, 1)
        case op if op in ACROSS:
            return Extent(warmup, settle, True, float(ACROSS_STEPS), 0)
        case "pick":
            return Extent(warmup, settle, maybe, 0.0, 0)
        case "or_else" | "or_else_truth":
            first, second = args
            return Extent(
                min(first.warmup, second.warmup) if not first.maybe else second.warmup,
                settle,
                first.maybe or second.maybe,
                BY_NAME[node.op].cost,
                0,
            )
        case "available" | "available_truth":
            return Extent(0, settle, False, BY_NAME[node.op].cost, 0)
        case "select" | "select_truth" if node.args[0].op == "available" and not any(
            found[n.id].maybe for n in (*node.args[0].args, *node.args[1:])
        ):
            known = found[node.args[0].args[0].id].warmup  # from here on the first branch counts, before it the second
            before, after = args[2].warmup, args[1].warmup
            return Extent(
                before if before < known else max(after, known), settle, before < known < after, BY_NAME[node.op].cost, 0
            )
        case "select" | "select_truth":
            exact = not maybe and max(args[1].warmup, args[2].warmup) <= args[0].warmup
            return Extent(warmup, settle, not exact, BY_NAME[node.op].cost, 0)
    if node.op in BY_NAME:
        return Extent(warmup, settle, maybe or node.op in VALUE_DEPENDENT, BY_NAME[node.op].cost, 0)
    if node.op == "lag":
        bars = int(node.params[0])
        return Extent(
            warmup + bars,
            UNBOUNDED if settle == UNBOUNDED else settle + bars,
            maybe,
            float(library.primitives["lag"].cost(bars, 0.0)),
            bars,
        )
    primitive = library.primitives[node.op]
    own = primitive.settle(*node.params)
    return Extent(
        warmup + primitive.warmup(*node.params),
        UNBOUNDED if UNBOUNDED in (own, settle) else settle + own,
        maybe or primitive.maybe_unknown or node.op in ("held", "within"),
        float(primitive.cost(*node.params)),
        primitive.state(*node.params),
    )
