"""Sends the shards of a sweep, notices those that are lost, and puts the rows together: each combination once.

A worker that dies takes its message with it, and Redis gives that to another only after an hour. So a shard that was begun, has no rows and is leased
by nobody counts as lost, and is sent again; and so is one that nobody began although the queue is empty. Messages may therefore come twice: leases and
rows that are written once make that harmless. A shard that was begun too often is given up, and the rest goes on.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compiler.diagnostics import InternalError
from runtime.statistics import COLUMNS
from runtime.sweep.space import Numbers
from runtime.sweep.task import Rows
from server.sweeps.answered import Damaged, unpacked_rows
from server.sweeps.asked import Job, ShardAsked, runs_of
from server.sweeps.broker import QUEUE, SHARD_TASK, BrokerError, application, connected, shown, trouble
from server.sweeps.shard import Unequal
from server.sweeps.store import Listening, Look, Store

LOOK_S = 0.2
ATTEMPTS = 5
"""So often is a shard begun before it is given up."""
IDLE_S = 5.0
"""Seconds of an empty queue after which a shard that nobody began is sent again."""
KEEP_S = 10.0
PATIENCE_S = 120.0
"""Seconds that the broker may be away once a sweep has begun."""
WORD_S = 4.0
"""Seconds after which a sweep without workers says so."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A shard that was given up: how many combinations are missing for it, and why its last run gave nothing."""

    shard: int
    combinations: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """rows: of the shards that are done. resumed: shards that were done before. resent: messages sent again. cancelled: stopped before all were done."""

    rows: Rows
    failed: tuple[Failed, ...]
    shards: int
    resumed: int
    resent: int
    cancelled: bool


@dataclass(slots=True, eq=False)
class Coordinator:
    """One sweep at a broker. parts: the combinations of each shard. bars: packed, by their hash. progress: called with combinations that are
    done. say: a sentence for who waits."""

    url: str
    job: Job
    parts: Sequence[Numbers]
    bars: Mapping[str, bytes]
    store: Store
    app: Any
    progress: Callable[[int], None] = lambda combinations: None
    say: Callable[[str], None] = lambda sentence: None
    attempts: int = ATTEMPTS
    _rows: dict[int, Rows] = field(default_factory=dict)
    _failed: dict[int, Failed] = field(default_factory=dict)
    _sent: dict[int, int] = field(default_factory=dict)
    _resent: int = 0
    _owner: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def of(cls, url: str, job: Job, parts: Sequence[Numbers], bars: Mapping[str, bytes], **given: Any) -> Coordinator:
        """With the sweep and its bars at the broker. Raises BrokerError."""
        found = cls(url, job, parts, bars, Store(connected(url)), application(url, job.build), **given)
        with trouble(url):
            found.begin()
        return found

    def begin(self) -> None:
        """Puts the sweep and its bars at the broker. Rows that are there stay; what was sent is sent again."""
        for name, packed in self.bars.items():
            if self.store.put_bars(packed) != name:
                raise InternalError("bars are not under their own hash")
        self.store.begin(self.job, self._owner)
        self._sent = dict.fromkeys(self._sent, -1)

    def run(self) -> Swept:
        """Until every shard is done or given up; Ctrl-C keeps what is done; the workers stop unless another waits for the same sweep. Raises
        BrokerError where the broker stays away."""
        resumed, cancelled = 0, False
        begun = kept = moved = time.monotonic()
        away: float | None = None
        warned = False
        try:
            while True:
                try:
                    with trouble(self.url):
                        look = self.store.look(self.job, self.left(), QUEUE + self.job.build)
                        unequal = [shard for shard, why in look.errors.items() if why.startswith(Unequal.__name__)]
                        if unequal:
                            raise InternalError(f"shard {unequal[0]} of sweep {self.job.id} was run twice and gave other rows")
                        came = self.take(look)
                        if not self._sent and not resumed:
                            resumed = len(self._rows)
                        cancelled = look.cancelled
                        if cancelled or not self.left():
                            break
                        if not look.kept:  # the broker was started anew, or gave the memory to others
                            self.begin()
                        now = time.monotonic()
                        if came or look.leased or look.queued:
                            moved = now
                        self.send(look, idle=now - moved > IDLE_S)
                        if now - moved > IDLE_S:
                            moved = now
                        if not warned and not look.leased and now - begun > WORD_S:
                            warned = self.missing(self.store.listening())
                        if now - kept > KEEP_S:
                            self.store.keep(self.job, self._owner)
                            kept = now
                    away = None
                except BrokerError:
                    away = away or time.monotonic()
                    if time.monotonic() - away > PATIENCE_S:
                        raise
                    time.sleep(1.0)
                time.sleep(LOOK_S)
        except KeyboardInterrupt:
            cancelled = True
            with suppress(BrokerError), trouble(self.url):  # what is done is kept, whether or not the broker can be asked
                self.take(self.store.look(self.job, self.left(), QUEUE + self.job.build))
        finally:
            with suppress(BrokerError), trouble(self.url):  # what nobody waits for any more is stopped
                self.store.leave(self.job.id, self._owner)
        return Swept(
            self.together(),
            tuple(self._failed[k] for k in sorted(self._failed)),
            len(self.parts),
            resumed,
            self._resent,
            cancelled,
        )

    def left(self) -> list[int]:
        """The shards that are neither done nor given up."""
        return [k for k in range(len(self.parts)) if k not in self._rows and k not in self._failed]

    def asked(self, shard: int) -> Numbers:
        return self.parts[shard]

    def take(self, look: Look) -> int:
        """Takes the rows of shards that have become done. Returns of how many."""
        new = [shard for shard in self.left() if shard in look.done]
        for start in range(0, len(new), 16):
            part = new[start : start + 16]
            for shard, packed in zip(part, self.store.rows(self.job.id, part), strict=True):
                if packed is None:
                    continue
                try:
                    self._rows[shard] = unpacked_rows(packed, self.asked(shard))
                except Damaged:
                    self.store.drop_rows(self.job.id, shard)
                    continue
                self.progress(len(self.asked(shard)))
        return len(new)

    def send(self, look: Look, idle: bool) -> None:
        """Sends what was never sent and what is lost; gives up what was begun too often."""
        for shard in self.left():
            if shard in look.leased or shard in look.done:
                continue
            begun = look.attempts.get(shard, 0)
            if begun >= self.attempts:
                why = look.errors.get(shard, "its worker ended without a word each time")
                self._failed[shard] = Failed(shard, len(self.asked(shard)), why)
                self.progress(len(self.asked(shard)))
                continue
            sent = self._sent.get(shard)
            if sent is not None and begun <= sent and not (idle and not look.leased and not look.queued):
                continue  # in the queue, or on its way
            self._resent += sent is not None
            message = ShardAsked(job=self.job.id, build=self.job.build, shard=shard, runs=runs_of(self.asked(shard)))
            self.app.send_task(SHARD_TASK, args=[message.model_dump_json()], retry=False)
            self._sent[shard] = begun

    def missing(self, listening: list[Listening]) -> bool:
        """Says that nobody is there to work, if so."""
        if any(worker.build == self.job.build for worker in listening):
            return False
        if listening:
            self.say(
                f"Of {len(listening)} workers none is of this build of ApexTrade ({self.job.build}): their figures could differ in the "
                "last bits, so that they are given nothing. Bring them to the same version."
            )
        else:
            self.say(f"No worker listens. Start one, on this machine or another: apx worker --broker {shown(self.url)}")
        return True

    def together(self) -> Rows:
        """The rows of all shards in order. Raises InternalError if a combination is there twice."""
        parts = [self._rows[k] for k in sorted(self._rows)]
        numbers = np.concatenate([p.numbers for p in parts]) if parts else np.empty(0, dtype=np.int64)
        order = np.argsort(numbers)
        if len(numbers) > 1 and not (np.diff(numbers[order]) > 0).all():
            raise InternalError("a combination is twice in a sweep that was put together")
        return Rows(
            numbers[order],
            np.concatenate([p.values for p in parts])[order] if parts else np.empty((0, len(COLUMNS))),
            sum(p.tried for p in parts),
            sum(p.not_allowed for p in parts),
            tuple(sorted(r for p in parts for r in p.refused)),
        )
