"""The block tree as JSON: as answers give it, and as builders hand it back."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, FailFast, Field

Offset = Annotated[int, Field(strict=True, ge=0, description="in UTF-16 units from the beginning of the text")]


class SpanOf(BaseModel):
    model_config = ConfigDict(extra="forbid")

    start: Offset
    end: Offset


class CommentOf(BaseModel):
    """A comment with its `#`. own_line: it stands above the block, not behind or in one of its lines."""

    model_config = ConfigDict(extra="forbid")

    text: str
    span: SpanOf
    own_line: bool


class TextEdit(BaseModel):
    """Other text in the place of a part of the text."""

    model_config = ConfigDict(extra="forbid")

    span: SpanOf
    text: str


class TreeLabel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    span: SpanOf
    text: str


class TreeFix(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    safe: bool
    edits: list[TextEdit]


class TreeDiagnostic(BaseModel):
    """A diagnostic at its block. Places are offsets."""

    model_config = ConfigDict(extra="forbid")

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str
    span: SpanOf
    labels: list[TreeLabel]
    fixes: list[TreeFix]


class AcceptsOf(BaseModel):
    """What a slot takes. unit: '' where any will do. constant: fixed before the run."""

    model_config = ConfigDict(extra="forbid")

    form: str
    kind: str
    unit: str
    constant: bool


class Slot(BaseModel):
    """A place in a block, with the blocks in it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    accepts: AcceptsOf
    level: int
    many: bool
    optional: bool
    inserts: bool
    blocks: list[Block]


class Block(BaseModel):
    """A block: its text, what it is, what it says in plain English, and the slots in it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    span: SpanOf
    outer: SpanOf
    name: str
    value: str
    op: str
    operators: list[str]
    type: str
    unit: str
    level: int
    doc: str
    comments: list[CommentOf]
    sentence: str
    slots: list[Slot]
    diagnostics: list[TreeDiagnostic]


class BlockTree(BaseModel):
    """A program as blocks. `source` is its text, to which all offsets belong."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1]
    offsets: Literal["utf-16"]
    source: str
    slots: list[Slot]
    comments: list[CommentOf]
    diagnostics: list[TreeDiagnostic]


# ---------------------------------------------------------------- as it comes back


NotRead = Annotated[Any, Field(default=None, description="not read")]

T = TypeVar("T")
Listed = Annotated[list[T], FailFast()]
"""A list of which the first wrong entry is named: a body has room for hundreds of thousands of them."""


class BuilderSlot(BaseModel):
    """Of a slot its name and its blocks are read."""

    model_config = ConfigDict(extra="forbid")

    name: str
    blocks: Listed[BuilderBlock]
    accepts: NotRead = None
    level: NotRead = None
    many: NotRead = None
    optional: NotRead = None
    inserts: NotRead = None


class BuilderBlock(BaseModel):
    """Of a block what follows from the text alone is read, and may be left out; what checking found of it is not read."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str | None = None
    span: SpanOf | None = None
    outer: SpanOf | None = None
    name: str | None = None
    value: str | None = None
    op: str | None = None
    doc: str | None = None
    comments: list[CommentOf] | None = None
    slots: Listed[BuilderSlot] = Field(default_factory=list)
    operators: NotRead = None
    type: NotRead = None
    unit: NotRead = None
    level: NotRead = None
    sentence: NotRead = None
    diagnostics: NotRead = None


class BuilderTree(BaseModel):
    """A block tree as the server gave it. `source` is the truth; a tree that is not that of its text is refused."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1]
    offsets: Literal["utf-16"]
    source: str
    slots: Listed[BuilderSlot]
    comments: list[CommentOf] | None = None
    diagnostics: NotRead = None
