"""Two clients of one server over WebSockets, with the same uris, the same ids and other texts: each gets its own and nothing else, also when the other is cut off."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.lsp.editor import PATIENCE_S, ROOT, command

pytestmark = pytest.mark.asyncio(loop_scope="function")
MESSAGES = int(os.environ.get("LSP_MESSAGES", "1000"))
MOST_OPEN = 8
"""A client waits for an answer when so many are missing."""
URIS = tuple(f"file:///tenants/program_{n}.apx" for n in range(3))
CANCELLED = -32800


@dataclass
class Tenant:
    """A client. mark: in every name of its texts, and in none of the other's. Its versions count from `first` by two, so that they are its own too."""

    mark: str
    first: int
    others: tuple[str, ...]
    chance: random.Random
    socket: ClientConnection
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    asked: dict[int, str] = field(default_factory=dict)  # by id: the method of what is not answered yet
    cancelled: set[int] = field(default_factory=set)
    sent: int = 0
    got: Counter[str] = field(default_factory=Counter)
    marked: Counter[str] = field(default_factory=Counter)  # answers and publishes that say the mark
    wrong: list[str] = field(default_factory=list)
    published: dict[str, list[int]] = field(default_factory=dict)
    last: dict[str, list[str]] = field(default_factory=dict)  # the messages of the newest publish of each document
    _number: int = 0
    _ended: bool = False
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    # ------------------------------------------------------------ out

    async def send(self, method: str, params: dict[str, Any], asks: bool = False) -> int:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if asks:
            self._number += 1
            message["id"] = self._number
            self.asked[self._number] = method
        self.sent += 1
        await self.socket.send(json.dumps(message))
        return self._number

    async def ask(self, method: str, params: dict[str, Any]) -> int:
        while len(self.asked) >= MOST_OPEN:
            self._room.clear()
            await asyncio.wait_for(self._room.wait(), PATIENCE_S)
        return await self.send(method, params, asks=True)

    async def begin(self) -> None:
        capabilities = {
            "textDocument": {"hover": {"contentFormat": ["markdown"]}, "publishDiagnostics": {"versionSupport": True}}
        }
        await self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        await self.answered()
        await self.send("initialized", {})
        for uri in URIS:
            self.texts[uri], self.versions[uri] = self.program(3), self.first
            item = {"uri": uri, "languageId": "apx", "version": self.first, "text": self.texts[uri]}
            await self.send("textDocument/didOpen", {"textDocument": item})

    def program(self, lines: int) -> str:
        names = [f"{self.mark}_{self.chance.randrange(10**6)}" for _ in range(lines)]
        values = "".join(f"let {name} = sma(close, {self.chance.randrange(2, 99)})\n" for name in names)
        wrong = f"let {self.mark}_wrong = smaa({self.mark}_nowhere, 5)\n"
        return f'apx 1\nstrategy "{self.mark}"\ntrade "SPY" every 1d\n{values}{wrong}plot {", ".join(names)}\n'

    async def step(self) -> None:
        """One message, of a kind by chance."""
        uri = self.chance.choice(URIS)
        document = {"uri": uri}
        lines = self.texts[uri].split("\n")
        line = next(n for n, text in enumerate(lines) if text.startswith(f"let {self.mark}"))
        at = {"textDocument": document, "position": {"line": line, "character": 6}}
        match self.chance.choices(range(11), (40, 14, 12, 2, 6, 5, 5, 4, 3, 4, 3))[0]:
            case 0:
                await self.edit(uri, lines)
            case 1:
                await self.ask("textDocument/hover", at)
            case 2:
                plotted = next(n for n, text in enumerate(lines) if text.startswith("plot "))
                place = {"line": plotted, "character": len("plot ")}
                await self.ask("textDocument/completion", {"textDocument": document, "position": place})
            case 3:
                wrong = next(n for n, text in enumerate(lines) if "nowhere" in text)
                where = {"start": {"line": wrong, "character": 0}, "end": {"line": wrong, "character": len(lines[wrong])}}
                await self.ask(
                    "textDocument/codeAction", {"textDocument": document, "range": where, "context": {"diagnostics": []}}
                )
            case 4:
                await self.ask("textDocument/documentSymbol", {"textDocument": document})
            case 5:
                await self.ask("textDocument/references", {**at, "context": {"includeDeclaration": True}})
            case 6:
                await self.ask("workspace/symbol", {"query": "_"})
            case 7:
                await self.ask("textDocument/semanticTokens/full", {"textDocument": document})
            case 8:
                await self.ask("textDocument/rename", {**at, "newName": f"{self.mark}_renamed"})
            case 9:
                number = await self.ask("textDocument/hover", at)
                self.cancelled.add(number)
                await self.send("$/cancelRequest", {"id": number})
            case 10:
                self.texts[uri] = self.program(self.chance.randrange(2, 7))
                await self.changed(uri, [{"text": self.texts[uri]}])

    async def edit(self, uri: str, lines: list[str]) -> None:
        """A line more, before another."""
        at = self.chance.randrange(3, len(lines) - 1)
        line = f"let {self.mark}_{self.chance.randrange(10**6)} = ema(close, 9)\n" if len(lines) < 30 else f"# {self.mark}\n"
        self.texts[uri] = "\n".join([*lines[:at], line[:-1], *lines[at:]])
        place = {"line": at, "character": 0}
        await self.changed(uri, [{"range": {"start": place, "end": place}, "text": line}])

    async def changed(self, uri: str, changes: list[dict[str, Any]]) -> None:
        self.versions[uri] += 2
        document = {"uri": uri, "version": self.versions[uri]}
        await self.send("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    # ------------------------------------------------------------ in

    async def listen(self) -> None:
        """Everything that comes, until the socket ends."""
        with suppress(ConnectionClosed):
            async for text in self.socket:
                self.take(str(text))
        self._ended = True
        self._room.set()

    def take(self, text: str) -> None:
        message = json.loads(text)
        method = message.get("method")
        self.expect(not any(other in text for other in self.others), f"another's: {text[:300]}")
        if method == "textDocument/publishDiagnostics":
            self.published_was(message["params"], text)
        elif method is None:
            self.answer_was(message, text)
        else:
            self.got[method] += 1
            self.expect(method == "window/logMessage", f"not asked for: {text[:300]}")
            self.expect("defect" not in text.lower(), f"a defect: {text[:600]}")
        self._room.set()

    def published_was(self, params: dict[str, Any], text: str) -> None:
        uri, version = params["uri"], params.get("version")
        self.got["publish"] += 1
        self.marked["publish"] += self.mark in text
        self.expect(uri in self.versions and version is not None, f"a document of none: {text[:200]}")
        own = version % 2 == self.first % 2 and version <= self.versions[uri]
        self.expect(own, f"version {version} of {uri}, which is at {self.versions[uri]}")
        before = self.published.setdefault(uri, [])
        self.expect(not before or version >= before[-1], f"version {version} after {before[-1:]}")
        before.append(version)
        self.last[uri] = [d["message"] for d in params["diagnostics"]]
        known = [d for d in params["diagnostics"] if "nowhere" in d["message"]]
        self.expect(bool(known), f"the mistake that is there is not among {self.last[uri]}")

    def answer_was(self, message: dict[str, Any], text: str) -> None:
        number = message["id"]
        if not self.expect(number in self.asked, f"an answer to nothing: {text[:200]}"):
            return
        method = self.asked.pop(number)
        self.got[method] += 1
        if "error" in message:
            told = message["error"]["code"] == CANCELLED and number in self.cancelled
            self.expect(told, f"{method}: {text[:300]}")
            self.got["cancelled"] += told
            return
        result = json.dumps(message["result"])
        self.marked[method] += self.mark in result
        for other in re.findall(r"file:[^\"]*", result):
            self.expect(other in URIS, f"{method} names {other}")
        if method in ("textDocument/documentSymbol", "workspace/symbol", "textDocument/completion", "textDocument/rename"):
            self.expect(self.mark in result, f"{method} says nothing of its own: {result[:200]}")
        if method in ("textDocument/references", "textDocument/semanticTokens/full"):
            self.expect(bool(message["result"]), f"{method} gives nothing")
        if method == "textDocument/codeAction":  # what could not be compiled in the time there is is not offered
            self.got["correction"] += "Change to `sma`" in result

    def expect(self, holds: bool, what: str) -> bool:
        if not holds:
            self.wrong.append(what)
        return holds

    # ------------------------------------------------------------ its end

    async def answered(self) -> None:
        """Waits until nothing is missing any more."""
        async with asyncio.timeout(PATIENCE_S):
            while self.asked and not self._ended:
                self._room.clear()
                await self._room.wait()

    async def settled(self) -> None:
        """Waits until the newest version of each document is published, with the mistake that is in it."""
        await self.answered()
        async with asyncio.timeout(PATIENCE_S):
            while any(self.published.get(uri, [0])[-1] != version for uri, version in self.versions.items()):
                self._room.clear()
                await self._room.wait()

    async def leave(self) -> None:
        await self.send("shutdown", {}, asks=True)
        await self.answered()
        await self.send("exit", {})


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A server of its own, and its address."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "APX_HOME": str(folder / "home")}
    with (folder / "errors").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *command("--ws", "0"), env=env, stdout=asyncio.subprocess.PIPE, stderr=errors
        )
        try:
            assert process.stdout is not None
            line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)).decode()
            found = re.search(r"ws://[\d.]+:\d+", line)
            assert found, line
            yield found[0], process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@asynccontextmanager
async def tenant(address: str, mark: str, first: int, *others: str) -> AsyncIterator[Tenant]:
    async with connect(address, compression=None, max_size=None) as socket:
        one = Tenant(mark, first, others, random.Random(mark), socket)
        listening = asyncio.create_task(one.listen())
        try:
            await one.begin()
            yield one
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def work(one: Tenant, messages: int) -> None:
    end = one.sent + messages
    while one.sent < end:
        await one.step()
        if one.chance.random() < 0.2:
            await asyncio.sleep(0)  # the other has its turn


async def until_asked(one: Tenant) -> None:
    for _ in range(100):
        await one.ask("textDocument/hover", {"textDocument": {"uri": URIS[0]}, "position": {"line": 1, "character": 2}})
        if one.asked:
            return
    raise AssertionError("the server answers before it is asked")


def undisturbed(folder: Path) -> None:
    """Nothing failed inside the server."""
    errors = (folder / "errors").read_text()
    assert "Traceback" not in errors, errors[-3000:]
    assert "defect" not in errors, errors[-3000:]
    assert not list(folder.glob("home/defects/*"))


async def test_two_tenants_get_their_own_and_one_that_is_cut_off_leaves_the_other(tmp_path: Path) -> None:
    share = MESSAGES // 4
    async with served(tmp_path) as (address, process):
        async with tenant(address, "alpha", 1, "omega", "third") as alpha, tenant(address, "omega", 2, "alpha", "third") as omega:
            await asyncio.gather(work(alpha, share), work(omega, share))
            going_on = asyncio.create_task(work(alpha, share))
            await work(omega, share // 2)
            await until_asked(omega)
            omega.socket.transport.abort()  # in the middle of its work, with answers to it under way
            await going_on
            await work(alpha, MESSAGES - alpha.sent - omega.sent)
            await alpha.settled()
            async with tenant(address, "third", 1, "alpha", "omega") as third:  # comes to where the one that is gone was
                await work(third, 60)
                await third.settled()
                await third.leave()
                await asyncio.wait_for(third.socket.wait_closed(), PATIENCE_S)
            await alpha.settled()
            await alpha.leave()
        assert process.returncode is None
    told = {one.mark: dict(one.got) for one in (alpha, omega, third)}
    print(f"{alpha.sent + omega.sent} messages of two tenants ({alpha.sent} and {omega.sent}); came: {told}")
    assert [one.wrong for one in (alpha, omega, third)] == [[], [], []]
    assert alpha.sent + omega.sent >= MESSAGES
    assert min(alpha.got["publish"], omega.got["publish"]) > 0
    assert alpha.got["correction"] > 0
    for method in ("publish", "textDocument/hover", "textDocument/completion", "textDocument/rename", "workspace/symbol"):
        assert alpha.marked[method] > 0, method
        assert omega.marked[method] > 0, method
    undisturbed(tmp_path)
