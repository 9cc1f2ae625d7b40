"""The bars a command is to use: `--data`, `--from` and `--to`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from apextrade.failures import UsageError
from compiler.program import Program
from runtime.candles import Candles
from runtime.data.problems import DataError
from runtime.data.resolve import open_data
from runtime.data.samples import SAMPLES


def data_arguments(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """Declares --data, --from and --to. several: --data can be given again, for each instrument of one account."""
    text = "a CSV or Parquet file, SYMBOL@store, or a sample such as AAPL (default: the program's symbol)"
    if several:
        parser.add_argument("--data", metavar="D", action="append", help=f"{text}; once for each instrument, also as MSFT=FILE")
    else:
        parser.add_argument("--data", metavar="D", help=text)
    parser.add_argument(
        "--from", dest="start", metavar="TIME", help="first bar used, such as 2010-01-01; earlier ones are not seen"
    )
    parser.add_argument("--to", dest="end", metavar="TIME", help="last bar used")


def above_zero(text: str) -> float:
    """A number above zero, as an argument's type."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"a number above zero is needed; this is {text}")
    return value


def open_bars(args: argparse.Namespace, program: Program, say_repairs: bool = True) -> Candles:
    """The bars to use, cut to --from and --to. What was repaired in them is said on the error output, if that is wanted.

    Raises DataError for bars that can't be used, UsageError if none are named.
    """
    return opened(args, program.symbols[0] if program.symbols else "", say_repairs)


def opened(args: argparse.Namespace, symbol: str, say_repairs: bool = True) -> Candles:
    """The same for a symbol."""
    candles = _named(args.data, symbol) if args.data else _of_symbol(symbol)
    if args.start or args.end:
        candles = candles.between(args.start or None, args.end or None)
    for problem in candles.repairs:
        if say_repairs and problem.action != "noted":
            print(f"data: {problem.sentence}", file=sys.stderr)
    return candles


def store_folder() -> Path:
    """The user's store of bars."""
    from runtime.data.store import default_store

    return default_store(os.environ, Path.home())


def _named(spec: str, symbol: str) -> Candles:
    return open_data(spec, store=store_folder(), symbol_hint=symbol or None)


def _of_symbol(symbol: str) -> Candles:
    if not symbol:
        raise UsageError(
            "The program names no instrument, so say which bars to use: --data FILE, SYMBOL@store or a sample such as AAPL."
        )
    try:
        return open_data(f"{symbol}@store", store=store_folder())
    except DataError:
        if symbol.upper() in SAMPLES:
            return open_data(symbol, store=store_folder())
    raise UsageError(f"There are no stored bars of {symbol} and no sample of that name. Name the bars with --data.")


def finer_bars(spec: str, candles: Candles) -> Candles:
    """The finer bars of an instrument's bars. Raises DataError for bars that can't be used."""
    return _named(spec, candles.symbol)
