"""A contest: each contestant in a process of its own, asked for one timed run at a time, so that runs can be interleaved."""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from rig.computer import peak_bytes, resident_bytes

ANSWER = "\x1eanswer "
"""Begins a line that answers the contest; whatever else a library prints is not for us."""


class Refused(RuntimeError):
    """A contestant that cannot take part, with the reason that it gave."""


@dataclass(slots=True)
class Contestant:
    """One process that runs one thing. `ask` sends a word and returns the answer."""

    name: str
    command: Sequence[str]
    folder: Path
    version: str = ""
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    memory: int = 0
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Contestant:
        self.process = subprocess.Popen(
            list(self.command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder
        )
        self.version = self._answer()["version"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def ask(self, **request: Any) -> dict[str, Any]:
        """One request. Raises Refused if the process ended instead of answering."""
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process is not None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(ANSWER):
                answer: dict[str, Any] = json.loads(line[len(ANSWER) :])
                return answer
        _, said = self.process.communicate()
        raise Refused(f"{self.name}: {said.strip().splitlines()[-1] if said.strip() else 'ended without a word'}")

    def first_run(self, to: Path) -> None:
        """The first run, untimed, whose record goes to a file; its peak of memory, before anything else could raise it."""
        self.memory = self.ask(do="save", to=str(to))["memory"]

    def timed_run(self) -> None:
        answer = self.ask(do="run")
        self.seconds.append(answer["seconds"])
        self.processor.append(answer["processor"])

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def interleave(contestants: Sequence[Contestant], rounds: int) -> None:
    """Every contestant once a round, each round beginning with the next of them: what disturbs one disturbs all."""
    for at in range(rounds):
        turn = at % len(contestants)
        for contestant in (*contestants[turn:], *contestants[:turn]):
            contestant.timed_run()


def compete(version: str, run: Callable[[], Any], save: Callable[[Any, Path], None]) -> None:
    """The contestant's side, called when its libraries and data are loaded: answers requests until its input ends.

    run: the timed work, whole. save: writes what came of it to a file, untimed.
    An answer's memory is the peak of the process so far, above what it held when it was ready.
    """
    gc.collect()
    ready = resident_bytes()
    answer(version=version)
    for line in sys.stdin:
        request = json.loads(line)
        begun, used = time.perf_counter(), time.process_time()
        result = run()
        seconds, processor = time.perf_counter() - begun, time.process_time() - used
        memory = peak_bytes() - ready
        if request["do"] == "save":
            save(result, Path(request["to"]))
        answer(seconds=seconds, processor=processor, memory=memory)
        del result
        gc.collect()


def answer(**values: Any) -> None:
    sys.stdout.write(ANSWER + json.dumps(values) + "\n")
    sys.stdout.flush()
