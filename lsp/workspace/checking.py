"""Has the files that are not open looked at for mistakes, for a client that asks for those of the workspace: one at a time, after everything else that is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from os.path import dirname
from typing import Any, NamedTuple

from compiler.libraries.head import library_head
from lsp.deepening import Deep, Question
from lsp.paths import path_of
from lsp.reported import Plain
from lsp.session import Session
from lsp.workspace.index import File, Index

MOST_LOST = 3
"""After so many questions without an answer, one after the other, nothing more is asked until the client asks again."""


class Looked(NamedTuple):
    """hash, state: of the file and of the libraries beside it when it was looked at."""

    hash: str
    state: str
    mistakes: list[Plain]


@dataclass(slots=True)
class Checking:
    """One connection's. news: called when there is more to show than before. log: told what the user should know."""

    deep: Deep
    session: Session
    index: Index
    news: Callable[[], None]
    log: Callable[[str], None]
    _looked: dict[str, Looked] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    def want(self) -> None:
        """Begins to look at what is new or other, and forgets what is gone."""
        for path in [path for path in self._looked if self.index.file(path) is None or not self._is_inside(path)]:
            del self._looked[path]
        if self._task is None or self._task.done():
            due = self._due()
            if due:
                self._task = asyncio.get_running_loop().create_task(self._work(due))

    def paths(self) -> list[str]:
        """The files that were looked at."""
        return list(self._looked)

    def mistakes(self, path: str) -> list[Plain]:
        """What was wrong with a file when it was looked at last."""
        return self._looked[path].mistakes if path in self._looked else []

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self.deep.forget((id(self), ""))

    def _due(self) -> list[tuple[File, str]]:
        """The files to be looked at, with the state of the libraries beside each."""
        texts, states = self.session.texts(), dict[str, str]()
        found: list[tuple[File, str]] = []
        for file in self.index.files():
            folder = dirname(file.path)
            if file.uses and folder not in states:
                states[folder] = self.index.state(folder, texts)
            state = states[folder] if file.uses else ""
            looked = self._looked.get(file.path)
            if (
                file.path not in texts
                and self._is_inside(file.path)
                and (looked is None or (looked.hash, looked.state) != (file.hash, state))
            ):
                found.append((file, state))
        return found

    def _is_inside(self, path: str) -> bool:
        """Whether a file is in a folder of the workspace. The index knows those beside open documents too."""
        roots = [root.rstrip("/\\") for uri in self.session.folders if (root := path_of(uri))]
        return any(path.startswith((root + "/", root + "\\")) for root in roots)

    async def _work(self, due: list[tuple[File, str]]) -> None:
        lost, news = 0, False
        for file, state in due:
            texts = self.session.texts()
            if file.path in texts or self.index.file(file.path) is None:
                continue
            folder = dirname(file.path)
            own = {p: t for p, t in texts.items() if dirname(p) == folder and (library_head(t) or self.index.is_library(p))}
            question = {"ask": "mistakes", "path": file.path, "texts": own, "encoding": self.session.encoding}
            answer = await self._ask(question)
            if answer is None:  # what lost it may lose it again: not before it is another
                lost += 1
                self._looked[file.path] = Looked(file.hash, state, [])
                if lost == MOST_LOST:
                    break
                continue
            lost, before = 0, self.mistakes(file.path)
            self._looked[file.path] = Looked(answer["hash"], state, answer["mistakes"])
            news = news or before != answer["mistakes"]
        if news:
            self.news()

    async def _ask(self, data: dict[str, Any]) -> dict[str, Any] | None:
        future: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()

        def settle(found: dict[str, Any] | None) -> None:
            if not future.done():
                future.set_result(found)

        self.deep.ask((id(self), ""), Question(data, settle, self.log, lambda gone: settle(None), patient=True))
        return await future
