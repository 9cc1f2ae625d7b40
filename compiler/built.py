"""The graph of a whole program for one set of input values: what it computes, orders and accounts for, before optimising."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from compiler import syntax as s
from compiler.account import read_account
from compiler.adjustment.exponents import NOTHING, Power
from compiler.adjustment.orders import order_parts, with_parts
from compiler.adjustment.rescaling import Wanted, rescaled
from compiler.building import ROW_PRIMITIVES, Builder, Frame, Refused, depends, finish_states
from compiler.diagnostics import Diagnostic, Diagnostics, InternalError
from compiler.flat import flatten_before_close
from compiler.inference import Typed
from compiler.inputs import InputValue
from compiler.library import FunctionLibrary
from compiler.lower import Output, order_nodes
from compiler.nodes import Graph, Node, reachable
from compiler.orders import OrderBuilder, OrderNodes, check_tags
from compiler.plan import Account
from compiler.ranges.promises import Promised
from compiler.source import Span
from compiler.types import TEXT
from compiler.verify import verify

MOST_COST = 4e6
"""Steps (compiler/costs.py) that a program may take for each bar, by the costs that its functions declare."""
MOST_STATE = 8_000_000
"""Doubles that a program may keep from bar to bar."""


@dataclass(frozen=True, slots=True)
class Built:
    """The graph of a program for one set of input values, before optimising: what the reference interpreter evaluates."""

    graph: Graph
    outputs: tuple[Output, ...]
    orders: tuple[OrderNodes, ...]
    account: Account
    inputs: Mapping[str, InputValue]
    tick: float
    diagnostics: tuple[Diagnostic, ...]
    promised: Mapping[int, Promised] = field(default_factory=dict)
    conditions: Mapping[int, list[Node]] = field(default_factory=dict)
    """What each condition written in the program became, by the id of its expression: one node for each call around it."""
    charged: Mapping[int, tuple[float, int, Span]] = field(default_factory=dict)
    """What the primitives of the graph cost (steps a bar, doubles of state), by node, with where they were written."""
    blamed: frozenset[str] = frozenset()
    """Inputs left open that an error comes from: it wants a value that is fixed, and they are read for it."""

    @property
    def roots(self) -> list[Node]:
        return [o.node for o in self.outputs] + [n for order in self.orders for n in order_nodes(order)]


def build_program(
    typed: Typed,
    values: Mapping[str, InputValue],
    tick: float,
    watched: Mapping[str, s.Expr] | None = None,
    left_open: frozenset[str] = frozenset(),
    adjusted: bool = False,
) -> Built:
    """Graph, outputs and orders of a typed program. Refused parts are left out; why is in the diagnostics.

    watched: further expressions of the program's text to compute in the same graph, by the names of their outputs.
    left_open: inputs that stay leaves of the graph, for what holds whatever they are; such a graph does not run.
    adjusted: for prices with factors: constants are scaled by that of their own bar.
    """
    found = Diagnostics()
    builder = Builder(typed, values, tick, found, left_open=left_open, adjusted=adjusted)
    frame = builder.program_frame()
    names = typed.names
    outputs: list[Output] = []
    for name in names.in_order():
        if name not in names.inputs:
            _named_output(name, builder, frame, outputs)
    place = {name: i for i, name in enumerate(frame.lines)}
    outputs.sort(key=lambda o: place[o.name.split(".")[0]])
    orders = OrderBuilder(builder, frame)
    for i, rule in enumerate(names.rules):
        condition = orders.rule(rule, i)
        if condition is not None:
            outputs.append(
                Output(f"rule_{i + 1}", "rule", condition, "condition", typed.names.source.on_one_line(rule.condition.span))
            )
    made = flatten_before_close(builder, orders.orders, len(names.rules))
    for i, alert in enumerate(names.alerts):
        try:
            outputs.append(
                Output(f"alert_{i + 1}", "alert", builder.truth(alert.condition, frame), "condition", alert.text.value)
            )
            orders.text(alert.text)
        except Refused:
            continue
    plots: list[Output] = []
    for plot in names.plots:
        for item in plot.items:
            _plot_output(item, builder, frame, plots)
    outputs += plots
    for name, expr in (watched or {}).items():
        _watched_output(name, expr, builder, frame, outputs)
    with suppress(Refused):
        finish_states(builder, frame)
    check_tags(names, found)
    if not adjusted:  # the same program without factors has been looked at
        _affordable(builder, found)
    account = read_account(builder, frame)
    _windows_over_facts(builder, outputs, made, found)
    built = Built(
        builder.graph, tuple(outputs), tuple(made), account, dict(values), tick, tuple(found), builder.promised, builder.conditions,
        builder.charged, _blamed(builder, found),
    )  # fmt: skip
    if adjusted and not found.has_errors and not frame.failed:
        built = adjusted_graph(built, builder.tags, names.library)
    if not found.has_errors and not frame.failed:  # a state that was refused stays unfinished where its past was read
        verify(built.graph, built.roots, names.library, "build")
    return built


def _blamed(builder: Builder, found: Diagnostics) -> frozenset[str]:
    """The open inputs read by the values that were last found not to be fixed before each error."""
    last = dict(builder.unfixed)  # by the number of diagnostics before it: the latest
    errors = [i for i, diagnostic in enumerate(found.found) if diagnostic.severity == "error"] if last else []
    asked = [last[i] for i in errors if i in last]
    return frozenset(str(node.params[0]) for node in reachable(asked, builder.graph) if node.op == "input")


def adjusted_graph(built: Built, tags: Sequence[Power | None], library: FunctionLibrary) -> Built:
    """The same program on the frame of the data's prices. Columns stay in it; what is explained is brought back to the terms of its own bar."""
    watched = [Wanted(o.node, NOTHING if o.role == "watch" else None) for o in built.outputs]
    parts = [part for order in built.orders for part in order_parts(order)]
    found = rescaled(built.graph, [*watched, *(Wanted(node, power) for node, power in parts)], tags, library)
    new = iter(found.wanted)
    outputs = tuple(replace(o, node=next(new)) for o in built.outputs)
    orders = tuple(with_parts(order, [next(new) for _ in order_parts(order)]) for order in built.orders)
    conditions = {id_: [found.mapping[n.id] for n in nodes if n.id in found.mapping] for id_, nodes in built.conditions.items()}
    promised = {found.mapping[id_].id: bounds for id_, bounds in built.promised.items() if id_ in found.mapping}
    return replace(built, graph=found.graph, outputs=outputs, orders=orders, conditions=conditions, promised=promised, charged={})


def _affordable(builder: Builder, found: Diagnostics) -> None:
    """Report a program that takes too long for each bar or keeps too much, with its dearest part."""
    charges = list(builder.charged.values())
    for amounts, most, unit, scale in (
        ([cost for cost, _, _ in charges], MOST_COST, "million steps a bar", 1e-6),
        ([float(state) for _, state, _ in charges], MOST_STATE, "MB of state", 8e-6),
    ):
        total = sum(amounts)
        if total > most:
            dearest = charges[amounts.index(max(amounts))]
            text = builder.typed.names.source.on_one_line(dearest[2])
            found.error(
                "E0610", dearest[2], f"The program needs about {total * scale:,.1f} {unit}; {most * scale:g} are allowed. The dearest is `{text[:60]}`.",
                "Use shorter windows.",
            )  # fmt: skip
            return


def check_complete(typed: Typed, built: Built) -> None:
    """Raise InternalError if a part of a program without errors was left out of its graph."""
    names = typed.names
    actions = sum(len(rule.actions) + len(rule.otherwise) for rule in names.rules)
    named = {o.name.split(".")[0] for o in built.outputs}
    missing = [
        name
        for name in (*names.lets, *names.states)
        if name not in named and typed.lets.get(name, typed.states.get(name, TEXT)).kind in ("number", "truth")
    ]
    rules = len(names.rules)
    if (
        missing
        or sum(order.rule < rules for order in built.orders) != actions
        or sum(o.role == "rule" for o in built.outputs) != len(names.rules)
    ):
        raise InternalError(f"left out of the graph without a reason: {missing or 'an action or rule'}")


def _windows_over_facts(builder: Builder, outputs: list[Output], orders: list[OrderNodes], found: Diagnostics) -> None:
    """What could not be seen while states were unfinished: a window over a state that turned out to read the position."""
    if found.has_errors:
        return
    roots = [o.node for o in outputs] + [n for order in orders for n in order_nodes(order)]
    names = builder.typed.names
    for node in reachable(roots, builder.graph):
        if (
            node.op in names.library.primitives
            and node.op not in ROW_PRIMITIVES
            and any(depends(builder, a)[0] for a in node.args)
        ):
            at = names.strategy or names.file.statements[0]
            found.error(
                "E0406",
                at.span,
                f"`{node.op}` looks back over a value that depends on the position, by way of states that read each other.",
            )


def _named_output(name: str, builder: Builder, frame: Frame, outputs: list[Output]) -> None:
    typed = builder.typed
    line = frame.lines[name]
    try:
        value = builder.named(s.Name(line.name.span, name), frame)
    except Refused:
        return
    type_ = typed.lets.get(name) or typed.states[name]
    if isinstance(value, dict):
        fields = dict(type_.fields)
        for part, node in value.items():
            if isinstance(node, Node):
                outputs.append(Output(f"{name}.{part}", "let", node, str(fields.get(part, "")), line.doc))
    elif isinstance(value, Node):
        outputs.append(Output(name, "let", value, str(type_), line.doc))


def _plot_output(item: s.PlotItem, builder: Builder, frame: Frame, plots: list[Output]) -> None:
    typed = builder.typed
    try:
        value = builder.expr(item.value, frame)
    except Refused:
        return
    text = item.label.value if item.label else typed.names.source.on_one_line(item.value.span)
    parts = value if isinstance(value, dict) else {"": value}
    for part, node in parts.items():
        if isinstance(node, Node):
            label = f"{text}.{part}" if part else text
            unit = str(dict(typed.type_of(item.value).fields).get(part, "")) if part else str(typed.type_of(item.value))
            plots.append(Output(f"plot_{1 + len(plots)}", "plot", node, unit, label))


def _watched_output(name: str, expr: s.Expr, builder: Builder, frame: Frame, outputs: list[Output]) -> None:
    try:
        value = builder.expr(expr, frame)
    except Refused:
        return
    if isinstance(value, Node):
        outputs.append(
            Output(name, "watch", value, str(builder.typed.type_of(expr)), builder.typed.names.source.on_one_line(expr.span))
        )
