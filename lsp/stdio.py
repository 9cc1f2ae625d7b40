"""One client over the standard input and output: messages with the header `Content-Length`."""

from __future__ import annotations

import asyncio
import os
import re
import select
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from typing import TYPE_CHECKING

from lsp.host import Host

if TYPE_CHECKING:
    from lsp.server import Server

LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*([0-9]+)[ \t]*$", re.IGNORECASE | re.MULTILINE)
LONGEST = 1 << 28
"""More bytes than this are no message."""


class FramingError(Exception):
    """The bytes are not framed as messages: where the next one begins can't be known."""


@dataclass(slots=True)
class Frames:
    """Cuts a stream of bytes into messages, however the bytes come."""

    _bytes: bytearray = field(default_factory=bytearray)
    _wanted: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now. Raises FramingError."""
        self._bytes += data
        while True:
            if self._wanted is None:
                end = self._bytes.find(b"\r\n\r\n")
                if end < 0:
                    if len(self._bytes) > 1 << 16:
                        raise FramingError("there is no header `Content-Length`")
                    return
                header = LENGTH.search(bytes(self._bytes[:end].replace(b"\r\n", b"\n")))
                if header is None or int(header[1]) > LONGEST:
                    raise FramingError(
                        "a header without a `Content-Length` that can be"
                        if header is None
                        else f"a message of {int(header[1])} bytes"
                    )
                self._wanted = int(header[1])
                del self._bytes[: end + 4]
            if len(self._bytes) < self._wanted:
                return
            message = bytes(self._bytes[: self._wanted])
            del self._bytes[: self._wanted]
            self._wanted = None
            yield message


def framed(body: bytes) -> bytes:
    """A message with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


@dataclass(slots=True)
class Writer:
    """Writes messages whole to a file that may take them in parts. After the client has gone they go nowhere."""

    file: FileIO
    gone: bool = False

    def write(self, body: bytes) -> None:
        rest = memoryview(framed(body))
        try:
            while rest and not self.gone:
                taken = self.file.write(rest)
                if taken is None:  # a client's pipe that does not wait, and is full
                    select.select((), (self.file,), ())
                rest = rest[taken or 0 :]
        except (OSError, ValueError):
            self.gone = True

    def close(self) -> None:
        self.gone = True


def serve(host: Host) -> int:
    """Serves until the client says exit or is gone. Returns the exit code of the protocol: 0 after a shutdown, else 1."""
    from lsp.collecting import Collecting
    from lsp.server import Server

    # Whatever prints goes to the error output: one stray line between two messages would end the session.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    sys.stdout.flush()
    os.dup2(2, 1)
    server = Server(host, Collecting().touched)
    try:
        return asyncio.run(_serve(server, out))
    finally:
        server.close()


async def _serve(server: Server, out: FileIO) -> int:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    connection = server.connect(Writer(out), ended.set)

    def read() -> None:
        frames, why = Frames(), ""
        try:
            while data := os.read(0, 1 << 16):
                for body in frames.feed(data):
                    loop.call_soon_threadsafe(connection.receive, body)
        except FramingError as error:
            why = f"The client's bytes are no messages: {error}."
        except OSError as error:
            why = f"The input can't be read: {error.strerror or error}."
        except RuntimeError:  # the loop is closed: the session has ended
            return
        if why:
            print(f"apx lsp: {why}", file=sys.stderr, flush=True)
        if not loop.is_closed():
            loop.call_soon_threadsafe(connection.end)

    threading.Thread(target=read, name="input", daemon=True).start()
    try:
        await ended.wait()
    finally:
        await connection.leave()
        await server.deep.close()
    return connection.exit_code
