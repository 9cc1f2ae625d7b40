"""Says whether a result can be believed: what luck, search, costs, delay and the choice of years have to do with it."""

from __future__ import annotations

import argparse
import os
import sys

from apextrade.commands.sweep import MOST, whole
from apextrade.every import asked_every
from apextrade.failures import UsageError
from apextrade.libraries import compile_file, resolver_of
from apextrade.run_arguments import (
    account_arguments,
    bar_arguments,
    input_arguments,
    instrument_arguments,
    read_arguments,
    said_as_options,
)
from apextrade.values import read_settings


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    bar_arguments(parser, universe=False, detail=False)
    what = parser.add_argument_group("what is searched")
    what.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="k=a:b:step",
        help="values of an input, as for `apx sweep` (default: every input with a step or choices; without any, the one run is examined)",
    )
    input_arguments(what, "one value for an input that does not vary")
    what.add_argument(
        "--metric", default="sharpe", metavar="M", help="the statistic by which the best is chosen (default: sharpe)"
    )
    what.add_argument(
        "--trials", type=whole, metavar="N", help="how many combinations were tried before, if more than are searched here"
    )
    what.add_argument("--windows", type=whole, default=5, metavar="N", help="windows of the walk forward (default: 5)")
    what.add_argument("--anchored", action="store_true", help="let every window learn from the first bar on")
    what.add_argument(
        "--folds", type=whole, default=5, metavar="K", help="folds held out one after the other; 1: none (default: 5)"
    )
    what.add_argument(
        "--embargo", type=bars, metavar="BARS", help="bars that nothing is learnt from after a fold (default: a hundredth of all)"
    )
    what.add_argument("--random", type=whole, metavar="N", help="N combinations drawn at random instead of all")
    what.add_argument(
        "--most", type=whole, default=MOST, metavar="N", help=f"refuse more combinations than this (default: {MOST:,})"
    )
    what.add_argument("--paths", type=whole, default=2000, metavar="N", help="paths of each resampling (default: 2,000)")
    what.add_argument("--seed", type=int, default=0, metavar="S", help="another draw (default: 0)")
    what.add_argument("--workers", type=whole, metavar="N", help="threads (default: as many as there are processors)")
    account_arguments(parser)
    instrument_arguments(parser)
    parser.add_argument_group("output").add_argument("--json", action="store_true", help="print everything as JSON")


def bars(text: str) -> int:
    """A number of bars, which may be none, as an argument's type."""
    if not text.replace("_", "").isdecimal():
        raise argparse.ArgumentTypeError(f"a number of bars is needed; this is {text}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    program = compile_file(args.file, every=asked_every(args))
    from apextrade.examining.examination import examined
    from apextrade.examining.market import Market
    from apextrade.sweeping.call import chosen
    from apextrade.sweeping.grid import asked, declared, known, space_of
    from apextrade.sweeping.table import checked_metric

    checked_metric(args.metric)
    fixed = read_settings(program, args.settings)
    for name, value in fixed.items():
        known(program, name).check(value)
    space = numbers = None
    if args.grid or any(axis.name not in fixed for axis in declared(program)):
        space = space_of(program, [asked(program, text) for text in args.grid], fixed)
        numbers = chosen(space, args.random, args.seed, args.most)
    run_of = read_arguments(args, program)
    if isinstance(run_of.candles, dict):
        raise UsageError("Several instruments on one account can't be examined yet: give the bars of one.")
    market = Market(
        run_of.candles, run_of.settings, run_of.fact("tick"), run_of.fact("lot"), run_of.fact("multiplier"), run_of.venue
    )
    with said_as_options():
        found = examined(
            program,
            space,
            fixed,
            numbers,
            market,
            metric=args.metric,
            windows=args.windows,
            anchored=args.anchored,
            folds=args.folds,
            embargo=args.embargo,
            trials=args.trials,
            paths=args.paths,
            seed=args.seed,
            workers=args.workers or os.cpu_count(),
            resolver=resolver_of(args.file),
        )
    if args.json:
        import json

        from apextrade.examining.shown import as_json

        print(json.dumps(as_json(found), indent=2, allow_nan=False))
    else:
        from apextrade.examining.shown import summary

        print("\n".join(summary(found, sys.stdout)))
    return 0
