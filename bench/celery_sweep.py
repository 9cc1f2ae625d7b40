"""How sweeps on Celery grow with workers: one process against two on the same machine, and against the same sweep without Celery.

Checks that all give the same bits, then takes the least of some rounds that follow each other in turn. The broker is a Redis server of its own.
Processor seconds are those of workers and coordinator together: on a busy machine they say more than the clock.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import apextrade as apx
from apextrade.sweeping.call import run_request
from apextrade.sweeping.distributed import run_on_celery
from apextrade.sweeping.grid import space_of
from apextrade.sweeping.request import Request
from apextrade.sweeping.table import SweepTable
from runtime.sweep.space import Axis

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.faults.celery_kills import TEXT
from tests.faults.rig import RedisServer, Worker, ready
from tests.generators.markets import market

CELLS, BARS, ROUNDS = 10_000, 60_000, 2


def main() -> int:
    axes = [Axis("fast", tuple(map(float, range(2, 102)))), Axis("slow", tuple(map(float, range(110, 110 + CELLS // 100))))]
    program = apx.compile(TEXT).compiled
    request = Request(program, space_of(program, axes, {}), {}, {}, 0.01)
    numbers, candles = request.space.all(CELLS), market(1, "calm", BARS)
    servers = {count: RedisServer() for count in (1, 2)}
    workers = {count: Worker(server.url, count, "--quiet") for count, server in servers.items()}

    def on_workers(count: int) -> SweepTable:
        servers[count].client.flushall()  # nothing is left of the last round
        return run_on_celery(request, numbers, candles, "sharpe", servers[count].url)

    def spent() -> float:
        return time.process_time() + sum(worker.processor_seconds() for worker in workers.values())

    ways: dict[str, Callable[[], SweepTable]] = {
        "here, 1 thread": lambda: run_request(request, numbers, candles, "sharpe", 1),
        "here, 2 threads": lambda: run_request(request, numbers, candles, "sharpe", 2),
        "Celery, 1 process": lambda: on_workers(1),
        "Celery, 2 processes": lambda: on_workers(2),
    }
    try:
        for server in servers.values():
            ready(server, 1)
        bits = {name: way().rows.values.tobytes() for name, way in ways.items()}
        assert len(set(bits.values())) == 1, "the ways do not agree"
        least, work = dict.fromkeys(ways, float("inf")), dict.fromkeys(ways, float("inf"))
        for _ in range(ROUNDS):
            for name, way in ways.items():
                begun, before = time.perf_counter(), spent()
                way()
                least[name] = min(least[name], time.perf_counter() - begun)
                work[name] = min(work[name], spent() - before)
    finally:
        for worker in workers.values():
            worker.close()
        for server in servers.values():
            server.close()
    print(f"{CELLS:,} combinations x {BARS:,} bars; {platform.machine()}, {os.cpu_count()} processors; the same bits each way")
    for name, seconds in least.items():
        print(
            f"  {name:<20} {seconds:6.2f} s, {work[name]:6.2f} processor seconds, {CELLS / seconds:8,.0f} combinations a second"
        )
    here, there = least["here, 1 thread"], least["here, 2 threads"]
    one, two = least["Celery, 1 process"], least["Celery, 2 processes"]
    print(
        f"two against one: Celery {one / two:.2f} x, threads here {here / there:.2f} x; Celery's two against two threads {there / two:.2f} x"
    )
    one, two = work["Celery, 1 process"], work["Celery, 2 processes"]
    print(
        f"by processor seconds alone two processes could do {2 * one / two:.2f} x the work of one; Celery's is {one / work['here, 1 thread']:.2f} x that of one thread"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
