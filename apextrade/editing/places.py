"""What in a program's text has a value on a bar: names where they are made and read, conditions, plots, and every expression inside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from compiler import syntax as s
from compiler.aggregates import AGGREGATE
from compiler.builtins import MARKET, MEMBERS
from compiler.clauses import Around, key_of, placed, placed_key
from compiler.program import Program
from compiler.resolve import Names
from compiler.source import Span
from compiler.walk import action_expressions, children, descend, ungrouped

Role = Literal["input", "let", "state", "rule", "alert", "plot", "market", "fact", "part"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the text with a value. key: of the column that holds it; expr: what a run watches for that. name: '' for an expression without one."""

    span: Span
    key: str
    expr: s.Expr
    role: Role
    text: str
    name: str = ""


def places_of(program: Program) -> list[Place]:
    """Every place of a program, in the order of the text; what stands at several places has one key."""
    names = program.typed.names
    found: list[Place] = []
    for statement in names.file.statements:
        match statement:
            case s.Input(name=name):
                found.append(named(name, "input"))
            case s.Remember(name=name):  # inside, the name is its value before, which no column holds
                found.append(named(name, "state"))
            case s.Let(name=name, value=value):
                found.append(named(name, "let"))
                found += inside(value, program)
            case s.Alert(condition=condition):
                found += inside(condition, program, "alert", f"alert {names.alerts.index(statement) + 1}")
            case s.Plot(items=items):
                for item in items:
                    found += inside(item.value, program, "plot", item.label.value if item.label is not None else "")
            case _:
                pass
    for number, rule in enumerate(names.rules, 1):
        found += inside(rule.condition, program, "rule", f"rule {number}")
        for action in (*rule.actions, *rule.otherwise):
            for expr in action_expressions(action):
                found += inside(expr, program)
    length = len(program.source.text)
    return sorted((p for p in found if p.span.start < p.span.end <= length), key=lambda p: (p.span.start, -p.span.end))


def named(name: s.Ident, role: Role) -> Place:
    expr = s.Name(name.span, name.name)
    return Place(name.span, key_of(expr), expr, role, name.name, name.name)


def inside(expr: s.Expr, program: Program, role: Role = "part", name: str = "") -> Iterator[Place]:
    """An expression and what it is made of, as written: names are not looked through. role, name: of the whole of it."""
    names, outermost = program.typed.names, ungrouped(expr)
    stack: list[tuple[s.Expr, Around]] = [(outermost, ())]
    while stack:
        top, around = stack.pop()
        top = ungrouped(top)
        if shows(top, names) and not reads_entry(top):
            own = role_of(top, names) if top is not outermost or role == "part" or isinstance(top, s.Name) else role
            text = names.source.on_one_line(top.span)
            called = text if own in ("input", "let", "state", "market", "fact") else name if top is outermost else ""
            yield Place(top.span, placed_key(top, around), placed(top, around), own, text, called)
        match top:
            case s.On(operand=operand) | s.From(operand=operand):
                stack.append((operand, (*around, top)))
            case s.TimeWithin() | s.InZone() | s.Member():
                pass
            case s.Call(function=s.Name(name=called)) if called in AGGREGATE:  # its argument has many values on a bar
                pass
            case _:
                stack.extend((child, around) for child in reversed(children(top)))


def shows(expr: s.Expr, names: Names) -> bool:
    """Whether an expression is worth showing the value of: it is no literal, and has one value on a bar."""
    match expr:
        case (
            s.Number()
            | s.TextLiteral()
            | s.TruthLiteral()
            | s.UnknownLiteral()
            | s.DurationLiteral()
            | s.ListLiteral()
            | s.ErrorExpr()
        ):
            return False
        case s.Name(name=name):
            return name in names.lets or name in names.states or name in names.inputs or (name in MARKET and name != "symbol")
        case s.Member(base=s.Name(name=base)):
            return base in MEMBERS or base in names.lets or base in names.states
        case s.Scheduled():
            return False
        case _:
            return True


def role_of(expr: s.Expr, names: Names) -> Role:
    match expr:
        case s.Name(name=name) if name in names.inputs:
            return "input"
        case s.Name(name=name) if name in names.states:
            return "state"
        case s.Name(name=name) if name in names.lets:
            return "let"
        case s.Name():
            return "market"
        case s.Member(base=s.Name(name=base)) if base in MEMBERS:
            return "fact"
        case _:
            return "part"


def reads_entry(expr: s.Expr) -> bool:
    """Whether an expression reads an order's own entry price, which no bar has."""
    return any(isinstance(part, s.Name) and part.name == "entry" for part in descend(expr))
