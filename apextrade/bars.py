"""The bars a command is to use: `--data`, `--from` and `--to`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal

from apextrade.failures import UsageError
from compiler.pairs import may_be_pair
from compiler.program import Program
from runtime.candles import Candles
from runtime.clocks.sessions import calendar
from runtime.data.problems import DataError
from runtime.data.resolve import open_data
from runtime.data.samples import SAMPLES
from runtime.data.splits import of_symbol, read_splits, with_factors_of


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
    parser.add_argument(
        "--calendar",
        metavar="C",
        help="the sessions that the bars follow: 24/7, FX, or an exchange such as XNYS (default: by symbol)",
    )
    parser.add_argument(
        "--splits",
        metavar="FILE",
        help="the bars are as traded, and these are their splits: a CSV file with the columns date and ratio, for several instruments symbol",
    )
    parser.add_argument(
        "--beside",
        action="append",
        default=[],
        metavar="SYM=D",
        help='bars of another instrument that the program reads `from "SYM"`, or that converts money, as EURUSD does (default: those stored, or a sample)',
    )


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
    symbol = program.symbols[0] if program.symbols else ""
    candles = opened(args, symbol, say_repairs)
    return with_others(candles, args, program, symbol)


def opened(args: argparse.Namespace, symbol: str, say_repairs: bool = True, alone: bool = True) -> Candles:
    """The same for a symbol. alone: no other instrument is traded."""
    candles = _named(args.data, symbol) if args.data else named_by_symbol(symbol)
    if args.calendar:
        calendar(args.calendar)
        candles = candles.following(args.calendar)
    if args.start or args.end:
        candles = candles.between(args.start or None, args.end or None)
    candles = with_splits(candles, args, symbol, "traded alone" if alone else "one of several")
    for problem in candles.repairs:
        if say_repairs and (problem.action != "noted" or problem.kind == "factors"):
            print(f"data: {problem.sentence}", file=sys.stderr)
    return candles


def with_splits(
    candles: Candles, args: argparse.Namespace, symbol: str, place: Literal["traded alone", "one of several", "beside"]
) -> Candles:
    """The bars adjusted to their splits in the list of --splits, if it is given. Those that name no instrument are of the one that is traded alone.

    Raises DataError for a list that can't be used, or bars that are adjusted."""
    if args.splits is None:
        return candles
    named = candles if candles.symbol or not symbol else replace(candles, symbol=symbol)
    splits = read_splits(Path(args.splits))
    if place == "one of several" and not all(split.symbol for split in splits):
        raise DataError(
            f"{args.splits} does not say whose splits they are, and several instruments are traded: give it a column symbol."
        )
    if place != "traded alone":
        splits = tuple(split for split in of_symbol(splits, named.symbol) if split.symbol)
        if not splits and named.is_adjusted:
            return candles
    return replace(named.adjusted(splits), symbol=candles.symbol)


def with_others(
    candles: Candles, args: argparse.Namespace, program: Program, symbol: str = "", traded: Collection[str] = ()
) -> Candles:
    """The bars with those of the other instruments that the program reads, cut alike. traded: those of the run, which are there already."""
    if not program.beside and not args.beside:
        return candles
    others = _beside(args.beside, program.beside, {candles.symbol or symbol, *traded})
    if args.start or args.end:
        others = {name: bars.between(args.start or None, args.end or None) for name, bars in others.items()}
    others = {name: with_splits(bars, args, name, "beside") for name, bars in others.items()}
    return candles.with_others(others)


def _beside(given: list[str], names: tuple[str, ...], own: Collection[str]) -> dict[str, Candles]:
    """The bars of the other instruments that a program reads."""
    specs = dict(_split(text) for text in given)
    for name in specs:
        if name not in names and not may_be_pair(name):
            reads = f"it reads {', '.join(names)}" if names else "it reads no other instrument"
            raise UsageError(f'The program reads no `from "{name}"`; {reads}. Money is converted by pairs such as EURUSD.')
    return {
        name: _named(specs[name], name) if name in specs else named_by_symbol(name)
        for name in dict.fromkeys([*names, *specs])
        if name in specs or name not in own
    }


def _split(text: str) -> tuple[str, str]:
    name, equals, spec = text.partition("=")
    if not equals or not name or not spec:
        raise UsageError(f"--beside takes a symbol and its bars, such as SPY=spy.csv; this is {text}.")
    return name, spec


def store_folder() -> Path:
    """The user's store of bars."""
    from runtime.data.store import default_store

    return default_store(os.environ, Path.home())


Opener = Callable[[str, Path, str], Candles]
"""Opens the bars that a spec names, given the store's folder and the symbol that is wanted ('' for any). Raises DataError."""

_openers: list[Opener] = []
"""The last is that of the innermost `opened_by`."""


@contextmanager
def opened_by(opener: Opener) -> Iterator[None]:
    """Within, bars are opened by another: one that keeps what it has read, for a process that runs many programs over the same bars."""
    _openers.append(opener)
    try:
        yield
    finally:
        _openers.pop()


def _named(spec: str, symbol: str) -> Candles:
    if _openers:
        return _openers[-1](spec, store_folder(), symbol)
    return open_data(spec, store=store_folder(), symbol_hint=symbol or None)


def named_by_symbol(symbol: str) -> Candles:
    """The bars of a symbol that a program names: those stored, else a sample. Raises UsageError if there are none."""
    if not symbol:
        raise UsageError(
            "The program names no instrument, so say which bars to use: --data FILE, SYMBOL@store or a sample such as AAPL."
        )
    try:
        return _named(f"{symbol}@store", "")
    except DataError:
        if symbol.upper() in SAMPLES:
            return _named(symbol, "")
    raise UsageError(f"There are no stored bars of {symbol} and no sample of that name. Name the bars with --data.")


def finer_bars(spec: str, candles: Candles, start: str | None = None, as_traded: bool = False) -> Candles:
    """The finer bars of an instrument's bars, from a time on: earlier ones are not seen. as_traded: they get the factors of those bars.

    Raises DataError for bars that can't be used."""
    found = _named(spec, candles.symbol)
    found = found.between(start) if start else found
    return with_factors_of(candles, found) if as_traded else found
