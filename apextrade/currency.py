"""The currency of a run: what its instruments are quoted in (`--currency`), and the account that trades them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from apextrade.failures import UsageError
from apextrade.settings import overridden
from compiler.inputs import DEFAULT_TICK, InputError
from compiler.pairs import WHOLES, may_be_pair, pegged
from compiler.plan import Account
from compiler.program import Program as CompiledProgram

if TYPE_CHECKING:
    from apextrade.venue import Venue
    from runtime.candles import Candles
    from runtime.conversion.rates import Rates, Series

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
    from runtime.conversion.code import currency_code

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


def with_pairs(
    args: argparse.Namespace, program: CompiledProgram, settings: Mapping[str, object], candles: Candles | dict[str, Candles]
) -> Candles | dict[str, Candles]:
    """The bars with stored ones of a pair beside them, where money must be converted and --beside names nothing that does it."""
    from apextrade.bars import store_folder
    from runtime.conversion.quoted import quote_currency
    from runtime.conversion.rates import series_of
    from runtime.data.problems import DataError
    from runtime.data.store import Store

    own = candles if isinstance(candles, dict) else {candles.symbol or next(iter(program.symbols), ""): candles}
    named = [replace(bars, symbol=symbol) for symbol, bars in own.items()]
    quoted = [quote_currency(bars) for bars in named]
    account = account_of(program, Account(currency=program.currencies.account), settings, DEFAULT_TICK, quoted)
    there = {*own, *(other for bars in named for other in bars.beside)}
    found: dict[str, Candles] = {}
    store = Store(store_folder())
    stored = (
        list(dict.fromkeys(one.symbol for one in store.list())) if any(q not in ("", account.currency) for q in quoted) else []
    )
    for currency in dict.fromkeys(quoted):
        if currency in ("", account.currency) or series_of(currency, account.currency, there) is not None:
            continue
        series = series_of(currency, account.currency, stored)
        if series is not None:
            with suppress(DataError):  # several lengths of bars are stored: the refusal says how to name one
                pair = store.read(series.symbol)
                found[series.symbol] = pair.between(args.start or None, args.end or None) if args.start or args.end else pair
    if not found:
        return candles
    return (
        {s: bars.with_others(found) for s, bars in candles.items()} if isinstance(candles, dict) else candles.with_others(found)
    )


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
    from runtime.conversion.code import currency_code
    from runtime.conversion.quoted import told_by

    said = currency if isinstance(currency, str) else currency.get(symbol, "")
    if said and not currency_code(said):
        raise InputError(f"A currency is three to five capitals, such as EUR; this is {said!r}.")
    return currency_code(said) or told_by(symbol, calendar)


def account_of(
    program: CompiledProgram,
    account: Account,
    settings: Mapping[str, object],
    tick: float,
    quoted: Sequence[str],
    venue: Venue | None = None,
) -> Account:
    """The account of a program with some settings in place of its own. Where neither names a currency, it is that of the prices, if all are in one.

    quoted: what each instrument is quoted in, '' where that is not known. venue: for what neither program nor settings say. Raises InputError.
    """
    said = program.currencies
    if not said.states and quoted and quoted[0] and len(set(quoted)) == 1:
        account = replace(account, currency=quoted[0])
    account = overridden(account, settings, tick, said.stated)
    return account if venue is None else venue.account(program, account, settings, tick)


def converted_by(
    program: CompiledProgram, account: Account, quoted: Mapping[str, str], given: Iterable[str]
) -> dict[str, Series]:
    """The pair that brings the money of each instrument into the account's currency, by symbol; none for one that is in it, or whose currency is not known.

    A coin that stands for the dollar counts as one where no pair says what it is worth. quoted: what each is quoted in. given: the instruments whose
    bars are there. Raises InputError where a pair is missing, or where the program takes the money of one for the other.
    """
    from runtime.conversion.rates import series_of

    given, found = tuple(given), {}
    for symbol, currency in quoted.items():
        if currency in ("", account.currency):
            continue
        series = series_of(currency, account.currency, given)
        if series is not None:
            found[symbol] = series
        elif not pegged(currency, account.currency):
            raise InputError(_refusal(symbol, currency, account.currency))
    if found:
        require_plain_money(program, next(iter(found.values())))
    return found


def _refusal(symbol: str, quote: str, own: str) -> str:
    if quote in WHOLES:
        whole = WHOLES[quote]
        rest = "" if whole == own else f", and bars of {whole}{own} beside the others (--beside {whole}{own}=FILE) convert them"
        return (
            f"{symbol or 'The instrument'} is quoted in {quote}, hundredths of {whole}, and the account is in {own}. "
            f"Say --currency {whole} --multiplier 0.01, which counts its prices as such{rest}."
        )
    return (
        f"{symbol or 'The instrument'} is quoted in {quote} and the account is in {own}, and nothing converts one into the other. "
        f'Give bars of {quote}{own} beside the others (--beside {quote}{own}=FILE; in Python candles.with_others({{"{quote}{own}": …}})), '
        f'or count the account in {quote}: `capital 10_000 {quote}` in the program, or --capital "10_000 {quote}".'
    )


def require_plain_money(program: CompiledProgram, series: Series) -> None:
    """Raises InputError where a program takes money of the account for money of the prices, which are not the same here."""
    from compiler.two_currencies import mixed_money

    mistakes = mixed_money(program.typed.names)
    if mistakes:
        line = program.source.position(mistakes[0].span.start).line + 1
        raise InputError(
            f"Prices are in {series.source} and the account is in {series.target}, and line {line} of the program takes money of one for the "
            f"other: {mistakes[0].message} Use shares of equity, or amounts such as `5_000 {series.target}` as a size, which are converted."
        )


def rates_for(
    program: CompiledProgram, account: Account, candles: Mapping[str, Candles], others: Mapping[str, Candles]
) -> dict[str, Rates]:
    """The rates on the bars of each instrument that needs them, by symbol. candles: as the program reads them. others: beside them.

    Raises InputError where a pair is missing, FeedError where it is not known when bars are complete.
    """
    from runtime.conversion.quoted import quote_currency
    from runtime.conversion.rates import rates_of

    there = {**others, **candles}
    series = converted_by(program, account, {symbol: quote_currency(bars) for symbol, bars in candles.items()}, there)
    return {symbol: rates_of(candles[symbol], program.every, there[one.symbol], one) for symbol, one in series.items()}


def currency_notes(
    program: CompiledProgram,
    account: Account,
    candles: Mapping[str, Candles],
    others: Mapping[str, Candles],
    rates: Mapping[str, Rates],
) -> list[str]:
    """What is to be said of currencies: where one was taken to be the account's, by what money is converted, and where that ends too early."""
    from runtime.conversion.old_rates import old_rates
    from runtime.conversion.quoted import quote_currency

    notes = []
    unknown = [symbol for symbol, bars in candles.items() if symbol and not quote_currency(bars)]
    if unknown:
        notes.append(
            f"The currency of {', '.join(unknown)} is not known and taken to be {account.currency}, the account's; --currency says another."
        )
    par: dict[str, list[str]] = {}
    for symbol, bars in candles.items():
        quote = quote_currency(bars)
        if quote not in ("", account.currency) and symbol not in rates:
            par.setdefault(quote, []).append(symbol or "The instrument")
    for quote, symbols in par.items():
        notes.append(
            f"{', '.join(symbols)}: quoted in {quote}, which is counted as {account.currency} one for one; "
            f"bars of {quote}{account.currency} beside the others would convert it."
        )
    used = {*program.beside, *(one.series.symbol for one in rates.values())}
    idle = [symbol for symbol in others if symbol not in used and symbol not in candles and may_be_pair(symbol)]
    if idle:
        notes.append(
            f"No money is converted by {', '.join(idle)}: all that is known to be quoted is quoted in {account.currency} or converted otherwise."
        )
    there = {**others, **candles}
    for series in dict.fromkeys(one.series for one in rates.values()):
        pair = there[series.symbol]
        notes.append(
            f"{series.source} is converted into {series.target} at the closes of {series.symbol}, {pair.source or 'given beside'}."
        )
        last = max(
            int(candles[symbol].time[-1]) for symbol, one in rates.items() if one.series == series and len(candles[symbol])
        )
        notes += old_rates(series.symbol, pair, last)
    return notes
