"""Where an offset stands in the trees: the statement, and the nodes around it from the outermost in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import TypeVar

from compiler import syntax as s
from compiler.source import Span
from lsp.view import View

T = TypeVar("T")
Path = tuple[object, ...]
"""Nodes of the tree, each inside the one before."""


def statement_at(view: View, inner: int) -> s.Statement | None:
    """The statement at an offset of the trees, with the names of libraries put in where that could be done."""
    for statement in view.analysis.names.file.statements:
        if statement.span.start <= inner <= statement.span.end:
            return statement
    return next((x for x in view.analysis.statements if x.span.start <= inner <= x.span.end), None)


def path_at(root: object, inner: int) -> Path:
    """The nodes that hold an offset, from a node in."""
    path: list[object] = []
    node: object | None = root
    while node is not None:
        path.append(node)
        node = next((child for child in parts_of(node) if holds(child, inner)), None)
    return tuple(path)


def holds(node: object, inner: int) -> bool:
    span = getattr(node, "span", None)
    return isinstance(span, Span) and span.start <= inner < span.end


def parts_of(node: object) -> Iterator[object]:
    """The nodes directly inside a node, in the order of its fields."""
    for name in _parts(type(node)):
        yield from _flat(getattr(node, name))


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for part in value:
            yield from _flat(part)
    elif hasattr(value, "span"):
        yield value


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that may hold nodes."""
    if kind not in _PARTS:
        found = fields(kind) if is_dataclass(kind) else ()
        _PARTS[kind] = tuple(f.name for f in found if f.type not in _LEAVES and "Literal" not in str(f.type))
    return _PARTS[kind]


_LEAVES = ("Span", "str", "int", "float", "bool")


def nearest(path: Path, kind: type[T]) -> T | None:
    """The innermost node of a kind."""
    return next((node for node in reversed(path) if isinstance(node, kind)), None)
