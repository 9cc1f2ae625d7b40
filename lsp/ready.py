"""Answers as JSON: what the protocol's objects are written as, and results that are JSON already.

`written(value)` gives what the converter of `lsprotocol` and `json` would, in one step for each object instead of one for each of its parts. Where a feature
has many like parts, as completion has, it makes their JSON itself and answers with `Ready`, which is sent as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from operator import attrgetter
from typing import Any, Final

import attrs
from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Ready:
    """The JSON of a request's whole result."""

    json: str


def response(number: str | int, result: Ready) -> bytes:
    """The answer to a request."""
    return f'{{"jsonrpc":"2.0","id":{written(number)},"result":{result.json}}}'.encode()


def _parts(value: object) -> Any:
    """An object of the protocol by its parts, whose own are still to be written."""
    parts = _PARTS.get(type(value))
    if parts is None:
        parts = _PARTS[type(value)] = _parts_of(type(value))
    return parts(value)


_ENCODER: Final = json.JSONEncoder(default=_parts, separators=(",", ":"), check_circular=False)
written: Final[Callable[[object], str]] = _ENCODER.encode
"""A message, or a part of one, as JSON in ASCII."""

_PARTS: Final[dict[type, Callable[[Any], Any]]] = {}
_ALWAYS: Final = object()


def _parts_of(kind: type) -> Callable[[Any], Any]:
    """What takes objects of a class apart. A part that is as it is when nothing is said is left out, but for those that the protocol wants in any case."""
    if issubclass(kind, Enum):
        return lambda value: value.value
    if not attrs.has(kind):
        raise TypeError(f"{kind.__name__} is nothing that a message can hold")
    fields = attrs.fields(kind)
    named = [_name(field.name) for field in fields]
    unsaid = [
        _ALWAYS if field.default is attrs.NOTHING or types.is_special_property(kind, field.name) else field.default
        for field in fields
    ]
    if not fields:
        return lambda value: {}
    if len(fields) == 1:
        name, only, default = named[0], attrgetter(fields[0].name), unsaid[0]
        return lambda value: {name: part} if (part := only(value)) is not default and part != default else {}
    every = attrgetter(*(field.name for field in fields))
    if all(default is _ALWAYS for default in unsaid):
        return lambda value: dict(zip(named, every(value), strict=True))
    if all(default is None for default in unsaid if default is not _ALWAYS):
        always = frozenset(name for name, default in zip(named, unsaid, strict=True) if default is _ALWAYS)
        return lambda value: {
            name: part for name, part in zip(named, every(value), strict=True) if part is not None or name in always
        }
    paired = list(zip(named, unsaid, strict=True))
    return lambda value: {
        name: part for (name, default), part in zip(paired, every(value), strict=True) if default is _ALWAYS or part != default
    }


def _name(name: str) -> str:
    """A part's name in the protocol: `text_document` is `textDocument`, `from_` is `from`."""
    first, *rest = name.removesuffix("_").split("_")
    return first + "".join(word.title() for word in rest)
