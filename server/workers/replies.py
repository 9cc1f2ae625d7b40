"""What a worker says of a job, as values and as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ready", "done", "refused", "memory", "large", "defect"]
"""ready: it is warm. done: `body` is the answer. refused: `body` is why, as JSON with a `code`. memory: it took too much. large: the answer
is too long to be sent. defect: `body` is the traceback of a mistake of ours."""

_LETTERS: dict[Kind, bytes] = {"ready": b"W", "done": b"D", "refused": b"R", "memory": b"M", "large": b"L", "defect": b"X"}
_KINDS: dict[bytes, Kind] = {letter: kind for kind, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Reply:
    """last: the process ends after this reply."""

    kind: Kind
    body: bytes = b""
    last: bool = False


def packed(reply: Reply) -> bytes:
    return _LETTERS[reply.kind] + (b"-" if reply.last else b"+") + reply.body


def unpacked(data: bytes) -> Reply:
    kind = _KINDS.get(data[:1])
    if kind is None:
        raise ValueError("no reply of a worker")
    return Reply(kind, data[2:], data[1:2] == b"-")
