"""The type of every form of expression."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.builtins import MARKET, MEMBERS, TEXTS
from compiler.diagnostics import Edit, Fix
from compiler.inference.typed import LITERAL_UNITS, Env, words
from compiler.suggest import closest
from compiler.types import (
    BARS,
    DURATION,
    ERROR,
    MONEY,
    OSCILLATOR,
    PLAIN,
    PRICE,
    RATIO,
    TEXT,
    TRUTH,
    Type,
    Unit,
    UnitVar,
    number,
    product,
    quotient,
    settled_unit,
)
from compiler.walk import ungrouped

if TYPE_CHECKING:
    from compiler.inference.work import Inference


_EXAMPLES = {
    "A stop": "For example `entry - 2 * atr(14)` or `2%`.",
    "A target": "For example `entry + 4 * atr(14)`, `4%` or `3 R`.",
    "An order price": "For example `low` or `close * 0.99`.",
    "A trailing distance": "For example `2 * atr(14)` or `3%`.",
}


@dataclass(slots=True)
class Expressions:
    """Types expressions and remembers what it found of those of the program."""

    all: Inference

    def expr(self, expr: s.Expr, env: Env) -> Type:
        type_ = self.raw(expr, env)
        if env.local is None:
            self.all.typed.types[id(expr)] = type_
        return type_

    def raw(self, expr: s.Expr, env: Env) -> Type:
        match expr:
            case s.Number(unit=unit):
                if not unit:
                    return number(UnitVar(), literal=True)
                return number(LITERAL_UNITS.get(unit, self.all.money))
            case s.DurationLiteral(count=count, unit=unit):
                text, bars = self.all.agreement.text(expr, env), f"{count} bar{'s' if count != 1 else ''}"
                self.all.agreement.error(
                    "E0313", expr.span, f"`{text}` is a length of time, not a number.", f"A program counts bars: write `{bars}`.",
                    fixes=(Fix(f"write `{bars}`", (Edit(expr.span, bars),)),),
                )  # fmt: skip
                return ERROR
            case s.TruthLiteral():
                return TRUTH
            case s.UnknownLiteral() | s.ErrorExpr():
                return ERROR
            case s.TextLiteral():
                return TEXT
            case s.ListLiteral(items=items):
                for item in items:
                    self.expr(item, env)
                return Type("list")
            case s.Grouped(inner=inner):
                return self.expr(inner, env)
            case s.Name():
                return self.name(expr, env)
            case s.Member():
                return self.member(expr, env)
            case s.Call():
                return self.all.calls.call(expr, env)
            case s.Index(base=base, ago=ago):
                found = self.expr(base, env)
                self.length(ago, env)
                if found.kind == "record":
                    return self.all.agreement.record_used(base, found, env)
                return (
                    Type(found.kind, found.unit)
                    if found.kind != "text"
                    else self.all.agreement.wrong_kind(base, found, "a series", env)
                )
            case s.Unary(op="-", operand=operand):
                return self.numeric(operand, env)
            case s.Unary(operand=operand):
                self.condition(operand, env)
                return TRUTH
            case s.Binary():
                return self.binary(expr, env)
            case s.Between(operand=operand, low=low, high=high):
                first = self.numeric(operand, env)
                for part in (low, high):
                    self.all.agreement.same(first, self.numeric(part, env), operand, part, env, "be compared in one `between`")
                return TRUTH
            case s.Crosses(left=left, right=right):
                self.all.agreement.same(self.numeric(left, env), self.numeric(right, env), left, right, env, "cross")
                return TRUTH
            case s.IsMoving(operand=operand, length=length):
                self.numeric(operand, env)
                self.length(length, env)
                return TRUTH
            case s.IsNew(operand=operand) | s.IsAvailable(operand=operand):
                found = self.expr(operand, env)
                if found.kind == "record":
                    self.all.agreement.record_used(operand, found, env)
                if found.kind == "text":
                    self.all.agreement.wrong_kind(operand, found, "a series", env)
                return TRUTH
            case s.HasHeld(condition=condition, length=length) | s.WithinLast(condition=condition, length=length):
                self.condition(condition, env)
                self.length(length, env)
                return TRUTH
            case s.BarsSince(condition=condition):
                self.condition(condition, env)
                return number(BARS)
            case s.If(branches=branches, otherwise=otherwise):
                result, place = self.expr(branches[0][1], env), branches[0][1]
                self.condition(branches[0][0], env)
                for condition, value in branches[1:]:
                    self.condition(condition, env)
                    result = self.all.agreement.same(result, self.expr(value, env), place, value, env, "be branches of one `if`")
                last = self.expr(otherwise, env)
                return self.no_text(
                    self.all.agreement.same(result, last, place, otherwise, env, "be branches of one `if`"), expr, env
                )
            case s.On(operand=operand) | s.From(operand=operand):
                found = self.expr(operand, env)
                if found.kind == "text":
                    return self.all.agreement.wrong_kind(operand, found, "a series", env)
                return replace(found, literal=False)
            case s.TimeWithin() | s.InZone():
                return self.all.times.phrase(expr, env)
            case s.Scheduled():
                return self.all.times.scheduled(expr)

    def name(self, name: s.Name, env: Env) -> Type:
        text = name.name
        if env.local is not None:
            if text in env.local:
                return env.local[text]
        elif text in self.all.typed.names.inputs:
            return self.all.names.input_type(text, env)
        elif text in self.all.typed.names.lets:
            return self.all.names.let_type(text, env)
        elif text in self.all.typed.names.states:
            return self.all.names.state_type(text, env)
        if text == "entry" and env.entry:
            return number(PRICE)
        return MARKET.get(text) or TEXTS.get(text) or (number(PLAIN) if text == "time" else ERROR)

    def member(self, expr: s.Member, env: Env) -> Type:
        base = expr.base
        if isinstance(base, s.Name) and base.name in MEMBERS and (env.local is None or base.name not in env.local):
            found = MEMBERS[base.name].get(expr.field.name, ERROR)
            return number(self.all.money) if found.kind == "number" and found.unit == MONEY else found
        past = ungrouped(base)
        if isinstance(past, s.Index):
            whole = self.expr(past.base, env)
            if whole.kind == "record":
                self.length(past.ago, env)
                return self.all.agreement.output_of_the_past(expr, past, whole, env)
        found = self.expr(base, env)
        if found.kind == "error":
            return ERROR
        outputs = dict(found.fields) if found.kind == "record" else {}
        if expr.field.name in outputs:
            return outputs[expr.field.name]
        near = closest(expr.field.name, outputs)
        text = self.all.agreement.text(base, env)
        if not outputs:
            self.all.agreement.error(
                "E0307", expr.field.span, f"`{text}` is {words(found)} and has no parts.", "Leave out the `.` and what follows."
            )
        else:
            self.all.agreement.error(
                "E0307", expr.field.span, f"`{text}` has no output `{expr.field.name}`.",
                f"Did you mean `{near}`?" if near else f"It has {', '.join(f'`{o}`' for o in outputs)}.",
                fixes=(Fix(f"change to `{near}`", (Edit(expr.field.span, near),)),) if near else (),
            )  # fmt: skip
        return ERROR

    def binary(self, expr: s.Binary, env: Env) -> Type:
        op = expr.op
        if op in ("and", "or"):
            sides = (self.condition(expr.left, env), self.condition(expr.right, env))
            return ERROR if ERROR in sides else TRUTH
        if op == "or_else":
            left, right = self.expr(expr.left, env), self.expr(expr.right, env)
            return self.no_text(
                self.all.agreement.same(left, right, expr.left, expr.right, env, "stand in for each other"), expr, env
            )
        if op in ("==", "!="):
            left, right = self.expr(expr.left, env), self.expr(expr.right, env)
            self.all.agreement.same(left, right, expr.left, expr.right, env, "be compared")
            return TRUTH
        left, right = self.expr(expr.left, env), self.expr(expr.right, env)
        if left.kind == right.kind == "text":
            return self.texts_in_order(expr, env)
        left, right = self.as_number(left, expr.left, env), self.as_number(right, expr.right, env)
        if op in ("<", "<=", ">", ">="):
            self.all.agreement.same(left, right, expr.left, expr.right, env, "be compared")
            # In a program an operand without a type has a mistake; was a comparison meant at all?
            return ERROR if env.local is None and "error" in (left.kind, right.kind) else TRUTH
        if op in ("+", "-"):
            return self.all.agreement.same(left, right, expr.left, expr.right, env, "be added" if op == "+" else "be subtracted")
        return self.multiplied(op, left, right, expr)

    def no_text(self, type_: Type, expr: s.Expr, env: Env) -> Type:
        """The type of a value that may change from bar to bar, as a text does not."""
        return self.all.agreement.wrong_kind(expr, type_, "a number or a condition", env) if type_.kind == "text" else type_

    def texts_in_order(self, expr: s.Binary, env: Env) -> Type:
        """Two texts with an operator for numbers between them."""
        shown = self.all.agreement.text(expr.right, env)
        self.all.agreement.error(
            "E0314", expr.span, f"Texts can only be equal or not; `{expr.op}` compares numbers.", f"Write `== {shown}` or `!= {shown}`.",
            fixes=(Fix("write `==`", (Edit(expr.op_span, "=="),)),) if expr.op in ("<", "<=", ">", ">=") else (),
        )  # fmt: skip
        return TRUTH if expr.op in ("<", "<=", ">", ">=") else ERROR

    def multiplied(self, op: str, left: Type, right: Type, expr: s.Binary) -> Type:
        if "error" in (left.kind, right.kind):
            return ERROR
        a, b = settled_unit(left.unit), settled_unit(right.unit)
        if left.literal and right.literal:
            return number(UnitVar(), literal=True)
        for type_, part in ((left, expr.left), (right, expr.right)):
            if (
                isinstance(type_.unit, UnitVar)
                and settled_unit(type_.unit) is None
                and not type_.literal
                and not type_.unit.root().anything
            ):
                self.all.agreement.solve(type_.unit, PLAIN, part.span)
        if any(isinstance(t.unit, UnitVar) and t.unit.root().anything and settled_unit(t.unit) is None for t in (left, right)):
            return ERROR
        a, b = a or PLAIN, b or PLAIN
        return number(product(a, b) if op == "*" else quotient(a, b))

    def condition(self, expr: s.Expr, env: Env) -> Type:
        type_ = self.expr(expr, env)
        if type_.kind in ("truth", "error"):
            return type_
        if type_.kind == "record":
            return self.all.agreement.record_used(expr, type_, env)
        text = self.all.agreement.text(expr, env)
        self.all.agreement.error(
            "E0302",
            expr.span,
            f"A condition is needed here; `{text}` is {words(type_)}.",
            f"Compare it with something: `{text} {'==' if type_.kind == 'text' else '>'} …`.",
        )
        return ERROR

    def numeric(self, expr: s.Expr, env: Env) -> Type:
        return self.as_number(self.expr(expr, env), expr, env)

    def as_number(self, type_: Type, expr: s.Expr, env: Env) -> Type:
        """The type of an expression that must be a number."""
        if type_.kind in ("number", "error"):
            return type_
        if type_.kind == "record":
            return self.all.agreement.record_used(expr, type_, env)
        return self.all.agreement.wrong_kind(expr, type_, "a number", env)

    def length(self, expr: s.Expr, env: Env) -> None:
        """A number of bars; plain whole numbers are taken as bars."""
        type_ = self.numeric(expr, env)
        if type_.kind == "error":
            return
        if isinstance(type_.unit, UnitVar) and settled_unit(type_.unit) is None:
            self.all.agreement.solve(type_.unit, BARS, expr.span)
            return
        unit = settled_unit(type_.unit)
        if unit is not None and unit != BARS and (not unit.dimensionless or unit in (OSCILLATOR, DURATION, RATIO)):
            hint = "Write a number of bars, such as `20 bars`."
            self.all.agreement.error(
                "E0310",
                expr.span,
                f"A number of bars is needed here; `{self.all.agreement.text(expr, env)}` is {words(type_)}.",
                hint,
            )

    def wants(self, expr: s.Expr, unit: Unit, env: Env, what: str) -> None:
        type_ = self.numeric(expr, env)
        if type_.kind == "error":
            return
        if isinstance(type_.unit, UnitVar) and settled_unit(type_.unit) is None:
            self.all.agreement.solve(type_.unit, unit, expr.span)
            return
        found = settled_unit(type_.unit)
        if found is not None and found != unit and not (found == PLAIN and unit.dimensionless):
            text = self.all.agreement.text(expr, env)
            hint = (
                f"A share of the price is written `close * {text}` or `{text} * close`."
                if unit == PRICE and found == RATIO
                else ""
            )
            if isinstance(type_.unit, UnitVar) and type_.unit.root().name:
                self.all.agreement.two_units(type_.unit, unit, expr)
                return
            article = "an" if str(unit)[0] in "aeiou" else "a"
            self.all.agreement.error(
                "E0309",
                expr.span,
                f"{what} must be {article} {unit}; `{text}` is {words(type_)}.",
                hint or _EXAMPLES.get(what, ""),
            )
