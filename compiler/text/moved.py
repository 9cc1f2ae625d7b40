"""A syntax tree carried to another place in the text: the same nodes, every span moved by as many characters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

from compiler.source import Span

T = TypeVar("T")


def moved(node: T, by: int) -> T:
    """`node` (a syntax node, a diagnostic, or a tuple of them) with its spans moved by `by` characters."""
    return _moved(node, by) if by else node


def _moved(value: Any, by: int) -> Any:
    kind = type(value)
    if kind is tuple:
        return tuple([_moved(part, by) for part in value])
    if kind in _LEAVES:
        return value
    move = _MOVERS.get(kind)
    if move is None:
        move = _MOVERS[kind] = _mover(kind)
    return move(value, by)


_LEAVES = frozenset((str, int, float, bool, type(None)))
_put_start, _put_end = Span.__dict__["start"].__set__, Span.__dict__["end"].__set__


def _moved_span(span: Span, by: int) -> Span:
    copy = object.__new__(Span)
    _put_start(copy, span.start + by)
    _put_end(copy, span.end + by)
    return copy


_MOVERS: dict[Any, Callable[[Any, int], Any]] = {Span: _moved_span}


def _mover(kind: Any) -> Callable[[Any, int], Any]:
    """How nodes of one class are moved. Slots are set past the frozen `__setattr__`: the copy is not yet seen by anyone."""
    spans: list[Any] = []
    plain: list[Any] = []
    others: list[Any] = []
    for field in fields(kind):
        slot = getattr(kind, field.name)
        which = spans if field.type == "Span" else plain if str(field.type).startswith(_PLAIN) else others
        which.append((slot.__get__, slot.__set__))

    def move(node: Any, by: int) -> Any:
        copy = object.__new__(kind)
        for get, put in spans:
            put(copy, _moved_span(get(node), by))
        for get, put in plain:
            put(copy, get(node))
        for get, put in others:
            value = get(node)
            put(copy, None if value is None else _moved(value, by))
        return copy

    return move


_PLAIN = ("str", "int", "float", "bool", "Literal", "Severity")  # annotations of fields that hold no place
