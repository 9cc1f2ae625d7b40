"""Sweeps on real Celery workers and a real Redis server: the table of a local sweep to the bit, also when a worker is killed in the middle of a shard."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade import cli
from apextrade.sweeping.call import run_request
from apextrade.sweeping.distributed import run_on_celery
from apextrade.sweeping.grid import space_of
from apextrade.sweeping.request import Request
from apextrade.sweeping.shipped import opened, shipped
from apextrade.sweeping.table import SweepTable
from compiler.inputs import InputError
from compiler.pipeline import compile_text
from runtime.build import build_name
from runtime.sweep.cut import cut
from runtime.sweep.space import Axis
from stdlib.library import load
from tests.faults.rig import ROOT, RedisServer, Worker, leased_to, ready
from tests.generators.markets import market

TEXT = """apx 1
use "Trends" version 1
strategy "Averages"
trade "TEST" every 1d

input fast = 3 bars in 2 .. 60 step 1 bars
input slow = 8 bars in 3 .. 90 step 1 bars
input share = 10% in 5% .. 20% step 5%
input kind = "plain" in ["plain", "both"]
require fast < slow

settings
  capital 10_000 USD
  commission 0.1%

when crossing(fast, slow) and (kind == "plain" or close > close[1])
  buy share of equity

when sma(close, fast) crosses below sma(close, slow)
  exit position
"""
TRENDS = """apx 1
library "Trends" version 1

define crossing(fast, slow) = sma(close, fast) crosses above sma(close, slow)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    found = RedisServer()
    yield found
    found.close()


@pytest.fixture(scope="module")
def request_(tmp_path_factory: pytest.TempPathFactory) -> Request:
    folder = tmp_path_factory.mktemp("program")
    (folder / "trends.apx").write_text(TRENDS)
    (folder / "averages.apx").write_text(TEXT)
    program = apx.compile(folder / "averages.apx").compiled
    axes = [
        Axis("fast", tuple(map(float, range(2, 22)))),
        Axis("slow", tuple(map(float, range(10, 50)))),
        Axis("kind", ("plain", "both")),
    ]
    return Request(program, space_of(program, axes, {}), {"share": 0.15}, {"capital": 25_000.0, "commission": "0.2%"}, 0.01)


def same(one: SweepTable, other: SweepTable) -> None:
    assert one.rows.numbers.tolist() == other.rows.numbers.tolist()
    assert one.rows.values.tobytes() == other.rows.values.tobytes()
    assert (one.rows.tried, one.rows.not_allowed, one.rows.refused) == (
        other.rows.tried,
        other.rows.not_allowed,
        other.rows.refused,
    )
    assert (one.missing, one.cancelled) == (0, False)


def test_what_is_sent_runs_to_the_same_bits(request_: Request) -> None:
    candles = market(7, "hostile", 600)
    from apextrade.sweeping.call import rows

    numbers = request_.space.all(10_000)
    job, bars = shipped(request_, numbers, candles)
    runs = opened(type(job).model_validate_json(job.model_dump_json()), bars.__getitem__)
    found, own = runs(numbers[100:300], threading.Event()), rows(request_, candles, 100, 300)
    assert found.numbers.tolist() == own.numbers.tolist()
    assert found.values.tobytes() == own.values.tobytes()
    with pytest.raises(InputError, match="another one here"):
        opened(job.model_copy(update={"text": job.text.replace("fast < slow", "fast <= slow")}), bars.__getitem__)


def test_a_program_on_another_clock_than_it_says_is_the_same_one_there() -> None:
    text = TEXT.replace('use "Trends" version 1\n', "").replace("crossing(fast, slow)", "close > sma(close, fast)")
    of = compile_text(text, load(), every="1w")
    request = Request(of, space_of(of, [Axis("fast", (5.0, 9.0))], {}), {}, {}, 0.01)
    numbers, candles = request.space.all(10), market(7, "calm", 400)
    job, bars = shipped(request, numbers, candles)
    found = opened(type(job).model_validate_json(job.model_dump_json()), bars.__getitem__)(numbers, threading.Event())
    assert found.values.tobytes() == run_request(request, numbers, candles, "sharpe", 1).rows.values.tobytes()


def test_a_killed_worker_loses_no_combination_and_repeats_none(server: RedisServer, request_: Request) -> None:
    candles = market(11, "calm", 20_000)
    numbers = request_.space.all(10_000)
    workers = [Worker(server.url), Worker(server.url)]
    killed: list[str] = []

    def kill() -> None:
        """The first worker, once it is seen to hold a shard, with all its processes at once."""
        victim = workers[0]
        until = time.monotonic() + 60.0
        while time.monotonic() < until:
            victim.signal(signal.SIGSTOP)  # so that what is seen is still so when it is killed
            held = leased_to(server, victim.members())
            if held:
                victim.kill()
                killed.extend(held)
                return
            victim.signal(signal.SIGCONT)
            time.sleep(0.02)

    try:
        ready(server, 2)
        hand = threading.Thread(target=kill)
        hand.start()
        table = run_on_celery(request_, numbers, candles, "sharpe", server.url, shards=32)
        hand.join()
    finally:
        for worker in workers:
            worker.close()
    assert len(killed) == 1
    assert any("lost with their workers" in note for note in table.notes)

    same(table, run_request(request_, numbers, candles, "sharpe", 2))


def test_a_short_sweep_is_done_while_a_long_one_keeps_the_queue_busy_and_its_lost_message_is_found(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sweeps.coordinator.IDLE_S", 0.4)
    server, candles = RedisServer(), market(15, "calm", 20_000)
    many, few = request_.space.all(10_000), request_.space.drawn(40, 3)
    ended: list[str] = []
    tables: dict[str, SweepTable] = {}
    stolen: list[bytes] = []

    def sweep(name: str, numbers: np.ndarray, shards: int) -> None:
        tables[name] = run_on_celery(request_, numbers, candles, "sharpe", server.url, shards=shards)
        ended.append(name)

    long = threading.Thread(target=sweep, args=("long", many, 160))
    short = threading.Thread(target=sweep, args=("short", few, 4))
    queue = f"apextrade.sweeps.{build_name()}"
    own = shipped(request_, few, candles, shards=4)[0].id.encode()
    workers: list[Worker] = []

    def steal() -> None:
        """A message of the short sweep, before anybody works on it: as if the worker that had taken it were gone."""
        until = time.monotonic() + 60.0
        while time.monotonic() < until:
            for entry in server.client.lrange(queue, 0, -1):
                if own in entry and server.client.lrem(queue, 1, entry):
                    stolen.append(entry)
                    return
            time.sleep(0.02)

    try:
        long.start()
        until = time.monotonic() + 60.0
        while server.client.llen(queue) < 8 and time.monotonic() < until:
            time.sleep(0.02)
        assert server.client.llen(queue) == 8, "no more of a sweep waits in the queue than its window"
        short.start()
        steal()
        workers.append(Worker(server.url, 1))
        short.join()
        long.join()
    finally:
        for worker in workers:
            worker.close()
        server.close()
    assert len(stolen) == 1
    assert ended == ["short", "long"]
    assert any(note.startswith("1 shards were lost") for note in tables["short"].notes)
    same(tables["short"], run_request(request_, few, candles, "sharpe", 2))
    same(tables["long"], run_request(request_, many, candles, "sharpe", 2))


def test_a_sweep_that_was_stopped_goes_on_from_the_shards_that_are_done(server: RedisServer, request_: Request) -> None:
    candles, numbers = market(12, "calm", 3_000), request_.space.all(10_000)
    from server.sweeps.asked import ShardAsked, runs_of
    from server.sweeps.shard import Shards
    from server.sweeps.store import Store

    job, bars = shipped(request_, numbers, candles, shards=16)
    store, parts = Store(server.client), cut(request_.space, numbers, 16)
    for packed in bars.values():
        store.put_bars(packed)
    store.begin(job, "gone")
    shards = Shards(server.url, job.build, opened)
    for shard in (0, 7):  # what an earlier coordinator, now gone, had done
        asked = ShardAsked(job=job.id, build=job.build, shard=shard, runs=runs_of(parts[shard]))
        assert "rows" in shards.run(asked.model_dump_json())
    store.leave(job.id, "gone")
    worker = Worker(server.url)
    try:
        table = run_on_celery(request_, numbers, candles, "sharpe", server.url, shards=16)
    finally:
        worker.close()
    assert "2 of 16 shards were done before." in table.notes
    same(table, run_request(request_, numbers, candles, "sharpe", 2))


@pytest.mark.long
def test_a_broker_that_is_started_anew_is_given_the_sweep_again(request_: Request) -> None:
    candles, numbers = market(14, "calm", 20_000), request_.space.all(10_000)

    own = RedisServer()
    worker = Worker(own.url)

    def restart() -> None:
        """As soon as there are rows: with them, bars, sweep and messages are gone."""
        until = time.monotonic() + 60.0
        while time.monotonic() < until and not list(own.client.scan_iter("apx:sweep:*:rows")):
            time.sleep(0.02)
        own.stop()
        own.start()

    hand = threading.Thread(target=restart)
    try:
        ready(own, 1)
        hand.start()
        table = run_on_celery(request_, numbers, candles, "sharpe", own.url, shards=32)
        assert list(own.client.scan_iter("apx:sweep:*:rows")), "shards were done after it was started anew"
    finally:
        hand.join()
        worker.close()
        own.close()
    same(table, run_request(request_, numbers, candles, "sharpe", 2))


def test_ctrl_c_stops_the_sweep_and_keeps_what_is_done(server: RedisServer, tmp_path: Path) -> None:
    server.client.flushall()  # the workers of other tests were heard of a moment ago
    (tmp_path / "trends.apx").write_text(TRENDS)
    (tmp_path / "averages.apx").write_text(TEXT)
    market(13, "calm", 300).to_pandas().to_csv(tmp_path / "bars.csv")
    command = [
        sys.executable,
        "-m",
        "apextrade.cli",
        "sweep",
        "averages.apx",
        "--data",
        "bars.csv",
        "--celery",
        server.url,
        "--json",
    ]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "No worker listens" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    said = json.loads(out)
    assert (said["cancelled"], said["tried"]) == (True, 0)
    assert list(server.client.scan_iter("apx:sweep:*:cancelled"))


@pytest.mark.parametrize(
    ("url", "said"), [("redis://127.0.0.1:1/0", "can't be reached"), ("averages.apx", "A broker is a Redis server, such as")]
)
def test_a_broker_that_is_none_ends_both_commands_with_a_sentence(
    url: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program = str(ROOT / "examples" / "golden_cross.apx")
    for argv in (["worker", "--broker", url], ["sweep", program, "--data", "AAPL", "--celery", url, "--grid", "fast=10:20:10"]):
        assert cli.main(argv) == 2
        assert said in capsys.readouterr().err


def test_several_instruments_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(InputError, match="can't be swept on Celery yet"):
        apx.sweep(
            TEXT.replace('use "Trends" version 1\n', "").replace("crossing(fast, slow)", "close > sma(close, fast)"),
            {"A": market(1, "calm", 50)},
            celery="redis://x",
        )


def test_numbers_drawn_at_random_go_over_as_they_are(request_: Request) -> None:
    numbers = request_.space.drawn(40, 3)
    job, _ = shipped(request_, numbers, market(7, "calm", 50))
    other, _ = shipped(request_, request_.space.drawn(40, 4), market(7, "calm", 50))
    assert job.id != other.id
    assert job.count == len(np.unique(numbers)) == 40
