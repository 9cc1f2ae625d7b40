"""The instruments a command is to trade on one account: the bars of each, their facts, and the universe they belong to."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from apextrade.bars import above_zero, finer_bars, open_bars, opened, with_others
from apextrade.failures import UsageError
from compiler.program import Program
from runtime.candles import Candles
from runtime.portfolio.universe import FOREVER, Universe


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


def universe_argument(parser: argparse.ArgumentParser) -> None:
    """Declares --universe."""
    text = "the members of a `trade universe` with their history: a CSV file with the columns symbol, from, to"
    parser.add_argument("--universe", metavar="NAME=FILE", help=text)


def open_universe(args: argparse.Namespace, program: Program) -> Universe | None:
    """The universe that the program trades; None if it names its instruments. Raises UsageError, DataError."""
    name = program.universe
    given, _, path = (args.universe or "").partition("=")
    if not name:
        if given:
            raise UsageError(f"--universe {given}: the program trades no universe; it names its instruments.")
        return None
    if given != name or not path:
        raise UsageError(f"The program trades the universe `{name}`; say who belonged to it when: --universe {name}=FILE.csv.")
    return Universe.from_csv(path)


def open_instruments(
    args: argparse.Namespace, program: Program, universe: Universe | None = None, say_repairs: bool = True
) -> dict[str, Candles] | Candles:
    """The bars of each instrument by symbol, where several are traded on one account; else those of the one.

    Several: a universe, a program that compares its instruments, more than one --data, a --data that begins with `SYMBOL=`, or no --data and a program that names
    several symbols. Of a universe all who were members between --from and --to; --data says where the bars of some are.
    Raises DataError and UsageError as `open_bars`.
    """
    specs = [_assigned(spec) for spec in args.data or []]
    if universe is not None:
        wanted = universe.between(*_period(args))
        places = {symbol or spec: spec for symbol, spec in specs}
        strange = [symbol for symbol in places if symbol not in wanted]
        if strange:
            raise UsageError(f"--data {strange[0]}: it is no member of the universe in this time.")
        specs = [(symbol, places.get(symbol, "")) for symbol in wanted]
    elif not specs:
        specs = [(symbol, "") for symbol in program.symbols]
    if universe is None and len(specs) < 2 and not (specs and args.data and specs[0][0]):
        one = argparse.Namespace(**{**vars(args), "data": specs[0][1] if args.data else None})
        candles = open_bars(one, program, say_repairs)
        return {candles.symbol or "the instrument": candles} if program.compares else candles
    found: dict[str, Candles] = {}
    for symbol, spec in specs:
        candles = opened(argparse.Namespace(**{**vars(args), "data": spec or None}), symbol, say_repairs, len(specs) == 1)
        name = symbol or candles.symbol
        if not name:
            raise UsageError(f"--data {spec}: the bars do not say of which instrument they are; write --data SYMBOL={spec}.")
        if name in found:
            raise UsageError(f"--data {spec}: there are bars of {name} already.")
        found[name] = candles
    return {name: with_others(candles, args, program, name, found) for name, candles in found.items()}


def open_details(
    given: Sequence[str] | None, candles: Mapping[str, Candles], start: str | None = None, as_traded: bool = False
) -> dict[str, Candles] | None:
    """The finer bars that --detail names, by symbol, from a time on; None where it names none. as_traded: they get the factors of their instrument's bars.

    Raises UsageError, DataError."""
    if not given:
        return None
    found: dict[str, Candles] = {}
    for symbol, spec in map(_assigned, given):
        name = symbol or (next(iter(candles)) if len(candles) == 1 else "")
        if name not in candles:
            there = f"there are {', '.join(candles)}"
            said = f"names an instrument that is not there; {there}" if symbol else f"must say of which one; {there}"
            raise UsageError(f"--detail {symbol or spec}: it {said}. Write --detail {next(iter(candles))}=FILE.")
        if name in found:
            raise UsageError(f"--detail {spec}: there are finer bars of {name} already.")
        found[name] = finer_bars(spec, candles[name], start, as_traded)
    return found


def _period(args: argparse.Namespace) -> tuple[int, int]:
    from runtime.data.given_times import bound

    return bound(args.start, is_end=False) if args.start else -FOREVER, bound(args.end, is_end=True) if args.end else FOREVER


def _assigned(spec: str) -> tuple[str, str]:
    """Symbol and place of `MSFT=bars.csv`; no symbol where there is none. A file of that very name is a file."""
    symbol, equals, place = spec.partition("=")
    if equals and symbol.strip() and "/" not in symbol and place and not Path(spec).exists():
        return symbol.strip(), place
    return "", spec
