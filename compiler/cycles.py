"""What may not need itself: a value by way of others, a definition by way of its calls; and how deep calls may go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.functions import Defined
from compiler.sequence import components
from compiler.source import Span
from compiler.walk import descend

if TYPE_CHECKING:
    from compiler.resolve import Names

MOST_CALLS_DEEP = 60
"""Definitions may call definitions this many levels deep."""


def check_cycles(names: Names, needs: dict[str, list[str]], diagnostics: Diagnostics) -> None:
    """A let or input that needs itself is an error. What a state needs is allowed to need it back through its past; build checks that."""
    alone = all(len(group) == 1 for group in names.groups)
    if alone and not any(name in needed for name, needed in needs.items() if name not in names.states):
        return
    inner = {name: [n for n in needs[name] if n not in names.states] for name in needs if name not in names.states}
    for group in components(inner):
        first = group[0]
        if len(group) == 1 and first not in inner[first]:
            continue
        at = (names.inputs.get(first) or names.lets[first]).name.span
        others = ", ".join(f"`{n}`" for n in group[1:4]) + (" …" if len(group) > 4 else "")
        text = f"`{first}` needs itself." if len(group) == 1 else f"`{first}` needs itself, by way of {others}."
        hint = (
            f"To keep a value from bar to bar write `remember {first} = … initially …`."
            if first in names.lets
            else "Give it a fixed value."
        )
        diagnostics.error("E0205", at, text, hint)
        if first in names.lets:  # what reads it is checked with a value of no known type
            names.lets[first] = replace(names.lets[first], value=s.ErrorExpr(names.lets[first].value.span))
        else:
            names.inputs[first] = replace(
                names.inputs[first], default=s.ErrorExpr(at), low=None, high=None, step=None, choices=None
            )


def check_recursion(names: Names, diagnostics: Diagnostics) -> None:
    """A define that calls itself, directly or not, is an error; so is a tower of calls beyond the limit."""
    every = {**names.linked.inner, **names.linked.visible, **names.defines}  # what libraries give adds to the depth
    calls = {name: dict(_calls(defined)) for name, defined in every.items()}
    depth: dict[str, int] = {}
    too_deep = False
    for group in components(calls):
        first = group[0]
        if first in names.defines and (len(group) > 1 or first in calls[first]):
            called, span = next((called, span) for called, span in calls[first].items() if called in group)
            by_way = "" if called == first else f" by way of `{called}`"
            diagnostics.error(
                "E0217", span, f"`{first}` calls itself{by_way}; a define can't, so that every program ends.",
                "Use `remember` for a value that builds on its own past.",
            )  # fmt: skip
            define = names.defines[first].define
            names.defines[first] = replace(
                names.defines[first], define=replace(define, body=(), outputs=(s.Output(define.span, None, s.ErrorExpr(span)),))
            )
        for name in group:
            deepest = max((depth.get(called, 0) for called in calls[name] if called not in group), default=0)
            depth[name] = deepest + 1
            if depth[name] > MOST_CALLS_DEEP and not too_deep and name in names.defines:
                too_deep = True
                span = next(span for called, span in calls[name].items() if depth.get(called) == deepest)
                diagnostics.error("E0605", span, too_many_levels(name), "Join some of them.")


def too_many_levels(name: str) -> str:
    """What to say of a definition at the top of too many."""
    return f"`{name}` calls definitions that call definitions, more than {MOST_CALLS_DEEP} levels deep."


def _calls(defined: Defined) -> Iterator[tuple[str, Span]]:
    """The functions that a define calls, each with the last place where it does."""
    exprs = [p.default for p in defined.define.params if p.default is not None] + [o.value for o in defined.define.outputs]
    for line in defined.define.body:
        exprs += [line.value] if isinstance(line, s.Let) else [line.next, line.first]
    for expr in exprs:
        for part in descend(expr):
            if isinstance(part, s.Call) and isinstance(part.function, s.Name):
                yield part.function.name, part.function.span
