"""The series of many instruments taken by several threads. Who takes what changes no bit: they have nothing in common until machines act."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from runtime.feeds import Candle
from runtime.live.desks import Desks

LEAST = 60_000
"""Nodes for each thread from which it is worth to wake another."""
LONGEST = 1_000
"""Series that a thread takes without looking up."""


class Crew:
    """threads: at most so many; None: as many as there are processors, if each has enough to do."""

    def __init__(self, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"`threads` is 1 or more; this is {threads}.")
        self.threads = threads
        self._others: ThreadPoolExecutor | None = None
        self._home = (0, 0)

    def size(self, nodes: int) -> int:
        """How many threads take a bar of so many nodes."""
        return self.threads or max(1, min(os.cpu_count() or 1, nodes // LEAST))

    def take(self, jobs: Sequence[tuple[Desks, Candle]], size: int) -> None:
        """Each takes its bar; whoever has something to do then does it in `Desks.act`. A series is there once."""
        for k, (desks, bar) in enumerate(jobs):
            desks.give(bar.open, bar.high, bar.low, bar.close, bar.volume, bar.time, jobs[k + 1 if k + 1 < len(jobs) else k][0])
        size = max(1, min(size, len(jobs)))
        edges = [k * len(jobs) // size for k in range(size + 1)]
        if not jobs:
            return
        others = self._executor(size - 1)
        waiting = [others.submit(weave, jobs, a, b) for a, b in pairwise(edges[1:])]
        weave(jobs, 0, edges[1])
        for one in waiting:
            one.result()

    def _executor(self, count: int) -> ThreadPoolExecutor:
        home = (os.getpid(), count)  # threads do not come along into a forked process
        if self._others is None or self._home != home:
            self._others, self._home = ThreadPoolExecutor(max(1, count), "apextrade-pool"), home
        return self._others


def weave(jobs: Sequence[tuple[Desks, Candle]], start: int, end: int) -> None:
    for at in range(start, end, LONGEST):
        jobs[at][0].weave_on(min(LONGEST, end - at))
