"""What commands that trade are told: bars, settings, facts, a venue. Declared here once, and read into one value."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from apextrade.bars import data_arguments
from apextrade.currency import asked_currency, currency_argument, with_pairs
from apextrade.every import every_argument
from apextrade.failures import UsageError
from apextrade.finer import detail_argument
from apextrade.instruments import by_symbol, fact_arguments, open_details, open_instruments, open_universe, universe_argument

if TYPE_CHECKING:
    from apextrade.venue import Venue
    from compiler.program import Program
    from runtime.candles import Candles
    from runtime.portfolio.universe import Universe

FILL_MODELS = "pessimistic, ohlc_path, next_open_only, tradingview or 'detail 1m'"
FACTS = ("tick", "lot", "multiplier")


def bar_arguments(parser: argparse.ArgumentParser, *, universe: bool = True, detail: bool = True) -> None:
    """Declares which bars are traded: --data and what goes with it, --universe, --every, --detail."""
    data_arguments(parser, several=True)
    if universe:
        universe_argument(parser)
    every_argument(parser)
    if detail:
        detail_argument(parser, several=True)
    else:
        parser.set_defaults(detail=[])


def input_arguments(
    parser: argparse.ArgumentParser | argparse._ArgumentGroup,
    text: str = "a value for an input, such as fast=20 or risk=2%%",
) -> None:
    """Declares --set."""
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="k=v", help=text)


def account_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the settings of a run that can take the place of the program's, and the venue for what neither says."""
    account = parser.add_argument_group("settings in place of the program's, written as there")
    account.add_argument("--capital", metavar="C", help="such as 10_000 or '10_000 USD'")
    account.add_argument("--commission", metavar="C", help="such as 0.1%%, '1 USD per order' or '0.005 USD per unit'")
    account.add_argument("--slippage", metavar="S", help="such as '2 ticks' or 0.05%%")
    account.add_argument("--fills", metavar="MODEL", help=FILL_MODELS)
    venue_argument(account)


def venue_argument(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Declares --venue."""
    text = "costs and facts of a broker or exchange for what neither the program nor the run says: alpaca, binance, binance-perpetual, kraken, or your own FILE.toml"
    parser.add_argument("--venue", metavar="V", default="", help=text)


def instrument_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the facts of instruments, and what they are quoted in."""
    facts = parser.add_argument_group("facts of the instrument; of one of several as AAPL=0.01")
    fact_arguments(facts)
    currency_argument(facts)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A run as a command asks for it. candles: by symbol where several instruments are traded on one account. finer: what --detail names, by symbol.
    facts: tick, lot and multiplier, each by symbol where it was given."""

    universe: Universe | None
    candles: Candles | dict[str, Candles]
    finer: Mapping[str, Candles] | None
    settings: Mapping[str, object]
    facts: Mapping[str, Mapping[str, float]]
    venue: Venue | None

    @property
    def symbols(self) -> tuple[str, ...]:
        return symbols_of(self.candles)

    @property
    def detail(self) -> Candles | None:
        """The finer bars of the one instrument."""
        return next(iter(self.finer.values())) if self.finer else None

    def fact(self, name: str) -> float | None:
        """A fact of the one instrument."""
        return self.facts[name].get(self.symbols[0])


def symbols_of(candles: Candles | dict[str, Candles]) -> tuple[str, ...]:
    return tuple(candles) if isinstance(candles, dict) else (candles.symbol or "the instrument",)


def settings_of(args: argparse.Namespace) -> dict[str, object]:
    """The settings that take the place of the program's; None leaves one as it is."""
    return {"capital": args.capital, "commission": args.commission, "slippage": args.slippage, "fills": args.fills}


def venue_of(args: argparse.Namespace) -> Venue | None:
    """The profile that --venue names. Raises InputError for one that is not there."""
    if not args.venue:
        return None
    from apextrade.venue import open_venue

    return open_venue(args.venue)


def read_arguments(args: argparse.Namespace, program: Program, say_repairs: bool = True) -> Asked:
    """Reads the bars, and what else the arguments of this file say. say_repairs: at once, on the error output. Raises UsageError, InputError, DataError."""
    venue = venue_of(args)
    universe = open_universe(args, program) if hasattr(args, "universe") else None
    candles = asked_currency(args.currency, open_instruments(args, program, universe, say_repairs))
    symbols = symbols_of(candles)
    facts = {name: by_symbol(getattr(args, name), symbols, name) for name in FACTS}
    settings = settings_of(args)
    with said_as_options():
        candles = with_pairs(args, program, settings, candles)
    own = candles if isinstance(candles, dict) else {symbols[0]: candles}
    finer = open_details(args.detail, own, args.start, args.splits is not None)
    return Asked(universe, candles, finer, settings, facts, venue)


def with_finer(asked: Asked) -> Asked:
    """The same with the finer bars beside each instrument's own."""
    from apextrade.finer import with_detail

    if not asked.finer:
        return asked
    if isinstance(asked.candles, dict):
        return replace(asked, candles=dict(with_detail(asked.candles, asked.finer)))
    return replace(asked, candles=with_detail(asked.candles, asked.detail))


@contextmanager
def said_as_options() -> Iterator[None]:
    """A setting that can't be read is said with the option that gave it."""
    from apextrade.settings import UnreadSetting

    try:
        yield
    except UnreadSetting as error:
        raise UsageError(f"--{error}") from None
