"""Writes a first program to start from: a crossing of two averages with a stop and a test, ready to check and backtest."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from apextrade.failures import UsageError
from apextrade.files import write_whole

START = """apx 1

## Buys when the fast average crosses above the slow one, leaves when it falls back below.
strategy "{title}"
trade "AAPL" every 1d

input fast = 20 bars in 2 .. 100 "Fast average"
input slow = 100 bars in 5 .. 400 "Slow average"
require fast < slow

settings
  capital 10_000 USD
  commission 0.1%
  slippage 1 tick

let quick = ema(close, fast)
let trend = ema(close, slow)

when quick crosses above trend
  buy risking 1% of equity
    stop loss at entry - 2 * atr(14)

when quick crosses below trend
  exit position

plot quick, trend

test "buys when the fast average crosses up, leaves when it falls back"
  with fast = 2 bars, slow = 5 bars
  given close = [25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 18, 20, 17, 16]
  expect no order at bar 13
  expect buy at bar 14
  expect exit at bar 17
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what the strategy is called, or the file to write")


def run(args: argparse.Namespace) -> int:
    path = Path(args.name) if args.name.endswith(".apx") else Path(f"{slug(args.name)}.apx")
    if path.exists():
        raise UsageError(f"{path} exists already; nothing was written.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.")
    write_whole(path, START.format(title=titled(path.stem if args.name.endswith(".apx") else args.name)).encode())
    print(f"Wrote {path}. Next: apx backtest {path} --data AAPL")
    return 0


def slug(name: str) -> str:
    """A file's name from a strategy's: small letters, digits and `_`. Raises UsageError if nothing is left."""
    found = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")
    if not found:
        raise UsageError(f"{name!r} holds no letter or digit to name a file after.")
    return found


def titled(name: str) -> str:
    """A title for people: no quotes or braces, which texts of the language give a meaning, and a capital first."""
    words = re.sub(r"[_\s]+", " ", re.sub(r'["{}\x00-\x1f]', "", name)).strip()
    return words[:1].upper() + words[1:]
