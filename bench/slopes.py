"""Time and peak memory against bars (in memory, and a part at a time) and against the combinations of a sweep.

    python bench/slopes.py [--most-bars N] [--most-combinations N]

Each run is a process of its own; `above` is its peak above what it held before its bars were read (of a sweep: once they were). Runs over the same bars
agree on every statistic and on the file of trades, bit for bit, or nothing is printed. The slope is that between a row and the one before: 1 is linear,
0 is constant.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from pathlib import Path
from typing import Any

from histories.made import make_file
from long_history import BLOCK, different, run
from rig.computer import described

SWEPT_BARS = 10_000
GRIDS = ((2, 5), (10, 10), (25, 40), (100, 100), (250, 400))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most-bars", type=lambda text: int(float(text)), default=10_000_000)
    parser.add_argument("--most-combinations", type=lambda text: int(float(text)), default=100_000)
    args = parser.parse_args()
    bars = [count for count in (10**4, 10**5, 10**6, 10**7) if count <= args.most_bars]
    grids = [grid for grid in GRIDS if math.prod(grid) <= args.most_combinations]
    if not bars or not grids:
        parser.error("--most-bars takes 10,000 or more, --most-combinations 10 or more")
    lines = ["Runs over the same bars agreed, bit for bit.", "", *described(), ""]
    with tempfile.TemporaryDirectory(prefix="apx-bench-") as name:
        folder = Path(name)
        found = {}
        for count in bars:
            path = make_file(folder, count)
            found[count] = [run("memory", path, "-", folder), run("stream", path, BLOCK, folder)]
            if differing := different(*found[count]):
                print(f"At {count:,} bars the results are not the same:", *differing, sep="\n  ", file=sys.stderr)
                return 1
            path.unlink()
        lines += against_bars(found)
        path = make_file(folder, SWEPT_BARS)
        lines += against_combinations({math.prod(grid): run("sweep", path, *grid) for grid in grids})
    print("\n".join(lines))
    return 0


def against_bars(found: dict[int, list[dict[str, Any]]]) -> list[str]:
    lines = [
        "| bars | in memory, s | slope | MB above | slope | a part at a time, s | slope | MB above | slope |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    before: tuple[int, list[dict[str, Any]]] | None = None
    for count, runs in found.items():
        cells = []
        for at, one in enumerate(runs):
            last = None if before is None else (before[0], before[1][at])
            cells += [f"{one['seconds']:.3f}", slope("seconds", count, one, last)]
            cells += [f"{one['above'] / 2**20:.1f}", slope("above", count, one, last)]
        lines.append(f"| {count:,} | {' | '.join(cells)} |")
        before = (count, runs)
    return [*lines, ""]


def against_combinations(found: dict[int, dict[str, Any]]) -> list[str]:
    lines = [
        f"A sweep of two averages over {SWEPT_BARS:,} bars, one thread:",
        "",
        "| combinations | s | slope | µs a combination | MB above | slope |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    before = None
    for count, one in found.items():
        lines.append(
            f"| {count:,} | {one['seconds']:.3f} | {slope('seconds', count, one, before)} | {1e6 * one['seconds'] / count:.0f} | "
            f"{one['above'] / 2**20:.1f} | {slope('above', count, one, before)} |"
        )
        before = (count, one)
    return lines


def slope(key: str, count: int, one: dict[str, Any], before: tuple[int, dict[str, Any]] | None) -> str:
    """Of the logarithms, from the row before to this one."""
    if before is None or before[1][key] <= 0 or one[key] <= 0:
        return ""
    return f"{math.log(one[key] / before[1][key]) / math.log(count / before[0]):.2f}"


if __name__ == "__main__":
    sys.exit(main())
