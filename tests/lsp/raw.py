"""A client of the server's process that is as plain as the protocol: bytes out, messages in, nothing checked or put right on the way."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lsp.editor import PATIENCE_S, ROOT, command

Body = dict[str, Any]


@dataclass
class Raw:
    """A server's process and what it has sent. kept: messages that were asked for by nobody, in the order in which they came."""

    process: asyncio.subprocess.Process
    errors: Path
    kept: list[Body] = field(default_factory=list)
    answers: dict[object, Body] = field(default_factory=dict)
    left: bytes = b""  # of a message that was not whole when the server ended
    refresh: bool = True  # whether requests of the server are answered
    _number: int = 0
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: bool = False

    # ------------------------------------------------------------ out

    def bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def body(self, body: bytes) -> None:
        self.bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def tell(self, method: str, params: object) -> None:
        self.body(json.dumps({"jsonrpc": "2.0", "method": method, "params": params}).encode())

    def ask(self, method: str, params: object) -> int:
        """A request; its answer is waited for with `answer`."""
        self._number += 1
        self.body(json.dumps({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}).encode())
        return self._number

    async def drained(self) -> None:
        assert self.process.stdin is not None
        await self.process.stdin.drain()

    # ------------------------------------------------------------ in

    async def listen(self) -> None:
        assert self.process.stdout is not None
        out = self.process.stdout
        try:
            while True:
                head = await out.readuntil(b"\r\n\r\n")
                length = re.fullmatch(rb"Content-Length: (\d+)\r\n\r\n", head)
                assert length is not None, head
                self.took(json.loads(await out.readexactly(int(length[1]))))
        except asyncio.IncompleteReadError as error:
            self.left = error.partial
        finally:
            self._ended = True
            self._came.set()

    def took(self, message: Body) -> None:
        if "method" not in message:
            assert message["id"] is None or message["id"] not in self.answers, "two answers to one request"
            if message["id"] is None:
                self.kept.append(message)
            else:
                self.answers[message["id"]] = message
        else:
            self.kept.append(message)
            if "id" in message and self.refresh:
                self.body(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": None}).encode())
        self._came.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something holds that a message brings about."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                assert not self._ended, f"the server has ended: {self.said()[-3000:]}"
                self._came.clear()
                await self._came.wait()

    async def answer(self, number: object) -> Body:
        await self.until(lambda: number in self.answers)
        return self.answers.pop(number)

    async def result(self, method: str, params: object) -> Any:
        answer = await self.answer(self.ask(method, params))
        assert "error" not in answer, answer["error"]
        return answer["result"]

    async def initialize(self, encoding: str = "utf-16", **capabilities: object) -> Body:
        general = {"positionEncodings": [encoding]}
        given = await self.result(
            "initialize", {"processId": None, "rootUri": None, "capabilities": {"general": general, **capabilities}}
        )
        self.tell("initialized", {})
        assert given["capabilities"]["positionEncoding"] == encoding
        return dict(given)

    def open(self, uri: str, text: str, version: int = 1) -> None:
        self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "apx", "version": version, "text": text}})

    def change(self, uri: str, version: int, *changes: Body) -> None:
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)})

    def published(self, uri: str) -> list[Body]:
        return [
            m["params"] for m in self.kept if m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri
        ]

    def logged(self) -> list[str]:
        return [m["params"]["message"] for m in self.kept if m.get("method") == "window/logMessage"]

    def said(self) -> str:
        """What was written to its error output."""
        return self.errors.read_text(encoding="utf-8", errors="replace")

    # ------------------------------------------------------------ the end

    async def end(self) -> int:
        """Shuts it down as the protocol says, and gives the exit code."""
        await self.result("shutdown", None)
        self.tell("exit", None)
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)


@asynccontextmanager
async def raw(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[Raw]:
    """A server over its standard input and output. folder: the home of `apx`, and where its error output is kept."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "APX_HOME": str(folder / "home"), **environment}
    errors = folder / "errors"
    with errors.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(arguments or command()), env=env, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=file,
            limit=1 << 26,
        )  # fmt: skip
    client = Raw(process, errors)
    listening = asyncio.create_task(client.listen())
    try:
        yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening
