"""The bars a command is to use: `--data`, `--from` and `--to`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
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
    return _opened(args, program.symbols[0] if program.symbols else "", say_repairs)


def _opened(args: argparse.Namespace, symbol: str, say_repairs: bool) -> Candles:
    candles = _named(args.data, symbol) if args.data else _of_symbol(symbol)
    if args.start or args.end:
        candles = candles.between(args.start or None, args.end or None)
    for problem in candles.repairs:
        if say_repairs and problem.action != "noted":
            print(f"data: {problem.sentence}", file=sys.stderr)
    return candles


def fact_arguments(parser: argparse._ArgumentGroup) -> None:
    """Declares --tick, --lot and --multiplier, each for all instruments or as SYMBOL=value."""
    parser.add_argument("--tick", type=fact, action="append", metavar="T", help="smallest price step")
    parser.add_argument(
        "--lot", type=fact, action="append", metavar="L", help="smallest quantity step (default: sizes are not rounded)"
    )
    parser.add_argument(
        "--multiplier", type=fact, action="append", metavar="M", help="money per unit of price and quantity (default 1)"
    )


def fact(text: str) -> tuple[str, float]:
    """A number above zero, for all instruments (symbol '') or for one: `0.01`, `AAPL=0.01`."""
    symbol, equals, value = text.rpartition("=")
    return (symbol if equals else ""), above_zero(value)


def by_symbol(given: list[tuple[str, float]] | None, symbols: Sequence[str], name: str) -> dict[str, float]:
    """The fact of each instrument that has one. Raises UsageError for a symbol that is not there."""
    found: dict[str, float] = {}
    for symbol, value in sorted(given or []):  # what is said of all comes first
        if symbol and symbol not in symbols:
            raise UsageError(f"--{name} {symbol}=… names an instrument that is not there; there are {', '.join(symbols)}.")
        found.update(dict.fromkeys([symbol] if symbol else symbols, value))
    return found


def open_instruments(args: argparse.Namespace, program: Program, say_repairs: bool = True) -> dict[str, Candles] | Candles:
    """The bars of each instrument by symbol, where several are traded on one account; else those of the one.

    Several: more than one --data, a --data that begins with `SYMBOL=`, or no --data and a program that names several symbols.
    Raises DataError and UsageError as `open_bars`.
    """
    specs = args.data or []
    named = [_assigned(spec) for spec in specs]
    if not specs:
        named = [(symbol, "") for symbol in program.symbols]
        if len(named) < 2:
            return open_bars(args, program, say_repairs)
    elif len(specs) == 1 and not named[0][0]:
        one = argparse.Namespace(**{**vars(args), "data": specs[0]})
        return open_bars(one, program, say_repairs)
    found: dict[str, Candles] = {}
    for symbol, spec in named:
        one = argparse.Namespace(**{**vars(args), "data": spec or None})
        candles = _opened(one, symbol, say_repairs)
        name = symbol or candles.symbol
        if not name:
            raise UsageError(f"--data {spec}: the bars do not say of which instrument they are; write --data SYMBOL={spec}.")
        if name in found:
            raise UsageError(f"--data {spec}: there are bars of {name} already.")
        found[name] = candles
    return found


def _assigned(spec: str) -> tuple[str, str]:
    """Symbol and place of `MSFT=bars.csv`; no symbol where there is none. A file of that very name is a file."""
    symbol, equals, place = spec.partition("=")
    if equals and symbol.strip() and "/" not in symbol and place and not Path(spec).exists():
        return symbol.strip(), place
    return "", spec


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
