"""Gives a name of a program another spelling wherever it is used: expressions, tests, named arguments, `{name}` in texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from compiler import syntax as s
from compiler.aggregates import AGGREGATE
from compiler.blocks.draft import Draft
from compiler.blocks.places import Page, Place, everything
from compiler.blocks.refusals import Refused
from compiler.builtins import SCALAR_FUNCTIONS, builtin_names
from compiler.library import FunctionLibrary
from compiler.source import Span
from compiler.words import RESERVED

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_FILLED = re.compile(r"\{([ \t]*)([a-z_][a-z0-9_]*)((?:\.[a-z_]+)?[ \t]*)\}")

Declared = s.Let | s.Input | s.Remember | s.Define


def rename(draft: Draft, place: Place, name: str, library: FunctionLibrary) -> None:
    page = draft.page
    node = place.node
    if not isinstance(node, s.Let | s.Input | s.Remember | s.Define | s.Param):
        raise Refused("fixed", "This block gives no name.")
    old = node.name.name
    name = name.strip(" \t")
    if name == old:
        return
    define = _define_around(page, place)
    refuse_name(page, name, define, library)
    statements = [page.places[i].node for i in page.top]
    if define is None and sum(isinstance(x, Declared) and x.name.name == old for x in statements) > 1:
        raise Refused("has_mistake", f"`{old}` is given more than once; which one is meant can't be told.")
    if define is None:
        spans = [node.name.span, *_uses(statements, old, isinstance(node, s.Define))]
        texts = _texts(statements, old) if not isinstance(node, s.Define) else []
    else:
        spans = [node.name.span, *_local_uses(define, old)]
        if isinstance(node, s.Param):
            spans += _named_arguments(statements, define.name.name, old)
        texts = []
    if isinstance(node, s.Define):
        _refuse_hidden(statements, old, name)
    for span in dict.fromkeys(spans):
        draft.splice.replace(span, name)
    filled = {}
    for text in texts:
        new = _FILLED.sub(lambda m: f"{{{m[1]}{name}{m[3]}}}" if m[2] == old else m[0], text.value)
        filled[text.span] = new
        draft.splice.replace(text.span, f'"{new}"')
    draft.tree = _renamed(draft.tree, frozenset(spans), name, filled)


def refuse_name(page: Page, name: str, define: s.Define | None, library: FunctionLibrary) -> None:
    """Raises Refused if a name can't be given here."""
    if not _NAME.fullmatch(name):
        raise Refused("not_a_name", f"`{name}` is no name: small letters, digits and _, a letter first.")
    if name in RESERVED:
        raise Refused("not_a_name", f"`{name}` is a word of the language.")
    if name in builtin_names() or name in SCALAR_FUNCTIONS or name in AGGREGATE:
        raise Refused("name_taken", f"`{name}` is a name of the language.")
    if name in library.primitives or name in library.definitions:
        raise Refused("name_taken", f"`{name}` is a function of the library.")
    statements = [page.places[i].node for i in page.top]
    for statement in statements:
        if isinstance(statement, Declared) and statement.name.name == name:
            raise Refused("name_taken", f"`{name}` already has a meaning in this program.")
        if isinstance(statement, s.Use) and statement.alias is not None and statement.alias.name == name:
            raise Refused("name_taken", f"`{name}` already names a library.")
    if define is not None and name in _locals(define):
        raise Refused("name_taken", f"`{name}` already has a meaning in this define.")
    for part in everything(tuple(statements)) if define is None else everything(define):
        if isinstance(part, s.Name) and part.name == name:  # nothing gives it yet; it must not begin to mean this
            raise Refused("name_taken", f"`{name}` is read in this program already.")


def _define_around(page: Page, place: Place) -> s.Define | None:
    """The define in which a name is local."""
    parent = page.parent(place)
    return parent.node if parent is not None and isinstance(parent.node, s.Define) else None


def _locals(define: s.Define) -> set[str]:
    return {p.name.name for p in define.params} | {line.name.name for line in define.body}


def _uses(statements: list[Any], old: str, is_define: bool) -> Iterator[Span]:
    """Where a name of the program is read."""
    for statement in statements:
        hidden = isinstance(statement, s.Define) and old in _locals(statement)
        called = {id(p.function) for p in everything(statement) if isinstance(p, s.Call)}
        for part in everything(statement):
            # Inside a define a local name hides the program's; but what is called is never a local name.
            if isinstance(part, s.Name) and part.name == old and (not hidden or (is_define and id(part) in called)):
                yield part.span
            elif isinstance(part, s.TestWith):
                yield from (a.name.span for a in part.values if a.name is not None and a.name.name == old)
            elif isinstance(part, s.TestGiven) and part.series.name == old:
                yield part.series.span


def _local_uses(define: s.Define, old: str) -> Iterator[Span]:
    called = {id(p.function) for p in everything(define) if isinstance(p, s.Call)}
    for part in everything(define):
        if isinstance(part, s.Name) and part.name == old and id(part) not in called:
            yield part.span


def _named_arguments(statements: list[Any], function: str, old: str) -> Iterator[Span]:
    for part in everything(tuple(statements)):
        if isinstance(part, s.Call) and isinstance(part.function, s.Name) and part.function.name == function:
            yield from (a.name.span for a in part.arguments if a.name is not None and a.name.name == old)


def _texts(statements: list[Any], old: str) -> list[s.TextLiteral]:
    """The texts of notes and alerts in which a name is filled in."""
    return [
        part.text
        for part in everything(tuple(statements))
        if isinstance(part, s.NotifyAction | s.Alert) and any(m[2] == old for m in _FILLED.finditer(part.text.value))
    ]


def _refuse_hidden(statements: list[Any], old: str, name: str) -> None:
    """A function may not get the name of a local one of a define that calls it."""
    for statement in statements:
        if (
            isinstance(statement, s.Define)
            and name in _locals(statement)
            and any(isinstance(p, s.Name) and p.name == old for p in everything(statement))
        ):
            raise Refused("name_taken", f"`{name}` has a meaning in `{statement.name.name}`, which uses `{old}`.")


def _renamed(node: Any, spans: frozenset[Span], name: str, texts: dict[Span, str]) -> Any:
    if isinstance(node, tuple):
        return tuple([_renamed(part, spans, name, texts) for part in node])
    if not hasattr(node, "__dataclass_fields__") or isinstance(node, Span):
        return node
    if isinstance(node, s.Name | s.Ident) and node.span in spans:
        return replace(node, name=name)
    if isinstance(node, s.TextLiteral) and node.span in texts:
        return replace(node, value=texts[node.span])
    return type(node)(**{f.name: _renamed(getattr(node, f.name), spans, name, texts) for f in fields(node)})
