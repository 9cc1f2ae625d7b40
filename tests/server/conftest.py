"""Servers to ask, all over loopback: two in this process, one of them with narrow limits, and one that `apx serve` runs."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from apextrade.catalogue_document import examples
from server.app import create_app
from server.settings import Settings

ROOT = Path(__file__).parents[2]


@contextmanager
def running(settings: Settings, examples: Mapping[str, str]) -> Iterator[tuple[FastAPI, httpx.Client]]:
    """A server on loopback, in a thread of this process, and a client of it."""
    app = create_app("0.0.test", examples, settings)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=60) as made:
            yield app, made
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        assert not thread.is_alive()


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """With the usual limits, except that one address may ask as often as it likes."""
    with running(Settings(workers=1, of_one_client=1_000), examples()) as (_, made):
        for _ in range(600):  # a busy machine takes its time to make a worker warm
            if made.get("/readyz").status_code == 200:
                break
            time.sleep(0.1)
        assert made.get("/api/catalog").status_code == 200  # made at the start, by the only worker
        yield made


@dataclass(frozen=True, slots=True)
class Strict:
    """A server with one worker, little time and short answers."""

    app: FastAPI
    client: httpx.Client
    settings: Settings

    def worker(self) -> int:
        """The process id of its worker, once there is one."""
        for _ in range(600):
            workers = self.app.state.pool.workers
            if workers:
                return int(workers[0].pid)
            time.sleep(0.05)
        raise AssertionError("no worker became warm")


@pytest.fixture(scope="session")
def strict() -> Iterator[Strict]:
    settings = Settings(
        workers=1, work_seconds=1.0, waiting=2, of_one_client=4, wait_seconds=20.0, body_seconds=0.5,
        answer_bytes=200_000, catalogue_at_start=False,
    )  # fmt: skip
    with running(settings, {}) as (app, made):
        yield Strict(app, made, settings)


@dataclass(frozen=True, slots=True)
class Served:
    """A running `apx serve`."""

    url: str
    process: subprocess.Popen[str]

    def workers(self) -> list[int]:
        """Process ids of its workers."""
        found = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in found.read_text(encoding="ascii").split()]

    def wait_until_ready(self, workers: int) -> None:
        for _ in range(600):
            answer = httpx.get(f"{self.url}/readyz")
            if answer.status_code == 200 and answer.json()["workers"] == workers:
                return
            time.sleep(0.1)
        raise AssertionError("the server did not become ready")


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    command = [sys.executable, "-m", "apextrade.cli", "serve", "--port", "0", "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SECRET_OF_THE_SERVER": "planted"}
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        (url,) = re.findall(r"serves (http://\S+);", line)
        server = Served(url, process)
        server.wait_until_ready(2)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
