"""Runs the `test` blocks of programs: each on its own few bars, with the program's own costs, or those of --venue. Exit code 1 if one fails.

A failing test is shown with what was expected, what happened, the bars around, and which part of the rules decided.
"""

from __future__ import annotations

import argparse
import shutil
import sys

from apextrade.every import asked_every, every_argument
from apextrade.failures import FOUND_ERRORS
from apextrade.files import read_program, shown_name
from apextrade.libraries import resolver_of
from apextrade.run_arguments import venue_argument, venue_of
from apextrade.why.look import Look
from compiler.pipeline import compile_text
from stdlib.library import load


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a program; - for the standard input")
    every_argument(parser)
    venue_argument(parser)
    parser.add_argument("--json", action="store_true", help="the results as a JSON list, one object a file")


def run(args: argparse.Namespace) -> int:
    asked = asked_every(args)
    programs = [
        (shown_name(path), compile_text(read_program(path), load(), shown_name(path), resolver_of(path), every=asked))
        for path in args.files
    ]
    for note in dict.fromkeys(note for _, program in programs for note in program.clock_notes):
        print(f"note: {note}", file=sys.stderr)
    from apextrade.filetests import tested

    venue = venue_of(args)
    found = [(name, tested(program, program.tests, venue)) for name, program in programs]
    failed = any(not result.passed for _, results in found for result in results)
    if args.json:
        import json

        from runtime.why.json_form import tests_json

        print(json.dumps([tests_json(name, results) for name, results in found], indent=2, allow_nan=False))
        return FOUND_ERRORS if failed else 0
    from apextrade.why.tests import counted, results_text

    look = Look.of(sys.stdout, shutil.get_terminal_size((100, 24)).columns)
    for name, results in found:
        print(results_text(name, results, look) if results else f"{name}: no tests")
    every = [result for _, results in found for result in results]
    if every:
        print(f"\n{look.paint(counted(every), 'bad' if failed else 'good', 'bold')}")
    return FOUND_ERRORS if failed else 0
