"""Rewrites programs of an earlier edition for a later one. Only retired spellings change; comments and layout stay byte for byte."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from apextrade.commands.fmt import difference
from apextrade.failures import UsageError
from apextrade.files import read_program, shown_name, write_whole
from apextrade.libraries import check_file
from compiler.editions import NEWEST, Migration, migrated
from compiler.libraries.head import edition_of

DIFFERS = 1
MARK = b"\xef\xbb\xbf"
"""A byte order mark, which some editors write before a text in UTF-8: kept where it is."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="a program; - for the standard input")
    parser.add_argument(
        "--to", type=int, default=NEWEST, metavar="N", help=f"the edition to write (default: the newest, {NEWEST})"
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--diff", action="store_true", help="write nothing; print what would change (the default)")
    how.add_argument("--write", action="store_true", help="rewrite the files; the standard input is printed as it becomes")
    how.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is of an earlier edition")


def run(args: argparse.Namespace) -> int:
    if not 0 < args.to <= NEWEST:
        raise UsageError(f"There is no edition {args.to} to migrate to; the newest is {NEWEST}.")
    found = [(path, text, migration_of(path, text, args.to)) for path in args.files for text in (read_program(path),)]
    for path, text, migration in found:  # all are read before one is written
        if args.write:
            write(path, text, migration)
        elif args.check:
            if migration.edition != args.to:
                print(f"{shown_name(path)}: written in edition {migration.edition}, {told(migration)}")
        else:
            sys.stdout.writelines(difference(text, migration.text, shown_name(path), f"edition {args.to}"))
    return DIFFERS if args.check and any(m.edition != args.to for _, _, m in found) else 0


def migration_of(path: str, text: str, to: int) -> Migration:
    migration = migrated(text, to)
    if migration is not None:
        return migration
    head = edition_of(text)
    if head is None:
        raise UsageError(f"{shown_name(path)} does not begin with its edition, such as `apx {NEWEST}`; `apx check` shows more.")
    raise UsageError(
        f"{shown_name(path)} is written in edition {head[0]}, which this version of ApexTrade does not know; the newest is {NEWEST}."
    )


def told(migration: Migration) -> str:
    count = len(migration.changes)
    return f"{count or 'no'} retired spelling{'' if count == 1 else 's'}"


def write(path: str, text: str, migration: Migration) -> None:
    """Writes what a program becomes; of a file that does not change nothing is touched."""
    if path == "-":
        sys.stdout.write(migration.text)
        return
    if migration.text == text:
        print(f"{path}: already edition {migration.to}")
        return
    mark = MARK if Path(path).read_bytes().startswith(MARK) else b""
    write_whole(Path(path), mark + migration.text.encode())
    print(f"{path}: edition {migration.edition} is now {migration.to}, {told(migration)} rewritten")
    errors = sum(d.severity == "error" for d in check_file(path).diagnostics)
    if errors:
        print(f"{path}: {errors} error{'' if errors == 1 else 's'} left that no spelling explains; `apx check {path}` shows them")
