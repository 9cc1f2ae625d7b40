"""Build: from a typed program and values for its inputs to the graph, with every phrase spelled out in operators and primitives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from compiler import syntax as s
from compiler.builtins import ACROSS, MARKET, MEMBERS
from compiler.calendar_facts import CalendarFacts
from compiler.clocks import BASE, Clock, Length, why_not
from compiler.diagnostics import Diagnostics, Edit, Fix, InternalError, Label
from compiler.fold import fold
from compiler.functions import Defined, Function, Mark, Scalar, default_of, parameter_names
from compiler.inference import Typed
from compiler.library import Primitive
from compiler.nodes import Graph, Node, NodeKind, State, reachable
from compiler.ranges.promises import Promised, promised, promises
from compiler.resolve import Names, Scope, scope_of
from compiler.source import Source, Span
from compiler.walk import descend, ungrouped

LONGEST_WINDOW = 100_000
ROW_PRIMITIVES = ("lag", "held", "within", "bars_since")
"""Primitives that also run row by row, so that states and position facts may use them."""


class Unknown:
    """The literal `unknown`, before it is clear whether a number or a truth is meant."""


UNKNOWN = Unknown()
SYMBOL = "{symbol}"
"""Stands in texts where the name of the instrument is filled in."""
SYMBOL_FEED = "symbol.is@"
"""How feeds begin that say whether the instrument has the name that follows."""
Value = Node | Unknown | str | dict[str, "Value"]


class Refused(Exception):
    """An expression has no graph; the reason has been reported."""


@dataclass(slots=True)
class Frame:
    """Names at one place: the program's, or those of one call of a define. Lets and states are built when first needed."""

    scope: Scope
    source: Source
    lines: dict[str, s.Let | s.Remember]
    values: dict[str, Value]
    call: Span | None = None  # where the program called the define that this frame belongs to
    busy: dict[str, int] = field(default_factory=dict)  # states being built -> their index; lets being built -> -1
    indexes: dict[str, int] = field(default_factory=dict)  # states whose index is given
    failed: set[str] = field(default_factory=set)  # lets and states that were refused once, and why was said
    inside: list[str] = field(default_factory=list)  # the let or state whose text is being built, innermost last
    entry: bool = False
    clock: Clock = BASE
    arguments: dict[str, tuple[s.Expr, Frame]] = field(
        default_factory=dict
    )  # of the call, where they are not built yet on this clock
    others: dict[Clock, Frame] = field(default_factory=dict)  # the same place on every clock that was asked for
    begun: dict[str, int] = field(default_factory=dict)  # states being built -> how many clocks lay around them then

    def at(self, clock: Clock, fixed: Mapping[str, Value]) -> Frame:
        """The same place on another clock: its names mean the same, computed on the bars of that clock. fixed: values of inputs."""
        self.others.setdefault(self.clock, self)
        if clock not in self.others:
            self.others[clock] = replace(
                self, values=dict(fixed), busy={}, indexes={}, failed=set(), inside=[], entry=False, clock=clock, begun={}
            )
        return self.others[clock]


def in_ticks(name: str, names: Names) -> bool:
    """Whether an input is a number of ticks: its value is counted in ticks, and becomes a price with the run's own tick."""
    chain: list[str] = []
    found = False
    while name in names.inputs and name not in chain[-1:]:
        if name in names.in_ticks:
            found = names.in_ticks[name]
            break
        chain.append(name)
        names.in_ticks[name] = False  # a ring of inputs is reported elsewhere
        parts = list(_with_constants(names.inputs[name].default, names))
        if any(isinstance(part, s.Number) and part.unit == "ticks" for part in parts):
            found = True
            break
        name = next((part.name for part in parts if isinstance(part, s.Name)), "")
    names.in_ticks.update(dict.fromkeys(chain, found))
    return found


def _with_constants(expr: s.Expr, names: Names) -> Iterator[s.Expr]:
    """An expression and everything inside it, and inside the constants of libraries that it reads."""
    for part in descend(expr):
        yield part
        if isinstance(part, s.Call) and isinstance(part.function, s.Name) and part.function.name in names.linked.constants:
            constant = names.function(part.function.name)
            if isinstance(constant, Defined):
                yield from _with_constants(constant.define.outputs[0].value, names)


@dataclass(slots=True)
class Builder:
    """Builds expressions into one graph. `inputs` are numbers, truths or texts by name; `tick` is the instrument's price step."""

    typed: Typed
    inputs: Mapping[str, float | bool | str]
    tick: float
    diagnostics: Diagnostics
    graph: Graph = field(default_factory=Graph)
    computing: set[int] = field(default_factory=set)  # states whose next is being built
    charged: dict[int, tuple[float, int, Span]] = field(
        default_factory=dict
    )  # node -> ns a bar, doubles of state, where it was written
    left_open: frozenset[str] = frozenset()  # inputs that are leaves of the graph instead of their values
    promised: dict[int, Promised] = field(default_factory=dict)  # node -> the range that a library function declares for it
    conditions: dict[int, list[Node]] = field(default_factory=dict)  # id of an expression of the program -> what it became
    clocks: list[Clock] = field(default_factory=lambda: [BASE])  # those around what is being built, innermost last
    _free: set[int] = field(default_factory=set)  # nodes that read neither position facts nor unfinished states
    _folded: dict[int, float | None] = field(default_factory=dict)

    def program_frame(self) -> Frame:
        names = self.typed.names
        values: dict[str, Value] = {}
        for name, value in self.inputs.items():
            if name in self.left_open:
                values[name] = self.input(name, value)
            elif isinstance(value, str):
                values[name] = value
            elif isinstance(value, bool):
                values[name] = self.graph.truth(2 if value else 0)
            else:
                values[name] = self.graph.const(value * self.tick if in_ticks(name, names) else value)
        return Frame(Scope(names), names.source, {**names.lets, **names.states}, values)

    def input(self, name: str, value: float | bool | str) -> Node:
        """An input left open: whatever it is worth, ticks as a price."""
        leaf = self.graph.node("input", (), (name,), "truth" if isinstance(value, bool) else "number")
        return self.graph.node("mul", (leaf, self.graph.const(self.tick))) if in_ticks(name, self.typed.names) else leaf

    # ------------------------------------------------------------ names

    def named(self, name: s.Name, frame: Frame) -> Value:
        text = name.name
        if text in frame.values:
            return frame.values[text]
        if text in frame.arguments:
            argument, outer = frame.arguments[text]
            frame.values[text] = self.expr(argument, self.moved(outer, frame.clock))
            return frame.values[text]
        if text in frame.lines:
            return self.line(text, frame, name.span)
        if text == "entry" and frame.entry:
            return self.graph.node("entry", kind="number")
        if text in MARKET:
            return self.market(text, frame.clock)
        if text == "time":
            return self.graph.feed("time", frame.clock)
        if text == "symbol":
            return SYMBOL
        raise Refused

    def market(self, name: str, clock: Clock = BASE) -> Node:
        g = self.graph
        if name not in ("hl2", "hlc3", "ohlc4"):
            return g.feed(name, clock)
        opened, high, low, close = (g.feed(part, clock) for part in ("open", "high", "low", "close"))
        total = g.node("add", (high, low))
        if name == "hl2":
            return g.node("div", (total, g.const(2.0)))
        if name == "hlc3":
            return g.node("div", (g.node("add", (total, close)), g.const(3.0)))
        total = g.node("add", (g.node("add", (g.node("add", (opened, high)), low)), close))
        return g.node("div", (total, g.const(4.0)))

    # ------------------------------------------------------------ clocks

    def moved(self, frame: Frame, clock: Clock) -> Frame:
        """A place on another clock."""
        if clock == frame.clock:
            return frame
        inputs = {name: frame.values[name] for name in self.typed.names.inputs if frame.call is None and name in frame.values}
        return frame.at(clock, inputs)

    def elsewhere(self, operand: s.Expr, clock: Clock, frame: Frame) -> Value:
        """All of an expression on another clock, and its last completed value seen from this one."""
        if clock == frame.clock:
            return self.expr(operand, frame)
        self.clocks.append(clock)
        try:
            value = self.expr(operand, self.moved(frame, clock))
        finally:
            self.clocks.pop()
        return self.held(value, frame.clock, clock)

    def held(self, value: Value, clock: Clock, source: Clock) -> Value:
        """The last completed value of what runs on the source, seen from a clock. A fixed value is what it is everywhere."""
        if isinstance(value, dict):
            return {name: self.held(part, clock, source) for name, part in value.items()}
        if isinstance(value, str):
            raise Refused
        return self.graph.latest(value, clock, source) if isinstance(value, Node) and self.folded(value) is None else value

    def slower(self, expr: s.On, frame: Frame) -> Clock:
        """The clock of `on 4h`; refused where it cannot be built from the program's bars. Inside a slower one it is looked at there."""
        trade = self.typed.names.trade
        if trade is None and any(d.code == "E0408" for d in self.diagnostics.found):
            raise Refused  # said once for the whole program
        if trade is None:
            self.error(
                "E0408", expr.clock.span, frame, "`on` builds longer bars from the program's own, and nothing says how long those are.",
                'Add a line such as `trade "AAPL" every 1h`.',
            )  # fmt: skip
            raise Refused
        wanted, base = Length.of(expr.clock), Length.of(trade.every)
        reason = why_not(wanted, base)
        if reason is not None:
            self.error("E0409", expr.clock.span, frame, *reason)
            raise Refused
        return frame.clock.on("" if wanted == base else str(wanted))

    def on_base(self, what: str, span: Span, frame: Frame) -> None:
        """Refuse what belongs to this run where an expression runs on other bars."""
        if frame.clock != BASE:
            self.error(
                "E0410", span, frame, f"`{what}` belongs to the run's own bars; inside `{frame.clock}` there is none.",
                f"Read it outside: give the part that runs `{frame.clock}` a name with `let`, and compare that.",
            )  # fmt: skip
            raise Refused

    def line(self, name: str, frame: Frame, span: Span) -> Value:
        """The value of a let or state; a state's own name inside its next is its previous value."""
        line = frame.lines[name]
        if name in frame.failed:
            raise Refused
        if name in frame.busy:
            around = frame.begun.get(name, len(self.clocks))
            if isinstance(line, s.Remember) and frame.inside and frame.inside[-1] == name and around == len(self.clocks):
                index = frame.busy[name]
                return self.graph.node("prev", (), (index,), self.graph.states[index].kind)
            if isinstance(line, s.Remember) and around != len(self.clocks):
                self.error(
                    "E0405",
                    span,
                    frame,
                    f"`{name}` needs itself by way of another clock.",
                    "Give the part that runs there a state of its own.",
                )
            elif isinstance(line, s.Remember):
                after = frame.inside.index(name) + 1 if name in frame.inside else len(frame.inside)
                others = ", ".join(f"`{n}`" for n in frame.inside[after:])
                needs = f"needs {others} and is needed by it on the same bar" if others else "needs itself on the same bar"
                self.error(
                    "E0405", span, frame, f"`{name}` {needs}.",
                    f"Read its value of the bar before: `{name}[1]`.", (Fix(f"read `{name}[1]`", (Edit(span, f"{name}[1]"),)),),
                )  # fmt: skip
            else:
                self.error(
                    "E0205",
                    line.name.span,
                    frame,
                    f"`{name}` needs itself.",
                    f"To keep a value from bar to bar write `remember {name} = … initially …`.",
                )
            raise Refused
        if isinstance(line, s.Let):
            frame.busy[name] = -1
            frame.inside.append(name)
        try:
            value = self.expr(line.value, frame) if isinstance(line, s.Let) else self.state(line, frame)
        except Refused:
            frame.failed.add(name)
            raise
        finally:
            if isinstance(line, s.Let):
                frame.inside.pop()
                del frame.busy[name]
        frame.values[name] = value
        if isinstance(line, s.Let) and isinstance(value, Node) and value.kind == "truth":
            self.conditions.setdefault(id(ungrouped(line.value)), []).append(value)
        return value

    def is_other_state(self, name: str, frame: Frame) -> bool:
        """Whether a name is a state that is not finished: its past can be read, its present perhaps not yet. Not so inside its own next."""
        own = bool(frame.inside) and frame.inside[-1] == name
        return isinstance(frame.lines.get(name), s.Remember) and name not in frame.values and not own

    def state_index(self, name: str, frame: Frame) -> int:
        """The index of a state, before or after it is built."""
        if name not in frame.indexes:
            line = frame.lines[name]
            assert isinstance(line, s.Remember)
            kind: NodeKind = "truth" if self.state_is_truth(line, frame) else "number"
            frame.indexes[name] = len(self.graph.states)
            self.graph.states.append(State(name, kind, clock=frame.clock))
        return frame.indexes[name]

    def finish_states(self, frame: Frame) -> None:
        """Build every state whose past was read and that nothing else has asked for yet, on every clock."""
        while waiting := [
            (name, place)
            for place in (frame, *frame.others.values())
            for name in place.indexes
            if name not in place.values and name not in place.failed
        ]:
            name, place = waiting[0]
            self.clocks.append(place.clock)
            self.line(name, place, place.lines[name].name.span)
            self.clocks.pop()

    def state(self, line: s.Remember, frame: Frame) -> Node:
        name = line.name.name
        index = self.state_index(name, frame)
        state = self.graph.states[index]
        frame.busy[name] = index
        frame.begun[name] = len(self.clocks)
        self.computing.add(index)
        frame.inside.append(f"initially {name}")
        try:
            state.first = self.as_kind(self.expr(line.first, frame), state.kind)
            frame.inside[-1] = name
            state.next = self.as_kind(self.expr(line.next, frame), state.kind)
        finally:
            frame.inside.pop()
            del frame.busy[name]
            self.computing.discard(index)
        return self.graph.node("remember", (), (index,), state.kind)

    def state_is_truth(self, line: s.Remember, frame: Frame) -> bool:
        if frame.call is None and line.name.name in self.typed.states:
            return self.typed.states[line.name.name].kind == "truth"
        first = self.kind_of(line.first, frame)
        return (first or self.kind_of(line.next, frame)) == "truth"

    def kind_of(self, expr: s.Expr, frame: Frame) -> str | None:
        """number, truth or None (unknown, or a state that is being built), from the shape of an expression."""
        match ungrouped(expr):
            case s.UnknownLiteral() | s.ErrorExpr():
                return None
            case (
                s.TruthLiteral()
                | s.Between()
                | s.Crosses()
                | s.IsMoving()
                | s.IsNew()
                | s.IsAvailable()
                | s.HasHeld()
                | s.WithinLast()
                | s.Unary(op="not")
            ):
                return "truth"
            case s.Binary(op="or_else", left=left, right=right):
                return self.kind_of(left, frame) or self.kind_of(right, frame)
            case s.Binary(op=op):
                return "number" if op in ("+", "-", "*", "/") else "truth"
            case s.If(branches=branches, otherwise=otherwise):
                return next((k for k in (self.kind_of(e, frame) for e in (*(v for _, v in branches), otherwise)) if k), None)
            case s.Index(base=base):
                return self.kind_of(base, frame)
            case s.Name(name=name) if (name in frame.busy and frame.busy[name] < 0) or name in frame.inside:
                return None
            case s.Name(name=name) if name in frame.lines and name not in frame.values:
                line = frame.lines[name]
                frame.inside.append(name)
                kind = self.kind_of(line.value if isinstance(line, s.Let) else line.first, frame)
                kind = kind or (self.kind_of(line.next, frame) if isinstance(line, s.Remember) else None)
                frame.inside.pop()
                return kind
            case s.Name(name=name) if name in frame.values:
                value = frame.values[name]
                return value.kind if isinstance(value, Node) else None
            case s.Name(name=name) if name in frame.arguments:
                argument, outer = frame.arguments[name]
                return self.kind_of(argument, self.moved(outer, frame.clock))
            case s.On(operand=operand) | s.From(operand=operand):
                return self.kind_of(operand, frame)
            case s.TimeWithin() | s.Scheduled():
                return "truth"
            case s.Member(base=s.Name(name=base), field=field_) if base in MEMBERS and base not in frame.lines:
                return MEMBERS[base][field_.name].kind if field_.name in MEMBERS[base] else "number"
            case s.Call(function=s.Name(name=name)):
                of_library = frame.scope.define is not None and frame.scope.define.of_library
                return self.kind_of_call(
                    self.typed.names.library_function(name) if of_library else self.typed.names.function(name)
                )
            case _:
                return "number"

    def kind_of_call(self, function: Function | None) -> str | None:
        match function:
            case Primitive(results=results):
                return results[0].kind
            case Defined(define=define):
                lines = {line.name.name: line for line in define.body}
                return self.kind_of(
                    define.outputs[0].value, Frame(scope_of(self.typed.names, function), function.source, lines, {})
                )
            case _:
                return "number"

    # ------------------------------------------------------------ expressions

    def number(self, expr: s.Expr, frame: Frame) -> Node:
        return self.as_kind(self.expr(expr, frame), "number")

    def truth(self, expr: s.Expr, frame: Frame) -> Node:
        node = self.as_kind(self.expr(expr, frame), "truth")
        if frame.scope.define is None or not frame.scope.define.of_library:
            self.conditions.setdefault(id(ungrouped(expr)), []).append(node)
        return node

    def as_kind(self, value: Value, kind: str) -> Node:
        if isinstance(value, Unknown):
            return self.graph.truth(1) if kind == "truth" else self.graph.const(math.nan)
        if not isinstance(value, Node) or value.kind != kind:
            raise Refused
        return value

    def pair(self, a: Value, b: Value) -> tuple[Node, Node, bool]:
        """Two values of one kind, and whether they are truths."""
        kind = next((v.kind for v in (a, b) if isinstance(v, Node)), "number")
        return self.as_kind(a, kind), self.as_kind(b, kind), kind == "truth"

    def expr(self, expr: s.Expr, frame: Frame) -> Value:
        g = self.graph
        match expr:
            case s.Number(value=value, unit=unit):
                scale = {"%": 100.0, "bps": 10_000.0}.get(unit)
                return g.const(value / scale if scale else value * self.tick if unit == "ticks" else value)
            case s.TruthLiteral(value=truth):
                return g.truth(2 if truth else 0)
            case s.UnknownLiteral():
                return UNKNOWN
            case s.TextLiteral(value=text):
                return text
            case s.Grouped(inner=inner):
                return self.expr(inner, frame)
            case s.Name():
                return self.named(expr, frame)
            case s.Member():
                return self.member(expr, frame)
            case s.Index():
                return self.index(expr, frame)
            case s.Call():
                return self.call(expr, frame)
            case s.Unary(op="-", operand=operand):
                return g.node("neg", (self.number(operand, frame),))
            case s.Unary(operand=operand):
                return g.node("not", (self.truth(operand, frame),))
            case s.Binary():
                return self.binary(expr, frame)
            case s.Between(operand=operand, low=low, high=high):
                x = self.number(operand, frame)
                return g.node("and", (g.node("ge", (x, self.number(low, frame))), g.node("le", (x, self.number(high, frame)))))
            case s.Crosses(left=left, right=right, way=way):
                return self.crosses(self.number(left, frame), self.number(right, frame), way)
            case s.IsMoving(operand=operand, way=way, length=length):
                x = self.number(operand, frame)
                return self.primitive_node(
                    "held",
                    (g.node("gt" if way == "rising" else "lt", (x, self.lag(x, 1))),),
                    (self.length(length, frame),),
                    "truth",
                )
            case s.IsNew(operand=operand):
                return self.is_new(self.expr(operand, frame))
            case s.IsAvailable(operand=operand):
                return self.is_available(self.expr(operand, frame))
            case s.HasHeld(condition=condition, length=length):
                return self.primitive_node("held", (self.truth(condition, frame),), (self.length(length, frame),), "truth")
            case s.WithinLast(condition=condition, length=length):
                return self.primitive_node("within", (self.truth(condition, frame),), (self.length(length, frame),), "truth")
            case s.BarsSince(condition=condition):
                return self.primitive_node("bars_since", (self.truth(condition, frame),), (), "number")
            case s.If(branches=branches, otherwise=otherwise):
                return self.choice(branches, otherwise, frame)
            case s.On(operand=operand):
                return self.elsewhere(operand, self.slower(expr, frame), frame)
            case s.From(operand=operand, symbol=symbol):
                return self.elsewhere(operand, frame.clock.of(symbol.value), frame)
            case s.TimeWithin() | s.InZone():
                return CalendarFacts(self.graph, frame.clock).phrase(expr)
            case s.Scheduled():
                return CalendarFacts(self.graph, frame.clock).scheduled(expr)
            case _:
                raise Refused

    def member(self, expr: s.Member, frame: Frame) -> Value:
        base, name = expr.base, expr.field.name
        if isinstance(base, s.Name) and base.name in MEMBERS and base.name not in frame.lines and base.name not in frame.values:
            if name not in MEMBERS[base.name]:
                raise Refused
            full = f"{base.name}.{name}"
            if base.name in ("time", "session"):
                return CalendarFacts(self.graph, frame.clock).member(base.name, name)
            self.on_base(full, expr.span, frame)
            return self.graph.node("fact", (), (full,), "number")
        value = self.expr(base, frame)
        if not isinstance(value, dict) or name not in value:
            raise Refused
        return value[name]

    def index(self, expr: s.Index, frame: Frame) -> Node:
        ago = self.fixed(expr.ago, frame)
        if ago is None:
            self.error(
                "E0402", expr.ago.span, frame, "A bar in the past is named by a fixed number of bars; this number changes from bar to bar.",
                "Write a whole number, an input, or use `value_when`.",
            )  # fmt: skip
            raise Refused
        if ago < 0:
            ahead = f"{-ago:g} bar{'s' if ago != -1 else ''}"
            fixed = isinstance(ungrouped(expr.ago), s.Unary)
            self.error(
                "E0401", expr.ago.span, frame, f"`[{ago:g}]` would read {ahead} into the future; only past bars are known.", "Count bars back: `[1]` is the bar before.",
                (Fix(f"read the past: `[{-ago:g}]`", (Edit(expr.ago.span, f"{-ago:g}"),)),) if fixed else (),
            )  # fmt: skip
            raise Refused
        if not ago <= LONGEST_WINDOW or ago != math.floor(ago):  # a number too large for a double is unknown
            self.error(
                "E0603",
                expr.ago.span,
                frame,
                f"A bar in the past is named by a whole number up to {LONGEST_WINDOW:,}; this is {f'{ago:g}' if ago == ago else 'unknown'}.",
            )
            raise Refused
        bars, base = int(ago), ungrouped(expr.base)
        if bars and isinstance(base, s.Name) and self.is_other_state(base.name, frame):
            index = self.state_index(base.name, frame)
            return self.lag(self.graph.node("past", (), (index,), self.graph.states[index].kind), bars - 1)
        value = self.expr(expr.base, frame)
        if isinstance(value, Unknown):
            return self.graph.const(math.nan)
        if not isinstance(value, Node):
            raise Refused
        past = self.lag(value, bars)
        self.charge(past, frame.call or expr.span)
        return past

    def charge(self, node: Node, span: Span) -> None:
        """Note what a node costs, to name the dearest should the whole be too dear."""
        primitive = self.typed.names.library.primitives.get(node.op)
        if primitive is not None and node.id not in self.charged:
            self.charged[node.id] = (float(primitive.cost(*node.params)), primitive.state(*node.params), span)

    def lag(self, x: Node, bars: int) -> Node:
        """x some bars ago; a fixed value has always been what it is."""
        return x if self.folded(x) is not None else self.graph.lag(x, bars)

    def binary(self, expr: s.Binary, frame: Frame) -> Value:
        g, op = self.graph, expr.op
        if op in ("and", "or"):
            return g.node(op, (self.truth(expr.left, frame), self.truth(expr.right, frame)))
        left, right = self.expr(expr.left, frame), self.expr(expr.right, frame)
        if isinstance(left, str) and isinstance(right, str) and op in ("==", "!="):
            return self.same_text(left, right, frame.clock, op == "==")
        if op == "or_else":
            if isinstance(left, Unknown):
                return right
            a, b, truths = self.pair(left, right)
            return g.node("or_else_truth" if truths else "or_else", (a, b))
        a, b, truths = self.pair(left, right)
        if truths:
            same = g.node("same", (a, b))
            return same if op == "==" else g.node("not", (same,))
        name = {
            "+": "add",
            "-": "sub",
            "*": "mul",
            "/": "div",
            "<": "lt",
            "<=": "le",
            ">": "gt",
            ">=": "ge",
            "==": "eq",
            "!=": "ne",
        }[op]
        return g.node(name, (a, b))

    def same_text(self, left: str, right: str, clock: Clock, wanted: bool) -> Node:
        """Whether two texts are one, or are not. What the run's own instrument is called is known when it runs: a feed of truth."""
        left, right = (clock.symbol if text == SYMBOL and clock.symbol else text for text in (left, right))
        if left != right and SYMBOL in (left, right):
            called = self.graph.feed(SYMBOL_FEED + (right if left == SYMBOL else left), clock, "truth")
            return called if wanted else self.graph.node("not", (called,))
        return self.graph.truth(2 if (left == right) == wanted else 0)

    def crosses(self, a: Node, b: Node, way: str) -> Node:
        g = self.graph
        if way == "either":
            return g.node("or", (self.crosses(a, b, "above"), self.crosses(a, b, "below")))
        now, before = ("gt", "le") if way == "above" else ("lt", "ge")
        return g.node("and", (g.node(now, (a, b)), g.node(before, (self.lag(a, 1), self.lag(b, 1)))))

    def is_available(self, value: Value) -> Node:
        if isinstance(value, Unknown):
            return self.graph.truth(0)
        if not isinstance(value, Node):
            raise Refused
        return self.graph.node("available_truth" if value.kind == "truth" else "available", (value,))

    def is_new(self, value: Value) -> Node:
        g = self.graph
        if isinstance(value, Unknown):
            return g.truth(0)
        if not isinstance(value, Node):
            raise Refused
        before = self.lag(value, 1)
        if value.kind == "truth":
            differs, known = g.node("not", (g.node("same", (value, before)),)), g.node("available_truth", (value,))
        else:
            differs, known = g.node("ne", (value, before)), g.node("available", (value,))
        return g.node("and", (known, g.node("or_else_truth", (differs, g.truth(2)))))

    def choice(self, branches: tuple[tuple[s.Expr, s.Expr], ...], otherwise: s.Expr, frame: Frame) -> Value:
        conditions = [self.truth(c, frame) for c, _ in branches]
        values = [self.expr(v, frame) for _, v in branches] + [self.expr(otherwise, frame)]
        if any(isinstance(v, (str, dict)) for v in values):
            raise Refused
        kind = next((v.kind for v in values if isinstance(v, Node)), "number")
        result = self.as_kind(values[-1], kind)
        for condition, value in zip(reversed(conditions), reversed(values[:-1]), strict=True):
            result = self.graph.node(
                "select_truth" if kind == "truth" else "select", (condition, self.as_kind(value, kind), result)
            )
        return result

    # ------------------------------------------------------------ calls

    def call(self, call: s.Call, frame: Frame) -> Value:
        names = self.typed.names
        if id(call) in names.bad_calls or not isinstance(call.function, s.Name):
            raise Refused
        name = call.function.name
        of_library = frame.scope.define is not None and frame.scope.define.of_library
        function = names.library_function(name) if of_library else names.function(name)
        if function is None:
            raise Refused
        bound = names.bind(function, call, frame.scope)
        match function:
            case Mark():
                argument = bound.arguments[0]
                assert argument is not None
                return self.number(argument, frame)
            case Scalar():
                args = [self.number(a, frame) for a in bound.arguments if a is not None]
                if function.name in ("min", "max"):
                    result = args[0]
                    for arg in args[1:]:
                        result = self.graph.node(function.name, (result, arg))
                    return result
                if function.name in ACROSS:
                    self.on_base(function.name, call.span, frame)
                    self.windowable(args[0], function.name, call, frame)
                    return self.graph.node(function.name, args, kind="number")
                if function.name == "round" and len(args) == 2:
                    return self.rounded(args[0], args[1], call, frame)
                return self.graph.node(function.name, args)
            case Primitive():
                return self.primitive(function, bound.arguments, call, frame)
            case Defined():
                return self.defined(function, bound.arguments, call, frame)

    def rounded(self, x: Node, decimals: Node, call: s.Call, frame: Frame) -> Node:
        """x to some decimals: the nearest whole number of 10^-decimals."""
        count = self.folded(decimals)
        if count is None or count not in range(13):
            at = call.arguments[1].value.span
            self.error(
                "E0403", at, frame, "`round` needs a fixed number of decimals, from 0 to 12.", "For example `round(close, 2)`."
            )
            raise Refused
        scale = self.graph.const(float(10 ** int(count)))
        return self.graph.node("div", (self.graph.node("round", (self.graph.node("mul", (x, scale)),)), scale))

    def primitive(self, function: Primitive, arguments: tuple[s.Expr | None, ...], call: s.Call, frame: Frame) -> Value:
        args: list[Node] = []
        params: list[float | int] = []
        for parameter, argument in zip(function.parameters, arguments, strict=True):
            assert argument is not None
            match parameter.kind:
                case "series":
                    args.append(self.number(argument, frame))
                case "truth":
                    args.append(self.truth(argument, frame))
                case "window":
                    params.append(self.length(argument, frame, function.name, parameter.least))
                case "number":
                    value = self.fixed(argument, frame)
                    if value is None or value != value:
                        self.error(
                            "E0403", argument.span, frame, f"`{function.name}` needs a fixed `{parameter.name}`; this one changes from bar to bar.",
                            "Use a number or an input.",
                        )  # fmt: skip
                        raise Refused
                    params.append(value)
        if function.name not in ROW_PRIMITIVES:
            for arg in args:
                self.windowable(arg, function.name, call, frame)
        single = function.results[0].kind if len(function.results) == 1 else "several"
        whole = self.graph.node(function.name, args, params, single)
        self.charge(whole, frame.call or call.span)
        if len(function.results) == 1:
            return whole
        return {r.name: self.graph.node("pick", (whole,), (i,), r.kind) for i, r in enumerate(function.results)}

    def primitive_node(self, name: str, args: tuple[Node, ...], params: tuple[int, ...], kind: str) -> Node:
        return self.graph.node(name, args, params, "truth" if kind == "truth" else "number")

    def windowable(self, arg: Node, name: str, call: s.Call, frame: Frame) -> None:
        if frame.call is not None and frame.scope.define is not None and frame.scope.define.of_library:
            # Say the function that was written, not the one that its definition calls.
            written = self.typed.names.source.text[frame.call.start : frame.call.end]
            name = written.partition("(")[0].strip() or name
        facts, unfinished = self.depends(arg)
        open_ = unfinished & self.computing
        if facts:
            self.error(
                "E0406", call.span, frame, f"`{name}` can't look back over position or account values: they depend on the fills of this very run.",
                "History (`[k]`), `remember` and phrases such as `has held for` can.",
            )  # fmt: skip
            raise Refused
        if open_:
            state = self.graph.states[min(open_)].name
            self.error(
                "E0407", call.span, frame, f"`{name}` can't look back over `{state}` while `{state}` itself is being computed.",
                f"Use `{state}` after it is remembered, or write the rule for its next value with `[k]`.",
            )  # fmt: skip
            raise Refused

    def depends(self, node: Node) -> tuple[bool, frozenset[int]]:
        """Whether a node reads position facts, by way of states too, and which unfinished states it reads."""
        facts, seen, stack = False, {node.id}, [node]
        unfinished: set[int] = set()
        while stack:
            top = stack.pop()
            if top.op in ("fact", "entry", "stop", "side"):
                facts = True
            needs = list(top.args)
            if top.op in ("prev", "past", "remember"):
                state = self.graph.states[int(top.params[0])]
                needs += [n for n in (state.next, state.first) if n is not None]
                if state.next is None:
                    unfinished.add(int(top.params[0]))
            for need in needs:
                if need.id not in seen and need.id not in self._free:
                    seen.add(need.id)
                    stack.append(need)
        if not facts and not unfinished:
            self._free |= seen
        return facts, frozenset(unfinished)

    def defined(self, function: Defined, arguments: tuple[s.Expr | None, ...], call: s.Call, frame: Frame) -> Value:
        values: dict[str, Value] = {}
        thunks: dict[str, tuple[s.Expr, Frame]] = {}
        place = frame.call or call.span
        for i, (name, argument) in enumerate(zip(parameter_names(function), arguments, strict=True)):
            if argument is not None:
                values[name], thunks[name] = self.expr(argument, frame), (argument, frame)
            else:
                default = default_of(function, i)
                assert default is not None
                outer = Frame(Scope(self.typed.names, function), function.source, {}, {}, place, clock=frame.clock)
                values[name], thunks[name] = self.expr(default, outer), (default, outer)
        lines = {line.name.name: line for line in function.define.body}
        inner = Frame(
            scope_of(self.typed.names, function), function.source, lines, values, place, clock=frame.clock, arguments=thunks
        )
        result: Value
        if len(function.define.outputs) == 1 and function.define.outputs[0].name is None:
            result = self.expr(function.define.outputs[0].value, inner)
        else:
            result = {o.name.name: self.expr(o.value, inner) for o in function.define.outputs if o.name is not None}
        self.finish_states(inner)
        for promise in promises(function):
            node = result[promise.output] if isinstance(result, dict) else result
            bounds = promised(promise, lambda end: self.fixed(end, inner))
            if isinstance(node, Node) and bounds is not None:
                self.promised[node.id] = bounds
        return result

    # ------------------------------------------------------------ fixed values

    def fixed(self, expr: s.Expr, frame: Frame) -> float | None:
        """A value that is the same for the whole run; None if it is not."""
        return self.folded(self.number(expr, frame))

    def folded(self, node: Node) -> float | None:
        """The value of a node that is the same for the whole run; None if it is not."""
        return fold(node, self.typed.names.library.scalars, self._folded)

    def at_entry(self, node: Node, entry: float) -> float | None:
        """The value of a price for one entry price; None if it reads anything else than the entry, or not the entry at all."""
        leaf = self.graph.node("entry", kind="number")
        nodes = list(reachable([node], self.graph))
        if leaf not in nodes:
            return None
        return fold(node, self.typed.names.library.scalars, {leaf.id: entry})

    def length(self, expr: s.Expr, frame: Frame, function: str = "this", least: int = 1) -> int:
        value = self.fixed(expr, frame)
        if frame.call is not None and frame.scope.define is not None and frame.scope.define.of_library:
            function = (
                self.typed.names.source.text[frame.call.start : frame.call.end].split("(")[0].strip()
            )  # what the program called
        name = f"`{function}`" if function != "this" else "This phrase"
        if value is None:
            self.error(
                "E0403", expr.span, frame, f"{name} needs a fixed number of bars; this one changes from bar to bar.", "Use a number or an input.",
            )  # fmt: skip
            raise Refused
        if value != value or value != math.floor(value):
            self.error(
                "E0603",
                expr.span,
                frame,
                f"{name} takes a whole number of bars; this is {f'{value:g}' if value == value else 'unknown'}.",
                "Round it with `floor(…)` or `round(…)`.",
            )
            raise Refused
        if value < least:
            self.error(
                "E0603",
                expr.span,
                frame,
                f"{name} takes a window of at least {least} bar{'s' if least != 1 else ''}; this is {value:g}.",
                f"Use {max(least, 10)} or another number above {least - 1}.",
            )
            raise Refused
        if value > LONGEST_WINDOW:
            size = f"{value:,.0f}" if value < 1e15 else f"{value:g}"
            self.error(
                "E0604", expr.span, frame, f"A window of {size} bars is longer than the longest allowed, {LONGEST_WINDOW:,}."
            )
            raise Refused
        return int(value)

    def error(self, code: str, span: Span, frame: Frame, message: str, hint: str = "", fixes: tuple[Fix, ...] = ()) -> None:
        of_library = frame.scope.define is not None and frame.scope.define.of_library
        if of_library or frame.source is not self.typed.names.source:
            if frame.call is None:
                raise InternalError(f"{code} outside a call: {message}")
            # In a library that the program uses: said where the program calls it, with the place inside.
            labels = () if of_library else (Label(span, "here", frame.source),)
            self.diagnostics.error(code, frame.call, message, hint, labels)
        else:
            self.diagnostics.error(code, span, message, hint, fixes=fixes)
