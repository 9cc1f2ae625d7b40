"""Says for each rule whether it was true, false or unknown on one bar, which part decided, and what became of its orders.

The run is the one that `apx backtest` with the same arguments makes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from apextrade.every import asked_every
from apextrade.failures import UsageError
from apextrade.libraries import compile_file
from apextrade.run_arguments import (
    account_arguments,
    bar_arguments,
    input_arguments,
    instrument_arguments,
    read_arguments,
    said_as_options,
    with_finer,
)
from apextrade.values import read_settings
from apextrade.why.explaining import explained, explained_alone
from apextrade.why.look import Look

if TYPE_CHECKING:
    from runtime.why.several import WhyAll


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    parser.add_argument(
        "--at", required=True, metavar="TIME", help="a date, or a time such as 2010-05-06T14:30Z; a bar is open until the next"
    )
    bar_arguments(parser)
    parser.add_argument("--symbol", metavar="S", help="of several instruments on one account, the one to explain (default: all)")
    input_arguments(parser)
    account_arguments(parser)
    instrument_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print it as JSON: truths as true, false or null")


def run(args: argparse.Namespace) -> int:
    program = compile_file(args.file, every=asked_every(args))
    values = read_settings(program, args.settings)
    program.values(values)  # a value out of its range is said before data are read
    asked = with_finer(read_arguments(args, program))
    look = Look.of(sys.stdout, shutil.get_terminal_size((100, 24)).columns)
    with said_as_options():
        if isinstance(asked.candles, dict):
            every = explained(program, asked.candles, args.at, values, asked.settings, asked.facts, asked.universe, asked.venue)
            return _say_all(args, every, look)
        if args.symbol:
            raise UsageError("--symbol chooses among several instruments; this is a run of one.")
        facts = {name: asked.fact(name) for name in asked.facts}
        found = explained_alone(program, asked.candles, args.at, values, asked.settings, facts, asked.venue)
    if args.json:
        from apextrade.why.as_json import why_json

        print(json.dumps(why_json(found), indent=2, allow_nan=False))
    else:
        from apextrade.why.bar import why_text

        print(why_text(found, look))
    return 0


def _say_all(args: argparse.Namespace, found: WhyAll, look: Look) -> int:
    """Several instruments, or the one of them that was asked for."""
    if args.symbol:
        if args.symbol in found.absent:
            raise UsageError(f"--symbol {args.symbol}: it has no bar at this time.")
        there = [why.symbol for why in found.instruments]
        if args.symbol not in there:
            raise UsageError(f"--symbol {args.symbol} names an instrument that is not there; there are {', '.join(there)}.")
        found = replace(found, instruments=tuple(why for why in found.instruments if why.symbol == args.symbol), absent=())
    if args.json:
        from apextrade.why.as_json import why_all_json

        print(json.dumps(why_all_json(found), indent=2, allow_nan=False))
    else:
        from apextrade.why.several import why_all_text

        print(why_all_text(found, look))
    return 0
