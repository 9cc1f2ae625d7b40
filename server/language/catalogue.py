"""The catalogue as the server gives it: made once by a worker, kept as bytes, named by its hash."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from server.problems import ProblemError
from server.workers.pool import Pool


@dataclass(frozen=True, slots=True)
class Document:
    body: bytes
    hash: str

    @property
    def etag(self) -> str:
        return f'"{self.hash}"'


@dataclass(slots=True)
class Catalogue:
    """examples: whole programs by name, its templates."""

    pool: Pool
    examples: Mapping[str, str]
    seconds: float
    _making: asyncio.Task[Document] | None = None

    def begin(self) -> asyncio.Task[Document]:
        """The making of it, which all who ask wait for; begun anew if it failed."""
        if self._making is None or (self._making.done() and (self._making.cancelled() or self._making.exception() is not None)):
            self._making = asyncio.create_task(self.make())
            self._making.add_done_callback(_looked_at)
        return self._making

    async def get(self) -> Document:
        """Raises ProblemError, and what `Pool.run` raises."""
        return await asyncio.shield(self.begin())

    async def make(self) -> Document:
        body = json.dumps({"examples": dict(self.examples)}).encode()
        reply = await self.pool.run("catalogue", body, "", self.seconds)
        if reply.kind != "done":
            raise ProblemError("internal_error", "The catalogue could not be made.")
        return Document(reply.body, str(json.loads(reply.body)["hash"]))

    def end(self) -> None:
        if self._making is not None:
            self._making.cancel()


def _looked_at(task: asyncio.Task[Document]) -> None:
    if not task.cancelled():
        task.exception()  # whoever waits for it gets it; nobody needs to


def matches(if_none_match: str, etag: str) -> bool:
    """Whether a caller has this version already. Weak and strong tags are the same here."""
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in tags or "*" in tags
