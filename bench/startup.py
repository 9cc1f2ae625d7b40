"""How long commands take in whole fresh processes: wall time, processor time and peak memory.

Processor time is what a busy machine does not blur.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
APX = Path(sys.executable).with_name("apx")
EXAMPLE = str(ROOT / "examples" / "golden_cross.apx")
RUNS = 15

# name -> (arguments, the most seconds it is meant to take; 0: no target)
COMMANDS: dict[str, tuple[list[str], float]] = {
    "python -c pass": ([sys.executable, "-c", "pass"], 0),
    "apx --version": ([str(APX), "--version"], 0),
    "apx check, 50 lines": ([str(APX), "check", "fifty.apx"], 0.25),
    "apx doc rsi": ([str(APX), "doc", "rsi"], 0),
    "apx run, 3,270 bars": ([str(APX), "run", EXAMPLE, "--data", "AAPL", "--out", "columns.csv"], 0),
    "apx backtest, 3,270 bars": ([str(APX), "backtest", EXAMPLE, "--data", "AAPL"], 0.6),
}


def fifty_lines() -> str:
    """A program of 50 lines without blank ones: inputs, lets, rules with attached lines, plots."""
    head = ["apx 1", 'strategy "Fifty"', 'trade "AAPL" every 1d', "settings", "  capital 10_000 USD", "  commission 0.1%"]
    lines = head + [f"input n{i} = {10 + i} bars in 2 .. 100" for i in range(8)]
    names = ("sma", "ema", "wma", "rsi", "stdev", "highest", "wilder", "hma")
    lines += [f"let a{i} = {name}(close, n{i})" for i, name in enumerate(names)]
    for i in range(6):
        lines += [
            f"when close crosses above a{i % 3} and volume > sma(volume, n{i}) and a3 < {60 + i}",
            "  buy 10% of equity",
            f"    stop loss at entry - {2 + i} * atr(14)",
        ]
    lines += ["when close crosses below a1", "  exit position"]
    lines += [f"plot a{i}" for i in (0, 1, 2, 4, 5, 6, 7)]
    lines += ["plot a3"]
    assert len(lines) == 50, len(lines)
    return "\n".join(lines) + "\n"


def measured(argv: list[str], folder: str) -> tuple[float, float, float, float]:
    """Least and median wall seconds, least processor seconds, and peak memory in MB, of a command."""
    times, processor, peak = [], [], 0
    for _ in range(RUNS):
        begun = time.perf_counter()
        process = subprocess.Popen(argv, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        times.append(time.perf_counter() - begun)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(argv)} exited with {process.returncode}: {said.decode()}")
        processor.append(usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss)
    return min(times), statistics.median(times), min(processor), peak / 1024


def main() -> None:
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {RUNS} runs each")
    print(f"{'command':<28}{'least s':>9}{'median s':>10}{'CPU s':>8}{'MB':>6}{'target s':>10}")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "fifty.apx").write_text(fifty_lines())
        for name, (argv, target) in COMMANDS.items():
            least, median, processor, memory = measured(argv, folder)
            print(f"{name:<28}{least:>9.3f}{median:>10.3f}{processor:>8.3f}{memory:>6.0f}{target or '':>10}", flush=True)


if __name__ == "__main__":
    main()
