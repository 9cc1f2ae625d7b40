"""A sweep of 4,950 pairs of averages, with full statistics of each run: ApexTrade, vectorbt and raptorbt in one run.

    python bench/w3_sweep.py [--bars N]… [--rounds N] [--peer-pairs N] [--peers-python PATH | --env FOLDER | --without-peers]

Each runs in a process of its own, warmed up, asked in turns. Nothing is called faster before its returns, drawdowns, win rates and numbers of
trades are ours for every pair that it runs, and ours for some pairs those of the same backtest written out by hand.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rig.computer import described
from rig.contest import Contestant, Refused, interleave
from rig.entrants import has_rust
from rig.market import bars_file
from rig.peers import NoPeers, default_folder, python_of_peers
from sma_cross.by_hand import by_hand
from sma_sweep.rules import RULE, Cells, chosen, disagreements, load, pairs

BENCH = Path(__file__).parent
GOALS = {"raptorbt": 20.0, "vectorbt": 100.0}
"""Times as many runs of a bar a second as each we mean to do."""
MOST_MB = 50
BY_HAND = 3
"""Pairs that are written out by hand."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who takes part: `side` is the module that runs it, with its arguments after the bars; how many pairs it runs."""

    name: str
    side: str
    arguments: tuple[str, ...]
    python: Path
    pairs: int


def main() -> int:
    args = parsed()
    for bars in args.bars or [10_000, 100_000]:
        code = contest(args, bars)
        if code:
            return code
    return 0


def contest(args: argparse.Namespace, bars: int) -> int:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = bars_file(Path(folder), bars)
        entered, contestants = [], []
        for entrant in entrants(args):
            try:
                command = [str(entrant.python), "-m", entrant.side, str(path), *entrant.arguments]
                contestants.append(stack.enter_context(Contestant(entrant.name, command, BENCH)))
                entered.append(entrant)
            except Refused as refused:
                print(f"left out: {refused}", file=sys.stderr)
        found = agreement(entered, contestants, np.load(path), Path(folder))
        if found:
            print("The results are not the same, so no time is compared:", *found, sep="\n  ", file=sys.stderr)
            return 1
        interleave(contestants, args.rounds)
        print("\n".join(report(entered, contestants, bars, args.rounds)), flush=True)
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--bars", type=int, action="append", help="bars of the history; once for each contest (10,000 and 100,000)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="timed runs of each, interleaved")
    parser.add_argument("--peer-pairs", type=int, default=500, help="pairs that the peers run, spread over all (0: all)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--peers-python", type=Path, help="the Python of an environment that has vectorbt and raptorbt")
    where.add_argument("--env", type=Path, default=default_folder(), help="where the peers' environment is, or is to be made")
    where.add_argument("--without-peers", action="store_true", help="our side and the agreement check alone")
    return parser.parse_args()


def entrants(args: argparse.Namespace) -> list[Entrant]:
    """Who runs with which Python. Without a network or a wheel the peers are left out, and that is said."""
    every, own = len(pairs()), Path(sys.executable)
    found = [
        Entrant("ApexTrade, 2 threads", "sma_sweep.apextrade_side", ("2",), own, every),
        Entrant("ApexTrade, 1 thread", "sma_sweep.apextrade_side", ("1",), own, every),
    ]
    if not args.without_peers:
        try:
            python = args.peers_python or python_of_peers(args.env)
        except NoPeers as error:
            print(f"Without peers: {error}", file=sys.stderr)
            return found
        count = str(args.peer_pairs)
        some = len(pairs(args.peer_pairs))
        found.append(Entrant("raptorbt, parallel batch", "sma_sweep.raptorbt_side", (count,), python, some))
        engines = ("rust", "numba") if has_rust(python) else ("numba",)
        found += [Entrant(f"vectorbt, {name}", "sma_sweep.vectorbt_side", (name, count), python, some) for name in engines]
    return found


def agreement(entered: list[Entrant], contestants: list[Contestant], bars: np.ndarray, folder: Path) -> list[str]:  # type: ignore[type-arg]
    """What each contestant's figures have other than ours, and ours other than those by hand. Its run is the warm-up too."""
    found: list[str] = []
    ours: Cells | None = None
    for at, (entrant, contestant) in enumerate(zip(entered, contestants, strict=True)):
        path = folder / f"cells-{at}.npz"
        contestant.first_run(path)
        cells, of = load(path), pairs(entrant.pairs)
        ours = ours or cells
        found += [f"{contestant.name}: {line}" for line in disagreements(cells, chosen(ours, of), of)]
    assert ours is not None
    checked = pairs(BY_HAND)
    records = [by_hand(bars, fast, slow) for fast, slow in checked]
    expected = Cells(
        *(np.array([getattr(r, name) for r in records]) for name in ("total_return", "max_drawdown", "win_rate")),
        np.array([float(len(r.profit)) for r in records]),
    )
    found += [f"by hand: {line}" for line in disagreements(chosen(ours, checked), expected, checked)]
    if not found:
        names = ", ".join(contestant.name for contestant in contestants)
        print(
            f"Agreed on {ours.trades.sum():,.0f} trades of {len(ours.trades):,} pairs: {names}, and by hand on {len(checked)} pairs.\n"
        )
    return found


def report(entered: list[Entrant], contestants: list[Contestant], bars: int, rounds: int) -> list[str]:
    """The table as Markdown; ratios are of medians."""
    speeds = [entrant.pairs * bars / c.median / 1e6 for entrant, c in zip(entered, contestants, strict=True)]
    lines = [RULE, "", *described(), f"{bars:,} bars, {rounds} interleaved runs of each after a warm-up; ratio of medians.", ""]
    lines += [
        "| | version | pairs | median s | million pairs·bars/s | ours, 2 threads, is so many times as fast | processor ns a pair·bar | MB above data, first run |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    for entrant, c, speed in zip(entered, contestants, speeds, strict=True):
        used = 1e9 * min(c.processor) / (entrant.pairs * bars)
        lines.append(
            f"| {c.name} | {c.version} | {entrant.pairs:,} | {c.median:.3f} | {speed:.1f} | {speeds[0] / speed:.1f} | {used:.1f} | {c.memory / 2**20:.0f} |"
        )
    lines.append("")
    for name, goal in GOALS.items():
        best = max((speed for c, speed in zip(contestants, speeds, strict=True) if c.name.startswith(name)), default=0.0)
        if best:
            ratio = speeds[0] / best
            lines.append(f"Goal of {goal:g} times as fast as {name}: {ratio:.1f}, {'met' if ratio >= goal else 'missed'}.")
    memory = contestants[0].memory / 2**20
    lines.append(f"Goal of at most {MOST_MB} MB above the data: {memory:.0f}, {'met' if memory <= MOST_MB else 'missed'}.")
    return [*lines, ""]


if __name__ == "__main__":
    sys.exit(main())
