"""Asks the process of the deep tier: one question at a time, of each document only the newest. A process that dies or hangs is replaced."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from lsp.deep import LENGTH, TAKEN_BACK, framed

LIMIT_S = 10.0
"""A check that takes longer hangs."""
START_S = 120.0


@dataclass(frozen=True, slots=True)
class Question:
    """data: as lsp.deep reads it. answered: called on the event loop, with each part of the answer. log: told once if the process had to be replaced.

    lost: called if there will be no answer, with whether the process is gone too. patient: comes after all questions that are not.
    again: is asked once more if the process is lost with it.
    """

    data: dict[str, Any]
    answered: Callable[[dict[str, Any]], None]
    log: Callable[[str], None]
    lost: Callable[[bool], None] = lambda gone: None
    patient: bool = False
    again: bool = False


@dataclass(slots=True)
class Deep:
    """One process for all connections, started when first asked. libraries: `module:function`."""

    libraries: str
    limit_s: float = LIMIT_S
    _waiting: dict[tuple[int, str], Question] = field(default_factory=dict)
    _asked: tuple[int, str] | None = None  # what is being answered, as long as the answer is wanted
    _patient: bool = False  # whether that is a question that can't be taken back
    _process: asyncio.subprocess.Process | None = None
    _task: asyncio.Task[None] | None = None

    def ask(self, key: tuple[int, str], question: Question) -> None:
        """A question in place of an earlier one with its key that still waits."""
        self._waiting.pop(key, None)
        self._waiting[key] = question
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    def forget(self, key: tuple[int, str]) -> None:
        """Nobody waits for the answer to the question with a key any more. If it is being answered, and is not patient, that ends soon."""
        self._waiting.pop(key, None)
        if key == self._asked:
            self._asked = None
            if not self._patient and self._process is not None and self._process.stdin is not None:
                with suppress(OSError, RuntimeError):  # its process is gone: this is told where its answer is waited for
                    self._process.stdin.write(TAKEN_BACK)

    async def close(self) -> None:
        """Ends the process."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._end()

    async def _work(self) -> None:
        while self._waiting:
            key = next((key for key, one in self._waiting.items() if not one.patient), next(iter(self._waiting)))
            question = self._waiting.pop(key)
            self._asked, self._patient = key, question.patient
            try:
                await self._put(question.data)
                while self._given(question, await asyncio.wait_for(self._read(self._running), self.limit_s)):
                    pass
            except (OSError, ValueError, asyncio.IncompleteReadError, TimeoutError) as error:
                hung = isinstance(error, TimeoutError)
                await self._end()
                self._lost(key, question, "took too long" if hung else "ended")
            self._asked = None

    def _lost(self, key: tuple[int, str], question: Question, why: str) -> None:
        """The process is gone with a question. It is asked once more, after the others, where its answer is still wanted."""
        if question.again and key == self._asked and key not in self._waiting:
            self._waiting[key] = replace(question, again=False)
            question.log(f"The process that finds warnings {why}; another one is asked again.")
        else:
            question.log(f"The process that finds warnings {why}; another one is started when it is needed.")
            question.lost(True)

    def _given(self, question: Question, found: dict[str, Any]) -> bool:
        """Hands a part of an answer on. Whether another follows."""
        if "defect" in found:
            question.log(f"This is a defect of ApexTrade, found while warnings were looked for:\n{found['defect']}")
            question.lost(False)
        elif "taken_back" in found:
            question.lost(False)
        else:
            try:
                question.answered(found)
            except Exception:
                question.log(f"This is a defect of ApexTrade, in what is done with warnings:\n{traceback.format_exc()}")
        return bool(found.get("more"))

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def _put(self, data: dict[str, Any]) -> None:
        if self._process is None or self._process.returncode is not None:
            await self._end()
            starting = asyncio.ensure_future(
                asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "lsp.deep",
                    self.libraries,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                )
            )
            try:
                self._process = await asyncio.shield(starting)
            except asyncio.CancelledError:  # a process whose start is cancelled half-way may be waited for in vain
                self._process = await starting
                raise
            await asyncio.wait_for(self._read(self._process), START_S)
        assert self._running.stdin is not None
        self._running.stdin.write(framed(data))

    async def _read(self, process: asyncio.subprocess.Process) -> dict[str, Any]:
        assert process.stdout is not None
        head = await process.stdout.readexactly(LENGTH.size)
        found: dict[str, Any] = json.loads(await process.stdout.readexactly(LENGTH.unpack(head)[0]))
        return found

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
