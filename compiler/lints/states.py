"""States that never become known: unknown on the first bar, and each next value needs the one before."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from compiler import syntax as s
from compiler.clocks import BASE
from compiler.diagnostics import Diagnostics, Edit, Fix
from compiler.facts import Extent, extents
from compiler.lints.knowing import Knowing
from compiler.nodes import Graph, Node, reachable
from compiler.operators import BY_NAME
from compiler.ranges.conditions import LENIENT
from compiler.source import Span
from compiler.walk import descend, ungrouped

STRICT = frozenset(BY_NAME) - LENIENT - {"pow"}
"""Operators whose result is unknown where an argument is. Anything to the power of 0 may be 1."""


def states_never_known(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn of a `remember` of the program that is unknown on every bar: an unknown next value keeps the one before, here the first, unknown."""
    graph, names = knowing.built.graph, knowing.names
    own = [
        (index, line, state.next, state.first)
        for index, state in enumerate(graph.states)
        if state.own
        and state.clock == BASE
        and state.first is not None
        and state.next is not None
        and (line := names.states.get(state.name)) is not None
    ]
    if not own:
        return
    needed = states_needed(graph, [following for _, _, following, _ in own])
    unknown = unknown_at_first(knowing, [beginning for _, _, _, beginning in own])
    for index, line, following, beginning in own:
        if not (needed[following.id] >> index & 1 and unknown.get(beginning.id, False)):
            continue
        name, first = line.name.name, knowing.shown(ungrouped(line.first))
        where = " with the inputs' defaults" if knowing.inputs_of((line.first, line.next)) else ""
        without = isinstance(ungrouped(line.first), s.UnknownLiteral)
        why = "it begins unknown" if without else f"`{first}` is not known on the first bar"
        written = first if isinstance(ungrouped(line.first), (s.Name, s.Call, s.Member, s.Index)) else f"({first})"
        reads = [_said(line, read) for read, _ in _reads(line)]
        shown, fits = (reads[0], all(reads) and "…" not in written) if reads and reads[0] else (name, False)
        diagnostics.warn(
            "W0330", line.name.span, f"`{name}` is unknown on every bar{where}: {why}, and each next value needs the one before.",
            f"Say what to use while nothing is remembered: `{shown} or_else {'…' if without else written}` in place of `{shown}`.",
            fixes=_fallback(line, written) if fits and not without else (),
        )  # fmt: skip


def states_needed(graph: Graph, following: list[Node]) -> dict[int, int]:
    """Of every node that next values need, the states without whose past it is unknown, as the bits of a number, by node id."""
    needed: dict[int, int] = {}
    for node in reachable(following, graph):
        args = [needed.get(a.id, 0) for a in node.args]
        match node.op:
            case "prev" | "past":
                needed[node.id] = 1 << int(node.params[0])
            case "select" | "select_truth":
                needed[node.id] = args[0] | (args[1] & args[2])
            case "or_else" | "or_else_truth" | "and" | "or":
                needed[node.id] = reduce(and_, args)
            case "lag":
                needed[node.id] = args[0]
            case op:
                needed[node.id] = reduce(or_, args, 0) if op in STRICT else 0
    return needed


def unknown_at_first(knowing: Knowing, beginnings: list[Node]) -> dict[int, bool]:
    """Whether each node that first values need is unknown on the first bar, whatever the bars are, by node id."""
    graph = knowing.built.graph
    known: dict[int, Extent] = extents(graph, beginnings, knowing.names.library)
    unknown: dict[int, bool] = {}
    for node in reachable(beginnings, graph):
        args = [unknown.get(a.id, False) for a in node.args]
        extent = known.get(node.id)
        if extent is None:
            continue
        late = extent.warmup > 0 and not extent.maybe
        match node.op:
            case "const":
                value = float(node.params[0])
                unknown[node.id] = value != value or (node.kind == "truth" and value == 1.0)
            case "select" | "select_truth":
                unknown[node.id] = late or args[0] or (args[1] and args[2])
            case "or_else" | "or_else_truth" | "and" | "or":
                unknown[node.id] = all(args)
            case op:
                unknown[node.id] = late or (op in STRICT and any(args))
    return unknown


def _fallback(line: s.Remember, written: str) -> tuple[Fix, ...]:
    """The first value wherever the state's own past is read, until there is one."""
    edits = [
        Edit(
            Span(read.span.start, read.span.end),
            f"{_said(line, read)} or_else {written}" if bare else f"({_said(line, read)} or_else {written})",
        )
        for read, bare in _reads(line)
    ]
    return (Fix(f"write `{line.name.name} or_else {written}`", tuple(edits)),) if edits else ()


def _said(line: s.Remember, read: s.Expr) -> str:
    """How a reading of the state's own past is written."""
    ago = read.ago if isinstance(read, s.Index) else None
    return line.name.name if ago is None else f"{line.name.name}[{ago.value:g}]" if isinstance(ago, s.Number) else ""


def _reads(line: s.Remember) -> list[tuple[s.Expr, bool]]:
    """Where a state's next value reads its own past, and whether nothing around it binds closer than `or_else`: the argument of a call, or all there is."""
    parts = list(descend(line.next))
    past = {id(part.base): part for part in parts if isinstance(part, s.Index)}
    alone = {id(argument.value) for part in parts if isinstance(part, s.Call) for argument in part.arguments} | {id(line.next)}
    names = [part for part in parts if isinstance(part, s.Name) and part.name == line.name.name]
    found = [past.get(id(name), name) for name in names]
    return [(read, id(read) in alone) for read in found]
