"""What the routes of the language take, as typed models. Unknown members are refused."""

from __future__ import annotations

import hashlib
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from compiler.base_clock import read_every
from server.language.edits import BlockEdit
from server.language.trees import BuilderTree

GOLDEN = (
    'apx 1\n\nstrategy "Golden cross"\n\ntrade "AAPL" every 1d\n\ninput fast = 50 bars in 2 .. 100 "Fast average"\n\nsettings\n  commission 0.1%\n\n'
    "when sma(close, fast) crosses above sma(close, 200)\n  buy 50% of equity\n\nwhen sma(close, fast) crosses below sma(close, 200)\n"
    "  exit position\n"
)
"""A program for examples."""

SMALL = "apx 1\nlet x = 1\n"

MOST_LIBRARIES = 50
MOST_EDITS = 100

Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LibrarySent(Asked):
    """The text of a library that the program uses. What it is called and its version stand in its own first lines."""

    text: str
    name: str = Field(default="", max_length=200, description="under which messages show it; from its title if empty")


class Pinned(Asked):
    """What the text of a library has to be, as `apx lock` writes it."""

    title: str
    version: int = Field(ge=1, le=1_000_000_000)
    sha256: Sha256


class LimitsAsked(Asked):
    """A program beyond these has an error that names its dearest expression."""

    most_cost: float | None = Field(default=None, gt=0, le=1e12, allow_inf_nan=False, description="steps a bar, as declared")
    most_state: int | None = Field(default=None, gt=0, le=10**12, description="bytes kept from bar to bar")


class ProgramAsked(Asked):
    """A program as its text, or as a builder's tree with the text in it; and edits to make first."""

    source: str | None = Field(default=None, description="the text of the program")
    tree: BuilderTree | None = Field(default=None, description="instead: a block tree as this server gave it")
    edits: list[BlockEdit] = Field(
        default_factory=list,
        max_length=MOST_EDITS,
        description="block edits that are made first, each on what the one before gave",
    )
    name: str = Field(default="<text>", max_length=200, description="what diagnostics call the text")
    libraries: list[LibrarySent] = Field(default_factory=list, max_length=MOST_LIBRARIES, description="those that `use` finds")
    lock: list[Pinned] | None = Field(
        None, max_length=MOST_LIBRARIES, description="the libraries' contents, where they are pinned"
    )
    limits: LimitsAsked = LimitsAsked()
    every: str = Field(
        default="", max_length=20, description="how long the bars are, such as `15m`, in place of what the `trade` line says"
    )

    @field_validator("every")
    @classmethod
    def a_length_of_bars(cls, text: str) -> str:
        if text:
            read_every(text)  # raises a ValueError that says what is one
        return text

    @model_validator(mode="after")
    def one_text(self) -> Self:
        if (self.source is None) == (self.tree is None):
            raise ValueError("a program is given as `source` or as `tree`, one of them")
        return self

    @property
    def text(self) -> str:
        if self.tree is not None:
            return self.tree.source
        assert self.source is not None
        return self.source


class CompileAsked(ProgramAsked):
    model_config = ConfigDict(json_schema_extra={"examples": [{"source": GOLDEN}]})


class ValidateAsked(ProgramAsked):
    run_tests: bool = Field(default=True, description="whether the program's `test` blocks are run")
    blocks: bool = Field(default=False, description="whether the block tree is given, too")

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": GOLDEN, "blocks": True}]})


class FormatAsked(Asked):
    source: str

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": "apx 1\nlet   x=close\n"}]})


class EditAsked(Asked):
    """A block edit. `source_hash` says which text its ids are of; if that is not `source`, the edit is refused as stale."""

    source: str
    source_hash: Sha256 = Field(description="SHA-256 of the text, in UTF-8, whose blocks the edit names")
    edit: BlockEdit

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source": SMALL,
                    "source_hash": hashlib.sha256(SMALL.encode()).hexdigest(),
                    "edit": {"edit": "setLiteral", "at": "let:x/value", "value": "2"},
                }
            ]
        }
    )


class CatalogueAsked(Asked):
    """Of the server itself, not by a route: the programs to start from."""

    examples: dict[str, str]
