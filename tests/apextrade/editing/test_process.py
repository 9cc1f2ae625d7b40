"""The process that answers: its frames, its bounds, and that nothing but answers comes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
GOLDEN_CROSS = ROOT / "examples" / "golden_cross.apx"


class Process:
    def __init__(self, home: Path, *arguments: str, script: str = "") -> None:
        command = ["-c", script] if script else ["-P", "-m", "apextrade", "answer", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "APX_HOME": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
            cwd=home,
        )  # fmt: skip
        self.ready = self.read()

    def send(self, **message: object) -> None:
        assert self.process.stdin is not None
        data = json.dumps(message).encode()
        self.process.stdin.write(len(data).to_bytes(4, "big") + data)
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = self.process.stdout.read(4)
        assert len(length) == 4, self.process.stderr.read().decode() if self.process.stderr else ""
        found: dict[str, Any] = json.loads(self.process.stdout.read(int.from_bytes(length, "big")))
        return found

    def end(self) -> tuple[bytes, bytes]:
        out, err = self.process.communicate(timeout=30)
        return out, err


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path)
    yield process
    ended(process)


def test_it_is_ready_answers_in_turn_and_ends_with_its_input(started: Process) -> None:
    assert started.ready["said"] == "ready"
    assert started.ready["pid"] == started.process.pid
    text = GOLDEN_CROSS.read_text()
    for number, ask in enumerate(("backtest", "values", "test", "data")):
        started.send(id=number, ask=ask, text=text, path=str(GOLDEN_CROSS))
    answers = [started.read() for _ in range(4)]
    assert [(answer["id"], answer["said"]) for answer in answers] == [(n, "done") for n in range(4)]
    out, _ = started.end()
    assert out == b""
    assert started.process.returncode == 0


def test_mistakes_of_every_kind_are_answers_and_the_process_goes_on(started: Process) -> None:
    started.send(id=1, ask="backtest", text="apx 1\nstrategy 4\n")
    assert started.read()["said"] == "diagnostics"
    started.send(id=2, ask="backtest", text='apx 1\nstrategy "s"\n')
    assert started.read()["said"] == "no data"
    started.send(id=3, ask="nothing", text="")
    assert started.read()["said"] == "refused"
    started.send(id=4)
    assert started.read()["said"] == "refused"
    started.send(id=5, ask="values", text='apx 1\nstrategy "s"\nlet a = close\n', data=["AAPL"])
    assert started.read()["said"] == "done"


SLOW = """
import sys, time
from apextrade.editing import process, work
def slow(desk, question, program, args):
    print("prints something")
    while question.text.endswith("# slow"):
        time.sleep(0.01)
    if question.text.endswith("# defect"):
        raise KeyError("of ours")
    if question.text.endswith("# memory"):
        return {"held": len(bytearray(1 << 40))}
    return {}
work.WORK["slow"] = slow
from pathlib import Path
process.main(Path.cwd(), 256)
"""
STRATEGY = 'apx 1\nstrategy "s"\n'


def ended(process: Process) -> None:
    process.process.kill()
    process.process.communicate()


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One process for the tests that leave it alive."""
    process = Process(tmp_path_factory.mktemp("slow"), script=SLOW)
    yield process
    ended(process)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path, script=SLOW)
    yield process
    ended(process)


def test_a_question_that_is_cancelled_ends_and_those_after_it_are_answered(slow: Process) -> None:
    slow.send(id=1, ask="slow", text=STRATEGY + "# slow")
    slow.send(id=2, ask="slow", text=STRATEGY + "# slow")
    slow.send(id=3, ask="slow", text=STRATEGY)
    slow.send(cancel=2)
    slow.send(cancel=1)
    assert [slow.read() for _ in range(2)] == [{"id": 1, "said": "cancelled"}, {"id": 2, "said": "cancelled"}]
    assert slow.read()["said"] == "done"


def test_a_question_that_takes_too_long_is_given_up(slow: Process) -> None:
    slow.send(id=1, ask="slow", text=STRATEGY + "# slow", seconds=0.2)
    assert slow.read() == {"id": 1, "said": "late"}
    slow.send(id=2, ask="slow", text=STRATEGY)
    assert slow.read()["said"] == "done"


def test_a_defect_is_kept_with_the_text_and_the_process_goes_on(slow: Process) -> None:
    slow.send(id=1, ask="slow", text=STRATEGY + "# defect")
    answer = slow.read()
    assert answer["said"] == "defect"
    kept = Path(answer["kept"]).read_text()
    assert "KeyError" in kept
    assert "# defect" in kept
    slow.send(id=2, ask="slow", text=STRATEGY)
    assert slow.read()["said"] == "done"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system tells no process its size")
def test_memory_is_bounded_and_the_process_says_that_it_is_used_up(alone: Process) -> None:
    alone.send(id=1, ask="slow", text=STRATEGY + "# memory")
    assert alone.read() == {"id": 1, "said": "memory"}
    alone.end()
    assert alone.process.returncode == 0


def test_what_is_printed_is_no_answer(alone: Process) -> None:
    alone.send(id=1, ask="slow", text=STRATEGY)
    assert alone.read()["said"] == "done"
    out, err = alone.end()
    assert out == b""
    assert b"prints something" in err


def test_it_ends_at_once_when_who_asked_is_gone(alone: Process) -> None:
    alone.send(id=1, ask="slow", text=STRATEGY + "# slow", seconds=600)
    alone.end()
    assert alone.process.returncode == 0
