"""The block edits as JSON: the same ten, with the same members, as compiler/blocks/edits.py has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

Id = Annotated[str, Field(description="the id of a block", examples=["when:1/condition"], max_length=10_000)]
Index = Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)]


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SetLiteral(_Edit):
    """Another value for a number, a length of time, a truth or a text. A number without a unit keeps the unit it had; a text is given without quotes."""

    edit: Literal["setLiteral"]
    at: Id
    value: StrictStr | StrictInt | Annotated[StrictFloat, Field(allow_inf_nan=False)]


class ReplaceSlot(_Edit):
    """Other text in the place of a block, with what stands in it."""

    edit: Literal["replaceSlot"]
    at: Id
    text: str


class Wrap(_Edit):
    """An expression becomes a part of another, in whose text `?` stands for it."""

    edit: Literal["wrap"]
    at: Id
    text: str


class Unwrap(_Edit):
    """An expression gives way to a part of it."""

    edit: Literal["unwrap"]
    at: Id
    keep: Id


class InsertClause(_Edit):
    """A new item in a list, or what was left out. `at` is the block that has the slot, '' for the file."""

    edit: Literal["insertClause"]
    at: Id
    slot: str
    text: str
    index: Index = 0


class DeleteClause(_Edit):
    """An item of a list, or what may be left out, goes."""

    edit: Literal["deleteClause"]
    at: Id


class Move(_Edit):
    """An item goes to another place of its list or of another one. `index` counts without the item itself."""

    edit: Literal["move"]
    at: Id
    to: Id
    slot: str
    index: Index


class ToggleNot(_Edit):
    """`not` before a condition, or away from it."""

    edit: Literal["toggleNot"]
    at: Id


class SetOp(_Edit):
    """Another operator or word of the same family."""

    edit: Literal["setOp"]
    at: Id
    op: str


class Rename(_Edit):
    """Another name, wherever it is used."""

    edit: Literal["rename"]
    at: Id
    name: str


BlockEdit = Annotated[
    SetLiteral | ReplaceSlot | Wrap | Unwrap | InsertClause | DeleteClause | Move | ToggleNot | SetOp | Rename,
    Field(discriminator="edit"),
]
