"""Trades a program with many values of its inputs and says which did best, how its neighbours did, and how many were tried."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from apextrade.broker import BROKER
from apextrade.every import asked_every
from apextrade.failures import FOUND_ERRORS, INTERRUPTED, UsageError
from apextrade.files import check_page
from apextrade.libraries import compile_file
from apextrade.run_arguments import (
    Asked,
    account_arguments,
    bar_arguments,
    input_arguments,
    instrument_arguments,
    read_arguments,
    said_as_options,
    with_finer,
)
from apextrade.values import read_settings

if TYPE_CHECKING:
    from apextrade.examining.walk import WalkForward
    from apextrade.sweeping.request import Request
    from apextrade.sweeping.table import SweepTable
    from compiler.inputs import InputValue
    from compiler.program import Program
    from runtime.sweep.space import Numbers, Space

MOST = 1_000_000
TRIALS = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    bar_arguments(parser)
    what = parser.add_argument_group("what is tried")
    what.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="k=a:b:step",
        help="values of an input: fast=5:50:5, risk=1%%,2%%, or fast for all it declares (default: every input with a step or choices)",
    )
    input_arguments(what, "one value for an input that does not vary")
    what.add_argument("--metric", default="sharpe", metavar="M", help="the statistic that says which is best (default: sharpe)")
    what.add_argument(
        "--sampler",
        choices=("tpe", "cmaes", "nsga2", "qmc", "random"),
        help="let a sampler of Optuna choose, for spaces too large to try",
    )
    what.add_argument("--trials", type=whole, metavar="N", help="combinations that the sampler may look at (default: 100)")
    what.add_argument("--random", type=whole, metavar="N", help="N combinations drawn at random instead of all")
    what.add_argument("--seed", type=int, default=0, metavar="S", help="another draw (default: 0)")
    what.add_argument(
        "--most", type=whole, default=MOST, metavar="N", help=f"refuse more combinations than this (default: {MOST:,})"
    )
    what.add_argument("--workers", type=whole, metavar="N", help="threads (default: as many as there are processors)")
    what.add_argument(
        "--walk-forward",
        type=whole,
        metavar="N",
        help="also choose anew on N stretches and trade the bars after each, as `apx examine` does",
    )
    what.add_argument(
        "--celery",
        nargs="?",
        const=BROKER,
        metavar="URL",
        help="have the workers of a Redis server do it, see `apx worker` (default: $APX_BROKER, else redis://localhost:6379/0)",
    )
    account_arguments(parser)
    instrument_arguments(parser)
    output = parser.add_argument_group("output")
    output.add_argument("--report", metavar="F.html", help="write one HTML page: maps of each two inputs, distribution, the best")
    output.add_argument("--out", metavar="F", help="write a row for each combination to a .csv, .parquet or .json file")
    output.add_argument("--top", type=whole, default=10, metavar="N", help="how many of the best to show (default: 10)")
    output.add_argument("--json", action="store_true", help="print all rows as JSON")


def whole(text: str) -> int:
    """A whole number above zero, as an argument's type."""
    if not text.replace("_", "").isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number above zero is needed; this is {text}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    check_options(args)
    program = compile_file(args.file, every=asked_every(args))
    search = asked_search(args, program)
    asked = read_arguments(args, program)
    with said_as_options():
        table = swept(args, program, search, asked)
    walk, no_walk = None, ""
    if args.walk_forward and not table.cancelled:
        from compiler.inputs import InputError

        try:
            walk = walked_forward(args, program, search, asked)
        except InputError as error:  # the sweep is there, and is shown
            no_walk = f"note: {error}"
    write_files(args, table)
    if args.json:
        say_json(table, program, walk)
    else:
        say(args, table, program, walk, no_walk)
    return INTERRUPTED if table.cancelled else FOUND_ERRORS if table.missing else 0


def check_options(args: argparse.Namespace) -> None:
    """Raises UsageError, before any work is done, for what does not go together and for files that can't be written."""
    if args.out:
        from apextrade.tables import check_suffix

        check_suffix(Path(args.out))
    if args.report:
        check_page(args.report)
    if args.trials and not args.sampler:
        raise UsageError("--trials is for --sampler; --random draws without one.")
    if args.sampler:
        for option, given in (("--random", args.random), ("--walk-forward", args.walk_forward)):
            if given:
                raise UsageError(f"--sampler and {option} don't go together; leave one out.")
        if args.celery is not None:
            raise UsageError("A sampler can't choose on Celery yet: leave --celery out.")
    if args.celery is not None and args.workers:
        raise UsageError(
            "--workers is of threads on this machine; with --celery say `apx worker --concurrency` on those that work."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What is tried: the space, the values of inputs that do not vary, and the numbers of the combinations (none for a sampler)."""

    space: Space
    fixed: Mapping[str, InputValue]
    numbers: Numbers


def asked_search(args: argparse.Namespace, program: Program) -> Search:
    """Raises InputError, UsageError."""
    from apextrade.sweeping.call import chosen
    from apextrade.sweeping.grid import asked, known, space_of
    from apextrade.sweeping.table import checked_metric

    checked_metric(args.metric)
    if args.celery is not None:
        from apextrade.broker import checked_broker

        checked_broker(args.celery)
    fixed = read_settings(program, args.settings)
    for name, value in fixed.items():
        known(program, name).check(value)
    space = space_of(program, [asked(program, text) for text in args.grid], fixed)
    return Search(space, fixed, space.drawn(0, 0) if args.sampler else chosen(space, args.random, args.seed, args.most))


def swept(args: argparse.Namespace, program: Program, search: Search, asked: Asked) -> SweepTable:
    """The table: of several instruments, by a sampler, on workers, or on this machine. Raises UsageError, InputError, DataError, BrokerError."""
    if isinstance(asked.candles, dict):
        require_one(args)
        from apextrade.sweeping.several import run_several

        facts = asked.facts
        return run_several(
            program, search.space, search.fixed, search.numbers, args.metric, asked.candles, asked.settings,
            facts["tick"], facts["lot"], facts["multiplier"], asked.universe, asked.finer, asked.venue,
        )  # fmt: skip
    request, threads = request_of(program, search, asked), args.workers or os.cpu_count() or 1
    if args.sampler:
        from apextrade.sweeping.sampled import run_sampled

        trials = args.trials or TRIALS
        return run_sampled(request, asked.candles, args.metric, args.sampler, trials, args.seed, threads, asked.detail)
    if args.celery is not None:
        from apextrade.sweeping.distributed import run_on_celery

        return run_on_celery(request, search.numbers, asked.candles, args.metric, args.celery, asked.detail)
    from apextrade.sweeping.call import run_request

    return run_request(request, search.numbers, asked.candles, args.metric, threads, asked.detail)


def require_one(args: argparse.Namespace) -> None:
    """Raises UsageError for what can be done with one instrument only."""
    if args.sampler:
        raise UsageError("Several instruments can't be searched by a sampler yet; use --random.")
    if args.walk_forward:
        raise UsageError("Several instruments can't be walked forward yet: leave --walk-forward out.")
    if args.celery is not None:
        raise UsageError("Several instruments can't be swept on Celery yet: leave --celery out.")


def request_of(program: Program, search: Search, asked: Asked) -> Request:
    from apextrade.sweeping.request import Request

    facts = [asked.fact(name) for name in ("tick", "lot", "multiplier")]
    return Request(program, search.space, search.fixed, asked.settings, facts[0], facts[1], facts[2], asked.venue)


def walked_forward(args: argparse.Namespace, program: Program, search: Search, asked: Asked) -> WalkForward:
    """The combinations chosen anew on stretch after stretch. Raises InputError."""
    from apextrade.examining.market import Market
    from apextrade.sweeping.walking import walking

    request, with_detail = request_of(program, search, asked), with_finer(asked).candles
    assert not isinstance(with_detail, dict)
    market = Market(with_detail, asked.settings, request.tick, request.lot, request.multiplier, asked.venue)
    return walking(request, search.numbers, market, args.metric, args.walk_forward, args.workers or os.cpu_count())


def write_files(args: argparse.Namespace, table: SweepTable) -> None:
    if args.out:
        table.write(args.out)
    if args.report and table.best_row is not None:
        table.report(args.report)


def say_json(table: SweepTable, program: Program, walk: WalkForward | None) -> None:
    import json

    from apextrade.sweeping.shown import as_json

    said = as_json(table, program)
    if walk is not None:
        from apextrade.examining.shown import walk_json

        said["walk_forward"] = walk_json(walk)
    print(json.dumps(said, indent=2, allow_nan=False))


def say(args: argparse.Namespace, table: SweepTable, program: Program, walk: WalkForward | None, no_walk: str) -> None:
    """The best, their neighbours, the walk forward or why there is none, and the files that were written."""
    from apextrade.sweeping.shown import summary

    print("\n".join(summary(table, program, args.top, sys.stdout)))
    if walk is not None:
        from apextrade.sweeping.walking import lines

        print("\n".join(["", *lines(walk, program, sys.stdout)]))
    if no_walk:
        print(no_walk)
    if args.report:
        print(f"Report: {args.report}" if table.best_row is not None else "No report was written: there is nothing to draw.")
    if args.out:
        print(f"Table: {args.out}")
