"""Trades a program with many values of its inputs and says which did best, how its neighbours did, and how many were tried."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from apextrade.bars import data_arguments
from apextrade.broker import BROKER
from apextrade.commands.backtest import account_arguments
from apextrade.currency import asked_currency, currency_argument, with_pairs
from apextrade.every import asked_every, every_argument
from apextrade.failures import FOUND_ERRORS, INTERRUPTED, UsageError
from apextrade.files import check_page
from apextrade.finer import detail_argument
from apextrade.instruments import by_symbol, fact_arguments, open_details, open_instruments, open_universe, universe_argument
from apextrade.libraries import compile_file
from apextrade.values import read_settings

MOST = 1_000_000
TRIALS = 100


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    data_arguments(parser, several=True)
    universe_argument(parser)
    every_argument(parser)
    what = parser.add_argument_group("what is tried")
    what.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="k=a:b:step",
        help="values of an input: fast=5:50:5, risk=1%%,2%%, or fast for all it declares (default: every input with a step or choices)",
    )
    what.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="k=v", help="one value for an input that does not vary"
    )
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
    detail_argument(parser, several=True)
    facts = parser.add_argument_group("facts of the instrument; of one of several as AAPL=0.01")
    fact_arguments(facts)
    currency_argument(facts)
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
    program = compile_file(args.file, every=asked_every(args))
    from apextrade.settings import UnreadSetting
    from apextrade.sweeping.call import chosen, run_request
    from apextrade.sweeping.grid import asked, known, space_of
    from apextrade.sweeping.request import Request
    from apextrade.sweeping.several import run_several
    from apextrade.sweeping.table import checked_metric
    from compiler.inputs import InputError

    checked_metric(args.metric)
    if args.celery is not None:
        from apextrade.broker import checked_broker

        checked_broker(args.celery)
    fixed = read_settings(program, args.settings)
    for name, value in fixed.items():
        known(program, name).check(value)
    space = space_of(program, [asked(program, text) for text in args.grid], fixed)
    numbers = space.drawn(0, 0) if args.sampler else chosen(space, args.random, args.seed, args.most)
    universe = open_universe(args, program)
    candles = open_instruments(args, program, universe, say_repairs=True)
    candles = asked_currency(args.currency, candles)
    symbols = tuple(candles) if isinstance(candles, dict) else (candles.symbol or "the instrument",)
    tick, lot, multiplier = (by_symbol(getattr(args, name), symbols, name) for name in ("tick", "lot", "multiplier"))
    settings = {"capital": args.capital, "commission": args.commission, "slippage": args.slippage, "fills": args.fills}
    try:
        candles = with_pairs(args, program, settings, candles)
        if isinstance(candles, dict):
            if args.sampler:
                raise UsageError("Several instruments can't be searched by a sampler yet; use --random.")
            if args.walk_forward:
                raise UsageError("Several instruments can't be walked forward yet: leave --walk-forward out.")
            if args.celery is not None:
                raise UsageError("Several instruments can't be swept on Celery yet: leave --celery out.")
            finer = open_details(args.detail, candles, args.start, args.splits is not None)
            table = run_several(
                program, space, fixed, numbers, args.metric, candles, settings, tick, lot, multiplier, universe, finer
            )
        else:
            details = open_details(args.detail, {symbols[0]: candles}, args.start, args.splits is not None)
            detail = next(iter(details.values())) if details else None
            of_this = [found.get(symbols[0]) for found in (tick, lot, multiplier)]
            request = Request(program, space, fixed, settings, of_this[0], of_this[1], of_this[2])
            if args.sampler:
                from apextrade.sweeping.sampled import run_sampled

                table = run_sampled(
                    request,
                    candles,
                    args.metric,
                    args.sampler,
                    args.trials or TRIALS,
                    args.seed,
                    args.workers or os.cpu_count() or 1,
                    detail,
                )
            elif args.celery is not None:
                from apextrade.sweeping.distributed import run_on_celery

                table = run_on_celery(request, numbers, candles, args.metric, args.celery, detail)
            else:
                table = run_request(request, numbers, candles, args.metric, args.workers or os.cpu_count(), detail)
    except UnreadSetting as error:
        raise UsageError(f"--{error}") from None
    walk, no_walk = None, ""
    if args.walk_forward and not table.cancelled:
        assert not isinstance(candles, dict)
        from apextrade.examining.market import Market
        from apextrade.sweeping.walking import walking

        market = Market(
            candles if detail is None else candles.with_finer(detail), settings, request.tick, request.lot, request.multiplier
        )
        try:
            walk = walking(request, numbers, market, args.metric, args.walk_forward, args.workers or os.cpu_count())
        except InputError as error:  # the sweep is there, and is shown
            no_walk = f"note: {error}"
    if args.out:
        table.write(args.out)
    if args.report and table.best_row is not None:
        table.report(args.report)
    if args.json:
        import json

        from apextrade.sweeping.shown import as_json

        said = as_json(table, program)
        if walk is not None:
            from apextrade.examining.shown import walk_json

            said["walk_forward"] = walk_json(walk)
        print(json.dumps(said, indent=2, allow_nan=False))
    else:
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
    return INTERRUPTED if table.cancelled else FOUND_ERRORS if table.missing else 0
