"""Makes an edit of the visual builder: prints the minimal edits of the text as JSON, or writes the program."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from apextrade.blocks import made
from apextrade.commands.fmt import difference
from apextrade.failures import FOUND_ERRORS, UsageError
from apextrade.files import read_program, shown_name, write_whole
from compiler.blocks.json_form import outcome_json
from compiler.blocks.refusals import Refusal


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - reads the standard input")
    parser.add_argument(
        "--edit",
        required=True,
        metavar="JSON",
        help="""such as '{"edit": "toggleNot", "at": "when:1/condition"}'; ids are those of apx blocks""",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="write the new text to the file; with - print it")
    how.add_argument("--diff", action="store_true", help="print what would change")


def run(args: argparse.Namespace) -> int:
    text = read_program(args.file)
    try:
        edit = json.loads(args.edit)
    except json.JSONDecodeError as error:
        raise UsageError(f"--edit is no JSON: {error}.") from None
    outcome = made(text, edit)
    if isinstance(outcome, Refusal):
        if not (args.write or args.diff):
            print(json.dumps(outcome_json(text, outcome), indent=2, ensure_ascii=False))
        print(f"refused ({outcome.reason}): {outcome.message}", file=sys.stderr)
        return FOUND_ERRORS
    if args.diff:
        sys.stdout.writelines(difference(text, outcome.text, shown_name(args.file), "edited"))
    elif not args.write:
        print(json.dumps(outcome_json(text, outcome), indent=2, ensure_ascii=False))
    elif args.file == "-":
        sys.stdout.write(outcome.text)
    elif outcome.text != text:
        write_whole(Path(args.file), outcome.text.encode())
        print(f"{args.file}: rewritten")
    return 0
