"""Infer: the type of every expression, and every mistake about kinds and units."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from compiler import syntax as s
from compiler.builtins import MARKET, MEMBERS, TEXTS
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.functions import Defined, Function, Mark, Scalar, default_of, parameter_names
from compiler.library import Primitive
from compiler.resolve import Names, Scope, scope_of
from compiler.source import Source, Span
from compiler.suggest import closest
from compiler.types import (
    BARS,
    DURATION,
    ERROR,
    MONEY,
    OSCILLATOR,
    PLAIN,
    PRICE,
    QUANTITY,
    RATIO,
    TEXT,
    TRUTH,
    UNITS_BY_NAME,
    Type,
    Unit,
    UnitTerm,
    UnitVar,
    joined,
    number,
    product,
    quotient,
    scaled,
    settled_unit,
)  # fmt: skip
from compiler.walk import ungrouped

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


def infer(names: Names, diagnostics: Diagnostics) -> Typed:
    """Type all of a program. Mistakes go to `diagnostics`; an expression with a mistake has the type `error`, which goes with everything."""
    typed = Typed(names)
    worker = _Inference(typed, diagnostics)
    worker.program()
    return typed


def type_of_setting(typed: Typed, expr: s.Expr, diagnostics: Diagnostics) -> Type:
    """The type of a value under `settings`, where words such as `long` are no names."""
    if isinstance(expr, s.Name) and expr.name in ("long", "short", "both"):
        return TEXT
    names = typed.names
    return _Inference(typed, diagnostics).expr(expr, Env(Scope(names), names.source))


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
    if unit in (MONEY, DURATION):
        return f"an amount of {name}" if unit == MONEY else "a duration"
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


@dataclass(slots=True)
class _Inference:
    typed: Typed
    diagnostics: Diagnostics
    busy: set[str] = field(default_factory=set)
    called: dict[tuple[object, ...], Type] = field(default_factory=dict)
    calling: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)
    ready: int = 0  # so many of `order` have their type, or are being given it

    # ------------------------------------------------------------ statements

    def program(self) -> None:
        names = self.typed.names
        env = Env(Scope(names), names.source)
        self.order = names.in_order()
        self.place = {name: i for i, name in enumerate(self.order)}
        for name in names.inputs:
            self.input_type(name, env)
        for defined in names.defines.values():
            self.generic(defined)
        for statement in names.file.statements:
            match statement:
                case s.Let(name=ident) if names.lets.get(ident.name) is statement:
                    self.let_type(ident.name, env)
                case s.Remember(name=ident) if names.states.get(ident.name) is statement:
                    self.state_type(ident.name, env)
                case s.Require(condition=condition) | s.Alert(condition=condition):
                    self.condition(condition, env)
                case s.When(condition=condition, actions=actions, otherwise=otherwise):
                    self.condition(condition, env)
                    for action in (*actions, *otherwise):
                        self.action(action, env)
                case s.Plot(items=items):
                    for item in items:
                        if self.expr(item.value, env).kind == "text":
                            self.error("E0311", item.value.span, "A text can't be plotted.", "Plot a number or a condition.")
        for table in (self.typed.inputs, self.typed.lets, self.typed.states):
            for type_ in table.values():
                if type_.kind == "number" and settled_unit(type_.unit) is None and isinstance(type_.unit, UnitVar):
                    type_.unit.root().solved = PLAIN

    def prepare(self, name: str, env: Env) -> None:
        """Type what a name needs before it, so that no chain of names is followed by recursion."""
        while self.ready <= self.place.get(name, -1):
            following = self.order[self.ready]
            self.ready += 1
            names = self.typed.names
            (self.input_type if following in names.inputs else self.let_type if following in names.lets else self.state_type)(following, env)

    def input_type(self, name: str, env: Env) -> Type:
        self.prepare(name, env)
        if name in self.typed.inputs:
            return self.typed.inputs[name]
        statement = self.typed.names.inputs[name]
        type_ = self.expr(statement.default, env)
        if type_.kind == "number" and type_.literal:
            type_ = number(UnitVar(name, statement.name.span))
        known = type_.kind != "error" or isinstance(ungrouped(statement.default), s.UnknownLiteral)
        if known and not self.typed.names.is_constant(statement.default) and not isinstance(ungrouped(statement.default), s.TextLiteral):
            self.error("E0404", statement.default.span, f"The default of `{name}` must be a fixed value, such as `20 bars` or `1.5`.")
        self.typed.inputs[name] = type_
        for part in (statement.low, statement.high, statement.step, *(statement.choices.items if statement.choices else ())):
            if part is not None and self.same(self.expr(part, env), type_, part, statement.default, env, "go together").kind == "error":
                break
        return type_

    def let_type(self, name: str, env: Env) -> Type:
        self.prepare(name, env)
        if name in self.typed.lets:
            return self.typed.lets[name]
        if name in self.busy:
            return ERROR
        self.busy.add(name)
        statement = self.typed.names.lets[name]
        type_ = self.expr(statement.value, Env(Scope(self.typed.names), self.typed.names.source))
        if type_.kind == "number" and type_.literal:
            var = type_.unit.root() if isinstance(type_.unit, UnitVar) else UnitVar()
            var.name, var.place = name, statement.name.span
            type_ = number(var)
        self.busy.discard(name)
        self.typed.lets[name] = type_
        return type_

    def state_type(self, name: str, env: Env) -> Type:
        self.prepare(name, env)
        if name in self.typed.states:
            return self.typed.states[name]
        statement = self.typed.names.states[name]
        top = Env(Scope(self.typed.names), self.typed.names.source)
        type_ = self.remembered(statement, top, lambda t: self.typed.states.__setitem__(name, t))
        self.typed.states[name] = type_
        return type_

    def remembered(self, statement: s.Remember, env: Env, publish: object) -> Type:
        """The type of a state: of its first value, else (first unknown) of its next, found by a silent pass in which it goes with everything."""
        assert callable(publish)
        first = self.expr(statement.first, env)
        found = first
        if first.kind == "error":
            publish(ERROR)
            loud, self.diagnostics = self.diagnostics, Diagnostics()
            found = self.expr(statement.next, env)
            self.diagnostics = loud
        if found.kind == "number" and (found.literal or settled_unit(found.unit) is None):
            found = number(UnitVar(statement.name.name, statement.name.span))
        publish(found)
        after = self.expr(statement.next, env)
        self.same(after, found, statement.next, statement.first, env, "take turns as one value")
        return found

    def action(self, action: s.Action, env: Env) -> None:
        match action:
            case s.OrderAction(size=size, entry=entry, attached=attached):
                self.size(size, env)
                self.entry(entry, env)
                for line in attached:
                    self.attached(line, env)
            case s.ExitAction(share=share, entry=entry, attached=attached):
                if share is not None:
                    self.share(share, env)
                self.entry(entry, env)
                for line in attached:
                    self.attached(line, env)
            case s.ProtectAction():
                self.later(action.span, "`protect`")
            case s.HoldTop():
                self.later(action.span, "`hold top`")

    def size(self, size: s.Size | None, env: Env) -> None:
        match size:
            case s.SizeShare(share=share) | s.SizeRisk(share=share):
                self.share(share, env)
            case s.SizeAmount(amount=amount):
                type_ = self.expr(amount, env)
                unit = settled_unit(type_.unit) if type_.kind == "number" else None
                if type_.kind == "error" or unit in (MONEY, QUANTITY):
                    return
                text = self.text(amount, env)
                if type_.literal:
                    self.error(
                        "E0501", amount.span, f"How much is {text}? A size needs a unit.", f"Write `{text} units`, `{text} USD` or `{text}% of equity`.",
                        fixes=(Fix(f"write `{text} units`", (Edit(amount.span, f"{text} units"),)),),
                    )  # fmt: skip
                elif unit == RATIO:
                    self.error(
                        "E0501", amount.span, f"`{text}` is a share of something: of what?", f"Write `{text} of equity`, `of cash` or `of position`.",
                        fixes=(Fix(f"write `{text} of equity`", (Edit(amount.span, f"{text} of equity"),)),),
                    )  # fmt: skip
                else:
                    self.error("E0502", amount.span, f"A size is an amount of money or a quantity; `{text}` is {words(type_)}.", "For example `5_000 USD`, `50 shares` or `10% of equity`.")

    def share(self, expr: s.Expr, env: Env) -> None:
        type_ = self.expr(expr, env)
        unit = settled_unit(type_.unit) if type_.kind == "number" else None
        if type_.kind == "error":
            return
        if type_.kind != "number" or (unit is not None and (not unit.dimensionless or unit in (OSCILLATOR, DURATION))):
            self.error("E0503", expr.span, f"A share is a ratio such as `10%`; `{self.text(expr, env)}` is {words(type_)}.")
        elif isinstance(literal := ungrouped(expr), s.Number) and not literal.unit and literal.value > 1:
            self.error(
                "E0503", expr.span, f"`{literal.value:g}` means {literal.value:g} times the whole; a share is a percentage.", f"Write `{literal.value:g}%`.",
                fixes=(Fix(f"write `{literal.value:g}%`", (Edit(expr.span, f"{literal.value:g}%"),)),),
            )  # fmt: skip
        elif isinstance(type_.unit, UnitVar):
            self.solve(type_.unit, RATIO, expr.span)

    def entry(self, entry: s.Entry | None, env: Env) -> None:
        if entry is not None:
            for price in (entry.price, entry.limit):
                if price is not None:
                    self.wants(price, PRICE, env, "An order price")

    def attached(self, line: s.Attached, env: Env) -> None:
        inside = Env(env.scope, env.source, env.local, entry=True)
        value = self.expr(line.value, inside)
        unit = settled_unit(value.unit) if value.kind == "number" else None
        name = {"s": "A stop", "t": "A target"}.get(line.kind[0], "This")
        match line.kind:
            case "stop_at" | "target_at" | "stop_share" | "target_share":
                if unit is not None and unit.dimensionless and unit not in (OSCILLATOR, DURATION) and unit != PLAIN:
                    return
                self.wants(line.value, PRICE, inside, name)
            case "target_r":
                return
            case "trail":
                for distance in (line.value, line.second):
                    if distance is None:
                        continue
                    type_ = self.expr(distance, inside)
                    found = settled_unit(type_.unit) if type_.kind == "number" else None
                    if found != RATIO:
                        self.wants(distance, PRICE, inside, "A trailing distance")
            case "hold" | "expire":
                self.length(line.value, env)

    # ------------------------------------------------------------ expressions

    def expr(self, expr: s.Expr, env: Env) -> Type:
        type_ = self.raw(expr, env)
        if env.local is None:
            self.typed.types[id(expr)] = type_
        return type_

    def raw(self, expr: s.Expr, env: Env) -> Type:
        match expr:
            case s.Number(unit=unit):
                if not unit:
                    return number(UnitVar(), literal=True)
                return number(LITERAL_UNITS.get(unit, MONEY))
            case s.DurationLiteral(count=count, unit=unit):
                text, bars = self.text(expr, env), f"{count} bar{'s' if count != 1 else ''}"
                self.error(
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
                return self.call(expr, env)
            case s.Index(base=base, ago=ago):
                found = self.expr(base, env)
                self.length(ago, env)
                if found.kind == "record":
                    return self.record_used(base, found, env)
                return Type(found.kind, found.unit) if found.kind != "text" else self.wrong_kind(base, found, "a series", env)
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
                    self.same(first, self.numeric(part, env), operand, part, env, "be compared in one `between`")
                return TRUTH
            case s.Crosses(left=left, right=right):
                self.same(self.numeric(left, env), self.numeric(right, env), left, right, env, "cross")
                return TRUTH
            case s.IsMoving(operand=operand, length=length):
                self.numeric(operand, env)
                self.length(length, env)
                return TRUTH
            case s.IsNew(operand=operand) | s.IsAvailable(operand=operand):
                found = self.expr(operand, env)
                if found.kind == "record":
                    self.record_used(operand, found, env)
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
                    result = self.same(result, self.expr(value, env), place, value, env, "be branches of one `if`")
                return self.same(result, self.expr(otherwise, env), place, otherwise, env, "be branches of one `if`")
            case s.On(operand=operand):
                self.expr(operand, env)
                return self.later(expr.span, "Slower clocks (`on 4h`)")
            case s.From(operand=operand):
                self.expr(operand, env)
                return self.later(expr.span, "Other instruments (`from \"SPY\"`)")
            case s.TimeWithin():
                return self.later(expr.span, "Sessions (`time is within …`)")
            case s.InZone():
                return self.later(expr.span, "Time zones (`time in …`)")

    def later(self, span: Span, what: str) -> Type:
        self.error("E0190", span, f"{what} can be written but not yet run.", "Remove it for now; the rest of the program can be used.")
        return ERROR

    def name(self, name: s.Name, env: Env) -> Type:
        text = name.name
        if env.local is not None:
            if text in env.local:
                return env.local[text]
        elif text in self.typed.names.inputs:
            return self.input_type(text, env)
        elif text in self.typed.names.lets:
            return self.let_type(text, env)
        elif text in self.typed.names.states:
            return self.state_type(text, env)
        if text == "entry" and env.entry:
            return number(PRICE)
        return MARKET.get(text) or TEXTS.get(text) or ERROR

    def member(self, expr: s.Member, env: Env) -> Type:
        base = expr.base
        if isinstance(base, s.Name) and base.name in MEMBERS and (env.local is None or base.name not in env.local):
            return MEMBERS[base.name].get(expr.field.name, ERROR)
        if isinstance(base, s.InZone):
            return self.expr(base, env)
        found = self.expr(base, env)
        if found.kind == "error":
            return ERROR
        outputs = dict(found.fields) if found.kind == "record" else {}
        if expr.field.name in outputs:
            return outputs[expr.field.name]
        near = closest(expr.field.name, outputs)
        text = self.text(base, env)
        if not outputs:
            self.error("E0307", expr.field.span, f"`{text}` is {words(found)} and has no parts.", "Leave out the `.` and what follows.")
        else:
            self.error(
                "E0307", expr.field.span, f"`{text}` has no output `{expr.field.name}`.",
                f"Did you mean `{near}`?" if near else f"It has {', '.join(f'`{o}`' for o in outputs)}.",
                fixes=(Fix(f"change to `{near}`", (Edit(expr.field.span, near),)),) if near else (),
            )  # fmt: skip
        return ERROR

    def binary(self, expr: s.Binary, env: Env) -> Type:
        op = expr.op
        if op in ("and", "or"):
            self.condition(expr.left, env)
            self.condition(expr.right, env)
            return TRUTH
        if op == "or_else":
            left, right = self.expr(expr.left, env), self.expr(expr.right, env)
            return self.same(left, right, expr.left, expr.right, env, "stand in for each other")
        if op in ("==", "!="):
            left, right = self.expr(expr.left, env), self.expr(expr.right, env)
            self.same(left, right, expr.left, expr.right, env, "be compared")
            return TRUTH
        left, right = self.numeric(expr.left, env), self.numeric(expr.right, env)
        if op in ("<", "<=", ">", ">="):
            self.same(left, right, expr.left, expr.right, env, "be compared")
            # In a program an operand without a type has a mistake; was a comparison meant at all?
            return ERROR if env.local is None and "error" in (left.kind, right.kind) else TRUTH
        if op in ("+", "-"):
            return self.same(left, right, expr.left, expr.right, env, "be added" if op == "+" else "be subtracted")
        return self.multiplied(op, left, right, expr)

    def multiplied(self, op: str, left: Type, right: Type, expr: s.Binary) -> Type:
        if "error" in (left.kind, right.kind):
            return ERROR
        a, b = settled_unit(left.unit), settled_unit(right.unit)
        if left.literal and right.literal:
            return number(UnitVar(), literal=True)
        for type_, part in ((left, expr.left), (right, expr.right)):
            if isinstance(type_.unit, UnitVar) and settled_unit(type_.unit) is None and not type_.literal and not type_.unit.root().anything:
                self.solve(type_.unit, PLAIN, part.span)
        if any(isinstance(t.unit, UnitVar) and t.unit.root().anything and settled_unit(t.unit) is None for t in (left, right)):
            return ERROR
        a, b = a or PLAIN, b or PLAIN
        return number(product(a, b) if op == "*" else quotient(a, b))

    # ------------------------------------------------------------ calls

    def call(self, call: s.Call, env: Env) -> Type:
        names = self.typed.names
        if id(call) in names.bad_calls or not isinstance(call.function, s.Name):
            for argument in call.arguments:
                self.expr(argument.value, env)
            return ERROR
        function = self.function(call.function.name, env)
        if function is None:
            return ERROR
        bound = names.bind(function, call, env.scope)
        match function:
            case Mark(name=mark):
                marked = bound.arguments[0]
                found = self.numeric(marked, env) if marked is not None else ERROR
                return number(PLAIN if mark == "number" else OSCILLATOR) if found.kind != "error" else ERROR
            case Scalar():
                return self.scalar(function, [a for a in bound.arguments if a is not None], env)
            case Primitive():
                return self.primitive(function, bound.arguments, call, env)
            case Defined():
                return self.defined(function, bound.arguments, call, env)

    def function(self, name: str, env: Env) -> Function | None:
        names = self.typed.names
        if env.scope.define is not None and env.scope.define.of_library:
            return names.library_function(name)
        return names.function(name)

    def scalar(self, function: Scalar, arguments: list[s.Expr], env: Env) -> Type:
        types = [self.numeric(a, env) for a in arguments]
        if any(t.kind == "error" for t in types):
            return ERROR
        match function.name:
            case "min" | "max":
                result = types[0]
                for argument, type_ in zip(arguments[1:], types[1:], strict=True):
                    result = self.same(result, type_, arguments[0], argument, env, f"go into one `{function.name}`")
                return result
            case "abs" | "floor" | "ceil" | "round":
                return Type("number", types[0].unit, (), types[0].literal)
            case "sign":
                return number(PLAIN)
            case "sqrt":
                unit = settled_unit(types[0].unit)
                return number(scaled(unit, Fraction(1, 2)) if unit is not None else PLAIN)
            case "pow":
                return self.power(arguments, types, env)
            case _:
                self.plain(arguments[0], types[0], function.name, env)
                return number(PLAIN)

    def power(self, arguments: list[s.Expr], types: list[Type], env: Env) -> Type:
        unit = settled_unit(types[0].unit)
        self.plain(arguments[1], types[1], "pow", env)
        exponent = ungrouped(arguments[1])
        sign = 1
        while isinstance(exponent, s.Unary) and exponent.op == "-":
            sign, exponent = -sign, ungrouped(exponent.operand)
        if unit is None or unit.dimensionless:
            return number(unit if unit == RATIO else PLAIN)
        if isinstance(exponent, s.Number) and not exponent.unit:
            return number(scaled(unit, sign * Fraction(exponent.value).limit_denominator(12)))
        return self.plain(arguments[0], types[0], "pow", env)

    def plain(self, expr: s.Expr, type_: Type, name: str, env: Env) -> Type:
        unit = settled_unit(type_.unit)
        if unit is not None and not unit.dimensionless:
            text = self.text(expr, env)
            self.error(
                "E0305", expr.span, f"`{name}` takes a plain number; `{text}` is {words(type_)}.",
                f"Divide it by another {unit}, or drop its unit with `number({text})`.",
                fixes=(Fix(f"write `number({text})`", (Edit(expr.span, f"number({text})"),)),),
            )  # fmt: skip
            return ERROR
        return type_

    def primitive(self, function: Primitive, arguments: tuple[s.Expr | None, ...], call: s.Call, env: Env) -> Type:
        units: dict[str, UnitTerm] = {}
        broken = False
        for parameter, argument in zip(function.parameters, arguments, strict=True):
            assert argument is not None
            match parameter.kind:
                case "truth":
                    broken |= self.condition(argument, env).kind == "error"
                case "window":
                    self.length(argument, env)
                case "number":
                    type_ = self.numeric(argument, env)
                    if type_.kind != "error":
                        self.plain(argument, type_, function.name, env)
                case "series":
                    type_ = self.numeric(argument, env)
                    if type_.kind == "error":
                        broken = True
                    elif parameter.unit in UNITS_BY_NAME and parameter.unit:
                        self.wants(argument, UNITS_BY_NAME[parameter.unit], env, f"`{function.name}`'s `{parameter.name}`")
                    elif parameter.unit in units:
                        before = number(units[parameter.unit])
                        self.same(before, type_, call.arguments[0].value, argument, env, f"go into one `{function.name}`")
                    else:
                        units[parameter.unit] = type_.unit
        results = tuple((r.name, TRUTH if r.kind == "truth" else _result_type(r.unit, units, broken)) for r in function.results)
        return results[0][1] if len(results) == 1 else Type("record", fields=results)

    def defined(self, function: Defined, arguments: tuple[s.Expr | None, ...], call: s.Call, env: Env) -> Type:
        types: list[Type] = []
        inner_scope = scope_of(self.typed.names, function)
        for i, argument in enumerate(arguments):
            if argument is not None:
                types.append(self.expr(argument, env))
            else:
                default = default_of(function, i)
                assert default is not None
                types.append(self.expr(default, Env(Scope(self.typed.names, function), function.source, {})))
        for i, type_ in enumerate(types):
            argument = arguments[i]
            if type_.kind == "record" and argument is not None:
                types[i] = self.record_used(argument, type_, env)
        return self.body(function, inner_scope, types, call, env)

    def body(self, function: Defined, scope: Scope, types: list[Type], call: s.Call, env: Env) -> Type:
        if function.name in self.calling or len(self.calling) > 100:
            return ERROR
        key = (function.name, function.of_library, tuple(_key(t) for t in types))
        if key in self.called and None not in key[2]:
            return _kept(self.called[key])
        local = dict(zip(parameter_names(function), types, strict=True))
        quiet = Diagnostics()
        self.calling.append(function.name)
        loud, self.diagnostics = self.diagnostics, quiet
        result = self.outputs(function, scope, local)
        self.diagnostics = loud
        self.calling.pop()
        wrong = [d for d in quiet.found if d.severity == "error"]
        if wrong:
            place = next((a.value.span for a in call.arguments), call.span)
            shown = " and ".join(words(t) for t in types if t.kind != "error") or "these arguments"
            labels = (Label(wrong[0].span, wrong[0].message),) if function.source is self.typed.names.source else ()
            if not any(d.code == wrong[0].code and d.span == wrong[0].span for d in loud.found):
                self.error("E0304", place, f"`{function.name}` can't work with {shown}.", f"Inside it: {wrong[0].message}", labels)
            return ERROR
        self.called[key] = _kept(result)
        return result

    def outputs(self, function: Defined, scope: Scope, local: dict[str, Type]) -> Type:
        env = Env(scope, function.source, local)
        for state in (line for line in function.define.body if isinstance(line, s.Remember)):
            local.setdefault(state.name.name, ERROR)  # states may read each other's past before their own line
        for line in function.define.body:
            if isinstance(line, s.Let):
                local[line.name.name] = _named(self.expr(line.value, env), line.name)
            else:
                local[line.name.name] = self.remembered(line, env, lambda t, n=line.name.name: local.__setitem__(n, t))
        results = [(o.name.name if o.name else "", self.expr(o.value, env)) for o in function.define.outputs]
        if len(results) == 1 and not results[0][0]:
            return results[0][1]
        return Type("record", fields=tuple(results))

    def generic(self, defined: Defined) -> None:
        """Check a define's own text with parameters that go with everything, so that its mistakes show without a call."""
        scope = scope_of(self.typed.names, defined)
        self.outputs(defined, scope, dict.fromkeys(parameter_names(defined), ERROR))

    # ------------------------------------------------------------ expectations

    def condition(self, expr: s.Expr, env: Env) -> Type:
        type_ = self.expr(expr, env)
        if type_.kind in ("truth", "error"):
            return type_
        if type_.kind == "record":
            return self.record_used(expr, type_, env)
        text = self.text(expr, env)
        self.error("E0302", expr.span, f"A condition is needed here; `{text}` is {words(type_)}.", f"Compare it with something: `{text} > …`.")
        return ERROR

    def numeric(self, expr: s.Expr, env: Env) -> Type:
        type_ = self.expr(expr, env)
        if type_.kind in ("number", "error"):
            return type_
        if type_.kind == "record":
            return self.record_used(expr, type_, env)
        return self.wrong_kind(expr, type_, "a number", env)

    def wrong_kind(self, expr: s.Expr, type_: Type, wanted: str, env: Env) -> Type:
        text = self.text(expr, env)
        hint = f"To count how often it was true write `count({text}, 10)`, or choose numbers with `if {text} then 1 else 0 end`." if type_.kind == "truth" else ""
        self.error("E0306", expr.span, f"{wanted.capitalize()} is needed here; `{text}` is {words(type_)}.", hint)
        return ERROR

    def record_used(self, expr: s.Expr, type_: Type, env: Env) -> Type:
        text, outputs = self.text(expr, env), [name for name, _ in type_.fields]
        self.error(
            "E0308", expr.span, f"`{text}` has {len(outputs)} outputs; say which one.", f"Write `{text}.{outputs[0]}`" + (f" or `.{outputs[1]}`." if len(outputs) > 1 else "."),
            fixes=tuple(Fix(f"use `.{name}`", (Edit(Span(expr.span.end, expr.span.end), f".{name}"),)) for name in outputs),
        )  # fmt: skip
        return ERROR

    def length(self, expr: s.Expr, env: Env) -> None:
        """A number of bars; plain whole numbers are taken as bars."""
        type_ = self.numeric(expr, env)
        if type_.kind == "error":
            return
        if isinstance(type_.unit, UnitVar) and settled_unit(type_.unit) is None:
            self.solve(type_.unit, BARS, expr.span)
            return
        unit = settled_unit(type_.unit)
        if unit is not None and unit != BARS and (not unit.dimensionless or unit in (OSCILLATOR, DURATION, RATIO)):
            hint = "Write a number of bars, such as `20 bars`."
            self.error("E0310", expr.span, f"A number of bars is needed here; `{self.text(expr, env)}` is {words(type_)}.", hint)

    def wants(self, expr: s.Expr, unit: Unit, env: Env, what: str) -> None:
        type_ = self.numeric(expr, env)
        if type_.kind == "error":
            return
        if isinstance(type_.unit, UnitVar) and settled_unit(type_.unit) is None:
            self.solve(type_.unit, unit, expr.span)
            return
        found = settled_unit(type_.unit)
        if found is not None and found != unit and not (found == PLAIN and unit.dimensionless):
            text = self.text(expr, env)
            hint = f"A share of the price is written `close * {text}` or `{text} * close`." if unit == PRICE and found == RATIO else ""
            if isinstance(type_.unit, UnitVar) and type_.unit.root().name:
                self.two_units(type_.unit, unit, expr)
                return
            article = "an" if str(unit)[0] in "aeiou" else "a"
            self.error("E0309", expr.span, f"{what} is {article} {unit}; `{text}` is {words(type_)}.", hint)

    def same(self, a: Type, b: Type, at: s.Expr, bt: s.Expr, env: Env, verb: str) -> Type:
        """The type of two operands that must go together; reports when they do not."""
        if a.kind == "record":
            a = self.record_used(at, a, env)
        if b.kind == "record":
            b = self.record_used(bt, b, env)
        if a.kind == "error":
            return b
        if b.kind == "error":
            return a
        if a.kind != b.kind:
            self.error(
                "E0303", bt.span, f"`{self.text(at, env)}` is {words(a)} and `{self.text(bt, env)}` is {words(b)}; they can't {verb}.", "", _beside(at, a),
            )  # fmt: skip
            return ERROR
        if a.kind != "number":
            return a
        unit_a, unit_b = settled_unit(a.unit), settled_unit(b.unit)
        var_a = a.unit.root() if isinstance(a.unit, UnitVar) else None
        var_b = b.unit.root() if isinstance(b.unit, UnitVar) else None
        literal = a.literal and b.literal
        if unit_a is None and unit_b is None:
            assert var_a is not None
            assert var_b is not None
            if var_a is not var_b:
                old, kept = (var_a, var_b) if var_b.name or not var_a.name else (var_b, var_a)
                old.link = kept
            return number(var_a.root(), literal)
        if unit_a is None:
            assert var_a is not None
            assert unit_b is not None
            self.solve(var_a, unit_b, at.span)
            return number(unit_b)
        if unit_b is None:
            assert var_b is not None
            self.solve(var_b, unit_a, bt.span)
            return number(unit_a)
        unit = joined(unit_a, unit_b)
        if unit is not None:
            return number(unit)
        for var, wanted, place in ((var_a, unit_b, at), (var_b, unit_a, bt)):
            if var is not None and var.name and isinstance(ungrouped(place), s.Name):
                self.two_units(var, wanted, place)
                return ERROR
        self.mismatch(a, b, at, bt, env, verb)
        return ERROR

    def mismatch(self, a: Type, b: Type, at: s.Expr, bt: s.Expr, env: Env, verb: str) -> None:
        text_a, text_b = self.text(at, env), self.text(bt, env)
        unit_a, unit_b = settled_unit(a.unit), settled_unit(b.unit)
        assert unit_a is not None
        assert unit_b is not None
        fixes: tuple[Fix, ...] = ()
        hint = "`number(…)` drops a unit on purpose."
        if {str(unit_a), str(unit_b)} == {"price", "ratio"}:
            ratio, text, price = (at, text_a, bt) if unit_a == RATIO else (bt, text_b, at)
            base = self.text(price, env) if isinstance(price, (s.Name, s.Call)) else "close"
            share = f"{text} * {base}" if not isinstance(ratio, s.Binary) else f"({text}) * {base}"
            hint = f"A share of a price is written `{share}`."
            fixes = (Fix(f"write `{share}`", (Edit(ratio.span, share),)),) if "…" not in share else ()
        elif verb not in _SEVERAL:
            parts = [(part, text) for part, text, unit in ((at, text_a, unit_a), (bt, text_b, unit_b)) if not unit.dimensionless]
            shown = " and ".join(f"`number({text})`" for _, text in parts)
            edits = tuple(Edit(part.span, f"number({env.source.text[part.span.start : part.span.end]})") for part, _ in parts)
            fixes = (Fix(f"drop the unit{'s' if len(parts) > 1 else ''}: {shown}", edits),) if parts else ()
        self.error("E0301", bt.span, f"`{text_a}` is {words(a)} and `{text_b}` is {words(b)}; they can't {verb}.", hint, _beside(at, a), fixes)

    def two_units(self, var: UnitVar, wanted: Unit, place: s.Expr) -> None:
        var = var.root()
        labels = (Label(var.cause, f"used as {words(number(var.solved or PLAIN))} here"),) if var.cause else ()
        self.error(
            "E0312", place.span, f"`{var.name}` is used as {words(number(wanted))} here and as {words(number(var.solved or PLAIN))} elsewhere.",
            "Use two names, one for each.", labels,
        )  # fmt: skip

    def solve(self, var: UnitVar, unit: Unit, cause: Span) -> None:
        root = var.root()
        if root.solved is None:
            root.solved, root.cause = unit, cause

    def text(self, expr: s.Expr, env: Env) -> str:
        text = " ".join(env.source.text[expr.span.start : expr.span.end].split())
        return text if len(text) <= 40 else text[:37] + "…"

    def error(
        self, code: str, span: Span, message: str, hint: str = "", labels: tuple[Label, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> None:
        self.diagnostics.error(code, span, message, hint, labels, fixes)


_SEVERAL = frozenset(("be compared in one `between`", "go into one `min`", "go into one `max`", "be branches of one `if`"))
"""Where more than two values meet, so that changing two of them may set them apart from the others."""


def _beside(expr: s.Expr, type_: Type) -> tuple[Label, ...]:
    return (Label(expr.span, words(type_)),)


def _named(type_: Type, ident: s.Ident) -> Type:
    """A local let of a bare literal has one unit for all its uses, like a let of the program."""
    if type_.kind == "number" and type_.literal:
        return number(type_.unit)
    return type_


def _key(type_: Type) -> object:
    """A hashable stand-in for a type, None while the unit of an input or let is open."""
    if type_.kind != "number":
        return type_.kind
    unit = settled_unit(type_.unit)
    return ("open" if unit is None else unit, type_.literal) if unit is not None or type_.literal else None


def _kept(type_: Type) -> Type:
    """A result of a call for the next such call: what is open in it is open anew."""
    if type_.kind == "record":
        return Type("record", fields=tuple((name, _kept(part)) for name, part in type_.fields))
    return number(UnitVar(), type_.literal) if type_.kind == "number" and settled_unit(type_.unit) is None else type_


def _result_type(text: str, units: dict[str, UnitTerm], broken: bool) -> Type:
    """The type of a primitive's result: a product of powers of its unit variables."""
    if text in UNITS_BY_NAME and text not in units:
        return number(UNITS_BY_NAME[text])
    if broken:
        return ERROR
    result: Unit | None = None
    for factor in text.split("*"):
        name, _, power = factor.strip().partition("^")
        term = units.get(name, PLAIN)
        if text == name:
            return number(term)
        unit = scaled(settled_unit(term) or PLAIN, Fraction(power or "1"))
        result = unit if result is None else product(result, unit)
    return number(result or PLAIN)
