"""What a coordinator sends: a sweep, and the message of one of its shards. JSON, checked where it comes in."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from runtime.sweep.space import MOST, Numbers

Value = float | bool | str
LEAST_SHARD = 16
SHARDS = 64
"""A sweep is cut into about so many, however many workers there are, so that they all end at about the same time."""
SHARD_BARS = 400_000_000
"""Bars of runs that a shard has at most: some seconds of work."""


MOST_COMBINATIONS = 1 << 24
"""Of a shard: a message that asks for more is none of ours."""
Run = tuple[Annotated[int, Field(ge=0, lt=MOST)], Annotated[int, Field(ge=1, le=MOST_COMBINATIONS)]]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class LibrarySent(_Model):
    name: str
    text: str


class VenueSent(_Model):
    """A profile of costs and facts, as its file says it: the file is elsewhere."""

    name: str
    text: str


class AxisSent(_Model):
    name: str
    values: tuple[Value, ...]


class Job(_Model):
    """A sweep. build: of those who may run it. bars, detail: SHA-256 of packed bars. numbers: SHA-256 of the combinations' numbers, count of
    them. shards: in so many it is cut. The id follows from all of it, so that the same sweep, asked for again, goes on where it was."""

    build: str
    text: str
    every: str
    program: str
    libraries: tuple[LibrarySent, ...]
    axes: tuple[AxisSent, ...]
    fixed: dict[str, Value]
    settings: dict[str, int | float | str | None]
    tick: float | None
    lot: float | None
    multiplier: float | None
    venue: VenueSent | None = None
    bars: str
    detail: str | None
    numbers: str
    count: int = Field(ge=0)
    shards: int = Field(ge=1)

    @property
    def id(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:32]


class ShardAsked(_Model):
    """The message of one shard. runs: its combinations, as first number and how many follow in steps of one."""

    job: str = Field(pattern="^[0-9a-f]{32}$")
    build: str
    shard: int = Field(ge=0)
    runs: tuple[Run, ...]

    @model_validator(mode="after")
    def bounded(self) -> ShardAsked:
        if sum(count for _, count in self.runs) > MOST_COMBINATIONS:
            raise ValueError(f"a shard has {MOST_COMBINATIONS:,} combinations at most")
        return self


def shard_count(count: int, bars: int) -> int:
    """In how many shards a sweep is cut: the same whoever asks, since shards are known by their place."""
    return max(1, min(count // LEAST_SHARD, max(SHARDS, -(-count * bars // SHARD_BARS), -(-count // MOST_COMBINATIONS))))


def runs_of(numbers: Numbers) -> tuple[tuple[int, int], ...]:
    """Numbers in order as runs that follow each other in steps of one."""
    edges = [0, *(np.flatnonzero(np.diff(numbers) != 1) + 1).tolist(), len(numbers)]
    return tuple((int(numbers[a]), b - a) for a, b in itertools.pairwise(edges) if b > a)


def numbers_of(runs: Sequence[tuple[int, int]]) -> Numbers:
    if not runs:
        return np.empty(0, dtype=np.int64)
    return np.concatenate([np.arange(first, first + count, dtype=np.int64) for first, count in runs])
