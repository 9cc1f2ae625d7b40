"""The currency of a run: what its instruments are quoted in (`--currency`), and the account that trades them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from apextrade.failures import UsageError
from apextrade.settings import overridden
from compiler.currencies import stated_currency, states_currency
from compiler.plan import Account
from compiler.program import InputError
from compiler.program import Program as CompiledProgram

if TYPE_CHECKING:
    from runtime.candles import Candles

Currency = str | Mapping[str, str]
"""What instruments are quoted in: one currency for all, or by symbol."""


def currency_argument(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Declares --currency, for all instruments or as SYMBOL=EUR."""
    parser.add_argument(
        "--currency",
        type=_said,
        action="append",
        metavar="C",
        help="what the prices are in, such as EUR (default: what bars or symbol tell)",
    )


def _said(text: str) -> tuple[str, str]:
    """A currency for all instruments (symbol '') or for one: `EUR`, `SAP=EUR`."""
    from runtime.conversion.quoted import currency_code

    symbol, equals, written = text.rpartition("=")
    code = currency_code(written)
    if not code:
        raise argparse.ArgumentTypeError(f"a currency such as EUR is needed; this is {text}")
    return (symbol if equals else ""), code


@overload
def asked_currency(given: list[tuple[str, str]] | None, candles: Candles) -> Candles: ...
@overload
def asked_currency(
    given: list[tuple[str, str]] | None, candles: Candles | dict[str, Candles]
) -> Candles | dict[str, Candles]: ...
def asked_currency(given: list[tuple[str, str]] | None, candles: Candles | dict[str, Candles]) -> Candles | dict[str, Candles]:
    """The bars with what --currency says of them. Raises UsageError for a symbol that is not there."""
    if not given:
        return candles
    symbols = list(candles) if isinstance(candles, dict) else [candles.symbol]
    for symbol, code in sorted(given):  # what is said of all comes first
        if symbol and symbol not in symbols:
            raise UsageError(f"--currency {symbol}=… names an instrument that is not there; there are {', '.join(symbols)}.")
        if isinstance(candles, dict):
            candles = {name: bars.quoted_in(code) if symbol in ("", name) else bars for name, bars in candles.items()}
        else:
            candles = candles.quoted_in(code)
    return candles


@overload
def with_currency(candles: Candles, currency: Currency) -> Candles: ...
@overload
def with_currency(candles: Mapping[str, Candles], currency: Currency) -> Mapping[str, Candles]: ...
def with_currency(candles: Candles | Mapping[str, Candles], currency: Currency) -> Candles | Mapping[str, Candles]:
    """The bars with what `currency=` says of them. Raises InputError for a symbol that is not there, DataError for what is no currency."""
    if not currency:
        return candles
    if not isinstance(candles, Mapping):
        if isinstance(currency, Mapping):
            raise InputError("`currency` by symbol needs candles by symbol; these are of one instrument.")
        return candles.quoted_in(currency)
    if isinstance(currency, str):
        return {symbol: bars.quoted_in(currency) for symbol, bars in candles.items()}
    strange = [symbol for symbol in currency if symbol not in candles]
    if strange:
        raise InputError(f"The currency of {strange[0]} was given, but the instruments are {', '.join(candles)}.")
    return {symbol: bars.quoted_in(currency[symbol]) if symbol in currency else bars for symbol, bars in candles.items()}


def stream_currency(currency: Currency, symbol: str, calendar: str) -> str:
    """What the candles of a stream are quoted in: as was said, else as symbol or calendar tell; '' where it is not known. Raises InputError."""
    from runtime.conversion.quoted import currency_code, told_by

    said = currency if isinstance(currency, str) else currency.get(symbol, "")
    if said and not currency_code(said):
        raise InputError(f"A currency is three to five capitals, such as EUR; this is {said!r}.")
    return currency_code(said) or told_by(symbol, calendar)


def account_of(
    program: CompiledProgram, account: Account, settings: Mapping[str, object], tick: float, quoted: Sequence[str]
) -> Account:
    """The account of a program with some settings in place of its own. Where neither names a currency, it is that of the prices, if all are in one.

    quoted: what each instrument is quoted in, '' where that is not known. Raises InputError.
    """
    names = program.typed.names
    if not states_currency(names) and quoted and quoted[0] and len(set(quoted)) == 1:
        account = replace(account, currency=quoted[0])
    return overridden(account, settings, tick, stated_currency(names))


def require_one_currency(account: Account, quoted: Mapping[str, str]) -> None:
    """Raises InputError where prices are known to be in another currency than the account. quoted: by symbol, '' where it is not known."""
    for symbol, currency in quoted.items():
        if currency not in ("", account.currency):
            raise InputError(
                f"{symbol or 'The instrument'} is quoted in {currency} and the account is in {account.currency}; without a rate between them on every bar "
                f'no money can be told. Count the account in {currency}: `capital 10_000 {currency}` in the program, or --capital "10_000 {currency}".'
            )


def currency_notes(account: Account, quoted: Mapping[str, str]) -> list[str]:
    """What is to be said where the currency of prices is taken to be the account's."""
    unknown = [symbol for symbol, currency in quoted.items() if symbol and not currency]
    if not unknown:
        return []
    return [
        f"The currency of {', '.join(unknown)} is not known and taken to be {account.currency}, the account's; --currency says another."
    ]
