"""The progress bar: on a terminal only, and only for work that takes a while."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORK = """
import sys, time
from apextrade.progress import progress
with progress("Counting bars", 4) as advance:
    for _ in range(4):
        time.sleep(float(sys.argv[1]))
        advance(1)
assert ("rich" in sys.modules) == (sys.argv[2] == "drawn"), sys.argv
"""


def on_a_terminal(seconds: str, expected: str) -> str:
    """What work of four steps of so many seconds writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    process = subprocess.Popen([sys.executable, "-c", WORK, seconds, expected], cwd=ROOT, stderr=theirs, env=environment)
    os.close(theirs)
    found = b""
    while True:
        try:
            block = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        found += block
    os.close(ours)
    assert process.wait(timeout=60) == 0, found.decode()
    return found.decode()


def test_long_work_on_a_terminal_shows_a_bar() -> None:
    assert "Counting bars" in on_a_terminal("0.3", "drawn")


def test_short_work_shows_none() -> None:
    assert on_a_terminal("0.01", "none") == ""


def test_long_work_shows_none_where_there_is_no_terminal() -> None:
    found = subprocess.run([sys.executable, "-c", WORK, "0.2", "none"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (found.returncode, found.stderr) == (0, "")
