"""What inference finds, and where an expression stands while it is typed."""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.resolve import Names, Scope
from compiler.source import Source
from compiler.types import ACCOUNT_MONEY, BARS, DURATION, ERROR, MONEY, PLAIN, PRICE, QUANTITY, RATIO, Type, Unit, settled_unit

LITERAL_UNITS: dict[str, Unit] = {
    "%": RATIO, "bps": RATIO, "bars": BARS, "ticks": PRICE, "shares": QUANTITY, "units": QUANTITY, "R": PLAIN,
}  # fmt: skip


@dataclass(slots=True)
class Typed:
    """A program with the type of every expression, by identity of its syntax node."""

    names: Names
    types: dict[int, Type] = field(default_factory=dict)
    inputs: dict[str, Type] = field(default_factory=dict)
    lets: dict[str, Type] = field(default_factory=dict)
    states: dict[str, Type] = field(default_factory=dict)

    def type_of(self, expr: s.Expr) -> Type:
        return self.types.get(id(expr), ERROR)


@dataclass(slots=True)
class Env:
    """Where an expression stands: the program (no locals), or one call of a define."""

    scope: Scope
    source: Source
    local: dict[str, Type] | None = None
    entry: bool = False


def words(type_: Type) -> str:
    """A type with its article, for messages."""
    if type_.kind != "number":
        return {"truth": "a condition", "text": "a text", "record": "several values", "list": "a list"}.get(type_.kind, "this")
    unit = settled_unit(type_.unit)
    if unit is None or unit == PLAIN:
        return "a plain number"
    name = str(unit)
    if unit == BARS:
        return "a number of bars"
    if unit in (MONEY, ACCOUNT_MONEY, DURATION):
        return "a duration" if unit == DURATION else f"an amount of {name}"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
