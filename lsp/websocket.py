"""Many clients over WebSockets, each a connection of its own: one message is one text frame. Who may connect is the host's to decide."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.exceptions import ConnectionClosed

from lsp.collecting import Collecting
from lsp.host import Host
from lsp.server import Server

LONGEST = 1 << 24
"""A message of more bytes closes its connection."""
MOST_WAITING = 1 << 26
"""So many characters may wait for a client that does not read; then it is disconnected."""


class Socket(Protocol):
    """What a host's WebSocket has to offer."""

    async def send(self, text: str) -> None:
        """Sends one text frame."""

    async def receive(self) -> str | bytes | None:
        """The next frame; None when the client is gone."""


@dataclass(slots=True)
class Outgoing:
    """Frames that wait to be sent, in their order."""

    full: Callable[[], None]
    queue: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)
    size: int = 0
    closed: bool = False

    def write(self, body: bytes) -> None:
        if self.closed:
            return
        text = body.decode()
        self.size += len(text)
        self.queue.put_nowait(text)
        if self.size > MOST_WAITING:
            self.close()
            self.full()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.queue.put_nowait(None)

    async def drain(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Sends what waits until it is closed."""
        while (text := await self.queue.get()) is not None:
            self.size -= len(text)
            await send(text)


async def serve_socket(server: Server, socket: Socket) -> None:
    """Serves one client until it has said exit or is gone. Any host's WebSocket will do; call it once for each."""
    ended = asyncio.Event()
    out = Outgoing(ended.set)
    connection = server.connect(out, ended.set)

    async def read() -> None:
        while (body := await socket.receive()) is not None:
            connection.receive(body)

    sending = asyncio.create_task(out.drain(socket.send))
    tasks = {asyncio.create_task(read()), sending, asyncio.create_task(ended.wait())}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        connection.close()
        await asyncio.wait({sending}, timeout=1)  # what was written before exit; what a host's socket raises is of no more use
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await connection.leave()


@dataclass(frozen=True, slots=True)
class _Websocket:
    """A connection of the `websockets` package as a `Socket`."""

    inner: ServerConnection

    async def send(self, text: str) -> None:
        await self.inner.send(text)

    async def receive(self) -> str | bytes | None:
        try:
            return await self.inner.recv()
        except ConnectionClosed:
            return None


def serve_many(host: Host, port: int, address: str = "127.0.0.1") -> int:
    """Serves any number of clients, on this machine alone if no other address is given, until it is interrupted."""
    server = Server(host, Collecting().touched)
    try:
        asyncio.run(_serve_many(server, port, address))
    finally:
        server.close()
    return 0


async def _serve_many(server: Server, port: int, address: str) -> None:
    async def one(socket: ServerConnection) -> None:
        await serve_socket(server, _Websocket(socket))

    async with listen(one, address, port, max_size=LONGEST) as listening:
        host, number = next(iter(listening.sockets)).getsockname()[:2]
        print(f"The language server listens at ws://{host}:{number}. Ctrl+C ends it.", flush=True)
        try:
            await listening.serve_forever()
        finally:
            await server.deep.close()
