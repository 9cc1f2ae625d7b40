"""What the server asks of a worker, as a value and as bytes; and why a worker refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Job:
    """work: its name (server/language/work.py). body: what is asked, as JSON. seconds: the process ends itself if it takes longer."""

    work: str
    body: bytes
    seconds: int

    def packed(self) -> bytes:
        return self.seconds.to_bytes(_SECONDS, "big") + self.work.encode() + b"\n" + self.body

    @staticmethod
    def unpacked(data: bytes) -> Job:
        work, _, body = data[_SECONDS:].partition(b"\n")
        return Job(work.decode(), body, int.from_bytes(data[:_SECONDS], "big"))


@dataclass(slots=True)
class Refused(Exception):
    """What is asked can't be done. `code`: of a problem (server/problems.py); `more`: further members of it, as JSON."""

    code: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.detail
