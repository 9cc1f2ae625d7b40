"""The block edits as data, and how they are read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields

from compiler.blocks.refusals import Refused


@dataclass(frozen=True, slots=True)
class SetLiteral:
    """Another value for a number, a length of time, a truth or a text. A number without a unit keeps the unit it had; a text is
    given without quotes."""

    at: str
    value: str


@dataclass(frozen=True, slots=True)
class ReplaceSlot:
    """Other text in the place of a block, with what stands in it."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Wrap:
    """An expression becomes a part of another, in whose text `?` stands for it: `not ?`, `sma(?, 20)`, `? and close > open`."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Unwrap:
    """An expression gives way to a part of it."""

    at: str
    keep: str


@dataclass(frozen=True, slots=True)
class InsertClause:
    """A new item in a list (a clause, argument, action, line, statement), or what was left out (an entry, a tag).

    `at` is the block that has the slot, '' for the file; `index` counts from 0.
    """

    at: str
    slot: str
    text: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class DeleteClause:
    """An item of a list, or what may be left out, is taken out."""

    at: str


@dataclass(frozen=True, slots=True)
class Move:
    """An item goes to another place of its list or of another one. `index` counts without the item itself."""

    at: str
    to: str
    slot: str
    index: int


@dataclass(frozen=True, slots=True)
class ToggleNot:
    """`not` before a condition, or away from it."""

    at: str


@dataclass(frozen=True, slots=True)
class SetOp:
    """Another operator or word of the same family: `<` for `>`, `crosses above`, `or` for `and`, `short` for `buy`."""

    at: str
    op: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Another name for an input, let, state, define, parameter or local name, wherever it is used."""

    at: str
    name: str


BlockEdit = SetLiteral | ReplaceSlot | Wrap | Unwrap | InsertClause | DeleteClause | Move | ToggleNot | SetOp | Rename

EDITS: dict[str, type[BlockEdit]] = {
    "setLiteral": SetLiteral, "replaceSlot": ReplaceSlot, "wrap": Wrap, "unwrap": Unwrap, "insertClause": InsertClause,
    "deleteClause": DeleteClause, "move": Move, "toggleNot": ToggleNot, "setOp": SetOp, "rename": Rename,
}  # fmt: skip
"""The name of each edit in JSON."""


def edit_from_json(given: object) -> BlockEdit:
    """The edit of a JSON object such as `{"edit": "setLiteral", "at": "let:n/value", "value": "30"}`. Raises Refused."""
    if not isinstance(given, Mapping):
        raise Refused("not_an_edit", 'An edit is an object such as {"edit": "toggleNot", "at": "when:1/condition"}.')
    kind = EDITS.get(given["edit"]) if isinstance(given.get("edit"), str) else None
    if kind is None:
        raise Refused("not_an_edit", f"`edit` is one of {', '.join(EDITS)}.")
    values: dict[str, str | int] = {}
    known = {field.name: field for field in fields(kind)}
    for name in given:
        if name not in known and name != "edit":
            raise Refused("not_an_edit", f"{given['edit']} has no `{name}`; it has {', '.join(known)}.")
    for name, field in known.items():
        if name not in given:
            if field.default is MISSING:
                raise Refused("not_an_edit", f"{given['edit']} needs `{name}`.")
            continue
        value = given[name]
        wants_number = field.type == "int"
        if wants_number and (not isinstance(value, int) or isinstance(value, bool)):
            raise Refused("not_an_edit", f"`{name}` is a whole number.")
        if not wants_number and not isinstance(value, str):
            if name == "value" and isinstance(value, int | float) and not isinstance(value, bool):
                value = str(int(value)) if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15) else repr(value)
            else:
                raise Refused("not_an_edit", f"`{name}` is a text.")
        assert isinstance(value, str | int)
        values[name] = value
    return kind(**values)  # type: ignore[arg-type]
