"""Lower: from the optimised graph to the plan: steps over columns, and what the position machine runs bar by bar."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Literal

from compiler.builtins import ACROSS
from compiler.clocks import Length, bars_in, fewest_in
from compiler.costs import GATHERED, plan_steps
from compiler.dependence import Dependence
from compiler.facts import Extent, extents, gathered, seen_from
from compiler.library import UNBOUNDED, FunctionLibrary
from compiler.nodes import Graph, Node, reachable
from compiler.optimise import Optimised
from compiler.orders import OrderNodes
from compiler.plan import (
    ACROSS_FEED,
    OWN,
    Account,
    Across,
    ActionCode,
    Column,
    MachineCode,
    Plan,
    Price,
    RowCode,
    Slot,
    SourcePlan,
    Step,
)
from compiler.rows import RowAssembler
from compiler.segments import Segment, has_clocks, split

FEED_ORDER = ("open", "high", "low", "close", "volume")
KINDS_OF_FEEDS: tuple[Literal["number", "truth"], ...] = ("number", "truth")


@dataclass(frozen=True, slots=True)
class Output:
    """A named result of a program."""

    name: str
    role: Literal["let", "rule", "plot", "alert", "watch"]
    node: Node
    unit: str
    label: str = ""


def lower(
    optimised: Optimised,
    outputs: Iterable[Output],
    orders: Iterable[OrderNodes],
    account: Account,
    library: FunctionLibrary,
    every: str = "",
    session: str = "",
) -> Plan:
    """The plan that computes these outputs and makes these orders. Outputs and orders name nodes of the graph before optimising.

    every: how long the program's bars are. session: the hours of its `on session`.
    """
    mapped = [replace(o, node=optimised.mapping[o.node.id]) for o in outputs]
    mapped_orders = [_mapped(o, optimised.mapping) for o in orders]
    roots = [o.node for o in mapped] + [n for order in mapped_orders for n in order_nodes(order)]
    if not has_clocks(optimised.graph, roots):
        plan = _Lowering(optimised.graph, library, mapped, mapped_orders, account).plan()
        return replace(plan, every=every, session=session)
    segment = split(optimised.graph, roots)
    mapped = [replace(o, node=segment.mapping[o.node.id]) for o in mapped]
    mapped_orders = [_mapped(o, segment.mapping) for o in mapped_orders]
    plan = _lower_segment(segment, mapped, mapped_orders, account, library, every)[0]
    return replace(plan, every=every, session=session)


def extents_of(optimised: Optimised, outputs: Sequence[Output], library: FunctionLibrary, every: str = "") -> list[Extent]:
    """What is known of each output, in bars of the program's own clock. every: how long they are."""
    mapped = [replace(o, node=optimised.mapping[o.node.id]) for o in outputs]
    roots = [o.node for o in mapped]
    if not has_clocks(optimised.graph, roots):
        found = extents(optimised.graph, roots, library)
        return [found[o.node.id] for o in mapped]
    segment = split(optimised.graph, roots)
    mapped = [replace(o, node=segment.mapping[o.node.id]) for o in mapped]
    return _lower_segment(segment, mapped, [], Account(), library, every)[1]


def _lower_segment(
    segment: Segment, outputs: list[Output], orders: list[OrderNodes], account: Account, library: FunctionLibrary, base: str
) -> tuple[Plan, list[Extent]]:
    """The plan of a segment with its sources, and what is known of each output."""
    sources: list[SourcePlan] = []
    held: dict[str, Extent] = {}
    here = Length.parse(segment.clock.every or base) if segment.clock.every or base else None
    cost = 0.0
    for inner, supplied in segment.sources:
        given = [Output(h.name, "let", h.node, "") for h in supplied]
        plan, known = _lower_segment(inner, given, [], Account(), library, base)
        there = Length.parse(inner.clock.every or base) if inner.clock.every or base else None
        bars = bars_in(there, here) if there is not None and here is not None else 1
        inside, fewest = (bars_in(here, there), fewest_in(here, there)) if there is not None and here is not None else (1, 1)
        for h, extent in zip(supplied, known, strict=True):
            held[h.name] = gathered(extent, fewest, inside) if h.aggregate else seen_from(extent, bars)
        aggregates = tuple(h.aggregate for h in supplied)
        symbol = "" if inner.clock.symbol == segment.clock.symbol else inner.clock.symbol or OWN
        sources.append(SourcePlan(symbol, inner.clock.every, plan, aggregates if any(aggregates) else ()))
        cost += plan.cost * inside + GATHERED * inside * sum(1 for a in aggregates if a)
    lowering = _Lowering(segment.graph, library, outputs, orders, account, held)
    plan = lowering.plan()
    state = plan.state + sum(source.plan.state for source in sources)
    plan = replace(plan, cost=round(plan.cost + cost, 3), state=state, sources=tuple(sources), every=segment.clock.every)
    return plan, [lowering.found[o.node.id] for o in outputs]


def order_nodes(order: OrderNodes) -> list[Node]:
    """Every node that an order needs."""
    found = [v for f in fields(order) if isinstance(v := getattr(order, f.name), Node)]
    return found + [part for part in order.text if isinstance(part, Node)]


def _mapped(order: OrderNodes, mapping: Mapping[int, Node]) -> OrderNodes:
    changes: dict[str, object] = {f.name: mapping[v.id] for f in fields(order) if isinstance(v := getattr(order, f.name), Node)}
    changes["text"] = tuple(mapping[p.id] if isinstance(p, Node) else p for p in order.text)
    return replace(order, **changes)  # type: ignore[arg-type]


@dataclass(slots=True)
class _Lowering:
    """A graph on its way into a plan."""

    graph: Graph
    library: FunctionLibrary
    outputs: list[Output]
    orders: list[OrderNodes]
    account: Account
    held: Mapping[str, Extent] = field(default_factory=dict)
    found: dict[int, Extent] = field(default_factory=dict)
    depends: Dependence = field(init=False)
    feeds: list[str] = field(default_factory=list)
    constants: list[tuple[int, float]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    registers: int = 0
    free: list[int] = field(default_factory=list)
    place: dict[int, int] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)
    slot_of: dict[int, int] = field(default_factory=dict)
    row_results: list[Node] = field(default_factory=list)
    across: tuple[Across, ...] = ()

    # ------------------------------------------------------------ the plan

    def plan(self) -> Plan:
        roots = [o.node for o in self.outputs] + [n for order in self.orders for n in order_nodes(order)]
        self.depends = Dependence(self.graph, roots)
        self.columns(roots)
        machine = self.machine() if self.orders or any(not self.depends.is_column(o.node) for o in self.outputs) else None
        found = self.found = extents(self.graph, roots, self.library, self.held)
        ends = [found[o.node.id] for o in self.outputs] + [found[order.fires.id] for order in self.orders]
        names = sorted({s.op for s in self.steps if s.op in self.library.primitives})
        plan = Plan(
            tuple(self.feeds), tuple(self.constants), tuple(self.steps), self.registers, self.named_columns(), machine, self.account,
            max((e.warmup for e in ends), default=0), _settle(ends), 0.0,
            sum(s.state for s in self.steps) + (machine.row.state if machine and machine.row else 0),
            tuple((n, self.library.primitives[n].version) for n in names), across=self.across,
        )  # fmt: skip
        return replace(plan, cost=round(plan_steps(plan, self.library.primitives), 3))

    def named_columns(self) -> tuple[Column, ...]:
        result = []
        for o in self.outputs:
            kind: Literal["number", "truth"] = "truth" if o.node.kind == "truth" else "number"
            if self.depends.is_column(o.node):
                result.append(Column(o.name, o.role, kind, o.unit, self.place[o.node.id], -1, o.label))
            else:
                result.append(Column(o.name, o.role, kind, o.unit, -1, self.slot(o.node), o.label))
        return tuple(result)

    # ------------------------------------------------------------ columns

    def columns(self, roots: list[Node]) -> None:
        """Steps for every column that outputs, orders and row code read, each after what it needs."""
        wanted = self.depends.column_roots(roots)
        schedule = self.schedule(wanted)
        nodes = [item for item in schedule if isinstance(item, Node)]
        compared = [node for node in nodes if node.op in ACROSS]
        if compared:
            # What is compared with other instruments must be a column that stays.
            wanted = [*wanted, *(node.args[0] for node in compared)]
            schedule = self.schedule(wanted)
        used = {str(n.params[0]) for n in nodes if n.op == "feed"}
        self.feeds = [f for f in FEED_ORDER if f in used] + sorted(used - set(FEED_ORDER))
        for i, name in enumerate(self.feeds):
            for kind in KINDS_OF_FEEDS:
                leaf = self.graph.leaf("feed", (name,), kind)
                if leaf is not None:
                    self.place[leaf.id] = i
        for i, node in enumerate(compared):
            self.place[node.id] = len(self.feeds)
            self.feeds.append(f"{ACROSS_FEED}{i}")
        self.registers = len(self.feeds)
        picks = {(n.args[0].id, int(n.params[0])): n for n in nodes if n.op == "pick"}
        last = self.last_uses(schedule, {n.id for n in wanted})
        for at, item in enumerate(schedule):
            if not isinstance(item, Node):
                self.scan(item)
            elif item.op == "const":
                self.place[item.id] = self.fresh(reuse=False)
                self.constants.append((self.place[item.id], float(item.params[0])))
            elif item.kind == "several":
                self.several(item, picks)
            elif item.op == "past":  # outside the scan of its group, the state's column one bar ago
                before = (self.place[self.depends.remember(int(item.params[0])).id],)
                self.place[item.id] = self.fresh()
                self.steps.append(
                    Step(
                        "lag",
                        before,
                        (self.place[item.id],),
                        (1.0, 1.0 if item.kind == "truth" else math.nan),
                        self.library.primitives["lag"].state(1, 0),
                    )
                )
            elif item.op not in ("feed", "pick", "remember", *ACROSS):
                inputs = tuple(self.place[a.id] for a in item.args)
                self.place[item.id] = self.fresh()
                params = tuple(float(p) for p in item.params)
                primitive = self.library.primitives.get(item.op)
                self.steps.append(
                    Step(item.op, inputs, (self.place[item.id],), params, primitive.state(*item.params) if primitive else 0)
                )
            self.free += [self.place[n.id] for n in last.get(at, ())]
        if compared:
            self.compare(schedule, compared)

    def compare(self, schedule: list[Node | tuple[int, ...]], compared: list[Node]) -> None:
        """The feeds that compare instruments, each a level above those that it needs."""
        levels: dict[int | tuple[int, ...], int] = {}
        for item in schedule:
            needs = (levels[n.id if isinstance(n, Node) else n] for n in self.needs(item))
            own = int(isinstance(item, Node) and item.op in ACROSS)
            levels[item.id if isinstance(item, Node) else item] = own + max(needs, default=0)
        self.across = tuple(
            Across(f"{ACROSS_FEED}{i}", node.op, self.place[node.args[0].id], levels[node.id]) for i, node in enumerate(compared)
        )

    def schedule(self, wanted: Iterable[Node]) -> list[Node | tuple[int, ...]]:
        """Nodes in the order of computing, arguments first; a tuple of state indexes stands for their scan, before their `remember` nodes."""
        order: list[Node | tuple[int, ...]] = []
        done: set[int | tuple[int, ...]] = set()
        stack: list[Node | tuple[int, ...]] = [*wanted]
        stack.reverse()
        while stack:
            item = stack[-1]
            key = item.id if isinstance(item, Node) else item
            if key in done:
                stack.pop()
                continue
            needs = [n for n in self.needs(item) if (n.id if isinstance(n, Node) else n) not in done]
            if needs:
                stack.extend(reversed(needs))
                continue
            done.add(key)
            order.append(item)
            stack.pop()
        return order

    def needs(self, item: Node | tuple[int, ...]) -> list[Node | tuple[int, ...]]:
        if not isinstance(item, Node):
            return list(self.depends.row_inputs(item))
        if item.op in ("remember", "past"):
            return [self.depends.group(int(item.params[0]))]
        return list(item.args)

    def last_uses(self, schedule: list[Node | tuple[int, ...]], wanted: set[int]) -> dict[int, list[Node]]:
        """Position in the schedule -> nodes whose registers are free after it. Feeds, constants, scans, several outputs and wanted columns stay."""
        last: dict[int, tuple[int, Node]] = {}
        for at, item in enumerate(schedule):
            reads = [n for n in self.needs(item) if isinstance(n, Node)]
            for node in reads:
                last[node.id] = (at, node)
        found: dict[int, list[Node]] = {}
        for at, node in last.values():
            if node.op not in ("feed", "const", "pick", "remember", *ACROSS) and node.kind != "several" and node.id not in wanted:
                found.setdefault(at, []).append(node)
        return found

    def fresh(self, reuse: bool = True) -> int:
        if reuse and self.free:
            return self.free.pop()
        self.registers += 1
        return self.registers - 1

    def several(self, node: Node, picks: dict[tuple[int, int], Node]) -> None:
        """A primitive with several outputs: each pick gets its register, outputs nobody picks get one to be written over."""
        primitive = self.library.primitives[node.op]
        outputs = []
        for i in range(len(primitive.results)):
            outputs.append(self.fresh(reuse=False))
            if (node.id, i) in picks:
                self.place[picks[node.id, i].id] = outputs[-1]
        inputs = tuple(self.place[a.id] for a in node.args)
        self.steps.append(
            Step(node.op, inputs, tuple(outputs), tuple(float(p) for p in node.params), primitive.state(*node.params))
        )

    def scan(self, states: tuple[int, ...]) -> None:
        """One step that computes states row by row."""
        inputs = self.depends.row_inputs(states)
        positions = {n.id: i for i, n in enumerate(inputs)}
        results = [self.depends.remember(i) for i in states]
        code = RowAssembler(self.graph, lambda n: positions.get(n.id)).assemble(states, results)
        for node in results:
            self.place[node.id] = self.fresh(reuse=False)
        self.steps.append(
            Step("scan", tuple(self.place[n.id] for n in inputs), tuple(self.place[n.id] for n in results), (), code.state, code)
        )

    # ------------------------------------------------------------ the machine

    def slot(self, node: Node) -> int:
        """The slot of a value at the close: a column's register or a result of the row code."""
        if node.id not in self.slot_of:
            if self.depends.is_column(node):
                self.slots.append(Slot("column", self.place[node.id]))
            else:
                self.slots.append(Slot("row", len(self.row_results)))
                self.row_results.append(node)
            self.slot_of[node.id] = len(self.slots) - 1
        return self.slot_of[node.id]

    def optional(self, node: Node | None) -> int:
        return -1 if node is None else self.slot(node)

    def price(self, node: Node | None) -> Price | None:
        """Row code of an attached price; what it reads besides entry and stop is frozen at the order's close."""
        if node is None:
            return None
        frozen: list[int] = []

        def load(n: Node) -> int | None:
            if n.op == "entry":
                return 0
            if n.op == "side":
                return 1
            if n.op == "stop":
                return 2
            if n.op == "const" or self.depends.of_order(n):
                return None
            slot = self.slot(n)
            if slot not in frozen:
                frozen.append(slot)
            return 3 + frozen.index(slot)

        code = RowAssembler(self.graph, load).assemble((), (node,))
        return Price(code, tuple(frozen))

    def machine(self) -> MachineCode:
        actions = tuple(self.action(order) for order in self.orders)
        for o in self.outputs:
            if not self.depends.is_column(o.node):
                self.slot(o.node)
        columns: list[int] = []
        row: RowCode | None = None
        if self.row_results:

            def load(n: Node) -> int | None:
                if n.op == "const" or not self.depends.is_column(n):
                    return None
                register = self.place[n.id]
                if register not in columns:
                    columns.append(register)
                return columns.index(register)

            states = sorted(
                {
                    int(n.params[0])
                    for n in reachable(self.row_results, self.graph)
                    if n.op == "remember" and not self.depends.is_column(n)
                }
            )
            row = RowAssembler(self.graph, load).assemble(states, self.row_results)
        rules = 1 + max((o.rule for o in self.orders), default=-1)
        return MachineCode(tuple(self.slots), tuple(columns), row, actions, rules)

    def action(self, o: OrderNodes) -> ActionCode:
        return ActionCode(
            o.verb, self.slot(o.fires), o.rule, o.tag, o.sizing, self.optional(o.size), o.entry, self.optional(o.price), self.optional(o.limit),
            self.price(o.stop), self.price(o.target), self.optional(o.trail), o.trail_share, self.optional(o.trail_after), o.trail_after_share,
            self.optional(o.hold), self.optional(o.expire), tuple(p if isinstance(p, str) else self.slot(p) for p in o.text), (o.span.start, o.span.end),
            score=self.optional(o.score), where=self.optional(o.where), weight=self.optional(o.weight),
            truths=tuple(p.kind == "truth" for p in o.text if isinstance(p, Node)),
        )  # fmt: skip


def _settle(ends: list[Extent]) -> int:
    return UNBOUNDED if any(e.settle == UNBOUNDED for e in ends) else max((e.settle for e in ends), default=0)
