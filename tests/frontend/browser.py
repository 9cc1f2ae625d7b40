"""A real browser on the built page, and the language server it talks to: the same processes that a user has."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.frontend.here import EDITOR, chromium

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds that something may take to be seen. A busy machine is slow; what is wrong never comes."""
LONG = 90.0


class Process:
    """A process whose lines can be waited for."""

    def __init__(self, command: list[str], cwd: Path, env: dict[str, str] | None = None) -> None:
        self.inner = subprocess.Popen(
            command, cwd=cwd, env=env, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.lines: queue.Queue[str | None] = queue.Queue()
        self.said: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.inner.stdout is not None
        for line in self.inner.stdout:
            self.said.append(line)
            self.lines.put(line)
        self.lines.put(None)

    def line(self, seconds: float = LONG) -> str:
        """The next line; an error with all that was said if there is none."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            line = None
        assert line is not None, f"{self.inner.args} said no more than: {''.join(self.said[-20:])}"
        return line

    def matched(self, pattern: str, seconds: float = LONG) -> str:
        """What a pattern finds in the lines to come."""
        until = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.line(until - time.monotonic()))
            if found:
                return found[0]

    def end(self, how: int = signal.SIGINT) -> int:
        """Ends it and what it has started. Killed where it does not go by itself."""
        if self.inner.poll() is None:
            self.inner.send_signal(how)
        try:
            return self.inner.wait(20)
        except subprocess.TimeoutExpired:
            self.inner.kill()
            raise


class Server:
    """`apx lsp --ws`, with a home of its own."""

    def __init__(self, home: Path, port: int = 0) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT), "APX_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        self.process = Process([sys.executable, "-m", "apextrade", "lsp", "--ws", str(port)], ROOT, env)
        self.address = self.process.matched(r"ws://[\d.:]*\d")

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    def end(self) -> None:
        self.process.end()


class Browser:
    """Chromium, driven by frontend/packages/editor/test/browser.mjs."""

    def __init__(self, built: Path) -> None:
        path = chromium()
        assert path is not None
        self.driver = Process(["node", "test/browser.mjs", path], EDITOR)
        self.version = json.loads(self.driver.line())["ready"]
        self.site = Process(["node", "build.mjs", "--out", str(built), "--serve", "0"], EDITOR)
        self.address = self.site.matched(r"http://\S+")
        self.asked = 0

    def ask(self, **question: Any) -> Any:
        self.asked += 1
        assert self.driver.inner.stdin is not None
        self.driver.inner.stdin.write(json.dumps({"id": self.asked, **question}) + "\n")
        answer = json.loads(self.driver.line())
        assert answer["id"] == self.asked, answer
        assert "error" not in answer, answer["error"]
        return answer["answer"]

    def open(self, server: str, text: str | None = None, uri: str | None = None, **options: Any) -> Page:
        """A page in a context of its own. The text is put in by the page's address."""
        asked = {"server": server, "text": text, "uri": uri, "mode": options.pop("mode", "light")}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return Page(self, self.ask(open=f"{self.address}?{query}", options=options))

    def end(self) -> None:
        assert self.driver.inner.stdin is not None
        self.driver.inner.stdin.close()
        self.driver.inner.wait(20)
        self.site.end()


class Page:
    """One page. What is asked of it waits as a user would; what never comes is an error with what was there instead."""

    def __init__(self, browser: Browser, number: int) -> None:
        self.browser = browser
        self.number = number

    def do(self, *chain: list[Any]) -> Any:
        return self.browser.ask(page=self.number, do=list(chain))

    def at(self, selector: str, *chain: list[Any]) -> Any:
        """Does something with the first of the elements that a selector finds."""
        return self.do(["locator", selector], ["first"], *chain)

    def js(self, expression: str) -> Any:
        return self.do(["evaluate", expression])

    def press(self, *keys: str) -> None:
        for key in keys:
            self.do(["keyboard"], ["press", key])

    def type(self, text: str) -> None:
        """Key by key, at the pace of a fast hand."""
        self.do(["keyboard"], ["type", text, {"delay": 15}])

    def close(self) -> None:
        self.browser.ask(page=self.number, close=True)

    # ------------------------------------------------------------ what is there

    def until(self, look: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
        """The first answer that is true."""
        end = time.monotonic() + seconds
        while True:
            found = look()
            if found:
                return found
            assert time.monotonic() < end, (
                f"{what}: not within {seconds:g} s. The page: {self.do(['locator', 'body'], ['innerText'])}"
            )
            time.sleep(0.05)

    def online(self) -> Page:
        self.until(lambda: self.js("apx.connection.status.kind === 'online'"), "connected")
        return self

    @property
    def text(self) -> str:
        return str(self.js("apx.view.state.doc.toString()"))

    def texts(self, selector: str) -> list[str]:
        """The texts of what a selector finds, as they are in the page."""
        return list(self.js(f"[...document.querySelectorAll({json.dumps(selector)})].map((one) => one.textContent)"))

    def shown(self, selector: str, containing: str = "", seconds: float = PATIENCE) -> list[str]:
        """Waits until something is there that holds a text."""

        def look() -> list[str]:
            found = self.texts(selector)
            return found if any(containing in text for text in found) else []

        return list(self.until(look, f"{selector} with {containing!r}", seconds))

    def gone(self, selector: str, seconds: float = PATIENCE) -> None:
        self.until(lambda: not self.texts(selector), f"no {selector}", seconds)

    def cursor(self, marked: str) -> None:
        """Puts the cursor where `|` is in a piece of the text, by the keyboard's own way: the text has the focus."""
        before, _, after = marked.partition("|")
        at = self.text.index(before + after) + len(before)
        self.js(f"apx.view.focus(), apx.view.dispatch({{selection: {{anchor: {at}}}, scrollIntoView: true}})")

    def hover(self, marked: str, selector: str, containing: str = "") -> list[str]:
        """Rests the mouse on the character after `|` until something is shown. Lenses and hints that come meanwhile move the text: the mouse follows."""
        before, _, after = marked.partition("|")
        at = self.text.index(before + after) + len(before)
        last: list[float] = []

        def look() -> list[str]:
            place = self.js(f"(({{left, top, bottom}}) => [left + 3, (top + bottom) / 2])(apx.view.coordsAtPos({at}, 1))")
            if place != last:
                self.do(["mouse"], ["move", place[0] - 2, place[1]])
                self.do(["mouse"], ["move", *place])
                last[:] = place
            found = self.texts(selector)
            return found if any(containing in text for text in found) else []

        return list(self.until(look, f"{selector} with {containing!r} over {marked}"))

    def settled(self) -> None:
        """Waits until the server owes no answer and its diagnostics are about the text as it is."""
        self.until(
            lambda: self.js("apx.client.waiting === 0 && !apx.client.workspace.files.some((f) => f.doc !== f.view.state.doc)"),
            "settled",
        )

    # ------------------------------------------------------------ what was heard

    def heard(self) -> dict[str, Any]:
        return dict(self.browser.ask(page=self.number, heard=True))

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, and errors that nobody caught."""
        heard = self.heard()
        said = [f"{one['type']}: {one['text']}" for one in heard["console"] if one["type"] in ("error", "warning", "assert")]
        return said + heard["errors"]
