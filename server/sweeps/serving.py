"""A worker: a Celery worker whose processes run shards, and the word that it is there."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import redis
from celery.signals import worker_process_init, worker_ready, worker_shutting_down

from server.sweeps.broker import SHARD_TASK, application, connected
from server.sweeps.shard import Opens, Shards
from server.sweeps.store import RENEW_S, Store
from server.workers.confinement import confine


@dataclass(frozen=True, slots=True)
class Limits:
    """processes: of the worker. soft_s: a shard that takes longer is given up and tried again elsewhere; hard_s: its process is ended.
    megabytes: of memory, of each process beyond what it begins with; 0: no limit."""

    processes: int = 2
    soft_s: int = 1800
    hard_s: int = 2100
    megabytes: int = 0


def serve(url: str, build: str, opens: Opens, limits: Limits, level: str = "INFO") -> int:
    """Runs a worker until it is told to stop: with TERM or Ctrl-C it finishes the shards at hand. Raises BrokerError if the broker can't be reached."""
    connected(url).close()
    app = application(url, build)
    shards = Shards(url, build, opens)
    app.task(name=SHARD_TASK)(shards.run)
    app.conf.update(task_soft_time_limit=limits.soft_s, task_time_limit=limits.hard_s)
    name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    ended, here = threading.Event(), threading.Event()

    def reconnect() -> None:
        """A message that could not be acknowledged while the broker was away would keep Celery from taking another, for good."""
        hub = worker.consumer.hub
        if hub is not None:
            hub.call_soon(_away)

    def begun(**_: Any) -> None:
        if here.is_set():  # connected once more
            return
        here.set()
        threading.Thread(
            target=heard, args=(url, name, build, limits.processes, ended, reconnect), name="here", daemon=True
        ).start()

    def ending(**_: Any) -> None:
        ended.set()

    def confined(**_: Any) -> None:
        if limits.megabytes:
            confine(limits.megabytes)

    worker_ready.connect(begun, weak=False)
    worker_shutting_down.connect(ending, weak=False)
    worker_process_init.connect(confined, weak=False)
    worker = app.Worker(
        hostname=f"apx-{name.replace(':', '-')}@{socket.gethostname()}", concurrency=limits.processes, pool="prefork",
        loglevel=level, without_gossip=True, without_mingle=True, optimization="fair", quiet=True,
    )  # fmt: skip
    worker.start()
    return int(worker.exitcode or 0)


def _away() -> None:
    """Raised inside Celery's loop, which then connects anew."""
    raise redis.exceptions.ConnectionError("the broker was away")


def heard(url: str, name: str, build: str, processes: int, ended: threading.Event, reconnect: Callable[[], None]) -> None:
    """Says every second that the worker is there, and once that it goes. reconnect: called when the broker is another process than before."""
    store = Store(redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=30))
    first = ""
    while not ended.is_set():
        with suppress(redis.exceptions.RedisError):  # away for now; Celery waits for it too, and says so
            store.here(name, build, processes)
            now = store.broker()
            if first and now != first:
                reconnect()
            first = now
        ended.wait(RENEW_S)
    with suppress(redis.exceptions.RedisError):
        store.gone(name)
