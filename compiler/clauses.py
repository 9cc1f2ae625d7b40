"""Clauses: a condition taken apart as it is written, so that someone can be told which part of it decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from compiler import syntax as s
from compiler.aggregates import AGGREGATE
from compiler.built import Built
from compiler.builtins import MARKET, MEMBERS
from compiler.facts import extents
from compiler.inference import Typed
from compiler.library import FunctionLibrary
from compiler.nodes import reachable
from compiler.source import Span
from compiler.walk import children, ungrouped

Form = Literal[
    "all",
    "any",
    "not",
    "compare",
    "between",
    "crosses",
    "moving",
    "new",
    "available",
    "held",
    "within",
    "name",
    "elsewhere",
    "plain",
]
Elsewhere = s.On | s.From
Around = tuple[Elsewhere, ...]
"""What an expression stands inside of: the other clocks and instruments that it is computed on, the outermost first."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that a clause looks at. key: the name of its column in a run that watches it. fixed: a literal or input, no news.

    percent: written as a percentage, so that what it is compared with reads as one too. before: the column of its value one bar before, where
    it is computed on another clock. bar: of `e on 4h`, the column that says when the bar opens that the value is of; inner: what it is made of.
    """

    text: str
    expr: s.Expr
    key: str
    fixed: bool
    percent: bool = False
    before: str = ""
    bar: str = ""
    inner: tuple[Operand, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a condition.

    form        parts                        operands            way
    all, any    the sides of `and`, `or`     -                   -
    not         the condition                -                   -
    compare     -                            left, right         the operator
    between     -                            x, low, high        -
    crosses     -                            left, right         above, below, either
    moving      -                            x, number of bars   rising, falling
    new         -                            x                   -
    available   -                            x                   -
    held        the condition                number of bars      -
    within      the condition                number of bars      -
    name        what the name stands for     -                   -
    elsewhere   the condition there          -                   `4h`, or whose bars
    plain       -                            -                   -
    """

    form: Form
    text: str
    expr: s.Expr
    key: str
    parts: tuple[Clause, ...] = ()
    operands: tuple[Operand, ...] = ()
    way: str = ""
    elsewhere: bool = False  # it is computed on another clock: its past is not on the run's bars
    bar: str = ""  # of `elsewhere`, the column that says when the bar opens that it is about


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of a watched expression before a run. warmup: bars before it can be known. feeds: what it reads of the market."""

    warmup: int
    feeds: tuple[str, ...]


def key_of(expr: s.Expr) -> str:
    """The name of the column that watches an expression: its own name, else its place in the text."""
    expr = ungrouped(expr)
    match expr:
        case s.Name(name=name):
            return f"@{name}"
        case s.Member(base=s.Name(name=base), field=field):
            return f"@{base}.{field.name}"
        case _:
            return f"@{expr.span.start}:{expr.span.end}"


def placed(expr: s.Expr, around: Around) -> s.Expr:
    """An expression as it is seen from the run's own bars."""
    for outer in reversed(around):
        expr = replace(outer, operand=expr)
    return expr


def placed_key(expr: s.Expr, around: Around) -> str:
    """The name of the column that watches an expression of other clocks or instruments."""
    return "".join([key_of(expr), *(f"%{place_of(outer)}" for outer in around)])


def place_of(outer: Elsewhere) -> str:
    """`4h`, `SPY`."""
    return f"{outer.clock.count}{outer.clock.unit}" if isinstance(outer, s.On) else outer.symbol.value


def time_of_bar(around: Around) -> tuple[str, s.Expr]:
    """When the bar opens that a value of another clock or instrument is of: the column that watches it, and its expression."""
    time = s.Name(around[-1].operand.span, "time")
    return placed_key(time, around), placed(time, around)


def one_before(expr: s.Expr, around: Around) -> tuple[str, s.Expr]:
    """The value of an expression one bar before, on its own clock."""
    return f"{placed_key(expr, around)}[1]", placed(s.Index(expr.span, expr, s.Number(expr.span, 1.0, "")), around)


def fact(name: str) -> s.Member:
    """The expression of a position or account fact such as `position.size`, which stands nowhere in the text."""
    base, _, field = name.partition(".")
    nowhere = Span(0, 0)  # never read: facts are watched by name
    return s.Member(nowhere, s.Name(nowhere, base), s.Ident(nowhere, field))


class Clauses:
    """Takes the conditions of one program apart."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed

    def of(self, condition: s.Expr, around: Around = ()) -> Clause:
        """The clause of a condition. around: the other clocks and instruments that it stands inside of."""
        expr = ungrouped(condition)
        form, parts, operands, way = self._inside(expr, around)
        bar = time_of_bar((*around, expr))[0] if isinstance(expr, Elsewhere) else ""
        shown = tuple(self.operand(o, around) for o in operands)
        return Clause(form, self.text(expr), expr, placed_key(expr, around), parts, shown, way, bool(around), bar)

    def _inside(self, expr: s.Expr, around: Around) -> tuple[Form, tuple[Clause, ...], tuple[s.Expr, ...], str]:
        match expr:
            case s.Binary(op="and" | "or" as op):
                return "all" if op == "and" else "any", tuple(self.of(side, around) for side in _sides(expr, op)), (), ""
            case s.Unary(op="not", operand=operand):
                return "not", (self.of(operand, around),), (), ""
            case s.Binary(left=left, right=right) if self._is_text(left) or self._is_text(right):
                return "plain", (), (), ""
            case s.Binary(op=op, left=left, right=right) if op in ("<", "<=", ">", ">=", "==", "!="):
                return "compare", (), (left, right), op
            case s.Between(operand=operand, low=low, high=high):
                return "between", (), (operand, low, high), ""
            case s.Crosses(left=left, right=right, way=way):
                return "crosses", (), (left, right), way
            case s.IsMoving(operand=operand, way=moving, length=length):
                return "moving", (), (operand, length), moving
            case s.IsNew(operand=operand):
                return "new", (), (operand,), ""
            case s.IsAvailable(operand=operand):
                return "available", (), (operand,), ""
            case s.HasHeld(condition=condition, length=length):
                return "held", (self.of(condition, around),), (length,), ""
            case s.WithinLast(condition=condition, length=length):
                return "within", (self.of(condition, around),), (length,), ""
            case s.Name(name=name) if name in self.typed.names.lets:
                return "name", (self.of(self.typed.names.lets[name].value, around),), (), ""
            case s.On(operand=operand) | s.From(operand=operand):
                return "elsewhere", (self.of(operand, (*around, expr)),), (), place_of(expr)
            case _:
                return "plain", (), (), ""

    def _is_text(self, expr: s.Expr) -> bool:
        """Whether an expression is a text: written out, `symbol`, or a name for one."""
        expr, names = ungrouped(expr), self.typed.names
        while isinstance(expr, s.Name) and (expr.name in names.lets or expr.name in names.inputs):
            expr = ungrouped(names.lets[expr.name].value if expr.name in names.lets else names.inputs[expr.name].default)
        return isinstance(expr, s.TextLiteral) or (isinstance(expr, s.Name) and expr.name == "symbol")

    def operand(self, expr: s.Expr, around: Around = ()) -> Operand:
        written = ungrouped(expr)
        if isinstance(written, s.Name) and written.name in self.typed.names.inputs:
            written = ungrouped(self.typed.names.inputs[written.name].default)
        percent = isinstance(written, s.Number) and written.unit == "%"
        fixed, plain = self.typed.names.is_constant(expr), ungrouped(expr)
        before = one_before(plain, around)[0] if around else ""
        there = self._elsewhere(plain)
        bar: str = ""
        inner: tuple[Operand, ...] = ()
        if there is not None and not fixed:
            within = (*around, there)
            bar = time_of_bar(within)[0]
            inner = tuple(self.operand(part, within) for part in _made_of(there.operand))
        return Operand(self.text(expr), plain, placed_key(expr, around), fixed, percent, before, bar, inner)

    def _elsewhere(self, expr: s.Expr) -> Elsewhere | None:
        """The `e on 4h` that an operand is, or that its name stands for."""
        names = self.typed.names
        while isinstance(expr, s.Name) and expr.name in names.lets:
            expr = ungrouped(names.lets[expr.name].value)
        return expr if isinstance(expr, Elsewhere) else None

    def text(self, expr: s.Expr) -> str:
        expr = ungrouped(expr)
        return self.typed.names.source.on_one_line(expr.span)

    def watches(self, exprs: Iterable[s.Expr]) -> dict[str, s.Expr]:
        """Every expression inside these, by the names of the columns that watch them, and the market series."""
        found: dict[str, s.Expr] = {}
        for expr in exprs:
            for part, around in self.inside(expr):
                found.setdefault(placed_key(part, around), placed(part, around))
                if around:
                    for key, watched in (time_of_bar(around), *self._pasts(part, around)):
                        found.setdefault(key, watched)
        return found

    def _pasts(self, part: s.Expr, around: Around) -> Iterator[tuple[str, s.Expr]]:
        """What a clause on another clock looks at one bar before."""
        match part:
            case s.Crosses(left=left, right=right):
                sides: tuple[s.Expr, ...] = (left, right)
            case s.IsNew(operand=operand):
                sides = (operand,)
            case _:
                return
        for side in sides:
            if not self.typed.names.is_constant(side):
                yield one_before(ungrouped(side), around)

    def inside(self, expr: s.Expr) -> Iterator[tuple[s.Expr, Around]]:
        """An expression and what it is made of, through the program's lets and through other clocks and instruments, each with what it stands inside of."""
        names = self.typed.names
        seen: set[tuple[str, str]] = set()
        stack: list[tuple[s.Expr, Around]] = [(expr, ())]
        while stack:
            top, around = stack.pop()
            top = ungrouped(top)
            match top:
                case s.Number(unit="ticks"):  # worth what the run's tick is
                    yield top, around
                    continue
                case s.Number() | s.TextLiteral() | s.TruthLiteral() | s.UnknownLiteral() | s.DurationLiteral() | s.ErrorExpr():
                    continue
                case s.Name(name="entry" | "symbol"):
                    continue
                case s.Name(name=name):
                    if (name, placed_key(top, around)) in seen:
                        continue
                    seen.add((name, placed_key(top, around)))
                    if name in names.lets:
                        stack.append((names.lets[name].value, around))
                    elif name not in MARKET and name not in names.inputs and name not in names.states:
                        continue
                case s.Member(base=s.Name(name=base)) if base in MEMBERS:
                    yield top, around
                    continue
                case s.On(operand=operand) | s.From(operand=operand):
                    yield top, around
                    stack.append((operand, (*around, top)))
                    continue
                case s.TimeWithin() | s.InZone():
                    yield top, around
                    continue
                case s.Call(function=s.Name(name=name)) if name in AGGREGATE:  # its argument has many values on a bar
                    yield top, around
                    continue
            if not _of_order(top):
                yield top, around
            stack.extend((child, around) for child in reversed(children(top)))


def _made_of(expr: s.Expr) -> list[s.Expr]:
    """The series that a value is made of by arithmetic; none where it is one series itself."""
    expr = ungrouped(expr)
    if not isinstance(expr, (s.Binary, s.Unary)):
        return []
    found: list[s.Expr] = []
    stack: list[s.Expr] = [expr]
    while stack:
        top = ungrouped(stack.pop())
        if isinstance(top, (s.Binary, s.Unary)):
            stack.extend(reversed(children(top)))
        elif not isinstance(top, (s.Number, s.TruthLiteral, s.UnknownLiteral)):
            found.append(top)
    return found


def _of_order(expr: s.Expr) -> bool:
    """Whether an expression reads an order's own entry price, which no bar has."""
    stack = [expr]
    while stack:
        top = stack.pop()
        if isinstance(top, s.Name) and top.name == "entry":
            return True
        stack.extend(children(top))
    return False


def _sides(expr: s.Expr, op: str) -> list[s.Expr]:
    """The sides of a chain of `and`, or of `or`, in the order written. Parentheses around a chain of the same word change nothing."""
    found: list[s.Expr] = []
    stack = [expr]
    while stack:
        top = ungrouped(stack.pop())
        if isinstance(top, s.Binary) and top.op == op:
            stack += [top.right, top.left]
        else:
            found.append(top)
    return found


def watched(built: Built, library: FunctionLibrary) -> dict[str, Watched]:
    """What is known of every watched expression of a graph, by key."""
    outputs = [output for output in built.outputs if output.role == "watch"]
    found = extents(built.graph, [output.node for output in outputs], library)
    return {
        output.name: Watched(
            found[output.node.id].warmup,
            tuple(dict.fromkeys(str(n.params[0]) for n in reachable([output.node], built.graph) if n.op == "feed")),
        )
        for output in outputs
    }
