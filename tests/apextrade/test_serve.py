"""`apx serve`: starts, says where, warns where others can reach it, ends with everything it started."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from apextrade.cli import main
from apextrade.commands.serve import only_here

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server and where it is."""
    command = [sys.executable, "-m", "apextrade.cli", "serve", "--port", "0", "--workers", "1", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, env=environment)
    try:
        assert process.stdout is not None
        (url,) = re.findall(r"serves (http://\S+);", process.stdout.readline())
        yield process, url
    finally:
        process.kill()
        process.communicate()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def answering(url: str) -> dict[str, str]:
    """What it says of its health, once it answers."""
    for _ in range(200):
        try:
            found: dict[str, str] = httpx.get(f"{url}/healthz").json()
            return found
        except httpx.ConnectError:
            time.sleep(0.05)
    raise AssertionError("no answer")


def gone(pid: int) -> bool:
    """Whether a process has ended, within some seconds."""
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.05)
    return False


def test_it_serves_this_machine_and_ends_with_its_workers() -> None:
    with serving() as (process, url):
        assert url.startswith("http://127.0.0.1:")
        assert answering(url) == {"status": "ok"}
        workers = children(process.pid)
        assert len(workers) == 1
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (130, "")
        assert all(gone(pid) for pid in workers)


def test_workers_end_when_the_server_is_killed() -> None:
    with serving() as (process, url):
        answering(url)
        workers = children(process.pid)
        process.kill()
        assert workers
        assert all(gone(pid) for pid in workers)


def test_an_address_that_others_can_reach_is_warned_about() -> None:
    with serving("--host", "0.0.0.0") as (process, url):
        answering(url.replace("0.0.0.0", "127.0.0.1"))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert (
            errors
            == "warning: 0.0.0.0 can be reached from other machines, and there are no accounts yet: whoever reaches it may use it.\n"
        )


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.2", False),
        ("fe80::1%eth0", False),
    ],
)
def test_addresses_of_this_machine_alone(host: str, here: bool) -> None:
    assert only_here(host) is here


def test_what_can_not_be_served_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert main(["serve", "--port", str(number)]) == 2
        assert f"Nothing can be served on 127.0.0.1 port {number}: Address already in use" in capsys.readouterr().err
    assert main(["serve", "--host", "no.such.host.invalid"]) == 2
    assert "Nothing can be served on no.such.host.invalid" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "65536"], "a port is a number from 0 to 65535; this is 65536"),
        (["--port", "http"], "this is http"),
        (["--workers", "0"], "a number from 1 to 64 is needed; this is 0"),
        (["--profile", "cloud"], "cloud"),
    ],
)
def test_options_that_make_no_sense(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *options]) == 2
    assert said in capsys.readouterr().err


def test_the_production_profile_is_refused_until_its_parts_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--profile", "production"]) == 2
    assert capsys.readouterr().err.startswith("error: The production profile needs parts that are not there yet")


def test_without_its_packages_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve"]) == 2
    assert (
        capsys.readouterr().err == 'error: The server needs packages that are not installed: pip install "apextrade[server]".\n'
    )
