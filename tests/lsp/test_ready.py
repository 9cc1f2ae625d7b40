"""Our writer of messages gives what the protocol's own converter gives, and values that are JSON already are sent as they are."""

from __future__ import annotations

import json
from collections import abc
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter

from lsp.ready import Ready, response, written

CONVERTER = get_converter()
CLASSES = sorted(
    {x for x in vars(types).values() if isinstance(x, type) and attrs.has(x)},
    key=lambda kind: kind.__name__,
)
HINTS: dict[type, dict[str, Any]] = {}


def value_of(hint: Any, full: bool, depth: int) -> Any:
    """A value of a type. full: what may be left out is there, down to some depth."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if type(None) in inside and (not full or depth > 3):
            return None
        return value_of(next(x for x in inside if x is not type(None)), full, depth)
    if origin is Literal:
        return inside[0]
    if origin in (abc.Sequence, list):
        return [value_of(inside[0], full, depth + 1)] * (depth < 5)
    if origin is tuple:
        return [value_of(x, full, depth + 1) for x in inside]
    if origin in (abc.Mapping, dict):
        return {"a": value_of(inside[1], full, depth + 1)}
    if isinstance(hint, type) and attrs.has(hint):
        return made(hint, full, depth + 1)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    return {str: "a \ud800 é 😀", int: 7, bool: True, float: 0.5, type(None): None}.get(hint, {"b": [1, None]})


def made(kind: type, full: bool, depth: int = 0) -> Any:
    """An object of a class, past its own checks."""
    if kind not in HINTS:
        HINTS[kind] = get_type_hints(kind)
    value = object.__new__(kind)
    for field in attrs.fields(kind):
        hint = HINTS[kind][field.name]
        said = full or field.default is attrs.NOTHING or (field.default is None and type(None) not in get_args(hint))
        object.__setattr__(value, field.name, value_of(hint, full, depth) if said else field.default)
    return value


@pytest.mark.parametrize("full", [True, False])
def test_every_kind_of_object_is_written_as_the_converter_would(full: bool) -> None:
    for kind in CLASSES:
        value = made(kind, full)
        assert json.loads(written(value)) == json.loads(json.dumps(CONVERTER.unstructure(value))), kind


def test_parts_of_parts_are_written_too() -> None:
    place = types.Range(types.Position(1, 2), types.Position(3, 4))
    item = types.CompletionItem(
        "a", kind=types.CompletionItemKind.Function, text_edit=types.TextEdit(place, "b"), data={"x": [place]}
    )
    message = types.CompletionResponse(7, types.CompletionList(False, [item, item]))
    assert json.loads(written(message)) == json.loads(json.dumps(CONVERTER.unstructure(message)))


def test_what_is_no_part_of_a_message_is_refused() -> None:
    with pytest.raises(TypeError):
        written({"x": object()})


@pytest.mark.parametrize("number", [3, 'three " \ud800'])
def test_an_answer_that_is_json_already_is_sent_as_it_is(number: int | str) -> None:
    message = response(number, Ready('{"items":[]}'))
    assert json.loads(message) == {"jsonrpc": "2.0", "id": number, "result": {"items": []}}
