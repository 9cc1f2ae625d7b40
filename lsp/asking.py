"""What a command does at its client's: progress while something runs, a message where results can't be shown in place, a page in the browser."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from lsp.session import Session
from lsp.warm import Answer

AFTER_S = 0.3
"""What is done sooner needs no progress."""

_tokens = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Asking:
    """One connection's client, as `lsp.commands` needs it."""

    client: LanguageServer
    session: Session

    async def working(self, title: str, work: Awaitable[Answer], token: int | str | None) -> Answer:
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait({task}, timeout=AFTER_S)
            if task.done():
                return task.result()
            return await self._with_progress(title, task, token)
        finally:
            task.cancel()  # of a request that the user cancelled; else it is done

    async def _with_progress(self, title: str, task: asyncio.Future[Answer], token: int | str | None) -> Answer:
        if token is None:
            if not self.session.can("window", "workDoneProgress"):
                return await task
            token = f"apx-{next(_tokens)}"
            if not await self._agreed(token, task):
                return await task
        self.client.work_done_progress.begin(token, types.WorkDoneProgressBegin(title, cancellable=True))
        stopped = asyncio.wrap_future(self.client.work_done_progress.tokens[token])
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else Answer("cancelled")
        finally:
            stopped.cancel()
            self.client.work_done_progress.end(token, types.WorkDoneProgressEnd())
            self.client.work_done_progress.tokens.pop(token, None)

    async def _agreed(self, token: str, task: asyncio.Future[Answer]) -> bool:
        """Whether the client will show progress. One that refuses, or has not answered when the work is done, keeps nobody from the result."""
        asked = asyncio.ensure_future(self.client.work_done_progress.create_async(token))
        asked.add_done_callback(lambda done: done.cancelled() or done.exception())  # a refusal is no defect
        either: set[asyncio.Future[Any]] = {task, asked}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return asked.done() and asked.exception() is None
        finally:
            asked.cancel()

    def tell(self, text: str, kind: types.MessageType) -> None:
        if not self.session.can("workspace", "codeLens", "refreshSupport"):
            self.client.window_show_message(types.ShowMessageParams(kind, text))

    async def show_page(self, uri: str) -> bool:
        if not self.session.can("window", "showDocument", "support"):
            return False
        shown = await self.client.window_show_document_async(types.ShowDocumentParams(uri, external=True))
        return shown.success
