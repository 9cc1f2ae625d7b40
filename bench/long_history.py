"""A history longer than memory: bars of a Parquet file through a program of several indicators, in parts, and again in parts of half the size.

    python bench/long_history.py [--bars N] [--folder FOLDER] [--keep]

The file (48 bytes a bar) is made first and removed afterwards. Each run is a process of its own, whose peak memory is all of it, Python and libraries
included. No time is printed unless every statistic and the file of trades are the same, bit for bit, in parts of both sizes; where the bars fit into memory,
of a run that holds them all too.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from histories.made import make_file
from rig.computer import described

BENCH = Path(__file__).parent
BLOCK = 1 << 17
IN_MEMORY_UP_TO = 10_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=lambda text: int(float(text)), default=100_000_000, help="bars of the file, such as 1e7")
    parser.add_argument("--folder", type=Path, help="where the file is made (default: the system's folder for such files)")
    parser.add_argument("--keep", action="store_true", help="leave the file there")
    args = parser.parse_args()
    if args.bars < 2:
        parser.error("--bars takes 2 or more")
    with tempfile.TemporaryDirectory(dir=args.folder, prefix="apx-bench-") as name:
        folder = Path(name)
        if shutil.disk_usage(folder).free < 60 * args.bars:
            parser.error(
                f"{folder} has no room for {args.bars:,} bars, some {60 * args.bars / 1e9:.0f} GB with what is written beside them"
            )
        begun = time.perf_counter()
        path = make_file(folder, args.bars)
        made = time.perf_counter() - begun
        size = path.stat().st_size
        rows = [(f"in parts of {block:,} bars", run("stream", path, block, folder)) for block in (BLOCK, BLOCK // 2)]
        if args.bars <= IN_MEMORY_UP_TO:
            rows.append(("all in memory", run("memory", path, "-", folder)))
        if args.keep:
            shutil.move(path, (args.folder or Path.cwd()) / path.name)
    differing = sorted({key for _, found in rows[1:] for key in different(found, rows[0][1])})
    if differing:
        print("The results are not the same, so no time is printed:", *differing, sep="\n  ", file=sys.stderr)
        return 1
    print("\n".join(report(args.bars, size, made, rows)))
    return 0


def run(*words: object) -> dict[str, Any]:
    """One run in its own process."""
    command = [sys.executable, "-m", "histories.side", *map(str, words)]
    done = subprocess.run(command, cwd=BENCH, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def different(found: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What of two runs is not the same."""
    names = [f"the statistic {name}" for name, value in found["stats"].items() if value != other["stats"][name]]
    return [*names, *("the file of trades" for _ in range(found["hash"] != other["hash"]))]


def report(bars: int, size: int, made: float, rows: list[tuple[str, dict[str, Any]]]) -> list[str]:
    first = rows[0][1]
    lines = [
        f"Agreed on {len(first['stats'])} statistics and {first['trades']:,} trades (SHA-256 of their file {first['hash'][:16]}…), bit for bit.",
        "",
        *described(),
        f"{bars:,} minute bars, {size / 1e9:.2f} GB of Parquet, made in {made:.0f} s; the return of the run is {first['return']:.4%}.",
        "",
        "| | seconds | million bars/s | ns a bar | processor ns a bar | peak MB of the process |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, found in rows:
        seconds, used = found["seconds"], found["processor"]
        lines.append(
            f"| {name} | {seconds:.1f} | {bars / seconds / 1e6:.1f} | {1e9 * seconds / bars:.0f} | {1e9 * used / bars:.0f} | {found['peak'] / 2**20:.0f} |"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
