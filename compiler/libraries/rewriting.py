"""Rebuilding a syntax tree with some of its parts replaced. What holds no replaced part stays the same object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TypeVar

from compiler import syntax as s
from compiler.source import Span

T = TypeVar("T")


def rewritten(root: T, leaf: Callable[[object], object | None], called: Callable[[s.Call], s.Expr]) -> T:
    """A tree in which `leaf` replaces nodes (None: look inside), and `called` then replaces calls whose arguments are done.

    The name of a called function is left to `called`. Iterative: the depth of trees is bounded by the parser only.
    """
    done: dict[int, object] = {}
    stack: list[tuple[object, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if not ready:
            new = leaf(node)
            if new is not None:
                done[id(node)] = new
            else:
                stack.append((node, True))
                stack.extend((part, False) for part in _parts(node))
        elif isinstance(node, tuple):
            items = tuple(done.get(id(item), item) for item in node)
            done[id(node)] = items if any(a is not b for a, b in zip(items, node, strict=True)) else node
        else:
            new = _with_parts(node, done)
            done[id(node)] = called(new) if isinstance(new, s.Call) else new
    return done[id(root)]  # type: ignore[return-value]


def _parts(node: object) -> list[object]:
    if isinstance(node, tuple):
        return [item for item in node if _is_tree(item)]
    kind: type = type(node)
    return [value for name in _names(kind) if _is_tree(value := getattr(node, name))]


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a class of nodes that are looked into."""
    assert is_dataclass(kind)
    return tuple(field.name for field in fields(kind) if field.name != "function" or not issubclass(kind, s.Call))


def _is_tree(value: object) -> bool:
    kind: type = type(value)
    return _is_kind_of_trees(kind)


@cache
def _is_kind_of_trees(kind: type) -> bool:
    return issubclass(kind, tuple) or (is_dataclass(kind) and not issubclass(kind, (Span, s.Ident)))


def _with_parts(node: object, done: dict[int, object]) -> object:
    kind: type = type(node)
    changed = {
        name: done[id(value)]
        for name in _names(kind)
        if id(value := getattr(node, name)) in done and done[id(value)] is not value and _is_tree(value)
    }
    return replace(node, **changed) if changed else node  # type: ignore[type-var]
