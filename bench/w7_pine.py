"""The same six studies in a Pine runtime: ApexTrade and PineTS from text to columns, in one run.

    python bench/w7_pine.py [--bars N] [--rounds N] [--folder FOLDER | --without-peers]

Needs node and npm for the peer, which npm installs into a folder of the user's cache on first use. Nothing is called faster before every column
agrees on every bar after the averages have settled, and every cross falls on the same bar.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from pine_script.rules import RULE, disagreements, load
from rig.computer import described
from rig.contest import Contestant, Refused, interleave
from rig.market import bars_file
from rig.peers import NoPeers, folder_of_node_peers, node_folder

BENCH = Path(__file__).parent
GOAL = 100.0
"""Times as many bars a second as PineTS we mean to do."""


def main() -> int:
    args = parsed()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bars = bars_file(Path(folder), args.bars)
        ours = [sys.executable, "-m", "pine_script.apextrade_side", str(bars)]
        contestants = [stack.enter_context(Contestant("ApexTrade", ours, BENCH))]
        if not args.without_peers:
            try:
                peers = folder_of_node_peers(args.folder)
                theirs = ["node", "--expose-gc", str(BENCH / "pine_script" / "pinets_side.mjs"), str(bars), str(peers)]
                contestants.append(stack.enter_context(Contestant("PineTS", theirs, BENCH)))
            except (NoPeers, Refused) as error:
                print(f"Without peers: {error}", file=sys.stderr)
        columns = []
        for at, contestant in enumerate(contestants):
            path = Path(folder) / f"columns-{at}"
            contestant.first_run(path)
            columns.append(load(path))
        found = [
            f"{c.name}: {line}"
            for c, theirs in zip(contestants, columns, strict=True)
            for line in disagreements(columns[0], theirs)
        ]
        if found:
            print("The results are not the same, so no time is compared:", *found, sep="\n  ", file=sys.stderr)
            return 1
        interleave(contestants, args.rounds)
    print("\n".join(report(contestants, args.bars, args.rounds, int(np.nansum(columns[0][-1])))))
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="timed runs of each, interleaved")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--folder", type=Path, default=node_folder(), help="where npm's packages are, or are to be put")
    where.add_argument("--without-peers", action="store_true", help="our side alone")
    return parser.parse_args()


def report(contestants: list[Contestant], bars: int, rounds: int, crosses: int) -> list[str]:
    """The table as Markdown; ratios are of medians."""
    lines = [RULE, "", *described(), f"{bars:,} bars, {rounds} interleaved runs of each after a warm-up; ratio of medians.", ""]
    lines += [f"Agreed on every column and on {crosses:,} crosses: {', '.join(c.name for c in contestants)}.", ""]
    lines += ["| | version | median ms | min ms | thousand bars/s | times our median |", "|---|---|--:|--:|--:|--:|"]
    for c in contestants:
        numbers = f"{1e3 * c.median:.1f} | {1e3 * min(c.seconds):.1f} | {bars / c.median / 1e3:,.0f} | {c.median / contestants[0].median:.1f}"
        lines.append(f"| {c.name} | {c.version} | {numbers} |")
    if len(contestants) > 1:
        ratio = contestants[1].median / contestants[0].median
        lines += ["", f"Goal of {GOAL:g} times as fast as PineTS: {ratio:.0f}, {'met' if ratio >= GOAL else 'missed'}."]
    return lines


if __name__ == "__main__":
    sys.exit(main())
