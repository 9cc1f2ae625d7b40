"""The type of a call: of operators, primitives and definitions, each with the units of its arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.aggregates import Aggregate
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.functions import Defined, Function, Mark, Scalar, default_of, parameter_names
from compiler.inference.typed import Env, words
from compiler.library import Primitive
from compiler.resolve import Scope, scope_of
from compiler.source import Span
from compiler.types import (
    ERROR,
    OSCILLATOR,
    PLAIN,
    RATIO,
    TRUTH,
    UNITS_BY_NAME,
    Type,
    Unit,
    UnitTerm,
    UnitVar,
    number,
    product,
    scaled,
    settled_unit,
)
from compiler.walk import ungrouped

if TYPE_CHECKING:
    from compiler.inference.work import Inference


@dataclass(frozen=True, slots=True)
class Called:
    """A call that was typed: its type, and the units that its arguments turned out to have."""

    result: Type
    units: tuple[Unit | None, ...]


@dataclass(slots=True)
class Calls:
    """Types calls. A definition is checked anew for each combination of argument types."""

    all: Inference
    called: dict[tuple[object, ...], Called] = field(default_factory=dict)
    calling: list[str] = field(default_factory=list)

    def call(self, call: s.Call, env: Env) -> Type:
        names = self.all.typed.names
        if id(call) in names.bad_calls or not isinstance(call.function, s.Name):
            for argument in call.arguments:
                self.all.expressions.expr(argument.value, env)
            return ERROR
        function = self.function(call.function.name, env)
        if function is None:
            return ERROR
        bound = names.bind(function, call, env.scope)
        match function:
            case Mark(name=mark):
                marked = bound.arguments[0]
                found = self.all.expressions.numeric(marked, env) if marked is not None else ERROR
                return number(PLAIN if mark == "number" else OSCILLATOR) if found.kind != "error" else ERROR
            case Scalar():
                return self.scalar(function, [a for a in bound.arguments if a is not None], env)
            case Aggregate():
                return self.aggregate(function, bound.arguments[0], env)
            case Primitive():
                return self.primitive(function, bound.arguments, call, env)
            case Defined():
                return self.defined(function, bound.arguments, call, env)

    def function(self, name: str, env: Env) -> Function | None:
        names = self.all.typed.names
        if env.scope.define is not None and env.scope.define.of_library:
            return names.library_function(name)
        return names.function(name)

    def aggregate(self, function: Aggregate, argument: s.Expr | None, env: Env) -> Type:
        """The type of an aggregate. Whether its argument runs on a finer clock is seen when it is built."""
        assert argument is not None
        if function.takes == "truth":
            return number(PLAIN) if self.all.expressions.condition(argument, env).kind != "error" else ERROR
        found = self.all.expressions.numeric(argument, env)
        return number(found.unit) if found.kind != "error" else ERROR

    def scalar(self, function: Scalar, arguments: list[s.Expr], env: Env) -> Type:
        types = [self.all.expressions.numeric(a, env) for a in arguments]
        if any(t.kind == "error" for t in types):
            return ERROR
        match function.name:
            case "min" | "max":
                result = types[0]
                for argument, type_ in zip(arguments[1:], types[1:], strict=True):
                    result = self.all.agreement.same(result, type_, arguments[0], argument, env, f"go into one `{function.name}`")
                return result
            case "abs" | "floor" | "ceil" | "round":
                if len(arguments) > 1:
                    self.plain(arguments[1], types[1], "round", env)
                return Type("number", types[0].unit, (), types[0].literal)
            case "sign" | "members_rank" | "members_zscore":
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
            text = self.all.agreement.text(expr, env)
            self.all.agreement.error(
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
                    broken |= self.all.expressions.condition(argument, env).kind == "error"
                case "window":
                    self.all.expressions.length(argument, env)
                case "number":
                    type_ = self.all.expressions.numeric(argument, env)
                    if type_.kind != "error":
                        self.plain(argument, type_, function.name, env)
                case "series":
                    type_ = self.all.expressions.numeric(argument, env)
                    if type_.kind == "error":
                        broken = True
                    elif parameter.unit in UNITS_BY_NAME and parameter.unit:
                        self.all.expressions.wants(
                            argument, UNITS_BY_NAME[parameter.unit], env, f"`{function.name}`'s `{parameter.name}`"
                        )
                    elif parameter.unit in units:
                        before = number(units[parameter.unit])
                        self.all.agreement.same(
                            before, type_, call.arguments[0].value, argument, env, f"go into one `{function.name}`"
                        )
                    else:
                        units[parameter.unit] = type_.unit
        results = tuple((r.name, TRUTH if r.kind == "truth" else _result_type(r.unit, units, broken)) for r in function.results)
        return results[0][1] if len(results) == 1 else Type("record", fields=results)

    def defined(self, function: Defined, arguments: tuple[s.Expr | None, ...], call: s.Call, env: Env) -> Type:
        types: list[Type] = []
        inner_scope = scope_of(self.all.typed.names, function)
        for i, argument in enumerate(arguments):
            if argument is not None:
                types.append(self.all.expressions.expr(argument, env))
            else:
                default = default_of(function, i)
                assert default is not None
                types.append(self.all.expressions.expr(default, Env(Scope(self.all.typed.names, function), function.source, {})))
        for i, type_ in enumerate(types):
            argument = arguments[i]
            if type_.kind == "record" and argument is not None:
                types[i] = self.all.agreement.record_used(argument, type_, env)
        open_ = [
            (i, type_.unit.root(), argument.span if (argument := arguments[i]) is not None else call.span)
            for i, type_ in enumerate(types)
            if type_.kind == "number" and isinstance(type_.unit, UnitVar) and settled_unit(type_.unit) is None
        ]
        return self.body(function, inner_scope, types, open_, call, env)

    def body(
        self,
        function: Defined,
        scope: Scope,
        types: list[Type],
        open_: list[tuple[int, UnitVar, Span]],
        call: s.Call,
        env: Env,
    ) -> Type:
        """The type of a call. open_: arguments whose unit is still to be found, by place: what the body finds is caused by the argument."""
        if function.key in self.calling or len(self.calling) > 100:
            return ERROR
        key = (function.key, function.of_library, tuple(_key(t) for t in types))
        if key in self.called and None not in key[2]:
            kept = self.called[key]
            for i, var, span in open_:
                unit = kept.units[i]
                if unit is not None and var.root().solved is None:
                    self.all.agreement.solve(var, unit, span)
            return _kept(kept.result)
        local = dict(zip(parameter_names(function), types, strict=True))
        quiet = Diagnostics()
        self.calling.append(function.key)
        loud, self.all.diagnostics = self.all.diagnostics, quiet
        result = self.outputs(function, scope, local)
        self.all.diagnostics = loud
        self.calling.pop()
        for _, var, span in open_:
            if var.root().solved is not None and var.root().name in ("", var.name):
                var.root().cause = span
        wrong = [d for d in quiet.found if d.severity == "error"]
        if wrong:
            place = next((a.value.span for a in call.arguments), call.span)
            shown = " and ".join(words(t) for t in types if t.kind != "error") or "these arguments"
            own = function.source is self.all.typed.names.source
            written = call.function.name if isinstance(call.function, s.Name) else function.name
            name = written if env.source is self.all.typed.names.source else function.name
            labels = () if function.of_library else (Label(wrong[0].span, wrong[0].message, None if own else function.source),)
            if not own or not any(d.code == wrong[0].code and d.span == wrong[0].span for d in loud.found):
                self.all.agreement.error(
                    "E0304", place, f"`{name}` can't work with {shown}.", f"Inside it: {wrong[0].message}", labels
                )
            return ERROR
        self.called[key] = Called(_kept(result), tuple(settled_unit(t.unit) if t.kind == "number" else None for t in types))
        return result

    def outputs(self, function: Defined, scope: Scope, local: dict[str, Type]) -> Type:
        env = Env(scope, function.source, local)
        for state in (line for line in function.define.body if isinstance(line, s.Remember)):
            local.setdefault(state.name.name, ERROR)  # states may read each other's past before their own line
        for line in function.define.body:
            if isinstance(line, s.Let):
                local[line.name.name] = _named(self.all.expressions.expr(line.value, env), line.name)
            else:
                local[line.name.name] = self.all.names.remembered(line, env, lambda t, n=line.name.name: local.__setitem__(n, t))
        results = [(o.name.name if o.name else "", self.all.expressions.expr(o.value, env)) for o in function.define.outputs]
        if len(results) == 1 and not results[0][0]:
            return results[0][1]
        return Type("record", fields=tuple(results))

    def generic(self, defined: Defined) -> Type:
        """Check a define's own text with parameters that go with everything, so that its mistakes show without a call."""
        scope = scope_of(self.all.typed.names, defined)
        outside = Env(Scope(self.all.typed.names, defined), defined.source, {})
        for param in defined.define.params:
            if param.default is not None:
                self.all.expressions.expr(param.default, outside)
        self.outputs(defined, scope, dict.fromkeys(parameter_names(defined), ERROR))
        return ERROR


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
