"""Infer: the type of every expression, and every mistake about kinds and units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.inference.agreement import Agreement
from compiler.inference.calls import Calls
from compiler.inference.expressions import Expressions
from compiler.inference.names import NamedTypes
from compiler.inference.orders import OrderTypes
from compiler.inference.times import TimeTypes
from compiler.inference.typed import Env, Typed
from compiler.resolve import Names, Scope
from compiler.types import MONEY, TEXT, Type, Unit


class Memory(Protocol):
    """What statements were typed as before, for a text under edit."""

    def typed(self, statement: s.Statement, inference: Inference, run: Callable[[], Type]) -> Type:
        """What `run` gives and does, which types the statement; it is run only where that is not known."""


class NoMemory:
    """Every statement is typed."""

    def typed(self, statement: s.Statement, inference: Inference, run: Callable[[], Type]) -> Type:
        return run()


@dataclass(slots=True, init=False)
class Inference:
    """The parts of inference, which need each other, around one result. `diagnostics` is exchanged while something is tried in silence."""

    typed: Typed
    diagnostics: Diagnostics
    agreement: Agreement
    expressions: Expressions
    calls: Calls
    names: NamedTypes
    orders: OrderTypes
    times: TimeTypes
    money: Unit  # of amounts and of facts of the account
    memory: Memory

    def __init__(self, typed: Typed, diagnostics: Diagnostics, money: Unit = MONEY, memory: Memory | None = None) -> None:
        self.typed, self.diagnostics, self.money, self.memory = typed, diagnostics, money, memory or NoMemory()
        self.agreement, self.expressions, self.calls = Agreement(self), Expressions(self), Calls(self)
        self.names, self.orders, self.times = NamedTypes(self), OrderTypes(self), TimeTypes(self)


def infer(names: Names, diagnostics: Diagnostics, money: Unit = MONEY) -> Typed:
    """Type all of a program. Mistakes go to `diagnostics`; an expression with a mistake has the type `error`, which goes with everything.

    money: the unit of amounts and of facts of the account; ACCOUNT_MONEY tells it apart from price times quantity.
    """
    typed = Typed(names)
    Inference(typed, diagnostics, money).names.program()
    return typed


def type_of_setting(typed: Typed, expr: s.Expr, diagnostics: Diagnostics) -> Type:
    """The type of a value under `settings`, where words such as `long` are no names."""
    if isinstance(expr, s.Name) and expr.name in ("long", "short", "both"):
        return TEXT
    names = typed.names
    return Inference(typed, diagnostics).expressions.expr(expr, Env(Scope(names), names.source))
