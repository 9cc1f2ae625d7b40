"""One SMA-cross backtest on a million bars, with equity, trades and statistics: ApexTrade, vectorbt and raptorbt in one run.

    python bench/w2_sma_cross.py [--bars N] [--rounds N] [--peers-python PATH | --env FOLDER | --without-peers]

Each runs in a process of its own, warmed up, asked in turns. Nothing is called faster before its equity at each bar and its
every trade are those of the others and of the same backtest written out by hand. The peers live in an environment that this
script makes once.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from rig.computer import described
from rig.contest import Contestant, interleave
from rig.entrants import Entrant, peers_options, started
from rig.market import bars_file
from sma_cross.agreement import disagreements
from sma_cross.by_hand import by_hand
from sma_cross.rules import RULE, Record, load

BENCH = Path(__file__).parent
WARM_UPS = 2
GOALS = {"raptorbt": 10.0, "vectorbt": 40.0}
"""Times as fast as each we mean to be (as vectorbt's faster engine)."""


OURS = (
    Entrant("ApexTrade, arrays", "sma_cross.apextrade_side", ("arrays",), ours=True),
    Entrant("ApexTrade, pandas tables", "sma_cross.apextrade_side", ("tables",), ours=True),
)
PEERS = (
    Entrant("raptorbt", "sma_cross.raptorbt_side"),
    Entrant("vectorbt, rust", "sma_cross.vectorbt_side", ("rust",)),
    Entrant("vectorbt, numba", "sma_cross.vectorbt_side", ("numba",)),
)


def main() -> int:
    args = parsed()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bars = bars_file(Path(folder), args.bars)
        contestants = started(OURS, PEERS, args, bars, stack)
        found = agreement(contestants, by_hand(np.load(bars)), Path(folder))
        if found:
            print("The results are not the same, so no time is compared:", *found, sep="\n  ", file=sys.stderr)
            return 1
        for contestant in contestants:
            for _ in range(WARM_UPS - 1):
                contestant.ask(do="run")
        interleave(contestants, args.rounds)
        print("\n".join(report(contestants, args.bars, args.rounds)))
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9, help="timed runs of each, interleaved")
    peers_options(parser)
    return parser.parse_args()


def agreement(contestants: list[Contestant], reference: Record, folder: Path) -> list[str]:
    """What each contestant's record has other than the one written by hand. Its run is the first warm-up too."""
    found = []
    for at, contestant in enumerate(contestants):
        path = folder / f"record-{at}.npz"
        contestant.first_run(path)
        found += [f"{contestant.name}: {line}" for line in disagreements(load(path), reference)]
    if not len(reference.profit):
        found.append("no trade was closed on these bars; take more of them")
    if not found:
        names = ", ".join(contestant.name for contestant in contestants)
        print(f"Agreed: {len(reference.profit):,} trades, final equity {reference.equity[-1]:,.6f}: {names}, and by hand.\n")
    return found


def report(contestants: list[Contestant], bars: int, rounds: int) -> list[str]:
    """The table as Markdown; ratios are of medians, ours the arrays' (first) row."""
    best = contestants[0].median
    lines = [
        RULE,
        "",
        *described(),
        f"{bars:,} bars, {rounds} interleaved runs of each after {WARM_UPS} warm-ups; ratio of medians.",
        "",
    ]
    lines += [
        "| | version | median ms | min ms | million bars/s | times our median | MB above data, first run |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for c in contestants:
        numbers = f"{1e3 * c.median:.1f} | {1e3 * min(c.seconds):.1f} | {bars / c.median / 1e6:.2f} | {c.median / best:.1f}"
        lines.append(f"| {c.name} | {c.version} | {numbers} | {c.memory / 2**20:.0f} |")
    lines.append("")
    for name, goal in GOALS.items():
        medians = [c.median for c in contestants if c.name.startswith(name)]
        if medians:
            ratio = min(medians) / best
            lines.append(f"Goal of {goal:g} times as fast as {name}: {ratio:.1f}, {'met' if ratio >= goal else 'missed'}.")
    return lines


if __name__ == "__main__":
    sys.exit(main())
