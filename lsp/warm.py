"""The process that computes for the editor, as the server sees it: started when first needed, asked one thing at a time, started anew when lost."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

LENGTH = 4
LONGEST = 1 << 28
KEPT = 200
"""So many answers are kept, the last used."""

SECONDS = 30.0
"""What a question may take."""

MARGIN_S = 8.0
"""How much later than that the process is killed: it gives up and ends by itself before, unless it can't."""

GRACE_S = 2.0
"""How long a question that was cancelled may go on before the process is killed."""

START_S = 60.0
"""What the process may take to be ready."""

AGAIN_S = 30.0
"""How long after a start that failed none is tried."""

Lane = tuple[str, str, str]
"""Whose question it is: a newer one of the same lane takes the older one's place."""


class Lost(Exception):
    """The process has ended, or can't be started."""


@dataclass(frozen=True)
class Command:
    """How the process is started. environment: all of it; None for the server's own."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Question:
    """What is asked about a document. body: the message without its id, in which everything stands that the answer depends on, but for files on disk.

    part: what tells questions of one kind about one document apart, such as which test. urgent: somebody waits for it, so it comes before others.
    """

    uri: str
    kind: str
    body: Mapping[str, Any]
    part: str = ""
    urgent: bool = False

    @property
    def lane(self) -> Lane:
        return self.uri, self.kind, self.part

    @cached_property
    def key(self) -> str:
        """The same for questions that have the same answer."""
        return sha256(json.dumps([self.kind, self.body], sort_keys=True).encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """said: done, diagnostics, no data, refused, late, cancelled, replaced (by a newer question, or the text is another), memory, defect, lost."""

    said: str
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return self.said == "done"

    @property
    def dropped(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.said in ("cancelled", "replaced")

    @property
    def why(self) -> str:
        return str(self.body.get("why", ""))


@dataclass(slots=True, eq=False)
class _Wait:
    """A question and those who wait for its answer."""

    question: Question
    future: asyncio.Future[Answer]
    askers: int = 0
    given_up: asyncio.Event = field(default_factory=asyncio.Event)

    def settle(self, answer: Answer) -> None:
        if not self.future.done():
            self.future.set_result(answer)


@dataclass(slots=True)
class Warm:
    """trouble: told in a sentence when the process is lost or can't be started, once each time. All of it belongs to one event loop.

    ran: how many questions the process was sent. started: how many processes there were.
    """

    command: Command
    trouble: Callable[[str], None] = lambda text: None
    seconds: float = SECONDS
    grace_s: float = GRACE_S
    ran: int = 0
    started: int = 0
    _waiting: dict[Lane, _Wait] = field(default_factory=dict)
    _running: _Wait | None = None
    _known: OrderedDict[str, Answer] = field(default_factory=OrderedDict)
    _process: Process | None = None
    _work: asyncio.Task[None] | None = None
    _asked: int = 0
    _failed_at: float | None = None
    _closed: bool = False

    # ------------------------------------------------------------ for those who ask

    def known(self, question: Question) -> Answer | None:
        """The answer, if it is there already and the files that it was made of are what they were. Never waits."""
        answer = self._known.get(question.key)
        if answer is None:
            return None
        if not all(_is_still(file) for file in answer.body.get("files", ())):
            del self._known[question.key]
            return None
        self._known.move_to_end(question.key)
        return answer

    async def ask(self, question: Question) -> Answer:
        """The answer: a known one at once. A question of the same lane that is not answered yet is given up, unless it is the same.

        Whoever is cancelled while waiting gives the question up, if nobody else waits for it.
        """
        known = self.known(question)
        if known is not None:
            return known
        if self._closed:
            return Answer("cancelled")
        wait = self._place(question)
        wait.askers += 1
        try:
            return await asyncio.shield(wait.future)
        finally:
            wait.askers -= 1
            if not wait.askers and not wait.future.done():
                self._give_up(wait, "cancelled")

    def is_asked(self, question: Question) -> bool:
        """Whether the question waits or is being answered."""
        here = [self._running] if self._running is not None else []
        return any(w.question.key == question.key and not w.given_up.is_set() for w in (*here, *self._waiting.values()))

    def forget(self, uri: str) -> None:
        """Gives up every question about a document: its text is another now, or it is closed."""
        here = [self._running] if self._running is not None else []
        for wait in (*here, *self._waiting.values()):
            if wait.question.uri == uri:
                self._give_up(wait, "replaced")

    async def close(self) -> None:
        """Ends the process. Nothing is answered any more."""
        self.kill()
        here = [self._running] if self._running is not None else []
        for wait in (*here, *self._waiting.values()):
            self._give_up(wait, "cancelled")
        if self._work is not None:  # not cancelled: a process whose start is cancelled half-way may be waited for in vain
            await asyncio.wait({self._work}, timeout=MARGIN_S)
        await self._end()

    def kill(self) -> None:
        """Ends the process at once, where nothing can be waited for. `close` may follow."""
        self._closed = True
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    # ------------------------------------------------------------ the queue

    def _place(self, question: Question) -> _Wait:
        running = self._running
        if running is not None and running.question.lane == question.lane and not running.given_up.is_set():
            if running.question.key == question.key:
                return running
            self._give_up(running, "replaced")
        waiting = self._waiting.get(question.lane)
        if waiting is not None:
            if waiting.question.key == question.key:
                return waiting
            self._give_up(waiting, "replaced")
        wait = _Wait(question, asyncio.get_running_loop().create_future())
        self._waiting[question.lane] = wait
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._work_off())
        return wait

    def _give_up(self, wait: _Wait, said: str) -> None:
        if self._waiting.get(wait.question.lane) is wait:
            del self._waiting[wait.question.lane]
        wait.given_up.set()
        wait.settle(Answer(said))

    async def _work_off(self) -> None:
        while self._waiting and not self._closed:
            lanes = iter(self._waiting)
            first = next((lane for lane in lanes if self._waiting[lane].question.urgent), next(iter(self._waiting)))
            self._running = wait = self._waiting.pop(first)
            try:
                answer = await self._answer(wait)
            except asyncio.CancelledError:
                wait.settle(Answer("cancelled"))
                raise
            except Exception as error:  # a defect: whoever asked is told, and the next question is worked off
                answer = Answer("defect", {"why": f"{type(error).__name__}: {error}"})
                self._kill()
            finally:
                self._running = None
            self._keep(wait.question, answer)
            wait.settle(answer)

    def _keep(self, question: Question, answer: Answer) -> None:
        if answer.said in ("done", "diagnostics"):
            self._known[question.key] = answer
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    # ------------------------------------------------------------ the process

    async def _answer(self, wait: _Wait) -> Answer:
        """What the process says. If it is lost on the way, another one is asked, once."""
        why = ""
        for _ in range(2):
            try:
                process = await self._ready()
            except Lost as lost:
                return Answer("cancelled") if self._closed else Answer("lost", {"why": str(lost)})
            if wait.given_up.is_set() or self._closed:
                return Answer("cancelled")
            begun = asyncio.get_running_loop().time()
            try:
                return await self._reply(process, wait)
            except Lost as lost:
                await self._end()
                if wait.given_up.is_set() or self._closed:
                    return Answer("cancelled")
                if asyncio.get_running_loop().time() - begun >= self.seconds:
                    return Answer("late")
                if not why:
                    self.trouble(f"The process that computes results was lost: {lost}. Another one is started.")
                why = f"The process that computes results was lost twice: {lost}"
        return Answer("lost", {"why": why})

    async def _reply(self, process: Process, wait: _Wait) -> Answer:
        """What a process says to a question. Raises Lost."""
        self._asked += 1
        self.ran += 1
        number = self._asked
        await _send(process, {**wait.question.body, "id": number, "ask": wait.question.kind, "seconds": self.seconds})
        reading = asyncio.ensure_future(_read(process))
        giving_up = asyncio.ensure_future(wait.given_up.wait())
        try:
            await asyncio.wait({reading, giving_up}, timeout=self.seconds + MARGIN_S, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done() and giving_up.done():
                await _send(process, {"cancel": number})
                await asyncio.wait({reading}, timeout=self.grace_s)
            if not reading.done():
                self._kill()
                raise Lost("it took too long")
            reply = reading.result()
        finally:
            for task in (reading, giving_up):
                task.cancel()
            with suppress(asyncio.CancelledError, Lost):
                await reading
        if reply.get("id") != number:
            self._kill()
            raise Lost("it answered another question")
        return Answer(str(reply.get("said", "")), reply)

    async def _ready(self) -> Process:
        """The process, started if there is none. Raises Lost."""
        process = self._process
        if process is not None and process.returncode is None and process.stdout is not None and not process.stdout.at_eof():
            return process
        if process is not None:
            with suppress(TimeoutError):  # its output may have ended a moment before it has
                await asyncio.wait_for(process.wait(), self.grace_s)
            code = process.returncode
            await self._end()
            if code and not self._closed:
                self.trouble(f"The process that computes results has ended (exit code {code}). Another one is started.")
        if self._closed:
            raise Lost("nobody needs it any more")
        now = asyncio.get_running_loop().time()
        if self._failed_at is not None and now - self._failed_at < AGAIN_S:
            raise Lost("The process that computes results can't be started")
        try:
            self._process = process = await self._start()
        except Lost as lost:
            await self._end()
            if self._failed_at is None and not self._closed:
                self.trouble(f"The process that computes results can't be started: {lost}.")
            self._failed_at = asyncio.get_running_loop().time()
            raise Lost(f"The process that computes results can't be started: {lost}") from None
        self._failed_at = None
        return process

    async def _start(self) -> Process:
        environment = None if self.command.environment is None else dict(self.command.environment)
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command.arguments, stdin=PIPE, stdout=PIPE, env=environment, start_new_session=os.name == "posix"
            )
        except (OSError, ValueError) as error:
            raise Lost(str(error)) from None
        self._process = process
        self.started += 1
        if self._closed:  # while it was made
            raise Lost("nobody needs it any more")
        try:
            async with asyncio.timeout(START_S):
                ready = await _read(process)
        except TimeoutError:
            raise Lost(f"it was not ready within {START_S:g} seconds") from None
        if ready.get("said") != "ready":
            raise Lost("it is another program")
        return process

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            await process.wait()


# ---------------------------------------------------------------- frames


async def _send(process: Process, message: Mapping[str, Any]) -> None:
    assert process.stdin is not None
    data = json.dumps(message, separators=(",", ":")).encode(errors="surrogatepass")
    try:
        process.stdin.write(len(data).to_bytes(LENGTH, "big") + data)
        await process.stdin.drain()
    except (ConnectionError, RuntimeError):
        raise Lost(await _ending(process)) from None


async def _read(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        count = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
        if count > LONGEST:
            raise Lost(f"it sent a frame of {count} bytes")
        found: dict[str, Any] = json.loads(await process.stdout.readexactly(count))
    except (asyncio.IncompleteReadError, ConnectionError):
        raise Lost(await _ending(process)) from None
    except ValueError:
        raise Lost("it sent what is no answer") from None
    return found


async def _ending(process: Process) -> str:
    """How a process ended, whose pipe has closed."""
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await process.wait()
    code = process.returncode
    return "it closed its output" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"


def _is_still(file: tuple[str, int, int]) -> bool:
    """Whether a file is as it was when an answer was made of it. Zeros: it was not there."""
    path, written, size = file
    try:
        facts = os.stat(path)
    except OSError:
        return not written
    return (facts.st_mtime_ns, facts.st_size) == (written, size)
