"""A syntax tree carried to another place in the text: the same nodes, every span moved by as many characters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from compiler.source import Span

T = TypeVar("T")



def moved(node: T, by: int) -> T:
    """`node` (a syntax node, a diagnostic, or a tuple of them) with its spans moved by `by` characters."""
    return _moved(node, by) if by else node


def _moved(value: Any, by: int) -> Any:
    kind = type(value)
    if kind is Span:
        return Span(value.start + by, value.end + by)
    if kind is tuple:
        return tuple([_moved(part, by) for part in value])
    if kind in _LEAVES:
        return value
    return _mover(kind)(value, by)


_LEAVES = frozenset((str, int, float, bool, type(None)))


@cache
def _mover(kind: Any) -> Callable[[Any, int], Any]:
    """How nodes of one class are moved. Slots are set past the frozen `__setattr__`: the copy is not yet seen by anyone."""
    slots = [(getattr(kind, field.name).__get__, getattr(kind, field.name).__set__) for field in fields(kind)]

    def move(node: Any, by: int) -> Any:
        copy = object.__new__(kind)
        for get, put in slots:
            value = get(node)
            put(copy, value if type(value) in _LEAVES else _moved(value, by))
        return copy

    return move


