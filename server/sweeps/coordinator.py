"""Sends the shards of a sweep, notices those that are lost, and puts the rows together: each combination once.

A worker that dies takes its message with it, and Redis gives that to another only after an hour. So a shard that was begun, has no rows and is leased
by nobody counts as lost, and is sent again; and so is one that nobody began although its message is no longer in the queue. Messages may therefore come
twice: leases and rows that are written once make that harmless. A shard that was begun too often is given up, and the rest goes on.

The queue is first come, first served, so a sweep puts only a few shards into it at a time: those of several sweeps take turns, and what is sent again
does not wait behind all of another sweep.
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
"""Seconds between two looks into the queue for shards that nobody began; what is missing at both is sent again."""
WINDOW = 8
"""So many shards of a sweep wait in the queue at most, or WINDOW_SHARE for each process that works, if that is more."""
WINDOW_SHARE = 3
LISTEN_S = 1.0
"""Seconds between two counts of who works."""
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


@dataclass(frozen=True, slots=True)
class Sent:
    """A message: how often its shard had been begun by then (-1: by a broker that has forgotten it), and when it was sent."""

    begun: int
    at: float


@dataclass(slots=True)
class Clock:
    """When a sweep was begun, when things were last done that are done every few seconds, and whether who waits was told that nobody works."""

    begun: float
    warned: bool = False
    _last: dict[str, float] = field(default_factory=dict)

    def due(self, name: str, every: float, now: float) -> bool:
        """Whether something has not been done for so many seconds; it counts as done now."""
        if now - self._last.get(name, float("-inf")) < every:
            return False
        self._last[name] = now
        return True


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
    _sent: dict[int, Sent] = field(default_factory=dict)
    _resumed: int = 0
    _resent: int = 0
    _owner: str = field(default_factory=lambda: uuid.uuid4().hex)
    _clock: Clock = field(default_factory=lambda: Clock(time.monotonic()))
    _absent: frozenset[int] = frozenset()
    _processes: int = 0

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
        self._sent = {shard: Sent(-1, sent.at) for shard, sent in self._sent.items()}

    def run(self) -> Swept:
        """Until every shard is done or given up; Ctrl-C keeps what is done; the workers stop unless another waits for the same sweep. Raises
        BrokerError where the broker stays away."""
        try:
            cancelled = self.wait()
        except KeyboardInterrupt:
            cancelled = True
            with suppress(BrokerError), trouble(self.url):  # what is done is kept, whether or not the broker can be asked
                self.take(self.store.look(self.job, self.left()))
        finally:
            with suppress(BrokerError), trouble(self.url):  # what nobody waits for any more is stopped
                self.store.leave(self.job.id, self._owner)
        failed = tuple(self._failed[k] for k in sorted(self._failed))
        return Swept(self.together(), failed, len(self.parts), self._resumed, self._resent, cancelled)

    def wait(self) -> bool:
        """Looks again and again until nothing is left. Returns whether the sweep was stopped. Raises BrokerError where the broker stays away."""
        away: float | None = None
        while True:
            try:
                with trouble(self.url):
                    look = self.step()
            except BrokerError:
                away = away or time.monotonic()
                if time.monotonic() - away > PATIENCE_S:
                    raise
                time.sleep(1.0)
                continue
            away = None
            if look.cancelled or not self.left():
                return look.cancelled
            time.sleep(LOOK_S)

    def step(self) -> Look:
        """One look, and what follows from it: takes rows, gives shards up, sends others, says what who waits should know."""
        look = self.store.look(self.job, self.left())
        self.require_equal(look)
        self.take(look)
        if not self._sent and not self._resumed:
            self._resumed = len(self._rows)
        if look.cancelled or not self.left():
            return look
        if not look.kept:  # the broker was started anew, or gave the memory to others
            self.begin()
        now = time.monotonic()
        if self._clock.due("listened", LISTEN_S, now):
            self.listen(look, now)
        self.give_up(look)
        self.send(self.due(look, now), look, now)
        if self._clock.due("kept", KEEP_S, now):
            self.store.keep(self.job, self._owner)
        return look

    def require_equal(self, look: Look) -> None:
        """Raises InternalError for a shard that was run twice and gave other rows."""
        unequal = [shard for shard, why in look.errors.items() if why.startswith(Unequal.__name__)]
        if unequal:
            raise InternalError(f"shard {unequal[0]} of sweep {self.job.id} was run twice and gave other rows")

    def listen(self, look: Look, now: float) -> None:
        """Counts the processes that work for this build, and says once where there are none."""
        listening = self.store.listening()
        self._processes = sum(worker.processes for worker in listening if worker.build == self.job.build)
        if not self._clock.warned and not look.leased and now - self._clock.begun > WORD_S:
            self._clock.warned = self.missing(listening)

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

    def give_up(self, look: Look) -> None:
        """Shards that were begun too often, and are not running or done."""
        for shard in self.left():
            if shard not in look.leased and shard not in look.done and look.attempts.get(shard, 0) >= self.attempts:
                why = look.errors.get(shard, "its worker ended without a word each time")
                self._failed[shard] = Failed(shard, len(self.asked(shard)), why)
                self.progress(len(self.asked(shard)))

    def due(self, look: Look, now: float) -> list[int]:
        """The shards to send now: first those that were begun and lost, then those whose message is lost, then new ones, as long as few wait in the
        queue. So a sweep leaves room between its shards for those of others, and one that is sent again waits for few."""
        idle = [shard for shard in self.left() if shard not in look.leased and shard not in look.done]
        again = [k for k in idle if k in self._sent and look.attempts.get(k, 0) > self._sent[k].begun]
        waiting = [k for k in idle if k in self._sent and look.attempts.get(k, 0) <= self._sent[k].begun]
        lost = self.lost(waiting, now)
        room = max(WINDOW, WINDOW_SHARE * self._processes) - (len(waiting) - len(lost))
        return [*again, *lost, *(k for k in idle if k not in self._sent)][: max(0, room)]

    def lost(self, waiting: Sequence[int], now: float) -> list[int]:
        """Of the shards that wait, those whose messages are gone: not in the queue, and not begun, at two looks in a row. How busy the queue is with
        other sweeps does not matter."""
        old = [shard for shard in waiting if now - self._sent[shard].at > IDLE_S]
        if not old or not self._clock.due("searched", IDLE_S, now):
            return []
        there = self.store.queued(QUEUE + self.job.build)
        absent = frozenset(shard for shard in old if self.message_id(shard) not in there)
        gone = absent & self._absent
        self._absent = absent - gone
        return sorted(gone)

    def message_id(self, shard: int) -> str:
        return f"{self.job.id}.{shard}"

    def send(self, shards: Sequence[int], look: Look, now: float) -> None:
        for shard in shards:
            self._resent += shard in self._sent
            message = ShardAsked(job=self.job.id, build=self.job.build, shard=shard, runs=runs_of(self.asked(shard)))
            self.app.send_task(SHARD_TASK, args=[message.model_dump_json()], task_id=self.message_id(shard), retry=False)
            self._sent[shard] = Sent(look.attempts.get(shard, 0), now)

    def missing(self, listening: list[Listening]) -> bool:
        """Says that nobody is there to work, if so."""
        if self._processes:
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
