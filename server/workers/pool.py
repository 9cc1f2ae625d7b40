"""The pool: warm workers, who may use them, and new ones for those that are lost."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from server.settings import Settings
from server.workers.jobs import Job
from server.workers.replies import Reply
from server.workers.turns import Turns
from server.workers.worker import Worker

LOG = logging.getLogger(__name__)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 10.0
"""Before a worker is started again that did not become warm; twice as long each time."""

SPARE_S = 2
"""So much later than it is killed a worker ends itself."""


class Busy(Exception):
    """All workers have work, and enough requests wait for them, or this one has waited long enough."""


class TooMany(Exception):
    """This client has enough requests here already."""


Waiting = asyncio.Future[Worker]


@dataclass(slots=True)
class Pool:
    settings: Settings
    idle: list[Worker] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    """Those that are warm, with work or without."""
    turns: Turns[Waiting] = field(default_factory=Turns)
    keepers: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        return bool(self.workers)

    def open(self) -> None:
        self.keepers = [asyncio.create_task(self.keep()) for _ in range(self.settings.workers)]

    async def close(self) -> None:
        """Ends the workers, also those with work."""
        for keeper in self.keepers:
            keeper.cancel()
        await asyncio.gather(*self.keepers, return_exceptions=True)

    async def run(self, work: str, body: bytes, client: str = "", seconds: float | None = None) -> Reply:
        """What a worker replies. Raises Busy, TooMany, OutOfTime, Lost."""
        seconds = self.settings.work_seconds if seconds is None else seconds
        job = Job(work, body, math.ceil(seconds) + SPARE_S)
        async with self.worker_for(client) as worker:
            last = True
            try:
                reply = await worker.ask(job, seconds)
                last = reply.last
                return reply
            finally:
                if last:  # also where it was killed, and has not ended yet
                    self.retire(worker)

    @asynccontextmanager
    async def worker_for(self, client: str) -> AsyncIterator[Worker]:
        if self.turns.present[client] >= self.settings.of_one_client:
            raise TooMany
        self.turns.enter(client)
        try:
            worker = await self.turn(client)
            try:
                yield worker
            finally:
                self.free(worker)
        finally:
            self.turns.leave(client)

    async def turn(self, client: str) -> Worker:
        """A worker, once it is this client's turn. Raises Busy."""
        while self.idle:
            worker = self.idle.pop()
            if worker.usable:
                self.turns.serve(client)
                return worker
        if len(self.turns) >= self.settings.waiting:
            raise Busy
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self.turns.wait(client, waiting)
        try:
            async with asyncio.timeout(self.settings.wait_seconds):
                return await waiting
        except BaseException as error:
            self.turns.give_up(client, waiting)
            if waiting.done() and not waiting.cancelled():  # given a worker and called off at the same moment
                self.free(waiting.result())
            if isinstance(error, TimeoutError):
                raise Busy from None
            raise

    def free(self, worker: Worker) -> None:
        """To the next in line, if it can still work."""
        if worker not in self.workers or not worker.usable:
            return
        while (waiting := self.turns.next()) is not None:
            if not waiting.done():
                waiting.set_result(worker)
                return
        self.idle.append(worker)

    def retire(self, worker: Worker) -> None:
        with suppress(ValueError):
            self.workers.remove(worker)
        with suppress(ValueError):
            self.idle.remove(worker)

    async def keep(self) -> None:
        """Sees to it that there is one worker more, until it is cancelled."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                worker = await Worker.start(self.settings)
            except Exception as error:
                LOG.error("a worker did not start (%s: %s); the next try is in %.1f s", type(error).__name__, error, pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
                continue
            pause = FIRST_PAUSE_S
            self.workers.append(worker)
            self.free(worker)
            try:
                code = await worker.process.wait()
                LOG.info("worker %d has ended (%d); a new one is started", worker.pid, code)
            finally:
                self.retire(worker)
                await worker.end()
