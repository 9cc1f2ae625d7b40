"""Build: from a typed program and values for its inputs to the graph, with every phrase spelled out in operators and primitives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.adjustment.exponents import THEN, Power, power_of
from compiler.building import calls, clocks, lengths, phrases, states
from compiler.building.frame import SYMBOL, UNKNOWN, Frame, Refused, Unknown, Value
from compiler.building.lengths import LONGEST_WINDOW
from compiler.building.ticks import in_ticks
from compiler.builtins import MARKET, MEMBERS
from compiler.calendar_facts import CalendarFacts
from compiler.clocks import BASE, FINER, Clock
from compiler.diagnostics import Diagnostics, Edit, Fix, InternalError, Label
from compiler.fold import fold
from compiler.inference import Typed
from compiler.inference.typed import LITERAL_UNITS
from compiler.nodes import Graph, Node, NodeKind, reachable
from compiler.operators import BY_NAME
from compiler.ranges.promises import Promised
from compiler.resolve import Scope
from compiler.source import Span
from compiler.types import MONEY, Type, number, settled_unit
from compiler.walk import ungrouped


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
    )  # node -> steps a bar, doubles of state, where it was written
    left_open: frozenset[str] = frozenset()  # inputs that are leaves of the graph instead of their values
    promised: dict[int, Promised] = field(default_factory=dict)  # node -> the range that a library function declares for it
    conditions: dict[int, list[Node]] = field(default_factory=dict)  # id of an expression of the program -> what it became
    clocks: list[Clock] = field(default_factory=lambda: [BASE])  # those around what is being built, innermost last
    adjusted: bool = False  # whether compiler/adjustment follows: constants are tagged, and keep that they were read in the past
    tags: list[Power | None] = field(default_factory=list)  # what each tagged constant is said to carry
    tag_of: dict[tuple[int, int], tuple[int, Frame | None]] = field(
        default_factory=dict
    )  # (expression, frame) -> tag; the frame, to keep it
    free: set[int] = field(default_factory=set)  # nodes that read neither position facts nor unfinished states
    supplied: Mapping[int, tuple[str, NodeKind]] = field(default_factory=dict)  # id of an expression -> the feed that holds it
    unfixed: list[tuple[int, Node]] = field(default_factory=list)
    """With inputs left open: values that turned out not to be fixed, each after so many diagnostics; one may be why the next was said."""
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
                number = value * self.tick if in_ticks(name, names) else value
                values[name] = self.tagged(number, names.inputs[name], None, self.typed.inputs.get(name))
        return Frame(Scope(names), names.source, {**names.lets, **names.states}, values)

    def input(self, name: str, value: float | bool | str) -> Node:
        """An input left open: whatever it is worth, ticks as a price."""
        leaf = self.graph.node("input", (), (name,), "truth" if isinstance(value, bool) else "number")
        return self.graph.node("mul", (leaf, self.graph.const(self.tick))) if in_ticks(name, self.typed.names) else leaf

    def tagged(self, value: float, written: object, frame: Frame | None, type_: Type | None) -> Node:
        """A constant that the program wrote; what comes of it where prices are adjusted is seen by its tag."""
        if not self.adjusted:
            return self.graph.const(value)
        key = (id(written), id(frame))
        if key not in self.tag_of:
            unit = settled_unit(type_.unit) if type_ is not None and type_.kind == "number" else None
            said = unit is not None and (unit == MONEY or bool(unit.price or unit.quantity))
            symbol = frame.clock.symbol if frame is not None else ""
            self.tags.append(power_of(unit, symbol) if unit is not None and said else None)
            self.tag_of[key] = (len(self.tags) - 1, frame)
        one = self.graph.const(value)
        return self.graph.node("const", (), (one.params[0], self.tag_of[key][0]), "number")

    # ------------------------------------------------------------ names

    def named(self, name: s.Name, frame: Frame) -> Value:
        text = name.name
        if text in frame.values:
            return frame.values[text]
        if text in frame.arguments:
            argument, outer = frame.arguments[text]
            frame.values[text] = self.expr(argument, clocks.moved(self, outer, frame.clock))
            return frame.values[text]
        if text in frame.lines:
            return states.value_of(self, text, frame, name.span)
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
        if self.supplied and id(expr) in self.supplied and frame.clock == BASE:
            name, kind = self.supplied[id(expr)]
            return g.feed(name, kind=kind)
        match expr:
            case s.Number(value=value, unit=unit):
                scale = {"%": 100.0, "bps": 10_000.0}.get(unit)
                value = value / scale if scale else value * self.tick if unit == "ticks" else value
                return self.tagged(value, expr, frame, number(LITERAL_UNITS.get(unit, MONEY)) if unit else None)
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
                return calls.called(self, expr, frame)
            case s.Unary(op="-", operand=operand):
                return g.node("neg", (self.number(operand, frame),))
            case s.Unary(operand=operand):
                return g.node("not", (self.truth(operand, frame),))
            case s.Binary():
                made = self.binary(expr, frame)
                if isinstance(made, Node):
                    self.charge(made, frame.call or expr.span)
                return made
            case s.Between(operand=operand, low=low, high=high):
                x = self.number(operand, frame)
                return g.node("and", (g.node("ge", (x, self.number(low, frame))), g.node("le", (x, self.number(high, frame)))))
            case s.Crosses(left=left, right=right, way=way):
                return phrases.crosses(self, self.number(left, frame), self.number(right, frame), way)
            case s.IsMoving(operand=operand, way=way, length=length):
                x = self.number(operand, frame)
                return self.primitive_node(
                    "held",
                    (g.node("gt" if way == "rising" else "lt", (x, self.lag(x, 1))),),
                    (lengths.length_of(self, length, frame),),
                    "truth",
                )
            case s.IsNew(operand=operand):
                return phrases.is_new(self, self.expr(operand, frame))
            case s.IsAvailable(operand=operand):
                return phrases.is_available(self, self.expr(operand, frame))
            case s.HasHeld(condition=condition, length=length):
                return self.primitive_node(
                    "held", (self.truth(condition, frame),), (lengths.length_of(self, length, frame),), "truth"
                )
            case s.WithinLast(condition=condition, length=length):
                return self.primitive_node(
                    "within", (self.truth(condition, frame),), (lengths.length_of(self, length, frame),), "truth"
                )
            case s.BarsSince(condition=condition):
                return self.primitive_node("bars_since", (self.truth(condition, frame),), (), "number")
            case s.If(branches=branches, otherwise=otherwise):
                return self.choice(branches, otherwise, frame)
            case s.On(operand=operand):
                return clocks.elsewhere(self, operand, clocks.slower(self, expr, frame), frame)
            case s.From(symbol=symbol) if frame.clock.symbol == FINER:
                clocks.refuse_other(self, symbol.span, frame, symbol.value)
                raise Refused
            case s.From(operand=operand, symbol=symbol):
                return clocks.elsewhere(self, operand, frame.clock.of(symbol.value), frame)
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
            clocks.on_base(self, full, expr.span, frame)
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
        if bars and isinstance(base, s.Name) and states.is_other_state(self, base.name, frame):
            index = states.state_index(self, base.name, frame)
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
        if node.id in self.charged:
            return
        primitive = self.typed.names.library.primitives.get(node.op)
        if node.op in BY_NAME:
            self.charged[node.id] = (BY_NAME[node.op].cost, 0, span)
        elif primitive is not None:
            self.charged[node.id] = (float(primitive.cost(*node.params)), primitive.state(*node.params), span)

    def lag(self, x: Node, bars: int) -> Node:
        """x some bars ago; a fixed value has always been what it is, of the factor of its bar."""
        if self.folded(x) is None:
            return self.graph.lag(x, bars)
        if not self.adjusted or x.kind != "number" or not bars:
            return x
        return self.graph.node(THEN, (x,), (bars,), "number")

    def binary(self, expr: s.Binary, frame: Frame) -> Value:
        g, op = self.graph, expr.op
        if op in ("and", "or"):
            return g.node(op, (self.truth(expr.left, frame), self.truth(expr.right, frame)))
        left, right = self.expr(expr.left, frame), self.expr(expr.right, frame)
        if isinstance(left, str) and isinstance(right, str) and op in ("==", "!="):
            return phrases.same_text(self, left, right, frame.clock, op == "==")
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

    def primitive_node(self, name: str, args: tuple[Node, ...], params: tuple[int, ...], kind: str) -> Node:
        return self.graph.node(name, args, params, "truth" if kind == "truth" else "number")

    # ------------------------------------------------------------ fixed values

    def fixed(self, expr: s.Expr, frame: Frame) -> float | None:
        """A value that is the same for the whole run; None if it is not."""
        return self.folded(self.number(expr, frame))

    def folded(self, node: Node) -> float | None:
        """The value of a node that is the same for the whole run; None if it is not."""
        value = fold(node, self.typed.names.library.scalars, self._folded)
        if value is None and self.left_open:
            self.unfixed.append((len(self.diagnostics.found), node))
        return value

    def at_entry(self, node: Node, entry: float) -> float | None:
        """The value of a price for one entry price; None if it reads anything else than the entry, or not the entry at all."""
        leaf = self.graph.node("entry", kind="number")
        nodes = list(reachable([node], self.graph))
        if leaf not in nodes:
            return None
        return fold(node, self.typed.names.library.scalars, {leaf.id: entry})

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
