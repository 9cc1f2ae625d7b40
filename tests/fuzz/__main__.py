"""Tries many programs: `python -m tests.fuzz --count 100000 --processes 2`. Each failure is printed with its number and its text."""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEMORY = 500 * 2**20  # bytes of address space for a worker, the interpreter and the libraries included
SECONDS = 2.0
BATCH = 1_000
PATHS: tuple[str, ...] = ()  # where workers look for modules first
STARTING = 120.0  # seconds that a worker may need beside its programs' own


class Hang(BaseException):
    """A program took too long. No Exception: nothing may swallow it."""


def worker(first: int, count: int, mark: Path) -> None:
    """Tries the programs first .. first + count - 1 and prints a line of JSON for each failure and one at the end."""
    from compiler.diagnostics import CompileError
    from stdlib.library import load
    from tests.fuzz.texts import text_of
    from tests.fuzz.trial import attempt

    def too_long(*_: object) -> None:
        raise Hang

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, too_long)
    signal.signal(signal.SIGPROF, too_long)
    library = load()
    counts: Counter[str] = Counter()
    slowest, slowest_number = 0.0, first
    for number in range(first, first + count):
        mark.write_text(str(number))
        text, kind = text_of(number)
        started = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            signal.setitimer(signal.ITIMER_REAL, 20 * SECONDS)  # what waits instead of computing
            try:
                outcome = attempt(text, number, library)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
            counts.update(programs=1, errors=outcome.errors, compiled=outcome.compiled, read_whole=outcome.read_whole, compared=outcome.compared)  # fmt: skip
        except CompileError:
            counts.update(programs=1, refused=1)
        except Hang:
            counts.update(programs=1)
            fail(number, kind, f"took more than {SECONDS} s", text)
        except BaseException:
            counts.update(programs=1)
            fail(number, kind, traceback.format_exc(limit=-6), text)
        took = time.process_time() - started
        if took > slowest:
            slowest, slowest_number = took, number
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"counts": counts, "slowest": slowest, "slowest_number": slowest_number, "peak": peak}), flush=True)


def fail(number: int, kind: str, why: str, text: str) -> None:
    print(json.dumps({"failure": {"number": number, "kind": kind, "why": why, "text": text}}), flush=True)


def start(first: int, count: int, folder: Path) -> tuple[subprocess.Popen[str], Path, int, int, float]:
    mark = folder / f"{first}.at"
    command = [sys.executable, "-m", "tests.fuzz", "--worker", str(first), "--count", str(count), "--mark", str(mark)]
    paths = os.pathsep.join((*PATHS, str(ROOT)))
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMEXPR_MAX_THREADS"), "1")
    environment = {**os.environ, **threads, "PYTHONPATH": paths}
    with (folder / f"{first}.out").open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, text=True)
    return process, mark, first, count, time.monotonic()


def run(first: int, count: int, processes: int, seconds: float) -> int:
    """All of them, in batches; 0 if nothing failed."""
    total: Counter[str] = Counter()
    slowest, slowest_number, peak, failures = 0.0, first, 0, 0
    began = time.monotonic()
    todo = [(n, min(BATCH, first + count - n)) for n in range(first, first + count, BATCH)][::-1]
    with tempfile.TemporaryDirectory() as name:
        running: list[tuple[subprocess.Popen[str], Path, int, int, float]] = []
        while running or (todo and (not seconds or time.monotonic() - began < seconds)):
            while len(running) < processes and todo and (not seconds or time.monotonic() - began < seconds):
                running.append(start(*todo.pop(), Path(name)))
            time.sleep(0.05)
            for entry in [e for e in running if e[0].poll() is not None or time.monotonic() - e[4] > STARTING + SECONDS * e[3]]:
                running.remove(entry)
                process, mark, start_at, size, _ = entry
                done = False
                if process.poll() is None:
                    process.kill()
                    process.wait()
                for line in (Path(name) / f"{start_at}.out").read_text(errors="replace").splitlines():
                    if not line.startswith("{"):
                        print(line)
                        continue
                    data = json.loads(line)
                    if "failure" in data:
                        failures += 1
                        show(data["failure"])
                        continue
                    done = True
                    total.update(data["counts"])
                    peak = max(peak, data["peak"])
                    if data["slowest"] > slowest:
                        slowest, slowest_number = data["slowest"], data["slowest_number"]
                if not done:
                    failures += 1
                    died(mark, process.returncode, start_at, size, todo)
            if failures > 25:
                print("more than 25 failures: stopped")
                for process, *_ in running:
                    process.kill()
                break
    took = time.monotonic() - began
    print(
        f"{total['programs']:,} programs from number {first} in {took:,.0f} s ({total['programs'] / max(took, 1e-9):.0f} a second, {processes} processes): "
        f"{failures} failures. {total['compiled']:,} compiled, {total['compared']:,} of them run by kernels and interpreter alike; "
        f"{total['read_whole']:,} without a slip read both ways alike; {total['errors']:,} errors said. "
        f"Slowest {slowest:.2f} s of computing (number {slowest_number}), most memory {peak / 2**20:.0f} MB."
    )
    return 1 if failures else 0


def show(failure: dict[str, str]) -> None:
    print(
        f"\nFAILURE number {failure['number']} ({failure['kind']}): {failure['why']}\n--- text\n{failure['text']!a}\n---",
        flush=True,
    )


def died(mark: Path, code: int | None, first: int, size: int, todo: list[tuple[int, int]]) -> None:
    """A worker that ended without its last line: the program it was at failed, the rest is still to be tried."""
    from tests.fuzz.texts import text_of

    at = int(mark.read_text() or first) if mark.exists() else first
    text, kind = text_of(at)
    show({"number": str(at), "kind": kind, "why": f"the worker ended with {code}", "text": text})
    if at + 1 < first + size:
        todo.append((at + 1, first + size - at - 1))


def one(number: int) -> None:
    """Shows one program and tries it, with its whole traceback."""
    from stdlib.library import load
    from tests.fuzz.texts import text_of
    from tests.fuzz.trial import attempt

    text, kind = text_of(number)
    print(f"--- number {number}, {kind}\n{text.encode('utf-8', 'backslashreplace').decode()}\n---")
    print(attempt(text, number, load()))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.0, help="start no further batch after so long")
    parser.add_argument("--one", type=int, help="show and try one program")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--mark", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        one(args.one)
        return 0
    if args.worker is not None:
        worker(args.worker, args.count, args.mark)
        return 0
    return run(args.first, args.count, args.processes, args.seconds)


if __name__ == "__main__":
    sys.exit(main())
