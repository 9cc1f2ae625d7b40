"""Says what is wrong with programs: every mistake and warning, with its place and what to do about it."""

from __future__ import annotations

import argparse
import sys

from apextrade.every import asked_every, every_argument
from apextrade.failures import FOUND_ERRORS
from apextrade.libraries import check_file
from apextrade.render import as_text
from apextrade.terminal import colours
from compiler.diagnostic_json import diagnostic_json
from compiler.diagnostics import Diagnostic
from compiler.limits import Limits
from compiler.ranges.told import facts_of


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a program; - for the standard input")
    parser.add_argument("--json", action="store_true", help="diagnostics as a JSON list: 0-based lines, UTF-16 columns")
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
    limits = Limits(args.most_cost, args.most_state)
    checked = [check_file(path, limits, asked_every(args)) for path in args.files]
    if args.json:
        import json

        print(json.dumps([diagnostic_json(d, one.source) for one in checked for d in one.diagnostics], indent=2))
    else:
        for one in checked:
            for diagnostic in one.diagnostics:
                print(as_text(diagnostic, one.source, colours(sys.stdout)), end="\n\n")
            print(f"{one.source.name}: {counted(one.diagnostics)}")
            if args.facts and one.program is not None:
                print(facts_of(one.program), end="")
    return FOUND_ERRORS if any(d.severity == "error" for one in checked for d in one.diagnostics) else 0


def counted(diagnostics: tuple[Diagnostic, ...]) -> str:
    """`2 errors, 1 warning`, or `nothing wrong`."""
    numbers = [(sum(d.severity == severity for d in diagnostics), severity) for severity in ("error", "warning")]
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in numbers if n) or "nothing wrong"
