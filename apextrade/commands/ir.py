"""Shows what the compiler made of a program at one of its stages."""

from __future__ import annotations

import argparse
import sys

from apextrade.every import asked_every, every_argument
from apextrade.failures import FOUND_ERRORS
from apextrade.libraries import check_file
from apextrade.render import as_text
from apextrade.terminal import colours
from compiler.dump import dump

STAGES = ("ast", "typed", "ir", "plan")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    parser.add_argument("--stage", choices=STAGES, default="ir", help="the tree, its types, the graph (default) or the plan")
    every_argument(parser)
    parser.add_argument("--why", action="store_true", help="name the rewrites that fired")


def run(args: argparse.Namespace) -> int:
    checked = check_file(args.file, every=asked_every(args))
    if checked.program is None and args.stage != "ast":
        print("\n\n".join(as_text(d, checked.source, colours(sys.stderr)) for d in checked.diagnostics), file=sys.stderr)
        return FOUND_ERRORS
    print(dump(checked, args.stage, args.why), end="")
    return 0
