"""Linking: the names that a file's libraries bring in, and every place that reads one, rewritten so that later stages see plain functions.

A library's function is a define under the name by which the file writes it (`f`, or `m.f` for a library used `as m`); its constants are
functions without parameters, so that a reader of a name needs to know nothing of libraries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from compiler import syntax as s
from compiler.builtins import builtin_names
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.functions import Defined, parameter_names
from compiler.libraries.loading import Libraries
from compiler.libraries.module import Module, all_modules, constant, is_public, titled
from compiler.libraries.rewriting import rewritten
from compiler.library import FunctionLibrary
from compiler.source import Source, Span
from compiler.suggest import closest
from compiler.text.tokens import WORD, tokens_of
from compiler.words import RESERVED

T = TypeVar("T")


@dataclass(slots=True)
class Linked:
    """A file after its libraries are found.

    visible: what it may call besides its own, as it writes it. inner: what those call, by keys. constants: which of both are values.
    incomplete: a library without `as` is missing, so that a name which seems unknown may be one of its names.
    """

    file: s.File
    visible: dict[str, Defined] = field(default_factory=dict)
    inner: dict[str, Defined] = field(default_factory=dict)
    constants: frozenset[str] = frozenset()
    modules: tuple[Module, ...] = ()
    unused: tuple[s.Use, ...] = ()
    incomplete: bool = False


@dataclass(slots=True)
class Linker:
    """Puts together what a program uses, mistakes on the way."""

    source: Source
    file: s.File
    found: Diagnostics
    own: dict[str, s.Ident] = field(default_factory=dict)
    visible: dict[str, Defined] = field(default_factory=dict)
    constants: set[str] = field(default_factory=set)
    given_by: dict[str, s.Use] = field(default_factory=dict)  # visible names and aliases
    aliases: dict[str, Module | None] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)  # `use` statements by identity
    incomplete: bool = False

    # ------------------------------------------------------------ names

    def bring_in_all(
        self, heading: s.Library | None, uses: list[s.Use], library: FunctionLibrary, libraries: Libraries
    ) -> tuple[Module, ...]:
        """The names of every `use` of the file, and the modules they come from."""
        for statement in self.file.statements:
            if isinstance(statement, (s.Input, s.Let, s.Remember, s.Define)):
                self.own.setdefault(statement.name.name, statement.name)
        modules: list[Module] = []
        for use, module in libraries.used_by(self.source, heading, uses, self.found):
            self.bring_in(use, module, library)
            if module is not None:
                modules.append(module)
        return tuple(modules)

    def result(self, file: s.File, modules: tuple[Module, ...], uses: list[s.Use]) -> Linked:
        """The file, its statements linked, with all that they may call."""
        inner: dict[str, Defined] = {}
        constants = set(self.constants)
        for module in all_modules(modules):
            for name, defined in module.own.items():
                inner[defined.key] = defined
                if name in module.constants:
                    constants.add(defined.key)
        unused = tuple(use for use in uses if id(use) not in self.used)
        return Linked(file, self.visible, inner, frozenset(constants), modules, unused, self.incomplete)

    def bring_in(self, use: s.Use, module: Module | None, library: FunctionLibrary) -> None:
        """The names of one `use`; those that stand for something else already are reported and left out."""
        if use.alias is not None:
            if self.alias_is_free(use, use.alias, library):
                self.given_by[use.alias.name] = use
                self.aliases[use.alias.name] = module
                if module is not None:
                    self.add(f"{use.alias.name}.", module, module.public())
            return
        if module is None:
            self.incomplete = True
            return
        self.incomplete |= not module.sound
        taken = [name for name in module.public() if name in self.own or name in self.given_by]
        if taken:
            self.collision(use, module, taken)
        free = [name for name in module.public() if name not in taken]
        self.given_by.update(dict.fromkeys(free, use))
        self.add("", module, free)

    def add(self, before: str, module: Module, names: list[str]) -> None:
        self.visible.update({before + name: module.own[name] for name in names})
        self.constants.update(before + name for name in names if name in module.constants)

    def collision(self, use: s.Use, module: Module, taken: list[str]) -> None:
        first = taken[0]
        more = f" So have {', '.join(f'`{name}`' for name in taken[1:4])}." if len(taken) > 1 else ""
        if first in self.own:
            place, whose = self.own[first].span, "this file"
        else:
            other = self.given_by[first]
            place, whose = other.span, titled(other.title.value, other.version)
        line = self.source.position(place.start).line + 1
        alias = self.free_alias(use.title.value)
        edits = (Edit(Span(use.span.end, use.span.end), f" as {alias}"), *self.prefixed(module, taken, alias))
        self.found.error(
            "E0224", use.span, f"`{first}` has two meanings: {module.shown()} brings it in, and {whose} gives it on line {line}.{more}",
            f"Write `use {module.shown()} as {alias}`, and then `{alias}.{first}` for the library's.",
            (Label(place, f"`{first}` comes from here too"),), (Fix(f"use it as `{alias}`", edits),),
        )  # fmt: skip

    def prefixed(self, module: Module, taken: list[str], alias: str) -> Iterator[Edit]:
        """The library's short name before each of its names that the program reads."""
        free = {name for name in module.public() if name not in taken}
        text = self.source.whole  # of a text under edit, edits of its newest version: nothing is kept of a file with a collision
        tokens = tokens_of(text, 0, len(text), False, [])
        for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if token.text in free and token.kind == WORD and before.kind != "DOT" and after.kind != "EQUAL":
                yield Edit(Span(token.start, token.start), f"{alias}.")

    def free_alias(self, title: str) -> str:
        """A short name for a library: the first letters of its title, or `lib`, with a digit if taken."""
        words = "".join(ch if ch.isascii() and ch.isalnum() else " " for ch in title.lower()).split()
        short = "".join(word[0] for word in words if word[0].isalpha())
        base = short if len(short) > 1 else (words[0] if words and words[0][0].isalpha() and len(words[0]) > 2 else "lib")
        taken = {*self.own, *self.given_by, *builtin_names(), *RESERVED}
        return next(name for name in (base, *(f"{base}{n}" for n in range(2, len(taken) + 3))) if name not in taken)

    def alias_is_free(self, use: s.Use, alias: s.Ident, library: FunctionLibrary) -> bool:
        name = alias.name
        place = self.own[name].span if name in self.own else self.given_by[name].span if name in self.given_by else None
        if place is not None:
            line = self.source.position(place.start).line + 1
            text = f"`{name}` already has a meaning, given on line {line}."
        elif name in builtin_names():
            text = f"`{name}` is a name of the language and can't stand for a library."
        elif name in library.definitions or name in library.primitives:
            text = f"`{name}` is a function and can't stand for a library."
        else:
            return True
        labels = (Label(place, "first given here"),) if place is not None else ()
        other = self.free_alias(use.title.value)
        fixes = (Fix(f"use it as `{other}`", (Edit(alias.span, other),)),)
        self.found.error("E0224", alias.span, text, "Choose another name after `as`.", labels, fixes)
        self.aliases.setdefault(name, None)
        return False

    # ------------------------------------------------------------ places that read a name

    def linked(self, statement: s.Statement, outside: frozenset[str]) -> s.Statement:
        """A statement with its names linked. `outside`: names that mean what the file itself gives them, except inside a define."""
        match statement:
            case s.Use() | s.Edition() | s.Strategy() | s.Library() | s.Trade():
                return statement
            case s.Define(params=params, body=body, outputs=outputs):
                local = frozenset((*(p.name.name for p in params), *(line.name.name for line in body)))
                new = (self.tree(params, frozenset()), self.tree(body, local), self.tree(outputs, local))
                if all(a is b for a, b in zip(new, (params, body, outputs), strict=True)):
                    return statement
                return replace(statement, params=new[0], body=new[1], outputs=new[2])
            case _:
                return self.tree(statement, outside)

    def tree(self, root: T, local: frozenset[str]) -> T:
        return rewritten(root, lambda node: self.leaf(node, local), lambda call: self.call(call, local))

    def leaf(self, node: object, local: frozenset[str]) -> s.Expr | None:
        match node:
            case s.TextLiteral(value=text) if "{" in text:
                for name in re.findall(r"\{\s*([a-z0-9_.]+)\s*\}", text):  # filled in where the text is used
                    self.used.add(id(self.given_by.get(name, self.given_by.get(name.partition(".")[0]))))
                return None
            case s.Name(span=span, name=name) if name not in local:
                if name in self.aliases:
                    return self.alone(span, name)
                if name in self.visible:
                    self.used.add(id(self.given_by.get(name)))
                return s.Call(span, node, ()) if name in self.constants else None
            case s.Member(span=span, base=s.Name(name=alias), field=field_) if alias in self.aliases and alias not in local:
                full = self.member(alias, field_)
                if full is None:
                    return s.ErrorExpr(span)
                return s.Call(span, s.Name(span, full), ()) if full in self.constants else s.Name(span, full)
            case _:
                return None

    def call(self, call: s.Call, local: frozenset[str]) -> s.Expr:
        match call.function:
            case s.Name(span=span, name=name) if name in self.visible:
                self.used.add(id(self.given_by.get(name)))
                full: str | None = name
            case s.Member(span=span, base=s.Name(name=alias), field=field_) if alias in self.aliases and alias not in local:
                full = self.member(alias, field_)
            case _:
                return call
        if full is None:
            return s.ErrorExpr(call.span)
        if full in self.constants:
            cut = Span(span.end, call.span.end)
            self.found.error(
                "E0211", span, f"`{full}` is a value, not a function.", "Leave out the parentheses.",
                fixes=(Fix(f"write `{full}`", (Edit(cut, ""),)),),
            )  # fmt: skip
            return s.ErrorExpr(call.span)
        return call if isinstance(call.function, s.Name) else replace(call, function=s.Name(span, full))

    def member(self, alias: str, name: s.Ident) -> str | None:
        """`m.f` where the library behind `m` has a public `f`; else None, and why is reported."""
        if alias in self.given_by:
            self.used.add(id(self.given_by[alias]))
        module = self.aliases[alias]
        if module is None:
            return None
        if name.name in module.own and is_public(name.name):
            return f"{alias}.{name.name}"
        if name.name not in module.own and not module.sound:
            return None  # its mistakes, which are said, may be why
        near = closest(name.name, module.public())
        if name.name in module.own:
            self.found.error(
                "E0228", name.span, f"`{name.name}` is for {module.shown()} alone: names that begin with `_` stay inside their library.",
                f"It gives you {_listed(module.public())}.",
            )  # fmt: skip
        else:
            self.found.error(
                "E0228", name.span, f"{module.shown()} has no `{name.name}`.",
                f"Did you mean `{alias}.{near}`?" if near else f"It has {_listed(module.public())}.",
                fixes=(Fix(f"change to `{near}`", (Edit(name.span, near),), safe=True),) if near else (),
            )  # fmt: skip
        return None

    def alone(self, span: Span, alias: str) -> s.Expr:
        module = self.aliases[alias]
        if alias in self.given_by:
            self.used.add(id(self.given_by[alias]))
        if module is not None:
            public = module.public()
            example = public[0] if public else "name"
            shown = (
                example
                if example in module.constants
                else f"{example}({', '.join(parameter_names(module.own[example]))})"
                if public
                else example
            )
            self.found.error(
                "E0229", span, f"`{alias}` is the library {module.shown()}, not a value.", f"Write what you want from it, such as `{alias}.{shown}`."
            )  # fmt: skip
        return s.ErrorExpr(span)


def link(source: Source, file: s.File, library: FunctionLibrary, libraries: Libraries, found: Diagnostics) -> Linked:
    """Find what a file uses and rewrite the places that read it. Mistakes go to `found`."""
    uses = [statement for statement in file.statements if isinstance(statement, s.Use)]
    heading = next((statement for statement in file.statements if isinstance(statement, s.Library)), None)
    own_constants = [x for x in file.statements if isinstance(x, s.Let)] if heading is not None else []
    if not uses and not own_constants:
        return Linked(file, incomplete=lost_use(source, found))
    linker = Linker(source, file, found, incomplete=lost_use(source, found))
    modules = linker.bring_in_all(heading, uses, library, libraries)
    for let in own_constants:  # its defines see them as functions; its other `let`s read them as any program's do
        if linker.own[let.name.name] is let.name:
            linker.visible[let.name.name] = constant(let, source)
            linker.constants.add(let.name.name)
    outside = frozenset(let.name.name for let in own_constants)
    cards = []
    for card in file.cards:
        new = linker.linked(card.statement, outside) if card.statement is not None else None
        cards.append(card if new is card.statement else replace(card, statement=new))
    return linker.result(s.File(tuple(cards)), modules, uses)


def lost_use(source: Source, found: Diagnostics) -> bool:
    """Whether a line that could not be read seems to be a `use`."""
    lines = {source.position(d.span.start).line for d in found.found if d.severity == "error"}
    return any(source.line_text(line).lstrip().startswith("use") for line in lines)


def _listed(names: list[str]) -> str:
    shown = [f"`{name}`" for name in names[:6]]
    return (", ".join(shown) + (" and others" if len(names) > 6 else "")) if shown else "nothing"
