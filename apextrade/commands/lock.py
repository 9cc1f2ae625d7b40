"""Pins the libraries of programs: writes their contents' hashes to FILE's .lock, against which every later compile compares."""

from __future__ import annotations

import argparse
from pathlib import Path

from apextrade.failures import UsageError
from apextrade.files import read_program, shown_name, write_whole
from apextrade.libraries import lock_path, lock_text, resolver_of
from compiler.pipeline import compile_text
from stdlib.library import load

DIFFERS = 1


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a program that uses libraries")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a lock is absent or not up to date")


def run(args: argparse.Namespace) -> int:
    if "-" in args.files:
        raise UsageError("A lock stands beside a file; the standard input has none.")
    found = []
    for path in args.files:  # all are compiled before one is written
        program = compile_text(read_program(path), load(), shown_name(path), resolver_of(path, locked=False))
        found.append((lock_path(Path(path)), program.libraries))
    stale = False
    for target, libraries in found:
        text = lock_text(libraries)
        current = target.read_text(encoding="utf-8") if target.is_file() else None
        names = ", ".join(module.shown() for module in libraries) or "no libraries"
        if args.check:
            same = current == text or (current is None and not libraries)
            stale = stale or not same
            print(f"{target}: {'up to date' if same else 'absent' if current is None else 'not up to date'}")
        elif current == text:
            print(f"{target}: already locks {names}")
        elif current is None and not libraries:
            print(f"{target}: not written, for the program uses no libraries")
        else:
            write_whole(target, text.encode())
            print(f"{target}: locks {names}")
    return DIFFERS if stale else 0
