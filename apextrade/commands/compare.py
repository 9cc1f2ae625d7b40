"""Holds several runs against each other: programs traded on the same bars, or results that were saved."""

from __future__ import annotations

import argparse
from pathlib import Path

from apextrade.commands.backtest import traded
from apextrade.failures import UsageError
from apextrade.files import check_page
from apextrade.run_arguments import account_arguments, bar_arguments, input_arguments, instrument_arguments


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="two or more: programs, and .json files written by `apx backtest --out`"
    )
    bar_arguments(parser, detail=False)
    input_arguments(parser, "a value for an input, which every program given must have")
    account_arguments(parser)
    instrument_arguments(parser)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--names", metavar="A,B", help="what the runs are called, one for each (default: titles of programs, names of files)"
    )
    output.add_argument("--json", action="store_true", help="print the comparison as JSON")
    output.add_argument("--report", metavar="F.html", help="write the comparison as one page that needs nothing else")


def run(args: argparse.Namespace) -> int:
    if args.report:
        check_page(args.report)
    if len(args.files) < 2:
        raise UsageError("A comparison needs at least two runs: name another program or saved result.")
    names = [name.strip() for name in args.names.split(",")] if args.names else None
    if names is not None and len(names) != len(args.files):
        raise UsageError(f"There are {len(names)} names for {len(args.files)} runs.")
    if sum(file == "-" for file in args.files) > 1:
        raise UsageError("The standard input can be one program only.")
    from apextrade.comparing import Ran, compare
    from apextrade.comparing.ran import of_file, of_result

    runs: list[Ran] = []
    for file in args.files:
        if Path(file).suffix.lower() == ".json":
            runs.append(of_file(Path(file)))
        else:
            runs.append(of_result(traded(args, file)))
    found = compare(runs, names=names)
    if args.json:
        import json

        from apextrade.comparing.shown import as_json

        print(json.dumps(as_json(found), indent=2, allow_nan=False))
    else:
        import shutil
        import sys

        from apextrade.comparing.shown import summary
        from apextrade.terminal import shows_unicode

        width = min(120, shutil.get_terminal_size((80, 24)).columns)
        print(summary(found, width, unicode=shows_unicode(sys.stdout)), end="")
    if args.report:
        found.report(args.report)
        if not args.json:
            print(f"Report: {args.report}")
    return 0
