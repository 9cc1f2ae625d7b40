"""What goes between the server and its workers: frames of bytes, each after its length."""

from __future__ import annotations

import asyncio
import os

LENGTH = 4
MOST = 1 << 30


class Broken(Exception):
    """The other side is gone, or has sent what is no frame."""


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(LENGTH, "big") + data


def write_frame(to: int, data: bytes) -> None:
    """Writes a frame to a file descriptor."""
    rest = memoryview(framed(data))
    while rest:
        rest = rest[os.write(to, rest) :]


def read_frame(of: int) -> bytes | None:
    """The next frame of a file descriptor; None if there is no more."""
    head = _read(of, LENGTH)
    return None if head is None else _read(of, int.from_bytes(head, "big"))


def _read(of: int, count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        part = os.read(of, min(count, 1 << 16))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


async def next_frame(stream: asyncio.StreamReader, most: int = MOST) -> bytes:
    """The next frame of a stream. Raises Broken, also for a frame of more than `most` bytes."""
    try:
        count = int.from_bytes(await stream.readexactly(LENGTH), "big")
        if count > most:
            raise Broken(f"a frame of {count} bytes")
        return await stream.readexactly(count)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise Broken("the process has ended") from error
