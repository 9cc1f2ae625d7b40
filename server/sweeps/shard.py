"""What a worker does with the message of a shard: leases it, runs it, writes its rows once."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

import redis
from pydantic import ValidationError

from runtime.sweep.space import Numbers
from runtime.sweep.task import Rows
from server.sweeps.answered import packed_rows
from server.sweeps.asked import Job, ShardAsked, numbers_of
from server.sweeps.broker import connected
from server.sweeps.store import RENEW_S, NotKept, Store

Runs = Callable[[Numbers, threading.Event], Rows]
"""The rows of some combinations; what is done so far, once the event is set."""
KEPT = 2
"""Sweeps that a process keeps ready to run."""


class Opens(Protocol):
    """Makes a sweep ready to run."""

    def __call__(self, job: Job, bars: Callable[[str], bytes]) -> Runs: ...


class Unequal(Exception):
    """A shard that was run twice gave other rows. It never should."""


@dataclass(slots=True, eq=False)
class Shards:
    """A process that runs shards. opens: how a sweep is made ready: once for all of its shards that come here."""

    url: str
    build: str
    opens: Opens
    _ready: dict[str, Runs] = field(default_factory=dict)
    _store: Store | None = None
    _pid: int = 0

    def run(self, text: str) -> str:
        """Runs the shard of a message. Returns what became of it, for the log."""
        store = self.store()
        try:
            asked = ShardAsked.model_validate_json(text)
        except ValidationError as error:
            return f"refused: no message of a shard ({error.error_count()} mistakes)"
        if asked.build != self.build:
            return f"refused: for build {asked.build}, and this is {self.build}"
        if store.is_cancelled(asked.job):
            return "dropped: its sweep was stopped"
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
        if not store.take(asked.job, asked.shard, owner):
            return "dropped: done, or run elsewhere"
        with Lease(store, asked.job, asked.shard, owner) as lease:
            try:
                runs = self.ready(store, asked.job)
                rows = runs(numbers_of(asked.runs), lease.stop)
                if lease.stop.is_set():
                    return "stopped"
                packed = packed_rows(rows)
                if store.put_rows(asked.job, asked.shard, packed) != packed:
                    raise Unequal("a second run of this shard gave other rows")
                return f"{len(rows.numbers)} rows"
            except redis.exceptions.RedisError:
                raise
            except Exception as error:  # whatever it is, the coordinator has to know why nothing came
                store.failed(asked.job, asked.shard, f"{type(error).__name__}: {error}")
                return f"failed: {type(error).__name__}: {error}"

    def store(self) -> Store:
        """The connection of this process: one that was opened before a fork is the parent's."""
        if self._store is None or self._pid != os.getpid():
            self._store, self._pid = Store(connected(self.url)), os.getpid()
        return self._store

    def ready(self, store: Store, job: str) -> Runs:
        if job not in self._ready:
            found = store.job(job)
            if found.build != self.build:
                raise NotKept(f"the sweep is of build {found.build}, and this is {self.build}")
            while len(self._ready) >= KEPT:
                self._ready.pop(next(iter(self._ready)))
            self._ready[job] = self.opens(found, store.bars)
        return self._ready[job]


class Lease:
    """Holds a shard's lease from a thread of its own, and says when to stop: when the sweep was stopped, or the shard has gone to another."""

    def __init__(self, store: Store, job: str, shard: int, owner: str) -> None:
        self.store, self.job, self.shard, self.owner = store, job, shard, owner
        self.stop, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._hold, name="lease", daemon=True)

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        self.store.release(self.job, self.shard, self.owner)

    def _hold(self) -> None:
        while not self._ended.wait(RENEW_S):
            try:
                if not self.store.renew(self.job, self.shard, self.owner) or self.store.is_cancelled(self.job):
                    self.stop.set()
            except redis.exceptions.RedisError:
                continue  # the broker is away: the run goes on, and its rows are written when it is back
