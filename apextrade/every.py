"""`--every`: a base clock for this run in place of the one in the program's `trade` line."""

from __future__ import annotations

import argparse

from apextrade.failures import UsageError
from compiler.base_clock import BaseClockError, read_every


def every_argument(parser: argparse.ArgumentParser) -> None:
    """Declares --every."""
    parser.add_argument(
        "--every", metavar="LENGTH", help="the length of the program's bars, such as 15m, in place of the `trade` line's"
    )


def asked_every(args: argparse.Namespace) -> str:
    """The length that was asked for, '' if none. Raises UsageError, before anything is read, for a text that is none."""
    text: str | None = args.every
    if text is None:
        return ""
    try:
        read_every(text)
    except BaseClockError as error:
        raise UsageError(f"--every: {error}") from None
    return text
