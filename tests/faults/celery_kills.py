"""A sweep on Celery whose workers are killed again and again: python -m tests.faults.celery_kills [--cells N] [--workers N] [--kills N] [--bars N]

Starts a Redis server and workers of its own, sends a sweep, and kills one of the workers again and again: all of it, or only the process that runs a
shard. When is drawn at random over the work, not over the clock, so that a faster machine has its kills sooner and never fewer. A worker that is gone is
replaced. Afterwards every combination must be there once, with the bits of the same sweep on this machine.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import threading
import time

import numpy as np

import apextrade as apx
from apextrade.sweeping.call import run_request
from apextrade.sweeping.distributed import run_on_celery
from apextrade.sweeping.grid import space_of
from apextrade.sweeping.request import Request
from runtime.sweep.space import Axis
from tests.faults.rig import RedisServer, Worker, leased_to, ready
from tests.generators.markets import market

TEXT = """apx 1
strategy "Averages"
trade "TEST" every 1h

input fast = 3 bars in 2 .. 101
input slow = 8 bars in 3 .. 400

settings
  capital 10_000 USD
  commission 0.1%

when sma(close, fast) crosses above sma(close, slow)
  buy 50% of equity

when sma(close, fast) crosses below sma(close, slow)
  exit position

# What reads the position is computed bar by bar for each combination: nothing of it is shared.
when position.profit < -400 USD or position.bars_held > 40
  exit position
"""
UNTIL = 0.9
"""The share of the work that is done, at most, when the last kill falls due."""


class Killer:
    """Ends workers at random moments of the work, and starts others in their place."""

    def __init__(self, server: RedisServer, count: int, kills: int, shards: int, seed: int) -> None:
        self.server, self.draw = server, random.Random(seed)
        self.due = sorted(self.draw.uniform(0.0, UNTIL) * shards for _ in range(kills))
        self.workers = [Worker(server.url, 1, "--quiet") for _ in range(count)]
        self.whole = self.parts = 0
        self.at: list[int] = []
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.work)

    @property
    def killed(self) -> int:
        return self.whole + self.parts

    def done(self) -> int:
        """Shards that have their rows."""
        return sum(self.server.client.hlen(name) for name in self.server.client.scan_iter("apx:sweep:*:rows"))

    def work(self) -> None:
        for due in self.due:
            while self.done() < due:
                if self.ended.wait(0.05):
                    return
            while not self.kill_one():
                if self.ended.wait(self.draw.uniform(0.02, 0.2)):  # so that the kill falls anywhere in a shard
                    return

    def kill_one(self) -> bool:
        """False where the one that was drawn has no shard at hand: it is starting, or between two."""
        if self.ended.wait(self.draw.uniform(0.0, 0.4)):
            return False
        at = self.draw.randrange(len(self.workers))
        victim = self.workers[at]
        members = victim.members()
        held = leased_to(self.server, members)
        if not held:
            return False
        done = self.done()
        if self.draw.random() < 0.5 and len(members) > 1:
            owner = self.server.client.get(held[0])
            if owner is None:
                return False
            child = int(owner.split(b":")[1])
            if child not in victim.members() or child == victim.pid:
                return False
            os.kill(child, signal.SIGKILL)
            self.parts += 1
        else:
            victim.kill()
            self.workers[at] = Worker(self.server.url, 1, "--quiet")
            self.whole += 1
        self.at.append(done)
        return True

    def close(self) -> None:
        self.ended.set()
        self.thread.join()
        for worker in self.workers:
            worker.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("cells", 20_000), ("workers", 4), ("kills", 20), ("bars", 60_000), ("shards", 200), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    slow = -(-args.cells // 100)
    axes = [Axis("fast", tuple(map(float, range(2, 102)))), Axis("slow", tuple(map(float, range(110, 110 + slow))))]
    program = apx.compile(TEXT).compiled
    request = Request(program, space_of(program, axes, {}), {}, {}, 0.01)
    numbers = request.space.all(10_000_000)[: args.cells]
    days = market(args.seed, "calm", args.bars)
    hours = days.time[0] + 3_600_000_000 * np.arange(args.bars)
    columns = {name: getattr(days, name) for name in ("open", "high", "low", "close", "volume")}
    candles = apx.Candles.from_arrays(time=hours, **columns)
    begun = time.monotonic()
    local = run_request(request, numbers, candles, "sharpe", os.cpu_count())
    alone = time.monotonic() - begun
    server = RedisServer()
    killer = Killer(server, args.workers, args.kills, args.shards, args.seed)
    try:
        ready(server, args.workers)
        killer.thread.start()
        begun = time.monotonic()
        table = run_on_celery(request, numbers, candles, "sharpe", server.url, shards=args.shards)
        took = time.monotonic() - begun
        attempts: dict[bytes, bytes] = {}
        for name in server.client.scan_iter("apx:sweep:*:attempts"):
            attempts |= server.client.hgetall(name)
        memory = server.client.info("memory")["used_memory_peak"]
    finally:
        killer.close()
        server.close()
    again = sum(int(count) - 1 for count in attempts.values())
    once = np.array_equal(table.rows.numbers, local.rows.numbers) and len(np.unique(table.rows.numbers)) == len(numbers)
    equal = table.rows.values.tobytes() == local.rows.values.tobytes()
    print(
        f"{args.cells:,} combinations x {args.bars:,} bars, {args.shards} shards, {args.workers} workers on {os.cpu_count()} processors"
    )
    print(f"on this machine alone {alone:.1f} s; on workers, killed {killer.killed} times, {took:.1f} s")
    print(f"kill -9: {killer.whole} whole workers, {killer.parts} processes of a worker, each with a shard at hand")
    print(f"shards done at each kill: {' '.join(map(str, killer.at))}")
    print(
        f"shards begun again: {again}; {'; '.join(note for note in table.notes if 'shard' in note) or 'no shard was sent again'}"
    )
    print(f"peak memory of Redis: {memory / 1e6:.1f} MB")
    print(f"every combination once: {once}; bit for bit the sweep of this machine: {equal}; missing: {table.missing}")
    done = killer.killed == args.kills
    if not done:
        print(f"the sweep ended after {killer.killed} of {args.kills} kills: give it more bars or more shards")
    return 0 if once and equal and done and not table.missing else 1


if __name__ == "__main__":
    raise SystemExit(main())
