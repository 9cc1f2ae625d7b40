"""How a session ends, and what does not end it: bytes that stop, a pipe that takes parts, messages that are none, defects on the way to an answer."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from lsp.host import Host
from lsp.server import Server
from lsp.stdio import Frames, Writer
from lsp.websocket import serve_socket
from tests.lsp.raw import raw

pytestmark = pytest.mark.asyncio(loop_scope="function")
URI = "file:///ending/program.apx"
TEXT = 'apx 1\nstrategy "Ending"\ntrade "SPY" every 1d\nlet a = sma(close, 5)\nplot a\n'
PLACE = {"textDocument": {"uri": URI}, "position": {"line": 3, "character": 4}}


async def test_what_was_sent_before_the_input_ended_is_answered_and_the_exit_code_is_that_of_a_shutdown(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        begun = client.ask("initialize", {"capabilities": {}})
        client.open(URI, TEXT)
        hover, end = client.ask("textDocument/hover", PLACE), client.ask("shutdown", None)
        client.tell("exit", None)
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert await asyncio.wait_for(client.process.wait(), 60) == 0
        await asyncio.wait_for(_until_read(client), 60)
        assert set(client.answers) == {begun, hover, end}
        assert "let a" in json.dumps(client.answers[hover]["result"])


async def _until_read(client: Any) -> None:
    while not client._ended:
        client._came.clear()
        await client._came.wait()


async def test_input_that_ends_without_an_exit_is_the_end_with_code_1(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        assert client.process.stdin is not None
        client.process.stdin.close()
        assert await asyncio.wait_for(client.process.wait(), 60) == 1


ODD = (
    b"", b"[]", b"null", b'"x"', b"\xff", b'{"id": 1, "method": "shutdown"}', b'[{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}]',
    b'{"jsonrpc": "2.0", "id": [1], "method": "shutdown"}', b'{"jsonrpc": "2.0", "id": {}, "method": "shutdown"}',
    b'{"jsonrpc": "2.0", "id": true, "method": "shutdown"}', b'{"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"}',
    b'{"jsonrpc": "2.0", "id": 1, "method": 5}', b'{"jsonrpc": "2.0", "id": [], "result": 5}',
)  # fmt: skip
"""Bodies that are no messages."""
LOST = (
    {"id": "nobody asked", "result": 5}, {"id": None, "error": {"code": 1, "message": "?"}}, {"method": "exit?"}, {},
    {"method": "$/cancelRequest", "params": {"id": []}}, {"method": "window/workDoneProgress/cancel", "params": {"token": "?"}},
    {"method": "workspace/didChangeWorkspaceFolders", "params": {"event": {"added": [{"uri": "file://[x"}], "removed": [7]}}},
    {"method": "workspace/didChangeWatchedFiles", "params": {"changes": [{"uri": "file:///%00.apx"}, {"uri": "file://[x"}]}},
    {"method": "textDocument/didOpen", "params": {"textDocument": {"uri": 5}}}, {"method": "textDocument/didChange", "params": []},
)  # fmt: skip
"""Messages that mean nothing."""
URIS = (
    "untitled:Untitled-1", "untitled://[x", "file:///c%3A/Users/me/a.apx", "file:///a%20b%25c%C3%A9.apx", "file:///", "", "a",
    "file:///tmp/\0.apx", "file:///tmp/\ud800.apx", "file:///" + "a" * 5000 + ".apx",
)  # fmt: skip


async def test_messages_that_are_none_are_refused_and_the_session_goes_on(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        client.open(URI, TEXT)
        for body in ODD:
            client.body(body)
        await client.until(lambda: sum(m.get("id", 0) is None for m in client.kept) == len(ODD))
        for message in LOST:
            client.body(json.dumps({"jsonrpc": "2.0", **message}).encode())
        assert (await client.answer(client.ask("apx/inlineValues", {"textDocument": {"uri": URI}})))["error"]["code"] == -32602
        assert (await client.result("apx/documentText", {"textDocument": {"uri": URI}}))["text"] == TEXT
        assert not [text for text in client.logged() if "defect" in text]
        assert await client.end() == 0


async def test_documents_of_any_uri_are_answered_about_without_a_defect(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        for uri in URIS:
            client.open(uri, TEXT.replace("sma", "smaa").replace("\n", '\nuse "shelf" version 1\n', 1))
            await client.until(lambda uri=uri: bool(client.published(uri)))  # type: ignore[misc]
            assert [one["code"] for one in client.published(uri)[-1]["diagnostics"]] == ["E0220"]
            about = {
                "textDocument": {"uri": uri},
                "position": {"line": 4, "character": 4},
                "context": {"includeDeclaration": True},
            }
            assert await client.result("textDocument/references", about)
            assert (await client.result("workspace/executeCommand", {"command": "apx.backtest", "arguments": [uri]}))["error"]
            client.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
            client.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
            client.change(uri, 2, {"text": "too late"})
        assert await client.end() == 0
        assert not [text for text in client.logged() if "defect" in text]


async def test_a_refused_rename_leaves_no_trace_of_python_in_the_error_output(tmp_path: Path) -> None:
    async with raw(tmp_path) as client:
        await client.initialize()
        client.open(URI, TEXT)
        answer = await client.answer(client.ask("textDocument/rename", {**PLACE, "newName": "No Name"}))
        assert "is no name" in answer["error"]["message"]
        assert (await client.answer(client.ask("textDocument/hover", {"position": 5})))["error"]["code"] == -32602
        assert await client.end() == 0
    assert "Traceback" not in client.said()


class Out:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    def write(self, body: bytes) -> None:
        self.sent.append(json.loads(body))

    def close(self) -> None:
        pass


async def test_a_defect_in_what_is_answered_on_its_json_is_kept_and_answered(tmp_path: Path) -> None:
    out = Out()
    connection = Server(Host("0", tmp_path)).connect(out, lambda: None)

    def broken(params: object) -> object:
        raise KeyError("broken")

    connection.session.initialized = True
    connection.requests = {"textDocument/diagnostic": broken}
    connection.receive(b'{"jsonrpc": "2.0", "id": 1, "method": "textDocument/diagnostic", "params": {}}')
    while connection.inbox.waiting or not any(m.get("id") == 1 for m in out.sent):
        await asyncio.sleep(0)
    (answer,) = (m for m in out.sent if m.get("id") == 1)
    assert answer["error"]["code"] == -32603
    assert "broken" in next((tmp_path / "defects").iterdir()).read_text()
    connection.close()


async def test_a_message_is_written_whole_to_a_pipe_that_does_not_wait() -> None:
    out, into = os.pipe()
    os.set_blocking(into, False)
    message = b"x" * 1_000_000
    read = bytearray()

    def slowly() -> None:
        while data := os.read(out, 1 << 14):
            read.extend(data)

    reader = threading.Thread(target=slowly)
    reader.start()
    with FileIO(into, "wb") as file:
        writer = Writer(file)
        await asyncio.to_thread(writer.write, message)
        assert not writer.gone
    reader.join(60)
    os.close(out)
    assert list(Frames().feed(bytes(read))) == [message]


class Broken:
    """A host's WebSocket that fails in its own way when the client is gone."""

    def __init__(self) -> None:
        self.reading: asyncio.Task[Any] | None = None

    async def send(self, text: str) -> None:
        raise RuntimeError("the host's own error")

    async def receive(self) -> str | bytes | None:
        self.reading = asyncio.current_task()
        if self.reading is not None and not getattr(self, "told", False):
            self.told = True
            return '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}}'
        await asyncio.Event().wait()
        return None


async def test_a_socket_that_fails_in_its_own_way_leaves_nothing_running(tmp_path: Path) -> None:
    server, socket = Server(Host("0", tmp_path)), Broken()
    await asyncio.wait_for(serve_socket(server, socket), 60)
    assert not server.connections
    assert socket.reading is not None
    assert socket.reading.done()
