"""Prints the catalogue: every function, phrase, field, unit, setting, line and template as one JSON document, with version and hash."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from apextrade.catalogue_document import catalogue
from apextrade.files import write_whole


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="F", help="write it to this file instead")


def run(args: argparse.Namespace) -> int:
    text = json.dumps(catalogue(), ensure_ascii=False, indent=1) + "\n"
    if args.out is None:
        print(text, end="")
        return 0
    write_whole(args.out, text.encode())
    print(f"Wrote {args.out}.")
    return 0
