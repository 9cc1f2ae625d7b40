"""From process start to result: `apx check` of 50 lines and `apx backtest` of 3,270 daily bars, the very first run included.

    python bench/w8_start.py [--rounds N] [--peers-python PATH | --env FOLDER | --without-peers]

hyperfine times whole processes where it is installed (the `hyperfine` package of most systems); else the script's own loop does,
command by command in turns, and says so. Peak memory is the system's account of each finished process. A first run finds none of
ApexTrade's bytecode; that of Python itself and of NumPy is there, as after their installation. The peers' figure is their import
alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rig.computer import ROOT, described
from rig.peers import NoPeers, default_folder, python_of_peers
from startup import APX, fifty_lines

ROOMS = ("apextrade", "compiler", "grammar", "runtime", "stdlib")
EXAMPLE = ROOT / "examples" / "golden_cross.apx"


@dataclass(frozen=True, slots=True)
class Command:
    """A command line; `first`: without our bytecode each time. seconds, megabytes: the goals, 0 for none."""

    name: str
    argv: tuple[str, ...]
    first: bool = False
    seconds: float = 0.0
    megabytes: float = 0.0


def commands(args: argparse.Namespace, program: Path) -> list[Command]:
    check = (str(APX), "check", str(program))
    backtest = (str(APX), "backtest", str(EXAMPLE), "--data", "AAPL")
    found = [
        Command("python -c pass", (sys.executable, "-c", "pass")),
        Command("import numpy", (sys.executable, "-c", "import numpy")),
        Command("apx check, 50 lines", check, seconds=0.25),
        Command("apx check, 50 lines, first run", check, first=True),
        Command("apx backtest, 3,270 bars", backtest, seconds=0.6, megabytes=120),
        Command("apx backtest, 3,270 bars, first run", backtest, first=True, seconds=0.6, megabytes=120),
    ]
    if not args.without_peers:
        try:
            python = str(args.peers_python or python_of_peers(args.env))
            found += [Command(f"import {name}", (python, "-c", f"import {name}")) for name in ("raptorbt", "vectorbt")]
        except NoPeers as error:
            print(f"Without peers: {error}", file=sys.stderr)
    return found


class Bytecode:
    """Two folders of compiled Python: `all` is filled, `first` is put back before each first run to hold everything but ours."""

    def __init__(self, folder: Path) -> None:
        self.all, self.first, self.others = folder / "all", folder / "first", folder / "others"

    def fill(self, found: list[Command]) -> None:
        for command in found:
            run(command.argv, self.all)
        shutil.copytree(self.all, self.others)
        for room in ROOMS:
            ours = self.others / (ROOT / room).relative_to("/")
            if not any(ours.rglob("*.pyc")):
                raise SystemExit(
                    f"No bytecode of {room} was found to be removed; the first run could not be told from the others."
                )
            shutil.rmtree(ours)

    def restore(self) -> None:
        shutil.rmtree(self.first, ignore_errors=True)
        shutil.copytree(self.others, self.first)

    def of(self, command: Command) -> Path:
        return self.first if command.first else self.all

    def restoring(self) -> str:
        """The same as `restore`, as a shell command."""
        return f"rm -rf {shlex.quote(str(self.first))} && cp -r {shlex.quote(str(self.others))} {shlex.quote(str(self.first))}"


@dataclass(frozen=True, slots=True)
class Finished:
    """One process: wall and processor seconds, and its peak of memory in MB."""

    seconds: float
    processor: float
    megabytes: float


def run(argv: tuple[str, ...], bytecode: Path) -> Finished:
    """One process to its end. Ends the script if it fails."""
    begun = time.perf_counter()
    process = subprocess.Popen(argv, env=environment(bytecode), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{shlex.join(argv)} exited with {process.returncode}: {said.decode()}")
    return Finished(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024))


def environment(bytecode: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(bytecode)}


def by_hyperfine(found: list[Command], bytecode: Bytecode, rounds: int, folder: Path) -> list[list[float]]:
    """Seconds of each run of each command. hyperfine takes a command's runs in a row, so they are asked for in three turns."""
    seconds: list[list[float]] = [[] for _ in found]
    for _ in range(3):
        for at, command in enumerate(found):
            answer = folder / "hyperfine.json"
            options = ["--shell=none", "--warmup", "1", "--runs", str(max(2, rounds // 3)), "--export-json", str(answer)]
            prepare = ["--prepare", f"sh -c {shlex.quote(bytecode.restoring())}"] if command.first else []
            done = subprocess.run(
                ["hyperfine", *options, *prepare, shlex.join(command.argv)],
                env=environment(bytecode.of(command)),
                capture_output=True,
                text=True,
            )
            if done.returncode:
                raise SystemExit(f"hyperfine: {done.stderr}")
            seconds[at] += json.loads(answer.read_text())["results"][0]["times"]
    return seconds


def in_turns(found: list[Command], bytecode: Bytecode, rounds: int) -> list[list[float]]:
    """The same without hyperfine, each command once a round."""
    seconds: list[list[float]] = [[] for _ in found]
    for _ in range(rounds):
        for at, command in enumerate(found):
            if command.first:
                bytecode.restore()
            seconds[at].append(run(command.argv, bytecode.of(command)).seconds)
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--peers-python", type=Path, help="the Python of an environment that has vectorbt and raptorbt")
    where.add_argument("--env", type=Path, default=default_folder(), help="where the peers' environment is, or is to be made")
    where.add_argument("--without-peers", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = folder / "fifty.apx"
        program.write_text(fifty_lines(), encoding="utf-8")
        found, bytecode = commands(args, program), Bytecode(folder)
        bytecode.fill(found)
        once: list[list[Finished]] = [[] for _ in found]
        for _ in range(3):
            for at, command in enumerate(found):
                if command.first:
                    bytecode.restore()
                once[at].append(run(command.argv, bytecode.of(command)))
        if shutil.which("hyperfine"):
            how, seconds = "hyperfine, in three turns", by_hyperfine(found, bytecode, args.rounds, folder)
        else:
            print("hyperfine is not installed; the script times the commands itself.", file=sys.stderr)
            how, seconds = "the script's own timing, interleaved", in_turns(found, bytecode, args.rounds)
    print(*described(), f"{len(seconds[0])} runs of each by {how}.", "", sep="\n")
    print("| | median s | min s | processor s, min of 3 | peak MB | goal | |")
    print("|---|--:|--:|--:|--:|--:|---|")
    for command, times, finished in zip(found, seconds, once, strict=True):
        processor, peak = min(f.processor for f in finished), max(f.megabytes for f in finished)
        goals = [f"{command.seconds:g} s"] * bool(command.seconds) + [f"{command.megabytes:g} MB"] * bool(command.megabytes)
        met = statistics.median(times) <= command.seconds and (not command.megabytes or peak <= command.megabytes)
        verdict = ("met" if met else "missed") if goals else ""
        numbers = f"{statistics.median(times):.3f} | {min(times):.3f} | {processor:.3f} | {peak:.0f}"
        print(f"| {command.name} | {numbers} | {', '.join(goals)} | {verdict} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
