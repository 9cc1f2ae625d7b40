"""What is kept of a sweep in Redis: bars by their hash, the sweep itself, leases, attempts, and the rows of each shard. All of it expires.

A shard is leased while it runs, and its rows are written once: the first to come stay. Everything that happens to a shard is one transaction, so that
whoever looks sees either a lease or what came of it.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import redis

from server.sweeps.asked import Job

KEPT_S = 24 * 3600
"""Seconds that anything is kept after it was last used."""
LEASE_S = 6.0
"""Seconds after which a shard whose worker says nothing counts as lost."""
RENEW_S = 1.0
WAITS_S = 60
"""Seconds after which a coordinator that says nothing waits no more."""
PIECE = 8 << 20
"""Bytes of bars that go over at a time."""

# Each takes or gives only what is its owner's.
RENEW = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end"
RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
# Who waits for a sweep, by the server's clock: of the last to leave it is stopped, and whoever is first tries again what was given up before.
WAIT = """
local now = redis.call('time')[1]
redis.call('zremrangebyscore', KEYS[1], '-inf', now - ARGV[2])
redis.call('zadd', KEYS[1], now, ARGV[1])
redis.call('expire', KEYS[1], ARGV[2])
"""
JOIN = (
    WAIT
    + """
redis.call('del', KEYS[2])
if redis.call('zcard', KEYS[1]) == 1 then redis.call('del', KEYS[3], KEYS[4]) end
"""
)
LEAVE = """
redis.call('zrem', KEYS[1], ARGV[1])
redis.call('zremrangebyscore', KEYS[1], '-inf', redis.call('time')[1] - ARGV[2])
if redis.call('zcard', KEYS[1]) == 0 then redis.call('set', KEYS[2], 1, 'EX', ARGV[3]) end
"""


class NotKept(LookupError):
    """Something is not, or no longer, at the broker."""


@dataclass(frozen=True, slots=True)
class Look:
    """Of the shards looked at: those with rows, those that somebody runs, how often each was begun, and why its last run failed. kept: whether the sweep
    and its bars are there."""

    done: frozenset[int]
    leased: frozenset[int]
    attempts: dict[int, int]
    errors: dict[int, str]
    cancelled: bool
    kept: bool


@dataclass(frozen=True, slots=True)
class Listening:
    """A worker that has been heard of."""

    build: str
    processes: int


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    client: redis.Redis
    """That gives bytes, not texts."""

    # ---------------------------------------------------------------- bars

    def put_bars(self, packed: bytes) -> str:
        """Keeps packed bars under their hash, unless they are there. Returns it."""
        name = hashlib.sha256(packed).hexdigest()
        key = f"apx:bars:{name}"
        if not self.client.hexists(key, "pieces"):
            starts = range(0, max(1, len(packed)), PIECE)
            for at, start in enumerate(starts):
                self.client.hset(key, str(at), zlib.compress(packed[start : start + PIECE], 1))
                self.client.expire(key, KEPT_S)
            self.client.hset(key, "pieces", len(starts))
        self.client.expire(key, KEPT_S)
        return name

    def bars(self, name: str) -> bytes:
        """Raises NotKept for bars that are not there, or are not those of the name."""
        key = f"apx:bars:{name}"
        count = self.client.hget(key, "pieces")
        if count is None:
            raise NotKept("the bars are no longer at the broker")
        pieces = []
        try:
            for at in range(int(count)):
                piece = self.client.hget(key, str(at))
                if piece is None:
                    break
                # No piece has more bytes than were put: what claims to be gigabytes is damaged.
                pieces.append(zlib.decompressobj().decompress(cast(bytes, piece), PIECE))
        except (zlib.error, ValueError):
            pieces = []
        packed = b"".join(pieces)
        if hashlib.sha256(packed).hexdigest() != name:
            raise NotKept("the bars at the broker are damaged")
        return packed

    # ---------------------------------------------------------------- sweeps

    def begin(self, job: Job, owner: str) -> None:
        """Keeps a sweep that its owner waits for. What was stopped or given up before may be tried again; rows that are there stay."""
        self.client.set(key(job.id, "job"), job.model_dump_json(), ex=KEPT_S)
        names = (key(job.id, name) for name in ("waiting", "cancelled", "attempts", "errors"))
        self.client.eval(JOIN, 4, *names, owner, WAITS_S)
        self.client.expire(key(job.id, "rows"), KEPT_S)

    def leave(self, job: str, owner: str) -> None:
        """The owner waits no more. Stops the sweep, unless somebody else waits for it."""
        self.client.eval(LEAVE, 2, key(job, "waiting"), key(job, "cancelled"), owner, WAITS_S, KEPT_S)

    def job(self, job: str) -> Job:
        text = self.client.get(key(job, "job"))
        if text is None:
            raise NotKept("the sweep is no longer at the broker")
        return Job.model_validate_json(text)

    def keep(self, job: Job, owner: str) -> None:
        """Lets nothing of a sweep that is under way expire."""
        with self.client.pipeline(transaction=False) as pipe:
            for name in ("job", "rows", "attempts", "errors"):
                pipe.expire(key(job.id, name), KEPT_S)
            for bars in bars_of(job):
                pipe.expire(bars, KEPT_S)
            pipe.eval(WAIT, 1, key(job.id, "waiting"), owner, WAITS_S)
            pipe.execute()

    def is_cancelled(self, job: str) -> bool:
        return bool(self.client.exists(key(job, "cancelled")))

    # ---------------------------------------------------------------- shards

    def take(self, job: str, shard: int, owner: str) -> bool:
        """Leases a shard to its owner and counts the attempt; False if somebody runs it, or it is done."""
        if self.client.hexists(key(job, "rows"), str(shard)):
            return False
        if not self.client.set(lease(job, shard), owner, nx=True, px=int(1000 * LEASE_S)):
            return False
        with self.client.pipeline() as pipe:
            pipe.hincrby(key(job, "attempts"), str(shard), 1)
            pipe.expire(key(job, "attempts"), KEPT_S)
            pipe.execute()
        return True

    def renew(self, job: str, shard: int, owner: str) -> bool:
        """False if the lease has gone to another."""
        if self.client.eval(RENEW, 1, lease(job, shard), owner, int(1000 * LEASE_S)):
            return True
        return bool(self.client.set(lease(job, shard), owner, nx=True, px=int(1000 * LEASE_S)))

    def release(self, job: str, shard: int, owner: str) -> None:
        self.client.eval(RELEASE, 1, lease(job, shard), owner)

    def put_rows(self, job: str, shard: int, packed: bytes) -> bytes:
        """Keeps the rows of a shard unless there are some. Returns those that are kept."""
        with self.client.pipeline() as pipe:
            pipe.hsetnx(key(job, "rows"), str(shard), packed)
            pipe.expire(key(job, "rows"), KEPT_S)
            pipe.hget(key(job, "rows"), str(shard))
            *_, kept = pipe.execute()
        return bytes(kept)

    def drop_rows(self, job: str, shard: int) -> None:
        self.client.hdel(key(job, "rows"), str(shard))

    def rows(self, job: str, shards: Sequence[int]) -> list[bytes | None]:
        if not shards:
            return []
        return cast("list[bytes | None]", self.client.hmget(key(job, "rows"), [str(shard) for shard in shards]))

    def failed(self, job: str, shard: int, why: str) -> None:
        """Why a run of a shard gave nothing."""
        with self.client.pipeline() as pipe:
            pipe.hset(key(job, "errors"), str(shard), why[:500])
            pipe.expire(key(job, "errors"), KEPT_S)
            pipe.execute()

    def look(self, job: Job, shards: Sequence[int]) -> Look:
        """At one moment."""
        needed = (key(job.id, "job"), *bars_of(job))
        with self.client.pipeline() as pipe:
            pipe.hkeys(key(job.id, "rows"))
            pipe.hgetall(key(job.id, "attempts"))
            pipe.hgetall(key(job.id, "errors"))
            pipe.exists(key(job.id, "cancelled"))
            pipe.exists(*needed)
            if shards:
                pipe.mget([lease(job.id, shard) for shard in shards])
            done, attempts, errors, cancelled, there, *leases = pipe.execute()
        held = leases[0] if leases else []
        return Look(
            frozenset(int(shard) for shard in done),
            frozenset(shard for shard, owner in zip(shards, held, strict=True) if owner is not None),
            {int(shard): int(count) for shard, count in attempts.items()},
            {int(shard): why.decode("utf-8", "replace") for shard, why in errors.items()},
            bool(cancelled),
            int(there) == len(needed),
        )

    def queued(self, queue: str) -> set[str]:
        """The ids of the messages that wait in a queue."""
        found = set()
        for entry in cast("list[bytes]", self.client.lrange(queue, 0, -1)):
            try:
                found.add(str(json.loads(entry)["headers"]["id"]))
            except (ValueError, KeyError, TypeError):
                continue  # no message of ours
        return found

    # ---------------------------------------------------------------- workers

    def here(self, name: str, build: str, processes: int) -> None:
        """A worker says that it is there; to be said again every few seconds."""
        self.client.set(f"apx:worker:{name}", json.dumps({"build": build, "processes": processes}), ex=int(2 * LEASE_S))

    def broker(self) -> str:
        """Which start of the Redis server this is."""
        return str(self.client.info("server")["run_id"])

    def gone(self, name: str) -> None:
        self.client.delete(f"apx:worker:{name}")

    def listening(self) -> list[Listening]:
        """The workers that have been heard of in the last seconds."""
        names: Iterable[Any] = self.client.scan_iter("apx:worker:*", count=1000)
        found = []
        for text in (self.client.get(name) for name in names):
            if text is not None:
                said = json.loads(text)
                found.append(Listening(str(said["build"]), int(said["processes"])))
        return found


def key(job: str, name: str) -> str:
    return f"apx:sweep:{job}:{name}"


def bars_of(job: Job) -> tuple[str, ...]:
    """The keys of the bars that a sweep needs; each once."""
    return tuple(dict.fromkeys(f"apx:bars:{name}" for name in (job.bars, job.detail) if name is not None))


def lease(job: str, shard: int) -> str:
    return f"apx:sweep:{job}:lease:{shard}"
