"""Mentions: every place of a text where something is called by its name, and which thing it is.

Two places mean the same thing exactly if their symbols are equal, in one file or in several: a library's names carry its title and version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from compiler import syntax as s
from compiler.builtins import MEMBERS, builtin_names
from compiler.functions import Defined, Function, builtin_function, parameter_names
from compiler.libraries.module import Module, is_public, origin
from compiler.library import Primitive
from compiler.resolve import Names, Scope
from compiler.source import Span
from compiler.walk import action_expressions, children, expressions, expressions_of_test, ungrouped

STANDARD = "standard"
"""The home of what the standard library gives."""
LANGUAGE = "language"
"""The home of names that every program has: `close`, `position`, `max`."""

Space = Literal["name", "local", "output", "alias", "library", "tag"]
Role = Literal["declares", "reads", "writes"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A thing that has a name.

    space: `name` is what a file gives a name, `local` a parameter or a name inside a define, `output` one of several values of a function,
    `alias` what a file calls a library, `library` the library itself, `tag` what an order is named.
    home: where it is at home: '' for a program, else `origin` of its library, STANDARD or LANGUAGE. owner: the function of a local name or output.
    """

    space: Space
    name: str
    home: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names a symbol; `writes` where it is given a value that it has there alone, as by `with` in a test."""

    span: Span
    symbol: Symbol
    role: Role = "reads"


@dataclass(frozen=True, slots=True)
class Giver:
    """A function with several outputs."""

    home: str
    name: str
    outputs: Mapping[str, s.Expr | None]
    local: Local


Local = Mapping[str, "s.Param | s.Let | s.Remember"]
NOTHING: Local = {}
_FILLED = re.compile(r"\{([^{}]*)\}")
_FILLED_NAME = re.compile(r"([a-z_][a-z0-9_]*)(?:\.([a-z_][a-z0-9_]*))?")
_MOST_STEPS = 60
"""Definitions may call definitions so many levels deep; a record is followed no further."""


def locals_of(define: s.Define) -> Local:
    """The names inside a define, by their first lines."""
    found: dict[str, s.Param | s.Let | s.Remember] = {}
    for one in (*define.params, *define.body):
        found.setdefault(one.name.name, one)
    return found


@dataclass(slots=True)
class Scopes:
    """What names mean in one file. statements: as they were read; `names` what was found of them."""

    names: Names
    statements: tuple[s.Statement, ...]
    home: str = ""
    aliases: dict[str, s.Use] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Names, statements: Iterable[s.Statement]) -> Scopes:
        found = tuple(statements)
        home = origin(names.heading.title.value, names.heading.version) if names.heading is not None else ""
        scopes = cls(names, found, home)
        for statement in found:
            if isinstance(statement, s.Use) and statement.alias is not None:
                scopes.aliases.setdefault(statement.alias.name, statement)
        scopes.modules.update((origin(m.title, m.version), m) for m in names.linked.modules)
        return scopes

    # ------------------------------------------------------------ what a name means

    def declared(self, name: str) -> bool:
        names = self.names
        return name in names.inputs or name in names.lets or name in names.states or name in names.defines

    def meaning(self, name: str, local: Local = NOTHING, owner: str = "") -> Symbol:
        """What a name means at a place with these local names. One that means nothing is taken for the file's."""
        if name in local:
            return Symbol("local", name, self.home, owner)
        if self.declared(name):
            return Symbol("name", name, self.home)
        if name in self.aliases:
            return Symbol("alias", name, self.home)
        visible = self.names.linked.visible.get(name)
        if visible is not None:
            return Symbol("name", name, visible.origin or self.home)
        if name in builtin_names() or builtin_function(name) is not None:
            return Symbol("name", name, LANGUAGE)
        return Symbol("name", name, STANDARD if self.names.library_function(name) is not None else self.home)

    def library_of(self, use: s.Use) -> str:
        return origin(use.title.value, use.version)

    def callee(self, function: s.Expr, local: Local, owner: str) -> tuple[Symbol | None, Function | None]:
        """What a call calls. The name of a function is never a local one."""
        match function:
            case s.Name(name=name):
                found = self.names.function(name)
                return self.meaning(name, NOTHING if found is not None else local, owner), found
            case s.Member(base=s.Name(name=alias), field=part) if alias in self.aliases and alias not in local:
                symbol = Symbol("name", part.name, self.library_of(self.aliases[alias]))
                return symbol, self.names.function(f"{alias}.{part.name}")
        return None, None

    # ------------------------------------------------------------ which function gives a record

    def giver(self, expr: s.Expr, local: Local = NOTHING, owner: str = "", steps: int = 0) -> Giver | None:
        """The function whose several outputs an expression is; None if it is no such thing, or it can't be told."""
        if steps > _MOST_STEPS:
            return None
        match ungrouped(expr):
            case s.Name(name=name) if name in local:
                line = local[name]
                if isinstance(line, s.Let):
                    return self.giver(line.value, local, owner, steps + 1)
                return self._given_to(name, owner, steps) if isinstance(line, s.Param) else None
            case s.Name(name=name) if name in self.names.lets:
                return self.giver(self.names.lets[name].value, steps=steps + 1)
            case s.Call(function=function):
                called = self.callee(function, local, owner)[1]
                return self._outputs(called, steps) if called is not None else None
            case s.Member(base=base, field=part):
                found = self.giver(base, local, owner, steps + 1)
                value = found.outputs.get(part.name) if found is not None else None
                return self.giver(value, found.local, found.name, steps + 1) if found is not None and value is not None else None
            case s.Index(base=inner) | s.On(operand=inner) | s.From(operand=inner):
                return self.giver(inner, local, owner, steps + 1)
            case s.If(branches=branches, otherwise=otherwise):
                tried = (self.giver(e, local, owner, steps + 1) for e in (*(value for _, value in branches), otherwise))
                return next((one for one in tried if one is not None), None)
            case s.Binary(op="or_else", left=left, right=right):
                return self.giver(left, local, owner, steps + 1) or self.giver(right, local, owner, steps + 1)
        return None

    def _outputs(self, function: Function, steps: int) -> Giver | None:
        if isinstance(function, Primitive):
            if len(function.results) < 2:
                return None
            return Giver(STANDARD, function.name, dict.fromkeys(result.name for result in function.results), NOTHING)
        if not isinstance(function, Defined):
            return None
        outputs, local = function.define.outputs, locals_of(function.define)
        if len(outputs) == 1 and outputs[0].name is None:
            return self.giver(outputs[0].value, local, function.name, steps + 1)
        home = STANDARD if function.of_library else function.origin or self.home
        return Giver(home, function.name, {o.name.name: o.value for o in outputs if o.name is not None}, local)

    def _given_to(self, parameter: str, owner: str, steps: int) -> Giver | None:
        """What the calls of the file's own define hand to a parameter."""
        defined = self.names.defines.get(owner)
        if defined is None or parameter not in parameter_names(defined):
            return None
        at = parameter_names(defined).index(parameter)
        scope = Scope(self.names)
        for statement in self.statements:
            local, around = (locals_of(statement), statement.name.name) if isinstance(statement, s.Define) else (NOTHING, "")
            for call in (e for e in expressions(statement) if isinstance(e, s.Call)):
                if isinstance(call.function, s.Name) and call.function.name == owner:
                    value = self.names.bind(defined, call, scope).arguments[at]
                    found = self.giver(value, local, around, steps + 1) if value is not None else None
                    if found is not None:
                        return found
        return None

    # ------------------------------------------------------------ the mentions of a statement

    def mentions(self, statement: s.Statement) -> Iterator[Mention]:
        """Every mention in a statement."""
        match statement:
            case s.Library(title=title, version=version):
                yield from self._title(title, version, "declares")
            case s.Use(title=title, version=version, alias=alias):
                yield from self._title(title, version, "reads")
                if alias is not None:
                    yield Mention(alias.span, Symbol("alias", alias.name, self.home), "declares")
            case s.Input(name=name) | s.Let(name=name) | s.Remember(name=name):
                yield Mention(name.span, self.meaning(name.name), "declares")
                yield from self._all(_tops(statement))
            case s.Define():
                yield from self._define(statement)
            case s.When(condition=condition, actions=actions, otherwise=otherwise):
                yield from self._expr(condition)
                for action in (*actions, *otherwise):
                    yield from self._action(action)
            case s.Every(where=where, actions=actions):
                yield from self._all((where,) if where is not None else ())
                for action in actions:
                    yield from self._action(action)
            case s.Alert(condition=condition, text=text):
                yield from self._expr(condition)
                yield from self._filled(text)
            case s.Test(lines=lines):
                for line in lines:
                    yield from self._test_line(line)
                yield from self._all(expressions_of_test(statement))
            case s.Settings(lines=settings):
                for setting in settings:
                    sides = setting.key.name.startswith("limit")  # `limit direction long`
                    values = (v for v in setting.values if not (sides and isinstance(v, s.Name) and v.name in _SIDES))
                    yield from self._all(values)
            case s.Require(condition=condition):
                yield from self._expr(condition)
            case s.Plot(items=items):
                yield from self._all(item.value for item in items)

    def _title(self, title: s.TextLiteral, version: int, role: Role) -> Iterator[Mention]:
        if _is_whole(title) and title.value:
            span = Span(title.span.start + 1, title.span.end - 1)
            yield Mention(span, Symbol("library", title.value, origin(title.value, version)), role)

    def _define(self, define: s.Define) -> Iterator[Mention]:
        owner, local = define.name.name, locals_of(define)
        yield Mention(define.name.span, self.meaning(owner), "declares")
        for param in define.params:
            yield Mention(param.name.span, Symbol("local", param.name.name, self.home, owner), "declares")
            if param.default is not None:
                yield from self._expr(param.default, NOTHING, owner)
        for line in define.body:
            yield Mention(line.name.span, Symbol("local", line.name.name, self.home, owner), "declares")
            yield from self._all(_tops(line), local, owner)
        for output in define.outputs:
            if output.name is not None:
                yield Mention(output.name.span, Symbol("output", output.name.name, self.home, owner), "declares")
            yield from self._expr(output.value, local, owner)

    def _action(self, action: s.Action) -> Iterator[Mention]:
        match action:
            case s.NotifyAction(text=text):
                yield from self._filled(text)
            case s.HoldTop(of=of):
                yield Mention(of.span, Symbol("name", of.name, LANGUAGE))
            case s.OrderAction(tag=tag) | s.ProtectAction(tag=tag):
                yield from self._tag(tag, "declares")
            case s.ExitAction(tag=tag) | s.CancelAction(tag=tag):
                yield from self._tag(tag, "reads")
        yield from self._all(action_expressions(action))

    def _tag(self, tag: s.TextLiteral | None, role: Role) -> Iterator[Mention]:
        if tag is not None and _is_whole(tag) and tag.value:
            yield Mention(Span(tag.span.start + 1, tag.span.end - 1), Symbol("tag", tag.value, self.home), role)

    def _test_line(self, line: s.TestLine) -> Iterator[Mention]:
        match line:
            case s.TestWith(values=values):
                for value in values:
                    if value.name is not None:
                        yield Mention(value.name.span, self.meaning(value.name.name), "writes")
            case s.TestGiven(series=series):
                yield Mention(series.span, self.meaning(series.name), "writes")

    def _filled(self, text: s.TextLiteral) -> Iterator[Mention]:
        """The names that a text fills in."""
        if not _is_whole(text):
            return
        for hole in _FILLED.finditer(text.value):
            inside = hole[1].strip()
            found = _FILLED_NAME.fullmatch(inside)
            if found is None:
                continue
            at = text.span.start + 1 + hole.start(1) + hole[1].index(inside)
            name = s.Name(Span(at, at + len(found[1])), found[1])
            if found[2] is None:
                yield from self._expr(name)
            else:
                part = s.Ident(Span(at + found.start(2), at + found.end(2)), found[2])
                yield from self._expr(s.Member(Span(name.span.start, part.span.end), name, part))

    # ------------------------------------------------------------ expressions

    def _all(self, tops: Iterable[s.Expr], local: Local = NOTHING, owner: str = "") -> Iterator[Mention]:
        for top in tops:
            yield from self._expr(top, local, owner)

    def _expr(self, top: s.Expr, local: Local = NOTHING, owner: str = "") -> Iterator[Mention]:
        stack = [top]
        while stack:
            node = stack.pop()
            match node:
                case s.Name(span=span, name=name):
                    yield Mention(span, self.meaning(name, local, owner))
                case s.Member(base=s.Name(span=span, name=base), field=part) if base not in local and base in self.aliases:
                    yield Mention(span, self.meaning(base))
                    yield Mention(part.span, Symbol("name", part.name, self.library_of(self.aliases[base])))
                case s.Member(base=s.Name(span=span, name=base), field=part) if base not in local and base in MEMBERS:
                    yield Mention(span, Symbol("name", base, LANGUAGE))
                    yield Mention(part.span, Symbol("output", part.name, LANGUAGE, base))
                case s.Member(base=inner, field=part):
                    found = self.giver(inner, local, owner)
                    if found is not None:
                        yield Mention(part.span, Symbol("output", part.name, found.home, found.name))
                    stack.append(inner)
                case s.Call(function=function, arguments=arguments):
                    symbol, _ = self.callee(function, local, owner)
                    if symbol is None or isinstance(function, s.Member):
                        stack.append(function)
                    else:
                        yield Mention(function.span, symbol)
                    for argument in arguments:
                        if argument.name is not None and symbol is not None:
                            yield Mention(argument.name.span, _parameter(symbol, argument.name.name), "writes")
                    stack.extend(argument.value for argument in reversed(arguments))
                case _:
                    stack.extend(reversed(children(node)))


_SIDES = ("long", "short", "both")


def _parameter(function: Symbol, name: str) -> Symbol:
    return Symbol("local", name, function.home, function.name)


def _tops(statement: s.Input | s.Let | s.Remember) -> tuple[s.Expr, ...]:
    match statement:
        case s.Let(value=value):
            return (value,)
        case s.Remember(next=next_, first=first):
            return (next_, first)
    parts = (statement.default, statement.low, statement.high, statement.step, statement.choices)
    return tuple(part for part in parts if part is not None)


def _is_whole(text: s.TextLiteral) -> bool:
    """Whether a text is written with both its quotation marks, so that places in it are places of the file."""
    return text.span.end - text.span.start == len(text.value) + 2


def is_shared(symbol: Symbol) -> bool:
    """Whether other files may name it: what a library gives to all, with its parameters and outputs."""
    if symbol.home in ("", STANDARD, LANGUAGE) or symbol.space in ("alias", "tag"):
        return False
    return symbol.space == "library" or is_public(symbol.owner or symbol.name)
