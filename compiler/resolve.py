"""Resolve: what every name of a program stands for, and every mistake about names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.aggregates import AGGREGATE
from compiler.builtins import CHOSEN_FROM, MARKET, MARKS, MEMBERS, SCALAR_FUNCTIONS, TEXTS, builtin_names
from compiler.cycles import check_cycles, check_recursion
from compiler.diagnostics import Diagnostics, Edit, Fix, InternalError, Label
from compiler.functions import Bound, Defined, Function, Mark, bind, builtin_function, constant_test, parameter_names
from compiler.libraries.linking import Linked
from compiler.library import FunctionLibrary, Primitive
from compiler.schedules import with_schedules_as_rules
from compiler.sequence import components
from compiler.source import Source, Span
from compiler.suggest import closest
from compiler.text.parse import parse
from compiler.walk import action_expressions, children, descend, expressions_of_test
from compiler.words import RESERVED

HABITS = {
    "crossover": "Write `a crosses above b`.", "crossunder": "Write `a crosses below b`.", "cross": "Write `a crosses b`.", "nz": "Write `x or_else 0`.",
    "na": "Write `not (x is available)`.", "iff": "Write `if condition then a else b end`.", "barssince": "Write `bars since condition`.",
    "valuewhen": "Write `value_when(condition, x, 0)`.", "change": "Write `x - x[1]`.", "ref": "Write `x[1]` for the value one bar ago.",
    "shift": "Write `x[1]` for the value one bar ago.", "request": "Write `x on 4h`.", "security": "Write `x on 4h`.", "avg": "Write `(a + b) / 2`.",
    "average": "Write `sma(x, 20)`.", "mean": "Write `sma(x, 20)`.", "prev": "Write `x[1]` for the value one bar ago.",
    "bollinger_bands": "Write `bollinger(x, 20, 2).upper`.", "bbands": "Write `bollinger(x, 20, 2).upper`.",
}  # fmt: skip
"""What other charting languages write as functions, in this one."""


@dataclass(slots=True)
class Names:
    """A program with its names found. Dictionaries keep the order of the text."""

    source: Source
    file: s.File
    library: FunctionLibrary
    strategy: s.Strategy | None = None
    trade: s.Trade | None = None
    asked_every: str = ""  # the base clock of the run where the text says another (compiler/base_clock.py)
    settings: list[s.Settings] = field(default_factory=list)
    inputs: dict[str, s.Input] = field(default_factory=dict)
    lets: dict[str, s.Let] = field(default_factory=dict)
    states: dict[str, s.Remember] = field(default_factory=dict)
    defines: dict[str, Defined] = field(default_factory=dict)
    requires: list[s.Require] = field(default_factory=list)
    rules: list[s.When] = field(default_factory=list)
    plots: list[s.Plot] = field(default_factory=list)
    alerts: list[s.Alert] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)
    """Inputs, lets and states: each group after those it needs. A group of several needs each other, through the past of a state."""
    used: set[str] = field(default_factory=set)
    bad_calls: set[int] = field(default_factory=set)
    heading: s.Library | None = None
    linked: Linked = field(default_factory=lambda: Linked(s.File(())))
    in_ticks: dict[str, bool] = field(default_factory=dict)  # inputs that are numbers of ticks, as far as asked for
    _library: dict[str, Function | None] = field(default_factory=dict)
    _constant: dict[str, bool] = field(default_factory=dict)

    def function(self, name: str) -> Function | None:
        """The function of a name in the program: its own define, one of a library it uses, one of the standard library, or a built-in."""
        linked = self.linked
        return self.defines.get(name) or linked.visible.get(name) or linked.inner.get(name) or self.standard_function(name)

    def standard_function(self, name: str) -> Function | None:
        """A function that every program knows. Hidden ones are the standard library's own."""
        function = self.library_function(name)
        return None if isinstance(function, Primitive) and function.hidden else function

    def library_function(self, name: str) -> Function | None:
        if name not in self._library:
            self._library[name] = builtin_function(name) or self.library.primitives.get(name) or self._definition(name)
        return self._library[name]

    def _definition(self, name: str) -> Function | None:
        definition = self.library.definitions.get(name)
        return None if definition is None else parsed_definition(name, definition.text, definition.file)

    def function_names(self) -> list[str]:
        public = [p.name for p in self.library.primitives.values() if not p.hidden]
        return [*self.defines, *self.linked.visible, *public, *self.library.definitions, *SCALAR_FUNCTIONS, *AGGREGATE, *MARKS]

    def in_order(self) -> list[str]:
        """Inputs, lets and states, each after what it needs; of those that need each other, states first."""
        return [name for group in self.groups for name in sorted(group, key=lambda n: n not in self.states)]

    def is_constant_name(self, name: str) -> bool:
        """Whether a program name has one value for the whole run."""
        if not self._constant:
            self._constant = dict.fromkeys(self.states, False) | dict.fromkeys(self.inputs, True)
            for let in (n for n in self.in_order() if n in self.lets):
                self._constant[let] = False  # a cycle is no constant, and is reported elsewhere
                self._constant[let] = self.is_constant(self.lets[let].value)
        return self._constant.get(name, False)

    def is_constant(self, expr: s.Expr) -> bool:
        return constant_test(self.is_constant_name, self.linked.constants.__contains__)(expr)

    def bind(self, function: Function, call: s.Call, scope: Scope) -> Bound:
        return bind(function, call, constant_test(scope.is_constant_name, self.linked.constants.__contains__))


_PARSED: dict[tuple[str, str], Defined] = {}


def parsed_definition(name: str, text: str, file: str) -> Defined:
    """A library definition's syntax; parsed on first use, then kept for the process."""
    key = (name, text)
    if key not in _PARSED:
        source, found = Source(text, file), Diagnostics()
        defines = [x for x in parse(source, found, fragment=True).statements if isinstance(x, s.Define)]
        if found.has_errors or len(defines) != 1:
            raise InternalError(f"library function {name} in {file} does not parse: {[d.message for d in found]}")
        _PARSED[key] = Defined(defines[0], source, True)
    return _PARSED[key]


@dataclass(slots=True)
class Scope:
    """Names visible at a place: the program's, or (inside a define) parameters and local names only."""

    names: Names
    define: Defined | None = None
    local: dict[str, s.Expr | s.Let | s.Remember | None] = field(default_factory=dict)

    def is_constant_name(self, name: str) -> bool:
        if self.define is None:
            return self.names.is_constant_name(name)
        found, constants = self.local.get(name), self.names.linked.constants.__contains__
        if isinstance(found, s.Let):
            return constant_test(self.is_constant_name, constants)(found.value)
        return found is not None and not isinstance(found, s.Remember) and constant_test(lambda _: False, constants)(found)


def scope_of(names: Names, defined: Defined) -> Scope:
    """The scope inside a define. A parameter with a constant default counts as constant."""
    local: dict[str, s.Expr | s.Let | s.Remember | None] = {p.name.name: p.default for p in defined.define.params}
    local.update({line.name.name: line for line in defined.define.body})
    return Scope(names, defined, local)


def resolve(source: Source, linked: Linked, library: FunctionLibrary, diagnostics: Diagnostics) -> Names:
    """Collect declarations, then check every name used. Mistakes go to `diagnostics`; the result is usable in spite of them."""
    file = with_schedules_as_rules(linked.file)
    names = Names(source, file, library, linked=linked)
    _collect(names, diagnostics)
    needs = _needs(names)
    names.groups = components(needs)
    checker = Checker(names, diagnostics, lost_names(names, diagnostics))
    for statement in file.statements:
        checker.statement(statement)
    checker.tell_unknown()
    check_cycles(names, needs, diagnostics)
    check_recursion(names, diagnostics)
    return names


# ---------------------------------------------------------------- declarations


def _collect(names: Names, diagnostics: Diagnostics) -> None:
    for statement in names.file.statements:
        match statement:
            case s.Input(name=name) | s.Let(name=name) | s.Remember(name=name) | s.Define(name=name):
                if not declare(names, name, diagnostics):
                    continue
        enter(names, statement, Defined(statement, names.source, False) if isinstance(statement, s.Define) else None)


def enter(names: Names, statement: s.Statement, defined: Defined | None) -> None:
    """Puts a statement where later stages look for it. defined: what a `define` gives; a name that is given already is not entered again."""
    match statement:
        case s.Strategy():
            names.strategy = names.strategy or statement
        case s.Library():
            names.heading = names.heading or statement
        case s.Trade():
            names.trade = names.trade or statement
        case s.Settings():
            names.settings.append(statement)
        case s.Input(name=name):
            names.inputs[name.name] = statement
        case s.Let(name=name):
            names.lets[name.name] = statement
        case s.Remember(name=name):
            names.states[name.name] = statement
        case s.Define(name=name) if defined is not None:
            names.defines[name.name] = defined
        case s.Require():
            names.requires.append(statement)
        case s.When():
            names.rules.append(statement)
        case s.Plot():
            names.plots.append(statement)
        case s.Alert():
            names.alerts.append(statement)


def declare(names: Names, ident: s.Ident, diagnostics: Diagnostics) -> bool:
    """Whether a new name may stand; reports why not."""
    name, span = ident.name, ident.span
    earlier = declared(names, name)
    if earlier is not None:
        line = names.source.position(earlier.span.start).line + 1
        diagnostics.error(
            "E0203", span, f"`{name}` already has a meaning, given on line {line}.", "Give one of the two another name.",
            (Label(earlier.span, "first given here"),),
        )  # fmt: skip
        return False
    if name in RESERVED:
        return False  # reported where it was read
    if name in builtin_names():
        diagnostics.error(
            "E0204", span, f"`{name}` is a name of the language and can't be given another meaning.", f"For example `my_{name}`."
        )
        return False
    if names.standard_function(name) is not None:
        diagnostics.error(
            "E0204", span, f"`{name}` is a function of the library and can't be given another meaning.", f"For example `my_{name}`.",
            fixes=(Fix(f"rename to `my_{name}`", (Edit(span, f"my_{name}"),)),),
        )  # fmt: skip
        return False
    return True


def declared(names: Names, name: str) -> s.Ident | None:
    for table in (names.inputs, names.lets, names.states):
        if name in table:
            return table[name].name
    return names.defines[name].define.name if name in names.defines else None


_GIVEN = re.compile(r"(?<![a-z0-9_])([a-z_][a-z0-9_]*)[ \t]*=(?!=)|^[ \t]*\S+[ \t]+([a-z_][a-z0-9_]*)[ \t]*\(")


def lost_names(names: Names, diagnostics: Diagnostics) -> set[str]:
    """Names that seem to be given on lines that could not be read: their uses are no further mistakes."""
    lines = {names.source.position(d.span.start).line for d in diagnostics.found if d.severity == "error"}
    shown = (names.source.line_text(line)[:_LOOKED_AT] for line in lines)
    return {name for line in shown for match in _GIVEN.finditer(line) for name in match.groups() if name}


_LOOKED_AT = 2_000
"""Characters of a line that could not be read in which names are looked for."""


# ---------------------------------------------------------------- uses


@dataclass(slots=True)
class Checker:
    """Finds every name of a program, statement by statement."""

    names: Names
    diagnostics: Diagnostics
    lost: set[str]  # names that lines which could not be read seem to give
    unknown: dict[tuple[str, str], list[tuple[s.Name, Scope]]] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)  # unknown names that are used as a library's: `m.f(…)`
    unheard: set[str] = field(default_factory=set)  # functions that do not exist, once reported

    def statement(self, statement: s.Statement) -> None:
        scope = Scope(self.names)
        match statement:
            case s.Input(default=default, low=low, high=high, step=step, choices=choices):
                for part in (default, low, high, step, *(choices.items if choices else ())):
                    if part is not None:
                        self.expr(part, scope)
            case s.Let(value=value) | s.Require(condition=value):
                self.expr(value, scope)
            case s.Remember(next=next_, first=first):
                self.expr(next_, scope)
                self.expr(first, scope)
            case s.Define():
                self.define(statement)
            case s.When(condition=condition, actions=actions, otherwise=otherwise):
                self.expr(condition, scope)
                for action in (*actions, *otherwise):
                    attached = {id(line.value) for line in _attached(action) if line.kind[0] in "st" and line.kind != "trail"}
                    for part in action_expressions(action):
                        self.expr(part, scope, entry_allowed=id(part) in attached)
            case s.Plot(items=items):
                for item in items:
                    self.expr(item.value, scope)
            case s.Alert(condition=condition):
                self.expr(condition, scope)
            case s.Test():
                for part in expressions_of_test(statement):
                    self.expr(part, scope)
            case s.Settings(lines=lines):
                for line in lines:
                    sides = line.key.name.startswith("limit")  # `limit direction long`
                    for value in line.values:
                        if not (sides and isinstance(value, s.Name) and value.name in ("long", "short", "both")):
                            self.expr(value, scope)

    def define(self, define: s.Define) -> None:
        seen: dict[str, s.Ident] = {}
        for ident in (*(p.name for p in define.params), *(line.name for line in define.body)):
            if ident.name in seen:
                self.diagnostics.error(
                    "E0203", ident.span, f"`{ident.name}` already has a meaning in this define.", "Give one of the two another name.",
                    (Label(seen[ident.name].span, "first given here"),),
                )  # fmt: skip
            else:
                self.own(ident)
            seen.setdefault(ident.name, ident)
        self.outputs(define)
        scope = scope_of(self.names, Defined(define, self.names.source, False))
        for param in define.params:
            if param.default is not None:
                self.expr(param.default, Scope(self.names, scope.define))
        for line in define.body:
            for part in (line.value,) if isinstance(line, s.Let) else (line.next, line.first):
                self.expr(part, scope)
        for output in define.outputs:
            self.expr(output.value, scope)

    def outputs(self, define: s.Define) -> None:
        """Several outputs need a name each; none may be a name of the language."""
        named: dict[str, s.Ident] = {}
        for output in define.outputs:
            if output.name is None:
                if len(define.outputs) > 1:  # one mistake, however many names are missing
                    self.diagnostics.error(
                        "E0250", output.value.span, "Of several outputs each needs a name, by which it is read.",
                        f"For example `give line = …, signal = …`, read as `{define.name.name}(…).line`.",
                    )  # fmt: skip
                    return
                continue
            if output.name.name in named:
                self.diagnostics.error(
                    "E0203", output.name.span, f"`{output.name.name}` is already an output of this define.", "Give one of the two another name.",
                    (Label(named[output.name.name].span, "first given here"),),
                )  # fmt: skip
            elif output.name.name in builtin_names():
                self.own(output.name)
            named.setdefault(output.name.name, output.name)

    def own(self, ident: s.Ident) -> None:
        """Reports a name inside a define that has a meaning of its own in every program."""
        name = ident.name
        if name in builtin_names():
            what = "a name of the language"
        elif self.names.standard_function(name) is not None:
            what = "a function of the library"
        else:
            return
        self.diagnostics.error(
            "E0204", ident.span, f"`{name}` is {what} and can't be given another meaning.", f"For example `my_{name}`."
        )

    def expr(self, expr: s.Expr, scope: Scope, entry_allowed: bool = False) -> None:
        stack = [expr]
        while stack:
            top = stack.pop()
            match top:
                case s.Name():
                    self.name(top, scope, entry_allowed)
                case s.Member(base=s.Name(name=base), field=field_) if base in MEMBERS and base not in scope.local:
                    self.member(base, field_, scope)
                    continue
                case s.TimeWithin(operand=s.Name(name="time")) | s.InZone(operand=s.Name(name="time")):
                    continue
                case s.Call(function=function):
                    self.call(top, function, scope)
            stack.extend(reversed(children(top)))

    def name(self, name: s.Name, scope: Scope, entry_allowed: bool) -> None:
        text, span, names = name.name, name.span, self.names
        if scope.define is not None:
            if text in scope.local:
                return
            if declared(names, text) is not None and text not in names.defines:
                self.diagnostics.error(
                    "E0206", span, f"A define sees only its own parameters; `{text}` belongs to the program.",
                    f"Add a parameter to `{scope.define.name}` and pass `{text}` when you call it.",
                )  # fmt: skip
                return
        elif text in names.inputs or text in names.lets or text in names.states:
            names.used.add(text)
            return
        if text in MARKET or text in TEXTS or text == "time" or (text == "entry" and entry_allowed):
            return
        if text == "entry":
            self.diagnostics.error(
                "E0214", span, "`entry` is an order's own fill price: known in its `stop loss` and `take profit` lines, nowhere else.",
                "For the open position write `position.entry_price`.",
                fixes=(Fix("use `position.entry_price`", (Edit(span, "position.entry_price"),)),),
            )  # fmt: skip
        elif text in MEMBERS:
            shown = ", ".join(f"`.{m}`" for m in MEMBERS[text])
            self.diagnostics.error("E0209", span, f"`{text}` is several values; which one is meant?", f"It has {shown}.")
        elif text == CHOSEN_FROM:
            self.diagnostics.error(
                "E0532", span, "`members` is no value: it stands in `hold top 2 of members by …` alone.",
                "To compare an instrument with the others write `members_rank(…)` or `members_zscore(…)`.",
            )  # fmt: skip
        elif names.function(text) is not None:
            call = f"{text}({', '.join(parameter_names(names.function(text) or Mark('number')))})"
            self.diagnostics.error("E0210", span, f"`{text}` is a function; it needs its arguments.", f"Write `{call}`.")
        else:
            self._unknown_name(name, scope)

    def _unknown_name(self, name: s.Name, scope: Scope) -> None:
        if name.name not in self.lost and not self.names.linked.incomplete:
            place = scope.define.name if scope.define else ""
            self.unknown.setdefault((place, name.name), []).append((name, scope))

    def tell_unknown(self) -> None:
        """Report each name that means nothing once, at its first place; the others are shown with it."""
        for (_, text), uses in self.unknown.items():
            name, scope = uses[0]
            names = self.names
            near = closest(
                text, [*scope.local, *(() if scope.define else (*names.inputs, *names.lets, *names.states)), *MARKET, *MEMBERS]
            )
            given = declared(names, near) if near and not scope.define else None
            if given and near and len(uses) > 1 and near not in names.used:  # it is the declaration that is misspelt
                self.diagnostics.error(
                    "E0201", given.span, f"Nothing is called `{text}`, which is used below; this is `{near}`, which is used nowhere.",
                    f"Call it `{text}`.", tuple(Label(other.span, "used here") for other, _ in uses[:6]),
                    (Fix(f"call it `{text}`", (Edit(given.span, text),), safe=True),),
                )  # fmt: skip
                continue
            labels = [Label(given.span, f"`{near}` is given here")] if given else []
            labels += [Label(other.span, "here too") for other, _ in uses[1:6]]
            if text in self.called:
                hint = f'Name one on a line of its own: `use "…" version 1 as {text}`.'
                self.diagnostics.error("E0228", name.span, f"There is no library `{text}` here.", hint, tuple(labels))
                continue
            near = near or next((f"{owner}.{text}" for owner, fields in MEMBERS.items() if text in fields), None)
            self.diagnostics.error(
                "E0201", name.span, f"There is nothing called `{text}` here.",
                f"Did you mean `{near}`?" if near else f"Define it with `let {text} = …` or `input {text} = …`.", tuple(labels),
                (Fix(f"change to `{near}`", tuple(Edit(other.span, near) for other, _ in uses)),) if near else (),
            )  # fmt: skip

    def member(self, base: str, field_: s.Ident, scope: Scope) -> None:
        if field_.name in MEMBERS[base]:
            if scope.define is not None and base in ("position", "account"):
                self.diagnostics.error(
                    "E0215", field_.span, f"A define is pure: it can't read `{base}.{field_.name}`.", "Pass the value as an argument.",
                )  # fmt: skip
            return
        near = closest(field_.name, MEMBERS[base])
        self.diagnostics.error(
            "E0208", field_.span, f"`{base}` has no `{field_.name}`.",
            f"Did you mean `{base}.{near}`?" if near else f"It has {', '.join(MEMBERS[base])}.",
            fixes=(Fix(f"change to `{near}`", (Edit(field_.span, near),)),) if near else (),
        )  # fmt: skip

    def call(self, call: s.Call, callee: s.Name | s.Member, scope: Scope) -> None:
        if isinstance(callee, s.Member):
            self.names.bad_calls.add(id(call))
            if isinstance(callee.base, s.Name) and callee.base.name in MEMBERS:
                self.diagnostics.error(
                    "E0211",
                    callee.span,
                    f"`{callee.base.name}.{callee.field.name}` is a value, not a function.",
                    "Leave out the parentheses.",
                )
            elif self.names.function(callee.field.name) is not None:
                self.diagnostics.error(
                    "E0202", callee.span, f"The library's functions are called by their names alone: `{callee.field.name}`.", f"Write `{callee.field.name}(…)`.",
                    fixes=(Fix(f"write `{callee.field.name}`", (Edit(callee.span, callee.field.name),)),),
                )  # fmt: skip
            else:
                self.part_called(callee, scope)
            return
        name = callee.name
        function = self.names.function(name)
        if function is None or name in scope.local:
            self.names.bad_calls.add(id(call))
            if name in scope.local or name in MARKET or name in MEMBERS or (not scope.define and declared(self.names, name)):
                hint = f"For its value 3 bars ago write `{name}[3]`."
                self.diagnostics.error("E0211", callee.span, f"`{name}` is a value, not a function.", hint)
                return
            if name in self.lost or name in self.unheard or self.names.linked.incomplete:
                return
            self.unheard.add(name)
            near = closest(name, self.names.function_names())
            self.diagnostics.error(
                "E0202", callee.span, f"There is no function `{name}`.",
                f"Did you mean `{near}`?" if near else HABITS.get(name) or _with_the_word(name, self.names.function_names()),
                fixes=(Fix(f"change to `{near}`", (Edit(callee.span, near),), safe=True),) if near else (),
            )  # fmt: skip
            return
        bound = self.names.bind(function, call, scope)
        shown = f"{name}({', '.join(parameter_names(function))})"
        for argument in bound.too_many[:1]:
            count = len(parameter_names(function))
            self.diagnostics.error(
                "E0207", argument.span, f"`{name}` takes {'one argument' if count == 1 else f'at most {count} arguments'}; this one is too many.",
                f"It is written `{shown}`.",
            )  # fmt: skip
        for argument in bound.unknown:
            assert argument.name is not None
            near = closest(argument.name.name, parameter_names(function))
            self.diagnostics.error(
                "E0212", argument.name.span, f"`{name}` has no argument `{argument.name.name}`.",
                f"Did you mean `{near}`?" if near else f"It is written `{shown}`.",
                fixes=(Fix(f"change to `{near}`", (Edit(argument.name.span, near),)),) if near else (),
            )  # fmt: skip
        for argument in bound.twice:
            assert argument.name is not None
            self.diagnostics.error("E0213", argument.span, f"`{argument.name.name}` is given twice.", f"It is written `{shown}`.")
        series = self.series_left_out(name, call, bound.missing) if not (bound.too_many or bound.unknown or bound.twice) else ""
        if series:
            (argument,) = call.arguments
            at, said = argument.span.start, self.names.source.said(argument.span)
            written = f"{name}({series}, {said})"
            self.diagnostics.error(
                "E0216", call.span, f"`{name}` needs what it is of, before its length.", f"For example `{written}`.",
                fixes=(Fix(f"write `{written}`", (Edit(Span(at, at), f"{series}, "),), safe=name in _USUALLY_OF),),
            )  # fmt: skip
        elif bound.missing and not bound.unknown:
            self.diagnostics.error("E0216", call.span, f"`{name}` needs `{bound.missing[0]}`.", f"It is written `{shown}`.")
        if bound.too_many or bound.unknown or bound.twice or bound.missing:
            self.names.bad_calls.add(id(call))

    def series_left_out(self, name: str, call: s.Call, missing: Sequence[str]) -> str:
        """Of `highest(20)`: the series that was most likely meant, in a program; '' for any other call."""
        if tuple(missing) != ("n",) or len(call.arguments) != 1 or call.arguments[0].name is not None:
            return ""
        return _USUALLY_OF.get(name, "close") if self.names.is_constant(call.arguments[0].value) else ""

    def part_called(self, callee: s.Member, scope: Scope) -> None:
        """`m.f(…)` where `m` is no library."""
        base, shown = (
            callee.base,
            f"{callee.base.name}.{callee.field.name}" if isinstance(callee.base, s.Name) else callee.field.name,
        )
        if not isinstance(base, s.Name) or base.name in scope.local or declared(self.names, base.name) is not None:
            self.diagnostics.error("E0211", callee.span, f"`{shown}` is a value, not a function.", "Leave out the parentheses.")
        else:
            self.called.add(base.name)
            self._unknown_name(base, scope)


def _attached(action: s.Action) -> tuple[s.Attached, ...]:
    return action.attached if isinstance(action, (s.OrderAction, s.ExitAction, s.ProtectAction)) else ()


# ---------------------------------------------------------------- cycles


def _needs(names: Names) -> dict[str, list[str]]:
    """The inputs, lets and states that each of them reads, in the order of the text."""

    def uses(*exprs: s.Expr | None) -> list[str]:
        found: dict[str, None] = {}
        for expr in exprs:
            for part in descend(expr) if expr is not None else ():
                if isinstance(part, s.Name) and declared(names, part.name) is not None and part.name not in names.defines:
                    found[part.name] = None
        return list(found)

    needs: dict[str, list[str]] = {}
    for statement in names.file.statements:
        match statement:
            case s.Input(name=s.Ident(name=name)) if names.inputs.get(name) is statement:
                choices = statement.choices.items if statement.choices else ()
                needs[name] = uses(statement.default, statement.low, statement.high, statement.step, *choices)
            case s.Let(name=s.Ident(name=name), value=value) if names.lets.get(name) is statement:
                needs[name] = uses(value)
            case s.Remember(name=s.Ident(name=name), next=next_, first=first) if names.states.get(name) is statement:
                needs[name] = uses(first, next_)
    return needs


_USUALLY_OF = {"highest": "high", "lowest": "low"}
"""The series that a window is usually taken of, where it is another than the close."""


def _with_the_word(word: str, functions: Iterable[str]) -> str:
    """What to say of a function that is not there: those that have its name as a word of theirs."""
    found = [f"`{name}`" for name in sorted(functions) if word in name.split("_")]
    if not 0 < len(found) <= 6:
        return "The library's functions are listed by `apx doc`."
    return f"There {'is' if len(found) == 1 else 'are'} {', '.join(found[:-1])}{' and ' if len(found) > 1 else ''}{found[-1]}."
