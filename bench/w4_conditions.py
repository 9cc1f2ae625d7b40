"""Eight conditions, a trailing stop and a target on a million bars: ApexTrade and vectorbt in one run.

    python bench/w4_conditions.py [--bars N] [--rounds N] [--peers-python PATH | --env FOLDER | --without-peers]

Each runs in a process of its own, warmed up, asked in turns. Nothing is called faster before our fills are those of our machine in its layers on all
bars and of our reference interpreter on the first ones, and before every contestant's equity at each bar and every trade are ours.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from conditions.ours_checked import found_in_ours
from conditions.rules import RULE
from rig.computer import described
from rig.contest import Contestant, interleave
from rig.entrants import Entrant, peers_options, started
from rig.market import bars_file
from sma_cross.agreement import disagreements
from sma_cross.rules import Record, load

BENCH = Path(__file__).parent
GOAL = 6.0
"""Times as fast as vectorbt's faster engine we mean to be."""
INTERPRETED = 20_000
"""Bars that the reference interpreter reads."""


OURS = (
    Entrant("ApexTrade, arrays", "conditions.apextrade_side", ("arrays",)),
    Entrant("ApexTrade, pandas tables", "conditions.apextrade_side", ("tables",)),
)
PEERS = (
    Entrant("vectorbt, rust where it can", "conditions.vectorbt_side", ("rust",)),
    Entrant("vectorbt, numba", "conditions.vectorbt_side", ("numba",)),
)


def main() -> int:
    args = parsed()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = bars_file(Path(folder), args.bars)
        found = found_in_ours(np.load(path), min(INTERPRETED, args.bars))
        contestants = started(OURS, PEERS, args, path, stack)
        records = recorded(contestants, Path(folder))
        for contestant, record in zip(contestants, records, strict=True):
            found += [f"{contestant.name}: {line}" for line in disagreements(record, records[0])]
        # On the bar of its entry a trade of ours may end by its stop; the peer looks at that bar for its entry alone.
        if (records[0].entry_bar == records[0].exit_bar).any():
            found.append("a trade ends on the bar of its entry, where the rules are not the same; take other bars")
        if found:
            print("The results are not the same, so no time is compared:", *found, sep="\n  ", file=sys.stderr)
            return 1
        interleave(contestants, args.rounds)
    print("\n".join(report(contestants, records[0], args.bars, args.rounds)))
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7, help="timed runs of each, interleaved")
    peers_options(parser)
    return parser.parse_args()


def recorded(contestants: list[Contestant], folder: Path) -> list[Record]:
    """The record of each one's first run, which is a warm-up too."""
    records = []
    for at, contestant in enumerate(contestants):
        path = folder / f"record-{at}.npz"
        contestant.first_run(path)
        records.append(load(path))
    return records


def report(contestants: list[Contestant], record: Record, bars: int, rounds: int) -> list[str]:
    """The table as Markdown; ratios are of medians."""
    names = ", ".join(contestant.name for contestant in contestants)
    lines = [
        f"Agreed: {len(record.profit):,} trades, final equity {record.equity[-1]:,.6f}: {names}; ours in layers; ours interpreted on the first "
        f"{min(INTERPRETED, bars):,} bars.",
        "",
        RULE,
        "",
        *described(),
        f"{bars:,} bars, {rounds} interleaved runs of each after a warm-up; ratio of medians.",
        "",
        "| | version | median ms | min ms | processor ms, least | million bars/s | times our median | MB above data, first run |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    best = contestants[0].median
    for c in contestants:
        numbers = (
            f"{1e3 * c.median:.1f} | {1e3 * min(c.seconds):.1f} | {1e3 * min(c.processor):.1f} | {bars / c.median / 1e6:.2f}"
        )
        numbers += f" | {c.median / best:.1f}"
        lines.append(f"| {c.name} | {c.version} | {numbers} | {c.memory / 2**20:.0f} |")
    peers = [c.median for c in contestants if c.name.startswith("vectorbt")]
    if peers:
        ratio = min(peers) / best
        lines += ["", f"Goal of {GOAL:g} times as fast as vectorbt: {ratio:.1f}, {'met' if ratio >= GOAL else 'missed'}."]
    return lines


if __name__ == "__main__":
    sys.exit(main())
