"""An editor as a language server sees it: JSON-RPC over the server's standard input and output, in one thread, each message with the time it came."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "signatureHelp": {"signatureInformation": {"documentationFormat": ["markdown"]}},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
    "window": {"workDoneProgress": True},
}


class Silent(RuntimeError):
    """A server that did not answer, with what it said on its error output."""


@dataclass(slots=True)
class Message:
    at: float
    body: dict[str, Any]


@dataclass(slots=True)
class Editor:
    """One server's process, what it offers, and what came from it."""

    command: Sequence[str]
    folder: Path
    language: str
    begun: float = 0.0
    received: list[Message] = field(default_factory=list)
    offers: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _data: bytes = b""
    _number: int = 0
    _log: Any = None

    def __enter__(self) -> Editor:
        self._log = (self.folder / "said.txt").open("wb")
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            list(self.command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, cwd=self.folder
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        try:
            self.request("shutdown", None, 5)
            self.notify("exit", None)
            self.process.wait(5)
        except (Silent, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._log):
            stream.close()

    # ------------------------------------------------------------ messages

    def send(self, body: dict[str, Any]) -> float:
        assert self.process is not None
        assert self.process.stdin is not None
        data = json.dumps({"jsonrpc": "2.0", **body}).encode()
        at = time.perf_counter()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self.process.stdin.flush()
        return at

    def notify(self, method: str, params: Any) -> float:
        return self.send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> int:
        """Sends a request without waiting; its number."""
        self._number += 1
        self.send({"id": self._number, "method": method, "params": params})
        return self._number

    def request(self, method: str, params: Any, seconds: float = 60) -> tuple[Any, float]:
        """The answer to a request, and the seconds it took."""
        at = time.perf_counter()
        number = self.ask(method, params)
        found = self.wait(lambda body: body.get("id") == number and "method" not in body, seconds)
        if "error" in found.body:
            raise Silent(f"{method}: {found.body['error']}")
        return found.body["result"], found.at - at

    def wait(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 60) -> Message:
        """The first message from now on that is wanted. Raises Silent if none comes."""
        end = time.perf_counter() + seconds
        while True:
            for message in self.come(end):
                if wanted(message.body):
                    return message
            if time.perf_counter() >= end:
                raise Silent(f"{self.command[0]} sent nothing in {seconds} s. {self.said()}")

    def come(self, end: float) -> Iterator[Message]:
        """Messages until one has come or the time has: all that there are by then."""
        assert self.process is not None
        assert self.process.stdout is not None
        descriptor = self.process.stdout.fileno()
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.perf_counter()))
        if not ready:
            return
        data = os.read(descriptor, 1 << 20)
        at = time.perf_counter()
        if not data:
            raise Silent(f"{self.command[0]} ended. {self.said()}")
        self._data += data
        while (head := self._data.find(b"\r\n\r\n")) >= 0:
            length = next(
                int(line[15:]) for line in self._data[:head].split(b"\r\n") if line.lower().startswith(b"content-length:")
            )
            if len(self._data) < head + 4 + length:
                return
            body = json.loads(self._data[head + 4 : head + 4 + length])
            self._data = self._data[head + 4 + length :]
            if "method" in body and "id" in body:
                self.answer(body)
            message = Message(at, body)
            self.received.append(message)
            yield message

    def answer(self, body: dict[str, Any]) -> None:
        """What a server asks of an editor: settings (there are none), and to take note."""
        asked = body["method"] == "workspace/configuration"
        self.send({"id": body["id"], "result": [{} for _ in body["params"]["items"]] if asked else None})

    def quiet(self, seconds: float) -> list[Message]:
        """Everything that comes until nothing has come for a while."""
        found: list[Message] = []
        while True:
            new = list(self.come(time.perf_counter() + seconds))
            if not new:
                return found
            found += new

    def said(self) -> str:
        return (self.folder / "said.txt").read_text(errors="replace")[-600:]

    # ------------------------------------------------------------ documents

    def initialize(self) -> float:
        """Seconds from the start of the process to its answer."""
        uri = self.folder.as_uri()
        params = {
            "processId": os.getpid(),
            "rootUri": uri,
            "workspaceFolders": [{"uri": uri, "name": "bench"}],
            "capabilities": CAPABILITIES,
        }
        answer, _ = self.request("initialize", params)
        at = self.received[-1].at
        self.offers = answer["capabilities"]
        self.notify("initialized", {})
        return at - self.begun

    def open(self, name: str, text: str) -> str:
        """Writes a file and opens it; its address."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        uri = path.as_uri()
        document = {"uri": uri, "languageId": self.language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, version: int, line: int, character: int, text: str) -> float:
        """Inserts a text."""
        place = {"line": line, "character": character}
        changes = [{"range": {"start": place, "end": place}, "text": text}]
        return self.notify(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}
        )

    def published(self, uri: str, version: int, seconds: float = 60) -> Message:
        """The next diagnostics of a version; of any, where the server does not say which."""
        return self.wait(lambda body: is_publish(body, uri) and body["params"].get("version", version) == version, seconds)

    def memory(self) -> dict[str, int]:
        """Resident bytes of the process and of each below it, by name."""
        assert self.process is not None
        found: dict[str, int] = {}
        waiting = [self.process.pid]
        while waiting:
            number = waiting.pop()
            children = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
            waiting += map(int, children)
            name = Path(f"/proc/{number}/comm").read_text(encoding="utf-8").strip()
            pages = int(Path(f"/proc/{number}/statm").read_text(encoding="ascii").split()[1])
            found[f"{name} {number}"] = pages * os.sysconf("SC_PAGE_SIZE")
        return found


def is_publish(body: dict[str, Any], uri: str) -> bool:
    return body.get("method") == "textDocument/publishDiagnostics" and body["params"]["uri"].lower() == uri.lower()
