"""Keeps the index: looks through folders and reads files in the process of the deep tier, after whatever is asked there of open documents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from os.path import dirname
from typing import Any, Protocol

from compiler.libraries.head import library_head
from lsp.deepening import Deep, Question
from lsp.document import Encoding
from lsp.paths import path_of
from lsp.workspace.index import File, Index
from lsp.workspace.looking import IGNORED, MOST_DEEP

MOST_FILES = 5_000
MOST_FOLDERS = 20_000
"""A workspace with more is known in part, which its user is told."""
SEVERAL = 20
"""Progress is shown where so many files are to be read."""
AT_ONCE = 200
"""Of so many files the facts are asked for in one question; as many are answered as there is time for."""
MOST_LOST = 3
"""After so many questions without an answer, one after the other, nothing more is asked until something changes."""
BEGIN_S = 0.5
"""So long after a start the first documents have the machine for themselves."""


class Files(Protocol):
    """The documents of the connection."""

    folders: dict[str, str]
    encoding: Encoding

    def texts(self) -> dict[str, str]: ...


class Shown(Protocol):
    """Progress as the client shows it."""

    def begin(self, title: str) -> None: ...

    def report(self, done: int, total: int) -> None: ...

    def end(self) -> None: ...


@dataclass(slots=True)
class Indexing:
    """One connection's. changed: told of the files that are no longer what they were. log: told what the user should know.

    `folders` are those of the workspace with all that is in them; of a document outside of them, the files beside it.
    """

    deep: Deep
    files: Files
    changed: Callable[[set[str]], None]
    progress: Shown
    log: Callable[[str], None]
    index: Index = field(default_factory=Index)
    _roots: dict[str, int] = field(default_factory=dict)
    _to_look: dict[str, int] = field(default_factory=dict)
    _looking: bool = False
    _seen: set[str] = field(default_factory=set)
    """Folders that were looked into: what is new in another one was there before, and is no news."""
    _due: dict[str, bool] = field(default_factory=dict)
    """Files that may be others, each with whether that is news."""
    _unread: dict[str, dict[str, None]] = field(default_factory=dict)
    _first: str = ""
    _lost: int = 0
    _read: int = 0
    _told: bool = False
    _closed: bool = False
    _timer: asyncio.TimerHandle | None = None
    _task: asyncio.Task[None] | None = None
    _steps: set[asyncio.Future[None]] = field(default_factory=set)

    # ------------------------------------------------------------ what happens

    def begin(self) -> None:
        """Looks through the folders, a little later."""
        for uri in self.files.folders:
            self._root(path_of(uri), MOST_DEEP)
        self._start_later()

    def folders_changed(self) -> None:
        """The workspace has other folders."""
        roots = {path for uri in self.files.folders if (path := path_of(uri))}
        for gone in [root for root, depth in self._roots.items() if depth and root not in roots]:
            del self._roots[gone]
        for root in roots:
            self._root(root, MOST_DEEP)
        for path in [file.path for file in self.index.files() if not self._covered(dirname(file.path))]:
            self.index.remove(path)
        self._start()

    def opened(self, path: str) -> None:
        """A document was opened: what is beside it is known too, even outside of all folders."""
        if path and not self._covered(dirname(path)):
            self._root(dirname(path), 0)
            self._start_later()

    def closed_document(self, path: str) -> None:
        """A document is no longer open: its file counts again."""
        if path:
            self._want(path)
            if self.index.is_library(path):
                self._want_users(dirname(path))
            self._start()

    def touched(self, paths: Iterable[str]) -> None:
        """Files were written, made or removed, says the client."""
        self._due.update((path, True) for path in paths if path and self._covered(dirname(path)))
        self._start()

    def look_again(self, folder: str = "") -> None:
        """Nobody says what happens to files, in a folder or in all: they are looked at again."""
        roots = {folder: 0} if folder else dict(self._roots)
        self._to_look.update({root: max(depth, self._to_look.get(root, 0)) for root, depth in roots.items()})
        self._start()

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        self.deep.forget((id(self), "index"))
        self._step()

    # ------------------------------------------------------------ waiting for it

    async def settled(self, folder: str, limit_s: float) -> bool:
        """Waits until the files of a folder are known as they are, those before others. False if that takes longer."""
        self._first = folder
        texts = self.files.texts()
        for file in self.index.beside(folder):
            if file.path not in texts and not self.index.is_current(file, texts):
                self._want(file.path)
        self._start(now=True)
        try:
            async with asyncio.timeout(limit_s):
                while not self._closed and not self.is_settled(folder):
                    if self._task is None or self._task.done():
                        return False  # it was given up
                    step = asyncio.get_running_loop().create_future()
                    self._steps.add(step)
                    await step
        except TimeoutError:
            return False
        return not self._closed

    def is_settled(self, folder: str) -> bool:
        """Whether nothing is left to be found out about the files of a folder."""
        if self._to_look or self._looking or folder in self._unread:
            return False
        return not any(dirname(path) == folder for path in self._due)

    # ------------------------------------------------------------ the work

    def _covered(self, folder: str) -> bool:
        """Whether files of a folder belong to the index."""
        return any(folder == root or (depth and _within(folder, root)) for root, depth in self._roots.items())

    def _root(self, folder: str, depth: int) -> None:
        if folder and self._roots.get(folder, -1) < depth:
            self._roots[folder] = self._to_look[folder] = depth

    def _start_later(self) -> None:
        if self._timer is None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(BEGIN_S, self._begun)

    def _begun(self) -> None:
        self._timer = None
        self._start()

    def _start(self, now: bool = False) -> None:
        self._lost = 0
        if self._timer is not None and not now:
            return
        if not self._closed and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    def _step(self) -> None:
        steps, self._steps = self._steps, set()
        for step in steps:
            if not step.done():
                step.set_result(None)

    async def _work(self) -> None:
        shown = False
        try:
            while not self._closed and self._lost < MOST_LOST:
                if self._to_look:
                    await self._look()
                elif self._due:
                    await self._facts()
                elif self._unread:
                    if not shown and sum(map(len, self._unread.values())) >= SEVERAL:
                        shown = True
                        self.progress.begin("Reading the programs of the workspace")
                    await self._read_one()
                    if shown:
                        self.progress.report(self._read, self._read + sum(map(len, self._unread.values())))
                else:
                    break
                self._step()
        finally:
            self._read = 0
            if shown:
                self.progress.end()
            asyncio.get_running_loop().call_soon(self._step)  # when this task is done

    async def ask(self, data: dict[str, Any], what: str = "index") -> dict[str, Any] | None:
        """An answer of the process; None if there is none. what: a later question of the same name takes the place of one that still waits."""
        future: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()

        def settle(found: dict[str, Any] | None) -> None:
            if not future.done():
                future.set_result(found)

        def lost(gone: bool) -> None:
            self._lost += gone
            settle(None)

        def answered(found: dict[str, Any]) -> None:
            self._lost = 0
            settle(found)

        self.deep.ask((id(self), what), Question(data, answered, self.log, lost, patient=True))
        return await future

    async def _look(self) -> None:
        """Looks through the folders that are due, and sees what is new, other or gone."""
        self._looking = True
        rest: list[Any] = [[folder, depth] for folder, depth in self._to_look.items()]
        self._to_look.clear()
        looked, found = set[str](), dict[str, tuple[int, int]]()
        try:
            while rest and len(looked) < MOST_FOLDERS and len(found) < MOST_FILES:
                answer = await self.ask({"ask": "look", "folders": rest})
                if answer is None:
                    return
                looked.update(answer["looked"])
                found.update((path, (written, size)) for path, written, size in answer["files"])
                rest = [one for one in answer["rest"] if one[0] not in looked]
            if rest or len(found) > MOST_FILES:
                self._tell_once(
                    f"Only the first {MOST_FILES:,} programs of the first {MOST_FOLDERS:,} folders are known to searches."
                )
        finally:
            self._looking = False
        for path in [path for path in found if self._is_news(path, found[path])]:
            self._due[path] = self._due.get(path, False) or dirname(path) in self._seen
        gone = [file.path for folder in looked for file in self.index.beside(folder) if file.path not in found]
        self._due.update(dict.fromkeys(gone, True))
        self._seen |= looked

    def _is_news(self, path: str, stamp: tuple[int, int]) -> bool:
        file = self.index.file(path)
        return file.stamp != stamp if file is not None else self.index.count + len(self._due) < MOST_FILES

    async def _facts(self) -> None:
        """Sees what files are that may be others."""
        paths = list(self._due)[:AT_ONCE]
        answer = await self.ask({"ask": "facts", "paths": paths})
        if answer is None:
            for path in paths:
                self._due.pop(path, None)
            self.changed(set(paths))
            return
        changed = set[str]()
        for path, *facts in answer["facts"]:
            news = self._due.pop(path, True)
            folder, was_library = dirname(path), self.index.is_library(path)
            if not self._covered(folder) or (self.index.file(path) is None and self.index.count >= MOST_FILES):
                continue
            if not self.index.put(path, facts):
                continue
            if news:
                changed.add(path)
            if facts:
                self._want(path)
            if was_library or self.index.is_library(path):
                self._want_users(folder)
        if changed:
            self.changed(changed)

    def _want(self, path: str) -> None:
        if self.index.file(path) is not None:
            self._unread.setdefault(dirname(path), {})[path] = None

    def _want_users(self, folder: str) -> None:
        for file in self.index.beside(folder):
            if file.uses:
                self._want(file.path)

    async def _read_one(self) -> None:
        folder = self._first if self._first in self._unread else next(iter(self._unread))
        path = next(iter(self._unread[folder]))
        self._read += 1
        file, texts = self.index.file(path), self.files.texts()
        if file is not None and path not in texts and not self.index.is_current(file, texts):
            await self._read_file(file, folder, texts)
        unread = self._unread.get(folder, {})
        unread.pop(path, None)
        if not unread:
            self._unread.pop(folder, None)

    async def _read_file(self, file: File, folder: str, texts: dict[str, str]) -> None:
        own = {path: text for path, text in texts.items() if dirname(path) == folder and self._is_or_was_library(path, text)}
        state = self.index.state(folder, own)
        answer = await self.ask({"ask": "file", "path": file.path, "texts": own, "encoding": self.files.encoding})
        if answer is None:  # not asked again before it is another
            self.log(f"{file.path} could not be read for searches.")
            self.index.read(file.path, state, {"hash": file.hash})
            return
        self.index.read(file.path, state, answer)
        if answer["hash"] != file.hash:
            self._due[file.path] = True  # it has changed in between

    def _is_or_was_library(self, path: str, text: str) -> bool:
        return library_head(text) is not None or self.index.is_library(path)

    def _tell_once(self, text: str) -> None:
        if not self._told:
            self._told = True
            self.log(text)


def _within(folder: str, root: str) -> bool:
    """Whether looking through one folder would come to another."""
    found, start = folder.replace("\\", "/"), root.replace("\\", "/").rstrip("/") + "/"
    return found.startswith(start) and not any(name.startswith(".") or name in IGNORED for name in found[len(start) :].split("/"))
