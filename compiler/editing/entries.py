"""Entries: what is kept of a statement from version to version: which names it mentions, and what was found when it was last looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from compiler import syntax as s
from compiler.functions import Defined
from compiler.source import Source, Span
from compiler.types import Type, Unit, UnitVar
from compiler.walk import descend, expressions, expressions_of_test

VALUES = ("input", "let", "state")


@dataclass(frozen=True, slots=True)
class VarState:
    """What a unit still to be found was at some moment."""

    var: UnitVar
    name: str
    place: Span | None
    solved: Unit | None
    cause: Span | None
    link: UnitVar | None

    @classmethod
    def of(cls, var: UnitVar) -> VarState:
        return cls(var, var.name, var.place, var.solved, var.cause, var.link)

    def restore(self) -> None:
        var = self.var
        var.name, var.place, var.solved, var.cause, var.link = self.name, self.place, self.solved, self.cause, self.link


@dataclass(frozen=True, slots=True)
class Read:
    """The type of a name as a statement met it: None if it had none yet. root, solved: of its unit, where that was still to be found."""

    name: str
    type: Type | None
    root: UnitVar | None
    solved: Unit | None


@dataclass(frozen=True, slots=True)
class Typing:
    """What typing a statement without a mistake read and did.

    effects: units of other names that it found. own: the units in its own type, as it left them. multiples: its targets, each with whether
    it was a number of R. trade: the `trade` line that its schedule was held against.
    """

    reads: tuple[Read, ...]
    result: Type
    own: tuple[VarState, ...]
    effects: tuple[VarState, ...]
    types: dict[int, Type]
    multiples: tuple[tuple[s.Expr, bool], ...]
    trade: s.Trade | None
    open: tuple[Read, ...]  # the reads of names whose unit was still to be found


@dataclass(eq=False)
class Entry:
    """A statement, with schedules as rules. Compared by identity.

    needs: of its reads those that the program gives. clean: its names are all
    known, and nothing is wrong with them. typing: None until it is typed without a mistake. linked: nothing is wrong with what it reads of
    libraries.
    """

    card: s.Card
    source: Source
    linked: bool = True
    needs: list[str] = field(default_factory=list)
    needs_known: bool = False
    clean: bool = False
    typing: Typing | None = None
    turn: int = -1  # the version in which `typing` was last right

    @cached_property
    def statement(self) -> s.Statement:
        assert self.card.statement is not None
        return self.card.statement

    @cached_property
    def ident(self) -> s.Ident | None:
        """The name that it gives."""
        match self.statement:
            case s.Input(name=ident) | s.Let(name=ident) | s.Remember(name=ident) | s.Define(name=ident):
                return ident
            case _:
                return None

    @cached_property
    def kind(self) -> str:
        """What it gives: `input`, `let`, `state` or `define`; '' if no name."""
        match self.statement:
            case s.Input():
                return "input"
            case s.Let():
                return "let"
            case s.Remember():
                return "state"
            case s.Define():
                return "define"
            case _:
                return ""

    @cached_property
    def defined(self) -> Defined | None:
        return Defined(self.statement, self.source, False) if isinstance(self.statement, s.Define) else None

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The names in the values that it gives, in order; none for what gives no value."""
        match self.statement:
            case s.Input(default=default, low=low, high=high, step=step, choices=choices):
                exprs: tuple[s.Expr | None, ...] = (default, low, high, step, *(choices.items if choices else ()))
            case s.Let(value=value):
                exprs = (value,)
            case s.Remember(next=next_, first=first):
                exprs = (first, next_)
            case _:
                exprs = ()
        return tuple(
            dict.fromkeys(part.name for expr in exprs if expr is not None for part in descend(expr) if isinstance(part, s.Name))
        )

    @cached_property
    def calls(self) -> frozenset[str]:
        """The names of the functions that it calls."""
        return frozenset(e.function.name for e in self._expressions() if isinstance(e, s.Call) and isinstance(e.function, s.Name))

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The names that it reads as values, wherever they stand."""
        return tuple(dict.fromkeys(e.name for e in self._expressions() if isinstance(e, s.Name)))

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """Every name in it that may mean something of the program."""
        bases = (
            e.function.base.name
            for e in self._expressions()
            if isinstance(e, s.Call) and isinstance(e.function, s.Member) and isinstance(e.function.base, s.Name)
        )
        return frozenset((*self.named, *self.calls, *bases))

    @cached_property
    def scheduled(self) -> bool:
        return any(isinstance(e, s.Scheduled) for e in self._expressions())

    @cached_property
    def targets(self) -> tuple[s.Expr, ...]:
        """The values of `take profit at`, which may be multiples of the risk by way of names."""
        if not isinstance(self.statement, s.When):
            return ()
        actions = (*self.statement.actions, *self.statement.otherwise)
        orders = [a for a in actions if isinstance(a, s.OrderAction | s.ExitAction | s.ProtectAction)]
        return tuple(line.value for order in orders for line in order.attached if line.kind == "target_at")

    def _expressions(self) -> Iterator[s.Expr]:
        if isinstance(self.statement, s.Test):
            for top in expressions_of_test(self.statement):
                yield from descend(top)
        else:
            yield from expressions(self.statement)
