"""Ticks: which inputs are counted in price steps of the instrument."""

from __future__ import annotations

from collections.abc import Iterator

from compiler import syntax as s
from compiler.functions import Defined
from compiler.resolve import Names
from compiler.walk import descend


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
