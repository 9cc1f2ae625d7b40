"""Walking the syntax tree."""

from __future__ import annotations

from collections.abc import Iterator

from compiler import syntax as s


def children(expr: s.Expr) -> tuple[s.Expr, ...]:
    """The expressions directly inside one, in the order they are written."""
    match expr:
        case (
            s.Member(base=base) | s.InZone(operand=base) | s.TimeWithin(operand=base) | s.On(operand=base) | s.From(operand=base)
        ):
            return (base,)
        case s.Index(base=base, ago=ago):
            return (base, ago)
        case s.Call(arguments=arguments):
            return tuple(a.value for a in arguments)
        case s.Unary(operand=operand) | s.IsNew(operand=operand) | s.IsAvailable(operand=operand) | s.Grouped(inner=operand):
            return (operand,)
        case s.Binary(left=left, right=right) | s.Crosses(left=left, right=right):
            return (left, right)
        case s.Between(operand=operand, low=low, high=high):
            return (operand, low, high)
        case s.IsMoving(operand=operand, length=length):
            return (operand, length)
        case s.HasHeld(condition=condition, length=length) | s.WithinLast(condition=condition, length=length):
            return (condition, length)
        case s.BarsSince(condition=condition):
            return (condition,)
        case s.If(branches=branches, otherwise=otherwise):
            return (*(e for branch in branches for e in branch), otherwise)
        case s.ListLiteral(items=items):
            return items
        case _:
            return ()


def descend(expr: s.Expr) -> Iterator[s.Expr]:
    """An expression and everything inside it, outermost first. Iterative: depth is bounded by the parser only."""
    stack = [expr]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))


def ungrouped(expr: s.Expr) -> s.Expr:
    """The expression without parentheses around it."""
    while isinstance(expr, s.Grouped):
        expr = expr.inner
    return expr


def action_expressions(action: s.Action) -> Iterator[s.Expr]:
    """Every expression directly in an action, in the order written."""
    match action:
        case s.OrderAction(size=size, entry=entry, attached=attached):
            match size:
                case s.SizeShare(share=e) | s.SizeRisk(share=e) | s.SizeAmount(amount=e):
                    yield e
            yield from _entry_expressions(entry)
            yield from _attached_expressions(attached)
        case s.ExitAction(share=share, entry=entry, attached=attached):
            if share is not None:
                yield share
            yield from _entry_expressions(entry)
            yield from _attached_expressions(attached)
        case s.ProtectAction(share=share, attached=attached):
            if share is not None:
                yield share
            yield from _attached_expressions(attached)
        case s.HoldTop(count=count, by=by, where=where, weight=weight):
            yield count
            yield by
            yield from (e for e in (where, weight) if e is not None)


def _entry_expressions(entry: s.Entry | None) -> Iterator[s.Expr]:
    if entry is not None:
        yield from (e for e in (entry.price, entry.limit) if e is not None)


def _attached_expressions(attached: tuple[s.Attached, ...]) -> Iterator[s.Expr]:
    for line in attached:
        yield line.value
        if line.second is not None:
            yield line.second


def expressions_of_test(test: s.Test) -> tuple[s.Expr, ...]:
    """The expressions of a test whose names must mean something."""
    parts: list[s.Expr | None] = []
    for line in test.lines:
        match line:
            case s.TestWith(values=values):
                parts += [argument.value for argument in values]
            case s.TestGiven(values=values):
                parts += values.items
            case s.TestExpect(what=what, value=value, tolerance=tolerance):
                parts += [what, value, tolerance]
    return tuple(part for part in parts if part is not None)


def expressions(statement: s.Statement) -> Iterator[s.Expr]:
    """Every expression of a statement, those inside others included."""
    match statement:
        case s.Let(value=value) | s.Require(condition=value) | s.Alert(condition=value):
            tops: list[s.Expr] = [value]
        case s.Input(default=default, low=low, high=high, step=step, choices=choices):
            tops = [e for e in (default, low, high, step, choices) if e is not None]
        case s.Remember(next=next_, first=first):
            tops = [next_, first]
        case s.Plot(items=items):
            tops = [item.value for item in items]
        case s.When(condition=condition, actions=actions, otherwise=otherwise):
            tops = [condition, *(e for action in (*actions, *otherwise) for e in action_expressions(action))]
        case s.Every(where=where, actions=actions):
            tops = [*([where] if where is not None else []), *(e for action in actions for e in action_expressions(action))]
        case s.Define(params=params, body=body, outputs=outputs):
            tops = [p.default for p in params if p.default is not None] + [o.value for o in outputs]
            tops += [e for line in body for e in ((line.value,) if isinstance(line, s.Let) else (line.next, line.first))]
        case s.Settings(lines=lines):
            tops = [value for line in lines for value in line.values]
        case _:
            tops = []
    for top in tops:
        yield from descend(top)
