"""A compiled program: checked once, then specialised to values of its inputs."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from compiler import syntax as s
from compiler.account import read_account
from compiler.adjustment.exponents import NOTHING, Power
from compiler.adjustment.orders import order_parts, with_parts
from compiler.adjustment.rescaling import Wanted, rescaled
from compiler.base_clock import asked_note, read_every
from compiler.building import ROW_PRIMITIVES, Builder, Frame, Refused, depends, finish_states, in_ticks
from compiler.builtins import ACROSS
from compiler.calendar_facts import hours_text
from compiler.clocks import Length
from compiler.diagnostics import CompileError, Diagnostic, Diagnostics, Edit, Fix, InternalError, Label
from compiler.filetests.case import Case
from compiler.flat import flatten_before_close
from compiler.inference import Typed
from compiler.libraries.module import Module, all_modules
from compiler.library import FunctionLibrary
from compiler.lower import Output, lower, order_nodes
from compiler.nodes import Graph, Node, reachable
from compiler.optimise import Optimised, optimise
from compiler.orders import OrderBuilder, OrderNodes, check_tags
from compiler.plan import Account, Plan
from compiler.ranges.promises import Promised
from compiler.source import Source, Span
from compiler.types import TEXT, settled_unit
from compiler.verify import verify
from compiler.walk import descend, expressions
from compiler.zones import zone_of

InputValue = float | bool | str
DEFAULT_TICK = 0.01
MOST_COST = 4e6
"""Steps (compiler/costs.py) that a program may take for each bar, by the costs that its functions declare."""
MOST_STATE = 8_000_000
"""Doubles that a program may keep from bar to bar."""


class InputError(ValueError):
    """A value for an input that the program does not allow. The message says what is allowed."""


@dataclass(frozen=True, slots=True)
class InputInfo:
    """A declared input. Shares are fractions (1% is 0.01), as everywhere outside the text. `written` is the default as the program spells it.

    in_ticks: values are counted in ticks (`3 ticks` is 3.0); the run's own tick makes a price of them.
    """

    name: str
    kind: Literal["number", "truth", "text"]
    unit: str
    default: InputValue
    low: float | None
    high: float | None
    step: float | None
    choices: tuple[InputValue, ...]
    label: str
    doc: str
    written: str
    range_written: str
    in_ticks: bool = False

    def check(self, value: InputValue) -> InputValue:
        """The value in its own kind; InputError quotes the range or choices it is not in."""
        if self.kind == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
            value = float(value)
            if not math.isfinite(value) and self.low is None:
                raise InputError(f"`{self.name}` takes a number; {value:g} is not.")
            if self.unit == "bars" and math.isfinite(value) and value != int(value):
                raise InputError(f"`{self.name}` is a whole number of bars; {value:g} is not.")
            below, above = self.low is not None and value < self.low, self.high is not None and value > self.high
            if value != value or below or above:
                raise InputError(f"`{self.name}` can be {self.range_written}; {value:g} is outside that range.")
            if self.choices and value not in self.choices:
                raise InputError(f"`{self.name}` can be one of {self.range_written}; {value:g} is not among them.")
            return value
        if (self.kind == "truth" and isinstance(value, bool)) or (self.kind == "text" and isinstance(value, str)):
            if self.choices and value not in self.choices:
                raise InputError(f"`{self.name}` can be one of {self.range_written}; {value!r} is not among them.")
            return value
        wanted = {"number": "a number", "truth": "true or false", "text": "a text"}[self.kind]
        raise InputError(f"`{self.name}` takes {wanted}; {value!r} is not.")


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

    @property
    def roots(self) -> list[Node]:
        return [o.node for o in self.outputs] + [n for order in self.orders for n in order_nodes(order)]


@dataclass(slots=True)
class Program:
    """A program without errors. `diagnostics` holds its warnings."""

    source: Source
    typed: Typed
    library: FunctionLibrary
    inputs: tuple[InputInfo, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    tests: tuple[Case, ...] = ()
    checked: Built | None = None
    """The graph that was checked: that of the inputs' defaults. It is not built a second time."""
    _plans: dict[tuple[object, ...], Plan] = field(default_factory=dict)
    _optimised: dict[tuple[object, ...], tuple[Built, Optimised]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        head = self.typed.names.strategy or self.typed.names.heading
        return head.title.value if head else ""

    @property
    def doc(self) -> str:
        head = self.typed.names.strategy or self.typed.names.heading
        return head.doc if head else ""

    @property
    def symbols(self) -> tuple[str, ...]:
        trade = self.typed.names.trade
        return tuple(symbol.value for symbol in trade.symbols) if trade else ()

    @property
    def universe(self) -> str:
        """The universe that `trade` names; '' where it names symbols."""
        trade = self.typed.names.trade
        return trade.universe.name if trade is not None and trade.universe is not None else ""

    @property
    def compares(self) -> bool:
        """Whether the program needs the instruments of a run beside each other: it holds the top of them, or compares them."""
        rules = self.typed.names.rules
        tops = any(isinstance(action, s.HoldTop) for rule in rules for action in (*rule.actions, *rule.otherwise))
        uses = any(isinstance(statement, s.Use) for statement in self.typed.names.file.statements)
        said = uses or any(name in self.source.text for name in ACROSS)
        return tops or (said and bool(self.plan().across))

    @property
    def every(self) -> str:
        """The base clock, such as `1d`: as written, or as the run asks; '' if nothing says."""
        trade = self.typed.names.trade
        return f"{trade.every.count}{trade.every.unit}" if trade else ""

    @property
    def asked_every(self) -> str:
        """The base clock of the run where the text says another, or none; else ''."""
        return self.typed.names.asked_every

    @property
    def clock_notes(self) -> list[str]:
        """That the run took another base clock than the program says, for the reader of a result."""
        trade = next((x for x in self.typed.names.file.statements if isinstance(x, s.Trade)), None)
        return asked_note(f"{trade.every.count}{trade.every.unit}" if trade else "", self.asked_every)

    @property
    def session(self) -> str:
        """The hours of `on session` with their zone, `09:30-16:00@America/New_York`; '' for all bars."""
        trade = self.typed.names.trade
        if trade is None or trade.session is None:
            return ""
        zone = zone_of(trade.zone.value) if trade.zone is not None else ""
        return hours_text(trade.session.value) + (f"@{zone}" if zone else "")

    @property
    def beside(self) -> tuple[str, ...]:
        """The other instruments that the program reads with `from`, in the order of the text."""
        exprs = (part for statement in self.typed.names.file.statements for part in expressions(statement))
        return tuple(dict.fromkeys(part.symbol.value for part in exprs if isinstance(part, s.From)))

    @property
    def hash(self) -> str:
        """Hash of the text, the edition, the standard library, every library that the program uses, however far down, and of the base clock
        where the run asks for another."""
        used = "".join(f"\0{m.title}\0{m.version}\0{m.hash}" for m in self.libraries)
        asked = f"\0every {Length.of(read_every(self.asked_every))}" if self.asked_every else ""
        return hashlib.sha256(f"apx 1\0{self.library.hash}\0{self.source.text}{used}{asked}".encode()).hexdigest()

    @property
    def libraries(self) -> tuple[Module, ...]:
        """The libraries that the program uses, and those that they use, by title."""
        return tuple(sorted(all_modules(self.typed.names.linked.modules), key=lambda m: (m.title, m.version)))

    @property
    def warmup(self) -> int:
        """Bars before every output is known, with the inputs' defaults."""
        return self.plan().warmup

    @property
    def settle(self) -> int:
        """Bars after which an earlier start would change nothing above 1e-6; -1 if there is no such number."""
        return self.plan().settle

    @property
    def cost(self) -> float:
        """Steps that a bar takes at most, with the inputs' defaults (compiler/costs.py)."""
        return self.plan().cost

    @property
    def state(self) -> int:
        """Saved state, in bytes, with the inputs' defaults."""
        return 8 * self.plan().state

    def values(self, given: Mapping[str, InputValue]) -> dict[str, InputValue]:
        """Every input's value: those given, checked against their ranges, else the defaults; then the `require` lines."""
        known = {info.name: info for info in self.inputs}
        for name in given:
            if name not in known:
                listed = ", ".join(f"`{n}`" for n in known) or "none"
                raise InputError(f"The program has no input `{name}`; its inputs: {listed}.")
        result = {name: info.check(given[name]) if name in given else info.default for name, info in known.items()}
        broken = broken_requirement(self.typed, result)
        if broken is not None:
            shown = ", ".join(
                f"{n} = {v:g}" if isinstance(v, float) else f"{n} = {v}"
                for n, v in result.items()
                if re.search(rf"\b{n}\b", broken)
            )
            raise InputError(f"The program requires `{broken}`; it does not hold for {shown}.")
        return result

    def build(self, given: Mapping[str, InputValue] | None = None, tick: float = DEFAULT_TICK, adjusted: bool = False) -> Built:
        """The graph for these inputs. adjusted: for prices that factors were applied to (compiler/adjustment). Raises InputError, or CompileError
        where a value makes no sense (a window of 0)."""
        values = self.values(given or {})
        if not adjusted and self.checked is not None and self.checked.tick == tick and self.checked.inputs == values:
            return self.checked
        built = build_program(self.typed, values, tick, adjusted=adjusted)
        if any(d.severity == "error" for d in built.diagnostics):
            raise CompileError(self.source, built.diagnostics)
        return built

    def optimised(
        self, given: Mapping[str, InputValue] | None = None, tick: float = DEFAULT_TICK, adjusted: bool = False
    ) -> tuple[Built, Optimised]:
        """The graph before and after the passes."""
        values = self.values(given or {})
        key = (tuple(sorted(values.items())), tick, adjusted)
        if key not in self._optimised:
            built = self.build(given, tick, adjusted)
            self._optimised.clear()  # the last one is what plan() for signals and for a backtest share
            self._optimised[key] = (built, optimise(built.graph, built.roots, self.library))
        return self._optimised[key]

    def plan(
        self,
        given: Mapping[str, InputValue] | None = None,
        tick: float = DEFAULT_TICK,
        want: Literal["signals", "backtest"] = "signals",
        adjusted: bool = False,
    ) -> Plan:
        """The plan for these inputs: with every let, rule and plot as a column ('signals'), or only what orders need ('backtest').

        adjusted: for bars with factors, which the plan then reads."""
        key = (tuple(sorted(self.values(given or {}).items())), tick, want, adjusted)
        if key not in self._plans:
            built, optimised = self.optimised(given, tick, adjusted)
            outputs = built.outputs if want == "signals" else ()
            self._plans[key] = lower(optimised, outputs, built.orders, built.account, self.library, self.every, self.session)
        return self._plans[key]

    def watching(
        self, watched: Mapping[str, s.Expr], given: Mapping[str, InputValue], tick: float, adjusted: bool = False
    ) -> tuple[Built, Plan]:
        """The graph and plan of a run that also writes down expressions of the program, each a column of role 'watch'. Texts are left out."""
        built = build_program(self.typed, self.values(given), tick, watched, adjusted=adjusted)
        if any(d.severity == "error" for d in built.diagnostics):
            raise CompileError(self.source, built.diagnostics)
        optimised = optimise(built.graph, built.roots, self.library)
        return built, lower(optimised, built.outputs, built.orders, built.account, self.library, self.every, self.session)


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
            outputs.append(Output(f"rule_{i + 1}", "rule", condition, "condition", _shown(typed, rule.condition)))
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
        builder.charged,
    )  # fmt: skip
    if adjusted and not found.has_errors and not frame.failed:
        built = adjusted_graph(built, builder.tags, names.library)
    if not found.has_errors and not frame.failed:  # a state that was refused stays unfinished where its past was read
        verify(built.graph, built.roots, names.library, "build")
    return built


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
            text = " ".join(builder.typed.names.source.text[dearest[2].start : dearest[2].end].split())
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
    text = item.label.value if item.label else _shown(typed, item.value)
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
        outputs.append(Output(name, "watch", value, str(builder.typed.type_of(expr)), _shown(builder.typed, expr)))


def _shown(typed: Typed, expr: s.Expr) -> str:
    return " ".join(typed.names.source.text[expr.span.start : expr.span.end].split())


def input_infos(typed: Typed, diagnostics: Diagnostics) -> tuple[InputInfo, ...]:
    """The declared inputs with their ranges; a default outside its range, or a range upside down, is reported."""
    infos = []
    builder = Builder(typed, {}, 1.0, diagnostics)  # ticks are counted; what one is worth is known at the run
    names = typed.names
    frame = builder.program_frame()
    for name in names.in_order():  # a default may be made of other inputs, also of later ones
        if name in names.inputs:
            info = _input_info(name, names.inputs[name], typed, builder, frame, diagnostics)
            if info is not None and not _reported(names.inputs[name].span, diagnostics):
                infos.append(info)
                frame.values[name] = _value_node(builder, info.default)
    place = {name: i for i, name in enumerate(names.inputs)}
    return tuple(sorted(infos, key=lambda info: place[info.name]))


def _reported(span: Span, diagnostics: Diagnostics) -> bool:
    """Whether a mistake within a place has been reported."""
    return any(d.severity == "error" and span.start <= d.span.start < span.end for d in diagnostics.found)


def _value_node(builder: Builder, value: InputValue) -> Node | str:
    if isinstance(value, str):
        return value
    return builder.graph.truth(2 if value else 0) if isinstance(value, bool) else builder.graph.const(value)


def _input_info(
    name: str, statement: s.Input, typed: Typed, builder: Builder, frame: Frame, diagnostics: Diagnostics
) -> InputInfo | None:
    def read(expr: s.Expr | None) -> InputValue | None:
        if expr is None:
            return None
        try:
            value = builder.expr(expr, frame)
        except Refused:
            return None
        if isinstance(value, str):
            return value
        folded = builder.folded(value) if isinstance(value, Node) else None
        if folded is None or folded != folded:
            return None
        assert isinstance(value, Node)
        return folded == 2.0 if value.kind == "truth" else folded

    default = read(statement.default)
    type_ = typed.inputs.get(name)
    if default is None or type_ is None or type_.kind not in ("number", "truth", "text"):
        if (type_ is None or type_.kind != "error") and not _reported(statement.span, diagnostics):
            diagnostics.error(
                "E0404",
                statement.default.span,
                f"The default of `{name}` must be a known, fixed value, such as `20 bars` or `1.5`.",
            )
        return None
    low, high, step = read(statement.low), read(statement.high), read(statement.step)
    choices = tuple(c for c in map(read, statement.choices.items if statement.choices else ()) if c is not None)
    shown = ""
    if statement.low is not None and statement.high is not None:
        shown = f"{_shown(typed, statement.low)} .. {_shown(typed, statement.high)}"
    elif statement.choices is not None:
        shown = ", ".join(_shown(typed, c) for c in statement.choices.items)
    assert type_.kind in ("number", "truth", "text")
    kind: Literal["number", "truth", "text"] = (
        "number" if type_.kind == "number" else "truth" if type_.kind == "truth" else "text"
    )
    unit = str(settled_unit(type_.unit) or "plain number") if kind == "number" else ""
    info = InputInfo(
        name, kind, unit, default, low if isinstance(low, float) else None, high if isinstance(high, float) else None,
        step if isinstance(step, float) else None, choices, statement.label.value if statement.label else "", statement.doc,
        _shown(typed, statement.default), shown, in_ticks(name, typed.names),
    )  # fmt: skip
    if _reported(statement.span, diagnostics):
        return info
    if unit == "bars" and isinstance(default, float) and math.isfinite(default) and default != int(default):
        diagnostics.error(
            "E0603", statement.default.span, f"`{name}` is a whole number of bars; this is {default:g}.", "Round it."
        )
        return info
    for written, value in ((statement.low, low), (statement.high, high), (statement.step, step)):
        if unit == "bars" and written is not None and isinstance(value, float) and math.isfinite(value) and value != int(value):
            diagnostics.error(
                "E0603", written.span, f"`{name}` is a whole number of bars; {value:g} in its range is not.", "Round it."
            )
            return info
        if written is not None and value is None:
            diagnostics.error(
                "E0404", written.span, f"The range of `{name}` must be fixed before the run; `{_shown(typed, written)}` is not."
            )
            return info
    if statement.choices is not None and not statement.choices.items:
        diagnostics.error(
            "E0606",
            statement.choices.span,
            f"`{name}` has nothing to choose from.",
            "List the values that it may have, or leave out `in []`.",
        )
    elif unit == "bars" and any(isinstance(c, float) and c != int(c) for c in choices):
        assert statement.choices is not None
        wrong = next(e for e, c in zip(statement.choices.items, choices, strict=False) if isinstance(c, float) and c != int(c))
        diagnostics.error(
            "E0603", wrong.span, f"`{name}` is a whole number of bars; `{_shown(typed, wrong)}` is not.", "Round it."
        )
    elif statement.choices is not None and len(choices) < len(statement.choices.items):
        wrong = next(c for c in statement.choices.items if read(c) is None)
        diagnostics.error(
            "E0404", wrong.span, f"The choices of `{name}` must be fixed before the run; `{_shown(typed, wrong)}` is not."
        )
    elif statement.choices is not None and len(set(choices)) < len(choices):
        again = next(c for i, c in enumerate(statement.choices.items) if choices[i] in choices[:i])
        diagnostics.error(
            "E0606", again.span, f"`{_shown(typed, again)}` is already one of the choices of `{name}`.", "Remove one of the two."
        )
    elif info.low is not None and info.high is not None and info.low > info.high:
        assert statement.low is not None
        assert statement.high is not None
        low_text, high_text = _shown(typed, statement.low), _shown(typed, statement.high)
        swapped = Fix(
            f"write `{high_text} .. {low_text}`", (Edit(statement.low.span, high_text), Edit(statement.high.span, low_text))
        )
        diagnostics.error(
            "E0606",
            statement.low.span,
            f"The range of `{name}` is upside down: {shown}.",
            "Write the smaller end first.",
            fixes=(swapped,),
        )
    elif info.step is not None and info.step <= 0:
        assert statement.step is not None
        diagnostics.error("E0606", statement.step.span, f"The step of `{name}` must be above zero.")
    elif info.step is not None and info.low is not None and info.high is not None and info.step > info.high - info.low:
        assert statement.step is not None
        diagnostics.error(
            "E0606", statement.step.span, f"The step of `{name}` is larger than its whole range, {shown}.", "Take a smaller step."
        )
    else:
        try:
            info.check(default)
        except InputError:
            diagnostics.error(
                "E0607",
                statement.default.span,
                f"The default of `{name}` is outside its own range, {shown}.",
                "Widen the range or change the default.",
            )
    return info


def _requirements(typed: Typed, values: Mapping[str, InputValue]) -> Iterator[tuple[s.Require, float | None]]:
    """Each `require` with its truth for these values, None where it is not fixed; those with another mistake are left out."""
    builder = Builder(typed, values, DEFAULT_TICK, Diagnostics())
    frame = builder.program_frame()
    for requirement in typed.names.requires:
        try:
            yield requirement, builder.folded(builder.truth(requirement.condition, frame))
        except Refused:
            continue


def broken_requirement(typed: Typed, values: Mapping[str, InputValue]) -> str | None:
    """The text of the first `require` that these values do not meet; None if all hold."""
    return next((_shown(typed, r.condition) for r, value in _requirements(typed, values) if value != 2.0), None)


def check_requirements(typed: Typed, defaults: Mapping[str, InputValue], found: Diagnostics) -> None:
    """Report requirements that are not about inputs, and those that the inputs' own defaults do not meet."""
    for requirement, value in _requirements(typed, defaults):
        text, span = _shown(typed, requirement.condition), requirement.condition.span
        if _reported(span, found):
            continue
        if value is None:
            found.error(
                "E0609",
                span,
                f"`require` compares inputs; `{text}` changes from bar to bar.",
                "A condition on the market belongs in a rule: `when …`.",
            )
        elif value != 2.0:
            parts = [part.name for part in descend(requirement.condition) if isinstance(part, s.Name)]
            inputs = [typed.names.inputs[name] for name in dict.fromkeys(parts) if name in typed.names.inputs]
            labels = tuple(Label(i.default.span, f"`{i.name.name}` is {_shown(typed, i.default)}") for i in inputs)
            found.error(
                "E0608", span, f"The inputs' own defaults do not meet `{text}`.", "Change a default or the requirement.", labels
            )
