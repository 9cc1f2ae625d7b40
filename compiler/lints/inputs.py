"""Inputs that are read and still change nothing: multiplied by zero, or only where nothing is reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property

from compiler import syntax as s
from compiler.building import Builder, Refused
from compiler.built import Built, build_program
from compiler.diagnostics import Diagnostics
from compiler.inputs import DEFAULT_TICK, InputInfo, InputValue
from compiler.lints.knowing import Knowing
from compiler.nodes import Graph, Node, reachable
from compiler.optimise import optimise
from compiler.orders import OrderNodes
from compiler.ranges.analysis import Ranges
from compiler.ranges.conditions import can_be
from compiler.walk import descend

MOST_INPUTS = 24
MOST_NODES = 3_000
"""Larger programs are not built again for each of their inputs."""
TRIED = 9
"""Values of one input that are tried before it is said to change nothing."""

Meaning = tuple[object, ...]
"""What two programs have in common that do the same, as far as the optimiser sees."""


def inputs_without_effect(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn about inputs with which rules, orders and plots stay the same, value for value."""
    names = knowing.names
    used = [i for i in knowing.inputs if i.name in names.used and i.name not in _required(knowing)]
    if not used or len(used) > MOST_INPUTS or len(knowing.built.graph.nodes) > MOST_NODES:
        return
    seen, left_open = _read(knowing, past_fixed=False), knowing.open_build[1]
    suspects = [info for info in used if info.name not in seen]
    if not suspects:
        return
    reached = _read(knowing, past_fixed=True)
    parts = _Parts(knowing)
    for info in suspects:
        shown = info.name in left_open and info.name not in reached
        if shown or (not parts.move(info) and _without_effect(knowing, info, parts.whole, parts.alive)):
            diagnostics.warn(
                "W0319", names.inputs[info.name].name.span, f"`{info.name}` is used, but no rule, order or plot changes with its value.",
                "Look where it is used: multiplied by zero, or in a branch that is never taken?",
            )  # fmt: skip


def _required(knowing: Knowing) -> set[str]:
    found = (part.name for r in knowing.names.requires for part in descend(r.condition) if isinstance(part, s.Name))
    return set(found)


def _read(knowing: Knowing, past_fixed: bool) -> set[str]:
    """Inputs left open that reach a rule, order or plot; `past_fixed`: by way of values that can be one number only, too."""
    built, _ = knowing.open_build
    ranges = knowing.open_certain
    outputs = [o.node for o in built.outputs if o.role != "let"]
    stack = [*outputs, *(n for o in built.orders if can_be(ranges, o.fires, True) for n in _order_roots(o))]
    found: set[str] = set()
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if node.id in seen or (not past_fixed and node.kind == "number" and node.args and ranges.interval(node).single):
            continue
        seen.add(node.id)
        if node.op == "input":
            found.add(str(node.params[0]))
        if node.op in ("select", "select_truth"):
            can = ranges.truths(node.args[0])
            stack += [node.args[0], *(a for a, taken in zip(node.args[1:], (can.true, can.false), strict=True) if taken)]
            continue
        stack += node.args
        if node.op in ("remember", "prev", "past"):
            state = built.graph.states[int(node.params[0])]
            stack += [n for n in (state.next, state.first) if n is not None]
    return found


@dataclass
class _Parts:
    """The lets and rules of a program, to see the effect of most inputs without building the whole again."""

    knowing: Knowing

    @cached_property
    def whole(self) -> Meaning:
        """What the program means."""
        return _meaning(self.knowing, self.knowing.built, None)[0]

    @cached_property
    def _living(self) -> tuple[Meaning, frozenset[int]]:
        return _meaning(self.knowing, self.knowing.built, self.knowing.certain)

    @property
    def alive(self) -> Meaning:
        """What it means without what can't happen."""
        return self._living[0]

    def move(self, info: InputInfo) -> bool:
        """Whether another value changes a let or a rule's condition that names the input and is part of what can happen.

        False says nothing: the input may be read elsewhere, or with a memory, or another value may do.
        """
        names = self.knowing.names
        at = {o.name: o.node for o in self.knowing.built.outputs}
        candidates: list[tuple[str, s.Expr]] = [(name, let.value) for name, let in names.lets.items()]
        candidates += [(f"rule_{i + 1}", rule.condition) for i, rule in enumerate(names.rules)]
        for name, expr in candidates:
            if name not in at or at[name].id not in self._living[1] or not _names(expr, info.name):
                continue
            value = next(_values(info), None)
            if value is None:
                return False
            before, after = self._form(expr, info, info.default), self._form(expr, info, value)
            if before is not None and after is not None and before != after:
                return True
        return False

    def _form(self, expr: s.Expr, info: InputInfo, value: InputValue) -> Meaning | None:
        """What an expression becomes for one value of an input; None where it can't be said from itself alone."""
        given: dict[str, InputValue] = {i.name: i.default for i in self.knowing.inputs}
        found = Diagnostics()
        builder = Builder(self.knowing.typed, {**given, info.name: value}, DEFAULT_TICK, found)
        try:
            node = builder.expr(expr, builder.program_frame())
        except Refused:
            return None
        if found.has_errors or builder.graph.states or not isinstance(node, Node):
            return None
        optimised = optimise(builder.graph, [node], self.knowing.names.library)
        return _form([optimised.mapping[node.id]], optimised.graph)[0]


def _names(expr: s.Expr, name: str) -> bool:
    return any(isinstance(part, s.Name) and part.name == name for part in descend(expr))


def _without_effect(knowing: Knowing, info: InputInfo, whole: Meaning, alive: Meaning) -> bool:
    """Whether the program stays the same for other values; `alive` is its meaning without what can't happen."""
    tried = 0
    for value in _values(info):
        given: dict[str, InputValue] = {i.name: i.default for i in knowing.inputs}
        given[info.name] = value
        built = build_program(knowing.typed, given, DEFAULT_TICK)
        if any(d.severity == "error" for d in built.diagnostics):
            return False
        if _meaning(knowing, built, None)[0] != whole:
            if alive == whole:
                return False
            if _meaning(knowing, built, Ranges(built.graph, knowing.names.library, knowing.setting(False)))[0] != alive:
                return False
        tried += 1
    return tried > 0


def _values(info: InputInfo) -> Iterator[InputValue]:
    """Other values than the default, the furthest first."""
    if info.kind == "truth":
        yield not info.default
    elif info.choices:
        yield from (c for c in info.choices[:TRIED] if c != info.default)
    elif info.kind == "number" and isinstance(info.default, float):
        low = info.low if info.low is not None else info.default
        high = info.high if info.high is not None else 2 * abs(info.default) + 10
        for step in (TRIED - 1, 0, *range(1, TRIED - 1)):
            value = low + (high - low) * step / (TRIED - 1)
            value = float(int(value)) if info.unit == "bars" else value
            if value != info.default and low <= value <= high:
                yield value


def _meaning(knowing: Knowing, built: Built, ranges: Ranges | None) -> tuple[Meaning, frozenset[int]]:
    """The program as the optimiser leaves it, and which nodes of the graph are left in it; with ranges, without orders that are never made.

    Lets count where nothing else is shown.
    """
    outputs = [
        o for o in built.outputs if o.role != "let" and not (ranges and o.role == "rule" and not can_be(ranges, o.node, True))
    ]
    outputs = outputs or list(built.outputs)
    orders = [o for o in built.orders if ranges is None or can_be(ranges, o.fires, True)]
    roots = [o.node for o in outputs] + [n for o in orders for n in _order_roots(o)]
    optimised = optimise(built.graph, roots, knowing.names.library)
    form, place = _form([optimised.mapping[r.id] for r in roots], optimised.graph)
    texts = tuple(tuple(p for p in o.text if isinstance(p, str)) for o in orders)
    left = frozenset(id_ for id_, node in optimised.mapping.items() if node.id in place)
    return (*form, texts, replace(built.account)), left


def _form(roots: list[Node], graph: Graph) -> tuple[Meaning, dict[int, int]]:
    """A part of a graph without the numbers of its nodes, equal for equal parts; and the place of each node in it."""
    place: dict[int, int] = {}
    form: list[object] = []
    for node in reachable(roots, graph):
        place[node.id] = len(place)
        form.append((node.op, tuple(place.get(a.id, -1) for a in node.args), tuple(map(repr, node.params))))
    states = tuple((s_.name, *(place.get(n.id, -1) for n in (s_.next, s_.first) if n is not None)) for s_ in graph.states)
    return (tuple(form), states, tuple(place[n.id] for n in roots)), place


def _order_roots(order: OrderNodes) -> list[Node]:
    found = [v for f in fields(order) if isinstance(v := getattr(order, f.name), Node)]
    return found + [p for p in order.text if isinstance(p, Node)]
