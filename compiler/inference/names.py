"""The types of a program's names and statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.inference.typed import Env
from compiler.resolve import Scope
from compiler.types import ERROR, PLAIN, Type, UnitVar, number, settled_unit
from compiler.walk import ungrouped

if TYPE_CHECKING:
    from compiler.inference.work import Inference


@dataclass(slots=True)
class NamedTypes:
    """Types inputs, lets and states, each after what it needs."""

    all: Inference
    busy: set[str] = field(default_factory=set)
    order: list[str] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)
    ready: int = 0  # so many of `order` have their type, or are being given it

    def program(self) -> None:
        names = self.all.typed.names
        env = Env(Scope(names), names.source)
        self.order = names.in_order()
        self.place = {name: i for i, name in enumerate(self.order)}
        for name in names.inputs:
            self.input_type(name, env)
        self.all.times.trade(names.trade)
        typed = self.all.memory.typed
        for defined in names.defines.values():
            typed(defined.define, self.all, partial(self.all.calls.generic, defined))
        for statement in names.file.statements:
            match statement:
                case s.Let(name=ident) if names.lets.get(ident.name) is statement:
                    self.let_type(ident.name, env)
                case s.Remember(name=ident) if names.states.get(ident.name) is statement:
                    self.state_type(ident.name, env)
                case s.Require() | s.Alert() | s.When() | s.Plot():
                    typed(statement, self.all, partial(self.statement, statement, env))
        for table in (self.all.typed.inputs, self.all.typed.lets, self.all.typed.states):
            for type_ in table.values():
                if type_.kind == "number" and settled_unit(type_.unit) is None and isinstance(type_.unit, UnitVar):
                    type_.unit.root().solved = PLAIN

    def statement(self, statement: s.Require | s.Alert | s.When | s.Plot, env: Env) -> Type:
        """Types a statement that gives no name."""
        match statement:
            case s.Require(condition=condition) | s.Alert(condition=condition):
                self.all.expressions.condition(condition, env)
            case s.When(condition=condition, actions=actions, otherwise=otherwise):
                self.all.expressions.condition(condition, env)
                for action in (*actions, *otherwise):
                    self.all.orders.action(action, env)
            case s.Plot(items=items):
                for item in items:
                    if self.all.expressions.expr(item.value, env).kind == "text":
                        self.all.agreement.error(
                            "E0311", item.value.span, "A text can't be plotted.", "Plot a number or a condition."
                        )
        return ERROR

    def prepare(self, name: str, env: Env) -> None:
        """Type what a name needs before it, so that no chain of names is followed by recursion."""
        while self.ready <= self.place.get(name, -1):
            following = self.order[self.ready]
            self.ready += 1
            names = self.all.typed.names
            (self.input_type if following in names.inputs else self.let_type if following in names.lets else self.state_type)(
                following, env
            )

    def input_type(self, name: str, env: Env) -> Type:
        self.prepare(name, env)
        if name in self.all.typed.inputs:
            return self.all.typed.inputs[name]
        statement = self.all.typed.names.inputs[name]
        type_ = self.all.memory.typed(statement, self.all, lambda: self.of_input(statement, env))
        self.all.typed.inputs[name] = type_
        return type_

    def of_input(self, statement: s.Input, env: Env) -> Type:
        name = statement.name.name
        type_ = self.all.expressions.expr(statement.default, env)
        if type_.kind == "number" and type_.literal:
            type_ = number(UnitVar(name, statement.name.span))
        known = type_.kind != "error" or isinstance(ungrouped(statement.default), s.UnknownLiteral)
        if (
            known
            and not self.all.typed.names.is_constant(statement.default)
            and not isinstance(ungrouped(statement.default), s.TextLiteral)
        ):
            self.all.agreement.error(
                "E0404", statement.default.span, f"The default of `{name}` must be a fixed value, such as `20 bars` or `1.5`."
            )
        self.all.typed.inputs[name] = type_
        for part in (statement.low, statement.high, statement.step, *(statement.choices.items if statement.choices else ())):
            if (
                part is not None
                and self.all.agreement.same(
                    self.all.expressions.expr(part, env), type_, part, statement.default, env, "go together"
                ).kind
                == "error"
            ):
                break
        return type_

    def let_type(self, name: str, env: Env) -> Type:
        self.prepare(name, env)
        if name in self.all.typed.lets:
            return self.all.typed.lets[name]
        if name in self.busy:
            return ERROR
        self.busy.add(name)
        statement = self.all.typed.names.lets[name]
        type_ = self.all.memory.typed(statement, self.all, lambda: self.of_let(statement))
        self.busy.discard(name)
        self.all.typed.lets[name] = type_
        return type_

    def of_let(self, statement: s.Let) -> Type:
        type_ = self.all.expressions.expr(statement.value, Env(Scope(self.all.typed.names), self.all.typed.names.source))
        if type_.kind == "number" and type_.literal:
            var = type_.unit.root() if isinstance(type_.unit, UnitVar) else UnitVar()
            var.name, var.place = statement.name.name, statement.name.span
            type_ = number(var)
        return type_

    def state_type(self, name: str, env: Env) -> Type:
        self.prepare(name, env)
        if name in self.all.typed.states:
            return self.all.typed.states[name]
        if name in self.busy:  # its first value is made of itself, which building reports
            return ERROR
        self.busy.add(name)
        statement = self.all.typed.names.states[name]
        top = Env(Scope(self.all.typed.names), self.all.typed.names.source)

        def run() -> Type:
            return self.remembered(statement, top, lambda t: self.all.typed.states.__setitem__(name, t))

        type_ = self.all.memory.typed(statement, self.all, run)
        self.busy.discard(name)
        self.all.typed.states[name] = type_
        return type_

    def remembered(self, statement: s.Remember, env: Env, publish: object) -> Type:
        """The type of a state: of its first value, else (first unknown) of its next, found by a silent pass in which it goes with everything."""
        assert callable(publish)
        first = self.all.expressions.expr(statement.first, env)
        found = first
        if first.kind == "error":
            publish(ERROR)
            loud, self.all.diagnostics = self.all.diagnostics, Diagnostics()
            found = self.all.expressions.expr(statement.next, env)
            self.all.diagnostics = loud
        if found.kind == "number" and (found.literal or settled_unit(found.unit) is None):
            found = number(UnitVar(statement.name.name, statement.name.span))
        publish(found)
        after = self.all.expressions.expr(statement.next, env)
        self.all.agreement.same(after, found, statement.next, statement.first, env, "take turns as one value")
        return found
