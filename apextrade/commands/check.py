"""Says what is wrong with programs: every mistake and warning, with its place and what to do about it."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from apextrade.checking.folders import named_programs
from apextrade.checking.shown import checked_text
from apextrade.every import asked_every, every_argument
from apextrade.failures import FOUND_ERRORS
from apextrade.libraries import check_file
from apextrade.terminal import colours
from compiler.diagnostic_json import diagnostic_json
from compiler.limits import Limits
from compiler.pipeline import Checked


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a program, or a folder of programs; - for the standard input")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="diagnostics as a JSON list: 0-based lines, UTF-16 columns")
    form.add_argument("--sarif", action="store_true", help="diagnostics as a SARIF 2.1.0 log, for code hosts and other tools")
    form.add_argument("--watch", action="store_true", help="check again whenever a file changes, until Ctrl-C")
    parser.add_argument("--facts", action="store_true", help="also what every let and rule can be, and what the program costs")
    every_argument(parser)
    parser.add_argument("--most-cost", type=whole, metavar="STEPS", help="an error if a bar takes more steps, as declared")
    parser.add_argument("--most-state", type=whole, metavar="BYTES", help="an error if more is kept from bar to bar")


def whole(text: str) -> int:
    """A whole number above zero, as an argument's type."""
    number = text.replace("_", "").replace(",", "")
    if not number.isdecimal() or int(number) == 0:
        raise argparse.ArgumentTypeError(f"a whole number above zero is needed; this is {text}")
    return int(number)


def run(args: argparse.Namespace) -> int:
    limits, every = Limits(args.most_cost, args.most_state), asked_every(args)
    if args.watch:
        watch(args, limits, every)
    checked = [check_file(path, limits, every) for path in named_programs(args.files)]
    code = FOUND_ERRORS if any(d.severity == "error" for one in checked for d in one.diagnostics) else 0
    if args.json:
        import json

        print(json.dumps([diagnostic_json(d, one.source) for one in checked for d in one.diagnostics], indent=2))
    elif args.sarif:
        import json
        from pathlib import Path

        from apextrade.checking.sarif import sarif_log

        print(json.dumps(sarif_log(checked, Path.cwd(), code), indent=2))
    else:
        for one in checked:
            print(checked_text(one, colours(sys.stdout), args.facts), end="")
    return code


def watch(args: argparse.Namespace, limits: Limits, every: str) -> NoReturn:
    from apextrade.checking.watching import Watch
    from apextrade.cli import home
    from apextrade.failures import keep

    def checked(path: str) -> Checked:
        return check_file(path, limits, every)

    def defect(error: Exception, path: str) -> str:
        kept = keep(error, ["check", path], home())
        return f"not checked, by a defect of ApexTrade, not of the program. What is needed to find it was written to {kept}."

    Watch(args.files, checked, defect, sys.stdout, args.facts, sys.stdout.isatty(), colours(sys.stdout)).run()
