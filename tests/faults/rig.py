"""A Redis server and Celery workers of a test's own, as processes that can be killed. Only these are ever signalled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).parents[2]
START_S = 60.0


class RedisServer:
    """On a free port, with a folder of its own that goes with it."""

    def __init__(self, *options: str) -> None:
        program = shutil.which("redis-server")
        if program is None:
            said = "redis-server is missing: apt-get install redis-server"
            if os.environ.get("CI"):
                pytest.fail(said)
            pytest.skip(said)
        self.program, self.options = program, options
        self.folder = tempfile.mkdtemp(prefix="apx-redis-")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        self.start()

    def start(self) -> None:
        own = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder, "--loglevel", "warning"]
        self.process = subprocess.Popen([self.program, *own, *self.options], stdout=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        while True:
            try:
                self.client.ping()
                return
            except redis.exceptions.RedisError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.02)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    """Below those that the system gives to callers: one of them, calling while the server is away, would meet itself there."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


class Worker:
    """`apx worker` in a process group of its own."""

    def __init__(self, url: str, processes: int = 1, *options: str) -> None:
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        command = [sys.executable, "-m", "apextrade.cli", "worker", "--broker", url, "--concurrency", str(processes), *options]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """To the worker and all its processes."""
        if self.process.poll() is None:
            os.killpg(self.pid, number)

    def members(self) -> set[int]:
        """The processes of its group."""
        found = set()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.pid:
                found.add(int(stat.parent.name))
        return found

    def processor_seconds(self) -> float:
        """Of all its processes, those that live."""
        ticks = 0
        for pid in self.members():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.process.wait()

    def close(self) -> None:
        self.kill()
        self.log.close()


def ready(server: RedisServer, workers: int) -> None:
    """Waits until so many workers have said that they are there."""
    until = time.monotonic() + START_S
    while sum(1 for _ in server.client.scan_iter("apx:worker:*")) < workers:
        if time.monotonic() > until:
            raise AssertionError(f"{workers} workers did not start within {START_S:.0f} seconds")
        time.sleep(0.05)


def leased_to(server: RedisServer, pids: set[int]) -> list[str]:
    """The leases that some processes hold."""
    found = []
    for name in server.client.scan_iter("apx:sweep:*:lease:*"):
        owner = server.client.get(name)
        if owner is not None and int(owner.split(b":")[1]) in pids:
            found.append(name.decode())
    return found
