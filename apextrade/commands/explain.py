"""Explains a diagnostic: what it means, a program that has it, and the program corrected. Without a code: lists them all."""

from __future__ import annotations

import argparse

from apextrade.failures import UsageError
from compiler.codes import CODES, Code, find
from compiler.suggest import closest


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as E0301")


def run(args: argparse.Namespace) -> int:
    if args.code is None:
        width = max(len(entry.code) for entry in CODES)
        print("\n".join(f"{entry.code:<{width}}  {entry.title}" for entry in CODES))
        return 0
    entry = find(args.code)
    if entry is None:
        near = closest(args.code.strip().upper(), [c.code for c in CODES])
        raise UsageError(
            f"There is no diagnostic {args.code}.{f' Did you mean {near}?' if near else ''} `apx explain` lists them all."
        )
    print(page(entry))
    return 0


def page(entry: Code) -> str:
    """The page of a code as plain text."""
    beside = "".join(f"\n\nBeside it {text.name}:\n\n{indented(text.text)}" for text in entry.shelf.texts)
    return (
        f"{entry.code}: {entry.title} ({entry.severity})\n\n{entry.explanation.strip()}\n\n"
        f"A program with it:\n\n{indented(entry.failing)}\n\nCorrected:\n\n{indented(entry.corrected)}{beside}"
    )


def indented(program: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in program.strip("\n").splitlines())
