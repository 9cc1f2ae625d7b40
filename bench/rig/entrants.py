"""Who takes part in a contest of whole backtests: our ways and the peers', each with the Python that it runs with."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rig.contest import Contestant, Refused
from rig.peers import NoPeers, default_folder, python_of_peers

BENCH = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who takes part: `side` is the module that runs it, with its arguments after the bars."""

    name: str
    side: str
    arguments: tuple[str, ...] = ()
    ours: bool = False


def peers_options(parser: argparse.ArgumentParser) -> None:
    """Where the peers' environment is, or that there is none."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--peers-python", type=Path, help="the Python of an environment that has the peers")
    where.add_argument("--env", type=Path, default=default_folder(), help="where the peers' environment is, or is to be made")
    where.add_argument("--without-peers", action="store_true", help="our side and the agreement check alone")


def started(
    ours: tuple[Entrant, ...], peers: tuple[Entrant, ...], args: argparse.Namespace, bars: Path, stack: ExitStack
) -> list[Contestant]:
    """Every contestant, ready. Without a network or a wheel the peers are left out, and that is said."""
    found = []
    for entrant, python in [*((entrant, Path(sys.executable)) for entrant in ours), *peers_there(peers, args)]:
        command = [str(python), "-m", entrant.side, str(bars), *entrant.arguments]
        try:
            found.append(stack.enter_context(Contestant(entrant.name, command, BENCH)))
        except Refused as refused:
            print(f"left out: {refused}", file=sys.stderr)
    return found


def peers_there(peers: tuple[Entrant, ...], args: argparse.Namespace) -> Iterator[tuple[Entrant, Path]]:
    """The peers that can run, with their Python."""
    if args.without_peers:
        return
    try:
        python = args.peers_python or python_of_peers(args.env)
    except NoPeers as error:
        print(f"Without peers: {error}", file=sys.stderr)
        return
    yield from ((entrant, python) for entrant in peers if entrant.arguments != ("rust",) or has_rust(python))


def has_rust(python: Path) -> bool:
    """Whether vectorbt's compiled engine is there; says so if not."""
    there = subprocess.run([python, "-c", "import vectorbt_rust"], capture_output=True, check=False).returncode == 0
    if not there:
        print("left out: vectorbt's rust engine is not in the peers' environment", file=sys.stderr)
    return there
