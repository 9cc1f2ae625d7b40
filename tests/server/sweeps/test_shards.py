"""One process that runs shards, on a real Redis server: leases, rows written once, refusals, failures, poison."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compiler.diagnostics import InternalError
from runtime.statistics import COLUMNS
from runtime.sweep.space import Numbers
from runtime.sweep.task import Rows
from server.sweeps.answered import Damaged, packed_rows, unpacked_rows
from server.sweeps.asked import AxisSent, Job, ShardAsked, numbers_of, runs_of, shard_count
from server.sweeps.broker import QUEUE, SHARD_TASK, BrokerError, application, checked_url, connected, shown
from server.sweeps.coordinator import Coordinator
from server.sweeps.shard import Shards
from server.sweeps.store import NotKept, Store
from tests.faults.rig import RedisServer

BUILD = "here"
BARS = hashlib.sha256(b"bars").hexdigest()


def rows_of(numbers: Numbers, add: float = 0.0) -> Rows:
    values = np.add.outer(numbers.astype(np.float64), np.arange(len(COLUMNS)) + add)
    return Rows(numbers, values, len(numbers), 0, ())


def job(count: int = 100, shards: int = 4, build: str = BUILD) -> Job:
    return Job(
        build=build, text="apx 1", every="", program="", libraries=(), axes=(AxisSent(name="n", values=(1.0, True, "1", 5.0)),),
        fixed={}, settings={}, tick=None, lot=None, multiplier=None, bars=BARS, detail=None, numbers="", count=count, shards=shards,
    )  # fmt: skip


def asked(of: Job, shard: int) -> str:
    numbers = np.arange(of.count, dtype=np.int64)[25 * shard : 25 * shard + 25]
    return ShardAsked(job=of.id, build=of.build, shard=shard, runs=runs_of(numbers)).model_dump_json()


def opens(runs: Callable[[Numbers, threading.Event], Rows]) -> Callable[..., Callable[[Numbers, threading.Event], Rows]]:
    return lambda job, bars: runs


class Inline:
    """Sends messages to shards in this process, in place of Celery: the lost ones go nowhere."""

    def __init__(self, shards: Shards, lost: set[int]) -> None:
        self.shards, self.lost, self.said = shards, lost, []

    def send_task(self, name: str, args: list[str], task_id: str, retry: bool) -> None:
        shard = ShardAsked.model_validate_json(args[0]).shard
        if shard in self.lost:
            self.lost.remove(shard)
            return
        self.said.append(self.shards.run(args[0]))


def coordinator(server: RedisServer, store: Store, of: Job, shards: Shards, lost: set[int] | None = None) -> Coordinator:
    numbers = np.arange(of.count, dtype=np.int64)
    parts = [numbers[k : k + 25] for k in range(0, of.count, 25)]
    found = Coordinator(server.url, of, parts, {BARS: b"bars"}, store, Inline(shards, lost or set()), attempts=3)
    found.begin()
    return found


def test_a_value_keeps_its_kind_on_the_way() -> None:
    there = Job.model_validate_json(job().model_dump_json())
    assert there == job()
    assert [type(value) for value in there.axes[0].values] == [float, bool, str, float]
    assert there.id == job().id != job(shards=5).id


@pytest.mark.parametrize("numbers", [[], [5], [0, 1, 2], [0, 2, 3, 9]])
def test_numbers_are_the_same_from_their_runs(numbers: list[int]) -> None:
    given = np.array(numbers, dtype=np.int64)
    assert numbers_of(runs_of(given)).tolist() == numbers


def test_shards_follow_from_the_sweep_alone() -> None:
    assert shard_count(20_000, 3_000) == 64
    assert shard_count(20_000, 10_000_000) == 500
    assert shard_count(3, 1) == 1


def test_rows_come_back_with_every_bit_and_their_checksum_is_held_against_them() -> None:
    numbers = np.array([3, 4, 9, 12], dtype=np.int64)
    values = np.full((2, len(COLUMNS)), np.nan)
    values[0, :3] = (-0.0, 5e-324, np.inf)
    packed = packed_rows(Rows(numbers[:2], values, 4, 1, ((12, "no"),)))
    found = unpacked_rows(packed, numbers)
    assert found.values.tobytes() == values.tobytes()
    assert (found.numbers.tolist(), found.tried, found.not_allowed, found.refused) == ([3, 4], 4, 1, ((12, "no"),))
    for wrong in (packed[:-1], packed[:40] + b"x" + packed[41:], b""):
        with pytest.raises(Damaged):
            unpacked_rows(wrong, numbers)
    for body in (b"", (1 << 60).to_bytes(8, "little") + b"{}", (2).to_bytes(8, "little") + b"[]"):
        with pytest.raises(Damaged, match="no rows"):
            unpacked_rows(hashlib.sha256(body).digest() + body, numbers)
    twice = packed_rows(Rows(np.array([3, 3]), values, 4, 1, ((12, "no"),)))
    with pytest.raises(Damaged, match="not the combinations"):
        unpacked_rows(twice, numbers)
    with pytest.raises(Damaged, match="not the combinations"):
        unpacked_rows(packed, np.array([3, 5, 9, 12], dtype=np.int64))


def test_bars_are_kept_once_by_their_hash_and_damage_is_noticed(store: Store) -> None:
    packed = bytes(range(256)) * 70_000
    name = store.put_bars(packed)
    assert store.put_bars(packed) == name
    assert store.bars(name) == packed
    assert 0 < store.client.ttl(f"apx:bars:{name}") <= 24 * 3600
    store.client.hset(f"apx:bars:{name}", "1", b"rubbish")
    with pytest.raises(NotKept, match="damaged"):
        store.bars(name)
    with pytest.raises(NotKept, match="no longer"):
        store.bars("1" * 64)


def test_a_shard_is_leased_to_one_and_its_first_rows_stay(store: Store) -> None:
    sweep = job()
    of = sweep.id
    assert store.take(of, 3, "one")
    assert not store.take(of, 3, "two")
    assert store.renew(of, 3, "one")
    assert not store.renew(of, 3, "two")
    store.release(of, 3, "two")
    assert store.look(sweep, [3]).leased == {3}
    assert store.put_rows(of, 3, b"first") == b"first"
    assert store.put_rows(of, 3, b"second") == b"first"
    store.release(of, 3, "one")
    assert not store.take(of, 3, "three"), "what is done is not run again"
    assert store.look(sweep, [3]).attempts == {3: 1}


def test_a_sweep_is_put_together_although_messages_and_rows_are_lost(
    server: RedisServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sweeps.coordinator.IDLE_S", 0.3)
    of, runs = job(), []

    def run(numbers: Numbers, stop: threading.Event) -> Rows:
        runs.append(int(numbers[0]))
        return rows_of(numbers)

    shards = Shards(server.url, BUILD, opens(run))
    found = coordinator(server, store, of, shards, {1, 2}).run()
    assert found.rows.numbers.tolist() == list(range(100))
    assert found.rows.values.tobytes() == rows_of(np.arange(100)).values.tobytes()
    assert found.resent == 2
    assert (found.failed, found.resumed, found.cancelled) == ((), 0, False)
    assert sorted(runs) == [0, 25, 50, 75]
    again = coordinator(server, store, of, shards).run()
    assert again.resumed == 4
    assert len(runs) == 4, "a sweep that is done is not run again"
    store.client.hset(f"apx:sweep:{of.id}:rows", "2", b"damaged")
    mended = coordinator(server, store, of, shards).run()
    assert mended.resumed == 3
    assert mended.rows.values.tobytes() == found.rows.values.tobytes()
    assert len(runs) == 5


def test_a_shard_that_fails_each_time_is_given_up_and_the_others_stay(server: RedisServer, store: Store) -> None:
    runs: list[int] = []

    def run(numbers: Numbers, stop: threading.Event) -> Rows:
        runs.append(int(numbers[0]))
        if numbers[0] == 50:
            raise MemoryError("too many bars")
        return rows_of(numbers)

    found = coordinator(server, store, job(), Shards(server.url, BUILD, opens(run))).run()
    assert runs.count(50) == 3
    assert [(one.shard, one.combinations, one.reason) for one in found.failed] == [(2, 25, "MemoryError: too many bars")]
    assert found.rows.numbers.tolist() == [*range(50), *range(75, 100)]


def test_a_shard_that_fails_once_is_run_again(server: RedisServer, store: Store) -> None:
    runs: list[int] = []

    def run(numbers: Numbers, stop: threading.Event) -> Rows:
        runs.append(int(numbers[0]))
        if numbers[0] == 50 and runs.count(50) == 1:
            raise OSError("a passing trouble")
        return rows_of(numbers)

    found = coordinator(server, store, job(), Shards(server.url, BUILD, opens(run))).run()
    assert (found.rows.numbers.tolist(), found.failed, found.resent) == (list(range(100)), (), 1)


def test_a_second_run_with_other_bits_is_a_defect_that_is_said(server: RedisServer, store: Store) -> None:
    of = job(count=50)
    store.begin(of, "one")
    shards = Shards(server.url, BUILD, opens(lambda numbers, stop: rows_of(numbers, 1e-9)))
    store.put_rows(of.id, 0, packed_rows(rows_of(np.arange(25))))
    real = store.client.hexists
    # As after a stall: the rows come in while the second run is at it.
    shards.store().client.hexists = lambda name, field: False if name.endswith(":rows") else real(name, field)  # type: ignore[method-assign]
    assert "other rows" in shards.run(asked(of, 0))
    with pytest.raises(InternalError, match="gave other rows"):
        coordinator(server, store, of, shards).run()


def test_another_build_refuses_a_shard_and_so_does_a_worker_after_the_sweep_was_stopped(
    server: RedisServer, store: Store
) -> None:
    shards = Shards(server.url, BUILD, opens(lambda numbers, stop: rows_of(numbers)))
    other = job(build="elsewhere")
    store.begin(other, "one")
    assert shards.run(asked(other, 0)).startswith("refused: for build elsewhere")
    assert shards.run("{}").startswith("refused: no message")
    ours = job()
    store.begin(ours, "one")
    store.leave(ours.id, "one")
    assert shards.run(asked(ours, 0)).startswith("dropped")
    assert store.look(ours, [0]).attempts == {}


def test_a_broker_that_forgot_everything_is_given_the_sweep_again(
    server: RedisServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sweeps.coordinator.IDLE_S", 600.0)
    runs: list[int] = []

    def run(numbers: Numbers, stop: threading.Event) -> Rows:
        runs.append(int(numbers[0]))
        return rows_of(numbers)

    def restarted(job: Job, bars: Callable[[str], bytes]) -> Callable[[Numbers, threading.Event], Rows]:
        assert bars(job.bars) == b"bars"
        return run

    shards = Shards(server.url, BUILD, restarted)
    asking = coordinator(server, store, job(), shards, {1, 2})
    forgotten: list[int] = []

    def forget(combinations: int) -> None:
        """Redis starts anew once two shards have come, the others being in its queue; no worker has the sweep at hand."""
        forgotten.append(combinations)
        if len(forgotten) == 2:
            store.client.flushall()
            shards._ready.clear()

    asking.progress = forget
    found = asking.run()
    assert found.rows.numbers.tolist() == list(range(100))
    assert (found.failed, found.cancelled) == ((), False)
    assert sorted(runs) == [0, 25, 50, 75]


def test_ctrl_c_keeps_the_shards_that_are_done_at_that_moment(server: RedisServer, store: Store) -> None:
    of = job()
    asking = coordinator(server, store, of, Shards(server.url, BUILD, opens(lambda numbers, stop: rows_of(numbers))), {3})
    came: list[int] = []

    def stopped(combinations: int) -> None:
        came.append(combinations)
        if len(came) == 1:
            raise KeyboardInterrupt

    asking.progress = stopped
    found = asking.run()
    assert found.cancelled
    assert found.rows.numbers.tolist() == list(range(75))
    assert store.is_cancelled(of.id)


def test_who_stops_waiting_stops_the_sweep_only_if_nobody_else_waits(server: RedisServer, store: Store) -> None:
    of = job()
    store.begin(of, "one")
    store.failed(of.id, 0, "a passing trouble")
    store.begin(of, "two")
    assert store.look(of, [0]).errors, "what is under way is not begun anew"
    store.leave(of.id, "one")
    assert not store.is_cancelled(of.id)
    store.leave(of.id, "two")
    assert store.is_cancelled(of.id)
    store.begin(of, "three")
    assert not store.is_cancelled(of.id)
    assert not store.look(of, [0]).errors
    store.client.zadd(f"apx:sweep:{of.id}:waiting", {"four": 1.0})  # who was killed long ago
    store.leave(of.id, "three")
    assert store.is_cancelled(of.id)


def test_what_would_fill_the_memory_of_a_worker_is_refused(server: RedisServer, store: Store) -> None:
    of = job()
    store.begin(of, "one")
    shards = Shards(server.url, BUILD, opens(lambda numbers, stop: rows_of(numbers)))
    for runs in ([[0, 1 << 40]], [[0, 1 << 24], [0, 1 << 24]], [[-5, 3]], [[0, 0]]):
        text = json.dumps({"job": of.id, "build": BUILD, "shard": 0, "runs": runs})
        assert shards.run(text).startswith("refused: no message")
    assert shard_count(1 << 31, 1) == 128
    name = store.put_bars(b"x")
    store.client.hset(f"apx:bars:{name}", "0", zlib.compress(bytes(1 << 28)))
    tracemalloc.start()
    with pytest.raises(NotKept, match="damaged"):
        store.bars(name)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 26
    store.client.hset(f"apx:bars:{name}", "pieces", 1 << 50)
    with pytest.raises(NotKept, match="damaged"):
        store.bars(name)


def test_a_run_is_told_to_stop_when_its_sweep_is_stopped(server: RedisServer, store: Store) -> None:
    of = job()
    store.begin(of, "one")

    def run(numbers: Numbers, stop: threading.Event) -> Rows:
        store.leave(of.id, "one")
        assert stop.wait(20.0)
        return rows_of(numbers[:3])

    assert Shards(server.url, BUILD, opens(run)).run(asked(of, 0)) == "stopped"
    look = store.look(of, [0])
    assert (look.done, look.leased) == (frozenset(), frozenset())


def test_a_broker_that_is_not_there_is_said_in_a_sentence_without_the_password() -> None:
    with pytest.raises(BrokerError, match=r"redis://:…@127\.0\.0\.1:1/0 can't be reached"):
        connected("redis://:secret@127.0.0.1:1/0")
    with pytest.raises(BrokerError, match="such as redis://localhost"):
        checked_url("averages.apx")
    assert "secret" not in shown("rediss://me:secret@host/1")


@pytest.mark.parametrize(
    "url",
    ["redis://localhost:secret/0", "redis://[::1", "redis://host:99999/0", "redis://:12/secret@host:6379/0", "redis://:se#cret@host",
     "redis://me:secret@host/0?password=secret", "redis://:secret@host/secrets", ":secret@host:6379/0", "unix:///s?x=1", ""],
)  # fmt: skip
def test_an_address_that_is_none_is_said_without_repeating_what_may_be_a_password(url: str) -> None:
    with pytest.raises(BrokerError) as caught:
        checked_url(url)
    assert "secret" not in str(caught.value).replace("this is secrets", "")


def test_celery_takes_the_addresses_that_we_take(tmp_path: Path) -> None:
    """A message sent by Celery to a socket is where our own connection looks for it, in each database."""
    socket = tmp_path / "redis.sock"
    server = RedisServer("--unixsocket", str(socket))
    try:
        for db in (0, 3):
            url = f"unix://{socket}?db={db}"
            application(url, BUILD).send_task(SHARD_TASK, args=["{}"], retry=False)
            assert connected(url).llen(QUEUE + BUILD) == 1
    finally:
        server.close()


def test_celery_checks_the_certificate_of_an_encrypted_broker_unless_the_address_says_otherwise() -> None:
    assert application("rediss://host/0", BUILD).connection_for_write().ssl["ssl_cert_reqs"] == ssl.CERT_REQUIRED
    assert application("rediss://host/0?ssl_cert_reqs=none", BUILD).connection_for_write().ssl["ssl_cert_reqs"] == ssl.CERT_NONE
    assert not application("redis://host/0", BUILD).connection_for_write().ssl


def test_a_broker_without_memory_is_said(server: RedisServer, store: Store) -> None:
    server.client.config_set("maxmemory", "1mb")
    try:
        with pytest.raises(BrokerError, match="out of memory"):
            Coordinator.of(server.url, job(), [np.arange(100)], {"x": b"bars"})
    finally:
        server.client.config_set("maxmemory", "0")
