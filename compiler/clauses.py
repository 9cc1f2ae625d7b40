"""Clauses: a condition taken apart as it is written, so that someone can be told which part of it decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from compiler import syntax as s
from compiler.builtins import MARKET, MEMBERS
from compiler.facts import extents
from compiler.inference import Typed
from compiler.library import FunctionLibrary
from compiler.nodes import reachable
from compiler.program import Built
from compiler.source import Span
from compiler.walk import children, ungrouped

Form = Literal[
    "all", "any", "not", "compare", "between", "crosses", "moving", "new", "available", "held", "within", "name", "plain"
]


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that a clause looks at. key: the name of its column in a run that watches it. fixed: a literal or input, no news.

    percent: written as a percentage, so that what it is compared with reads as one too.
    """

    text: str
    expr: s.Expr
    key: str
    fixed: bool
    percent: bool = False


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
    plain       -                            -                   -
    """

    form: Form
    text: str
    expr: s.Expr
    key: str
    parts: tuple[Clause, ...] = ()
    operands: tuple[Operand, ...] = ()
    way: str = ""


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


def fact(name: str) -> s.Member:
    """The expression of a position or account fact such as `position.size`, which stands nowhere in the text."""
    base, _, field = name.partition(".")
    nowhere = Span(0, 0)  # never read: facts are watched by name
    return s.Member(nowhere, s.Name(nowhere, base), s.Ident(nowhere, field))


class Clauses:
    """Takes the conditions of one program apart."""

    def __init__(self, typed: Typed) -> None:
        self.typed = typed

    def of(self, condition: s.Expr) -> Clause:
        """The clause of a condition. What runs on another clock or instrument is one part, not taken apart."""
        expr = ungrouped(condition)
        form, parts, operands, way = self._inside(expr)
        return Clause(form, self.text(expr), expr, key_of(expr), parts, tuple(self.operand(o) for o in operands), way)

    def _inside(self, expr: s.Expr) -> tuple[Form, tuple[Clause, ...], tuple[s.Expr, ...], str]:
        match expr:
            case s.Binary(op="and" | "or" as op):
                return "all" if op == "and" else "any", tuple(self.of(side) for side in _sides(expr, op)), (), ""
            case s.Unary(op="not", operand=operand):
                return "not", (self.of(operand),), (), ""
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
                return "held", (self.of(condition),), (length,), ""
            case s.WithinLast(condition=condition, length=length):
                return "within", (self.of(condition),), (length,), ""
            case s.Name(name=name) if name in self.typed.names.lets:
                return "name", (self.of(self.typed.names.lets[name].value),), (), ""
            case _:
                return "plain", (), (), ""

    def _is_text(self, expr: s.Expr) -> bool:
        """Whether an expression is a text: written out, `symbol`, or a name for one."""
        expr, names = ungrouped(expr), self.typed.names
        while isinstance(expr, s.Name) and (expr.name in names.lets or expr.name in names.inputs):
            expr = ungrouped(names.lets[expr.name].value if expr.name in names.lets else names.inputs[expr.name].default)
        return isinstance(expr, s.TextLiteral) or (isinstance(expr, s.Name) and expr.name == "symbol")

    def operand(self, expr: s.Expr) -> Operand:
        written = ungrouped(expr)
        if isinstance(written, s.Name) and written.name in self.typed.names.inputs:
            written = ungrouped(self.typed.names.inputs[written.name].default)
        percent = isinstance(written, s.Number) and written.unit == "%"
        return Operand(self.text(expr), ungrouped(expr), key_of(expr), self.typed.names.is_constant(expr), percent)

    def text(self, expr: s.Expr) -> str:
        expr = ungrouped(expr)
        return " ".join(self.typed.names.source.text[expr.span.start : expr.span.end].split())

    def watches(self, exprs: Iterable[s.Expr]) -> dict[str, s.Expr]:
        """Every expression inside these, by the names of the columns that watch them, and the market series."""
        found: dict[str, s.Expr] = {}
        for expr in exprs:
            for part in self.inside(expr):
                found.setdefault(key_of(part), part)
        return found

    def inside(self, expr: s.Expr) -> Iterator[s.Expr]:
        """An expression and what it is made of, through the program's lets. Not into what runs on another clock or instrument."""
        names = self.typed.names
        seen: set[str] = set()
        stack = [expr]
        while stack:
            top = ungrouped(stack.pop())
            match top:
                case s.Number(unit="ticks"):  # worth what the run's tick is
                    yield top
                    continue
                case s.Number() | s.TextLiteral() | s.TruthLiteral() | s.UnknownLiteral() | s.DurationLiteral() | s.ErrorExpr():
                    continue
                case s.Name(name="entry" | "symbol"):
                    continue
                case s.Name(name=name):
                    if name in seen:
                        continue
                    seen.add(name)
                    if name in names.lets:
                        stack.append(names.lets[name].value)
                    elif name not in MARKET and name not in names.inputs and name not in names.states:
                        continue
                case s.Member(base=s.Name(name=base)) if base in MEMBERS:
                    yield top
                    continue
                case s.On() | s.From() | s.TimeWithin() | s.InZone():
                    yield top
                    continue
            if not _of_order(top):
                yield top
            stack.extend(reversed(children(top)))


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
