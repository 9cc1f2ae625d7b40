"""One SMA-cross backtest on a million bars, with equity, trades and statistics: ApexTrade, vectorbt and raptorbt in one run.

    python bench/w2_sma_cross.py [--bars N] [--rounds N] [--peers-python PATH | --env FOLDER | --without-peers]

Each runs in a process of its own, warmed up, asked in turns. Nothing is called faster before its equity at each bar and its
every trade are those of the others and of the same backtest written out by hand. The peers live in an environment that this
script makes once.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rig.computer import described
from rig.contest import Contestant, Refused, interleave
from rig.market import bars_file
from rig.peers import NoPeers, default_folder, python_of_peers
from sma_cross.agreement import disagreements
from sma_cross.by_hand import by_hand
from sma_cross.rules import RULE, Record, load

BENCH = Path(__file__).parent
WARM_UPS = 2
GOALS = {"raptorbt": 10.0, "vectorbt": 40.0}
"""Times as fast as each we mean to be (as vectorbt's faster engine)."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who takes part: `side` is the module that runs it, with its arguments after the bars."""

    name: str
    side: str
    arguments: tuple[str, ...] = ()
    ours: bool = False


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
        contestants = []
        for entrant, python in entrants(args):
            try:
                contestants.append(stack.enter_context(started(entrant, python, bars)))
            except Refused as refused:
                print(f"left out: {refused}", file=sys.stderr)
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
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--peers-python", type=Path, help="the Python of an environment that has vectorbt and raptorbt")
    where.add_argument("--env", type=Path, default=default_folder(), help="where the peers' environment is, or is to be made")
    where.add_argument("--without-peers", action="store_true", help="our side and the agreement check alone")
    return parser.parse_args()


def entrants(args: argparse.Namespace) -> list[tuple[Entrant, Path]]:
    """Who runs with which Python. Without a network or a wheel the peers are left out, and that is said."""
    found = [(entrant, Path(sys.executable)) for entrant in OURS]
    if not args.without_peers:
        try:
            python = args.peers_python or python_of_peers(args.env)
            found += [(entrant, python) for entrant in PEERS if entrant.arguments != ("rust",) or has_rust(python)]
        except NoPeers as error:
            print(f"Without peers: {error}", file=sys.stderr)
    return found


def has_rust(python: Path) -> bool:
    """Whether vectorbt's compiled engine is there; says so if not."""
    there = subprocess.run([python, "-c", "import vectorbt_rust"], capture_output=True, check=False).returncode == 0
    if not there:
        print("left out: vectorbt's rust engine is not in the peers' environment", file=sys.stderr)
    return there


def started(entrant: Entrant, python: Path, bars: Path) -> Contestant:
    return Contestant(entrant.name, [str(python), "-m", entrant.side, str(bars), *entrant.arguments], BENCH)


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
