"""Checking a library: on its own like any text, then as the module that others use."""

from __future__ import annotations

from dataclasses import replace

from compiler import syntax as s
from compiler.bounds import check_size
from compiler.cascades import told
from compiler.diagnostics import Diagnostic, Diagnostics, Edit, Fix
from compiler.editions import retired_edition
from compiler.functions import Defined
from compiler.inference import infer
from compiler.libraries.head import LibraryHead
from compiler.libraries.linking import Linked, link
from compiler.libraries.loading import Libraries
from compiler.libraries.module import Module, all_modules, constant, origin
from compiler.libraries.port import Lock, content_hash
from compiler.libraries.rewriting import rewritten
from compiler.library import FunctionLibrary
from compiler.resolve import Names, resolve
from compiler.source import Source, Span
from compiler.text.parse import parse
from compiler.walk import descend, ungrouped


def read_module(
    source: Source, head: LibraryHead, library: FunctionLibrary, libraries: Libraries
) -> tuple[Module, tuple[Diagnostic, ...]]:
    """A library's text as a module, with its errors."""
    found = Diagnostics()
    retired = retired_edition(source)
    if retired is not None:
        return Module(head.title, head.version, source, content_hash(source.text), {}, frozenset(), (), sound=False), (retired,)
    linked = link(source, parse(source, found), library, libraries, found)
    names = resolve(source, linked, library, found)
    check_constants(names, found)
    if not any(d.code == "E0605" for d in found.found) and check_size(names, found):
        infer(names, found)
    errors = tuple(d for d in told(source, found) if d.severity == "error")
    return _module(names, head, not found.has_errors and all(used.sound for used in linked.modules)), errors


def _module(names: Names, head: LibraryHead, sound: bool) -> Module:
    """What a library gives to others. Inside it, calls name functions by their keys from here on."""
    before, linked = origin(head.title, head.version), names.linked
    defined = {name: Defined(one.define, one.source, False, before) for name, one in names.defines.items()}
    constants = {name: constant(let, names.source, before) for name, let in names.lets.items()}
    own = {**constants, **defined}
    keys = {name: one.key for name, one in (*linked.visible.items(), *own.items())}

    def leaf(node: object) -> object | None:
        return (
            s.Call(node.span, s.Name(node.span, keys[node.name]), ())
            if isinstance(node, s.Name) and node.name in constants
            else None
        )

    def called(call: s.Call) -> s.Expr:
        function = call.function
        return (
            replace(call, function=s.Name(function.span, keys[function.name]))
            if isinstance(function, s.Name) and function.name in keys
            else call
        )

    def exported(name: str, one: Defined) -> Defined:
        if not sound:
            return replace(one, define=_silent(one.define))
        values = leaf if name in constants else lambda node: None
        return replace(one, define=rewritten(one.define, values, called))

    exports = {name: exported(name, one) for name, one in own.items()}
    return Module(
        head.title,
        head.version,
        names.source,
        content_hash(names.source.text),
        exports,
        frozenset(constants),
        linked.modules,
        sound,
    )


def _silent(define: s.Define) -> s.Define:
    """A define of a library that has mistakes: called as before, of no value, and no cause for further mistakes."""
    params = tuple(p if p.default is None else replace(p, default=s.ErrorExpr(p.default.span)) for p in define.params)
    return replace(
        define, params=params, body=(), outputs=tuple(replace(o, value=s.ErrorExpr(o.value.span)) for o in define.outputs)
    )


def check_constants(names: Names, found: Diagnostics) -> None:
    """Report a library's version that is none, and each `let` of it that is no constant."""
    if names.heading is None:
        return
    if names.heading.version < 1:
        found.error(
            "E0233", names.heading.span, "A library's version is a whole number from 1 on.",
            f'For example `library "{names.heading.title.value}" version 1`.',
        )  # fmt: skip
    wrong: set[str] = set()
    for name in names.in_order():
        let = names.lets.get(name)
        value = ungrouped(let.value) if let is not None else None
        if let is None or value is None or isinstance(value, s.TextLiteral) or names.is_constant(value):
            continue
        reads = {part.name for part in descend(value) if isinstance(part, s.Name)}
        wrong.add(name)
        inside = any(d.severity == "error" and value.span.start <= d.span.start < value.span.end for d in found.found)
        if not inside and not isinstance(value, s.ErrorExpr) and not reads & wrong - {name}:  # else that mistake is said
            start = Span(let.span.start, let.name.span.end)
            found.error(
                "E0223", let.name.span, f"A `let` of a library is a fixed value; `{name}` may change from bar to bar.",
                f"Make it a function: `define {name}() = …`, used as `{name}()`.",
                fixes=(Fix(f"write `define {name}()`", (Edit(start, f"define {name}()"),)),),
            )  # fmt: skip


def check_lock(linked: Linked, lock: Lock | None, found: Diagnostics) -> None:
    """Report each library whose text is not the one that the program was locked to."""
    if lock is None:
        return
    uses = {statement.title.value: statement for statement in linked.file.statements if isinstance(statement, s.Use)}
    for module in linked.modules:
        use = uses[module.title]
        for one in all_modules((module,)):
            locked = lock.hashes.get((one.title, one.version))
            if locked == one.hash:
                continue
            whose = "" if one is module else f", which {module.shown()} uses,"
            what = f"is not in the lock {lock.name}" if locked is None else f"has changed since it was locked in {lock.name}"
            found.error(
                "E0227", use.span, f"The library {one.shown()} ({one.source.name}){whose} {what}.",
                "Read what changed; if it is what you want, lock it anew with `apx lock`.",
            )  # fmt: skip


def warn_of_unused(linked: Linked, found: Diagnostics) -> None:
    for use in linked.unused:
        found.warn(
            "W0220", use.span, f'Nothing of the library "{use.title.value}" is used.', "Remove the line if it is not needed.",
            fixes=(Fix("remove this `use`", (Edit(use.span, ""),)),),
        )  # fmt: skip
