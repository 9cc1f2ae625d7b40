"""A worker as the server sees it: a process that is asked one thing at a time."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass

from server.settings import Settings
from server.workers.frames import Broken, framed, next_frame
from server.workers.jobs import Job
from server.workers.replies import Reply, unpacked

PASSED_ON: tuple[str, ...] = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
"""Of the server's environment; what else is in it, such as secrets, is not for a process that works on what strangers send."""

OURS: dict[str, str] = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_MAX_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}


class OutOfTime(Exception):
    """The worker took too long, and was killed."""


class Lost(Exception):
    """The worker ended without a reply."""


@dataclass(slots=True)
class Worker:
    process: Process
    settings: Settings

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def usable(self) -> bool:
        """Whether it has not ended, as far as is known yet."""
        assert self.process.stdout is not None
        return self.process.returncode is None and not self.process.stdout.at_eof()

    @staticmethod
    async def start(settings: Settings) -> Worker:
        """A warm worker. Raises OutOfTime, Lost or OSError if it does not become one."""
        numbers = (settings.work_megabytes, settings.keep_megabytes, settings.answer_bytes)
        command = [sys.executable, "-P", "-m", "server.workers.child", *map(str, numbers)]
        # A new interpreter, never a fork: nothing that the server holds is in it.
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=environment(), close_fds=True)
        worker = Worker(process, settings)
        try:
            reply = await worker.reply(settings.start_seconds)
            if reply.kind != "ready":
                raise Lost(f"a new worker said {reply.kind}")
        except BaseException:
            await worker.end()
            raise
        return worker

    async def ask(self, job: Job, seconds: float) -> Reply:
        """What it replies. Raises OutOfTime and Lost; it is gone then, as it is if the caller gives up."""
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(framed(job.packed()))
            return await self.reply(seconds, self.process.stdin.drain())
        except BaseException:
            self.kill()
            raise

    async def reply(self, seconds: float, sent: Awaitable[None] | None = None) -> Reply:
        """The next reply, once what is sent has gone."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                if sent is not None:
                    await sent
                return unpacked(await next_frame(self.process.stdout, self.settings.answer_bytes + 1_000_000))
        except TimeoutError:
            raise OutOfTime from None
        except (Broken, ConnectionError, ValueError) as error:
            raise Lost(str(error)) from error

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            if self.process.returncode is None:
                self.process.kill()

    async def end(self) -> None:
        self.kill()
        await self.process.wait()


def environment() -> dict[str, str]:
    """The environment of a worker: where Python finds what the server itself runs from, and little else."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | OURS | {"PYTHONPATH": path}
