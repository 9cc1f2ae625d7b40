"""Answers questions about a program that is being written: its backtest, its tests, its values on the last bars. `apx lsp` starts it.

Questions come on the standard input and answers go to the standard output as frames of JSON: four bytes of length, the highest first, then an
object. docs/editors/results.md says which questions there are.
"""

from __future__ import annotations

import argparse

MEGABYTES = 2048


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--memory",
        type=int,
        default=MEGABYTES,
        metavar="MB",
        help=f"memory that it may take beyond what it needs to start, where the system can limit it (default {MEGABYTES})",
    )


def run(args: argparse.Namespace) -> int:
    from apextrade.cli import home
    from apextrade.editing.process import main

    main(home(), max(64, args.memory))
    return 0
