"""Rewrites programs in the one canonical layout. Comments stay, meaning too; a line with a mistake stays as it is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from apextrade.checking.folders import named_programs
from apextrade.files import read_program, shown_name, write_whole
from compiler.text.format import format_source

DIFFERS = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="a program, or a folder of programs; - reads the standard input and prints the result",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit with 1 if a file's layout is not the canonical one"
    )
    parser.add_argument("--diff", action="store_true", help="write nothing; print what would change")


def run(args: argparse.Namespace) -> int:
    texts = [(path, read_program(path)) for path in named_programs(args.files)]  # all are read before one is written
    differs = False
    for path, text in texts:
        canonical = format_source(text)
        differs = differs or canonical != text
        if args.diff:
            sys.stdout.writelines(difference(text, canonical, shown_name(path)))
        if args.check and canonical != text and not args.diff:
            print(f"{shown_name(path)}: not in the canonical layout")
        if args.check or args.diff:
            continue
        if path == "-":
            sys.stdout.write(canonical)
        elif canonical != text:
            write_whole(Path(path), canonical.encode())
            print(f"{path}: rewritten")
    return DIFFERS if args.check and differs else 0


def difference(old: str, new: str, name: str, said: str = "canonical") -> list[str]:
    """A unified diff, line by line."""
    from difflib import unified_diff

    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), name, f"{name} ({said})")
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]
