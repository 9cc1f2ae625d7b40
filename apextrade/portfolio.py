"""Backtests of several instruments on one account: bars by symbol in, the account's result and that of each instrument out."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from apextrade.currency import Currency, account_of, converted_by, currency_notes, rates_for, stream_currency
from apextrade.given_bars import require_candles
from apextrade.progress import progress
from apextrade.report.numbers import timeframe_text
from apextrade.venue import Venue, known_facts
from apextrade.warned import run_warnings
from compiler.inputs import DEFAULT_TICK, InputError, InputValue
from compiler.program import Program as CompiledProgram
from runtime.candles import Candles
from runtime.clocks.base_bars import base_notes, on_base_clock
from runtime.clocks.finer_notes import finer_notes
from runtime.clocks.reading import calendar_notes, finest_inside, in_session
from runtime.conversion.quoted import quote_currency
from runtime.conversion.rates import Rates
from runtime.data.problems import DataError
from runtime.detail import detail_of, finer_of_fills
from runtime.machine.instrument import Instrument
from runtime.portfolio.instants import instants
from runtime.portfolio.result import PortfolioResult
from runtime.portfolio.run import Seat, portfolio_backtest, portfolio_signals
from runtime.portfolio.stream import PortfolioStream, StreamSeat
from runtime.portfolio.universe import Universe
from runtime.signals import Signals

if TYPE_CHECKING:
    import pandas as pd

    from apextrade.plotting import Plot
    from apextrade.report import ReportData

Fact = float | Mapping[str, float] | None
"""A fact of an instrument: one for all, or by symbol."""


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioRun:
    """A finished backtest of several instruments. `run` holds its columns; tables are made when they are asked for."""

    program: CompiledProgram
    candles: Mapping[str, Candles]
    inputs: Mapping[str, InputValue]
    run: PortfolioResult
    commission_given: bool = False

    @property
    def stats(self) -> Mapping[str, float]:
        """Statistics of the account by name; `buy_and_hold` is an equal part of the capital in each instrument."""
        return self.run.stats

    @property
    def instruments(self) -> Mapping[str, Mapping[str, float]]:
        """Statistics of each instrument by symbol, as shares of the account's capital: the total returns add up to the account's."""
        return {leg.symbol: leg.stats for leg in self.run.legs}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before trusting the figures: ruin, the program's warnings, then those of the run."""
        found = run_warnings(self.program, self.run, self.commission_given)
        return tuple(f"{code}: {sentence}" if code else sentence for code, sentence in found)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """(time, text) of each `notify` that fired, in order; times are ISO 8601 UTC."""
        return [(note["time"], note["text"]) for note in self.run.notes()]

    @property
    def trades(self) -> pd.DataFrame:
        """A row for each trade of any instrument, by entry; an open one has no exit."""
        return self.run.trades

    @property
    def orders(self) -> pd.DataFrame:
        """A row for each order, whatever became of it."""
        return self.run.orders

    @property
    def equity(self) -> pd.DataFrame:
        """Equity and cash of the account and the quantity held of each symbol, by time (UTC)."""
        return self.run.equity

    @property
    def rotations(self) -> pd.DataFrame:
        """A row for each instrument of each `hold top`: rank, score, share of equity, what was held and the target."""
        return self.run.rotations

    def shown(self, plots: bool = True) -> ReportData:
        """What reports are made of. Plots are not drawn: they differ from instrument to instrument."""
        from apextrade.report.portfolio_data import portfolio_data

        return portfolio_data(self.run, self.candles, self.program, values=self.inputs, commission_given=self.commission_given)

    def report(self, path: str | PathLike[str]) -> Path:
        """Writes the report as one HTML page that needs nothing else. Returns its path."""
        from apextrade.files import write_whole
        from apextrade.report import write_html

        write_whole(Path(path), write_html(self.shown()).encode())
        return Path(path)

    def summary(self, width: int = 80) -> str:
        """The result in plain text: figures, equity curve, instruments, last trades."""
        from apextrade.report import summary

        return summary(self.shown(), width)

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes the whole result as JSON, for `apx.compare` and other programs. Returns its path."""
        from apextrade.files import write_whole
        from apextrade.result_json import saved_text

        write_whole(Path(path), saved_text(self).encode())
        return Path(path)

    def plot(self) -> Plot:
        """The equity curve and its drawdown as a picture, which a notebook shows; elsewhere it reads as the summary."""
        from apextrade.plotting import result_plot

        data = self.shown()
        return result_plot(data, self.summary())

    def show(self) -> None:
        """Prints the result with its equity curve, as the terminal can show it."""
        from apextrade.terminal import printed_summary

        sys.stdout.write(printed_summary(self.shown(), sys.stdout))

    def __repr__(self) -> str:
        total, trades = self.stats["total_return"], self.stats["trades"]
        return f"<Result of {self.program.title!r} on {', '.join(self.candles)}: {total:+.2%} in {trades:.0f} trades>"


def beside_all(candles: Mapping[str, Candles]) -> dict[str, Candles]:
    """What lies beside any of the instruments, by symbol."""
    return {symbol: bars for own in candles.values() for symbol, bars in own.beside.items()}


def finer_attached(candles: Mapping[str, Candles], finer: Mapping[str, Candles] | None) -> Mapping[str, Candles]:
    """The bars of each instrument with its finer ones, where there are."""
    return {symbol: bars.with_finer(finer[symbol]) if finer and symbol in finer else bars for symbol, bars in candles.items()}


def in_order(program: CompiledProgram, candles: Mapping[str, Candles]) -> dict[str, Candles]:
    """The bars by symbol in the order of the instruments, as the program reads them: that of the `trade` line, then any others as they were given.
    What it reads `from` another of them is that one's bars."""
    for bars in candles.values():
        require_candles(bars)
    if not candles:
        raise InputError("No bars were given.")
    known = [symbol for symbol in program.symbols if symbol in candles]
    named = {symbol: replace(candles[symbol], symbol=symbol) for symbol in dict.fromkeys([*known, *candles])}
    read = {symbol: bars for symbol, bars in named.items() if symbol in program.beside}
    return {
        symbol: on_base_clock(in_session(replace(bars, beside={**read, **bars.beside}), program.session), program.every)
        for symbol, bars in named.items()
    }


def run(
    program: CompiledProgram,
    candles: Mapping[str, Candles],
    values: Mapping[str, InputValue],
    settings: Mapping[str, object],
    tick: Fact = None,
    lot: Fact = None,
    multiplier: Fact = None,
    universe: Universe | None = None,
    detail: Mapping[str, Candles] | None = None,
    venue: Venue | None = None,
) -> PortfolioRun:
    """A backtest with settings in place of the program's; None leaves one as it is. Raises InputError, DataError.

    universe: who belonged when, for a program that trades one. detail: the finer bars of `fills detail` by symbol.
    """
    as_given = candles
    candles, notes = of_universe(program, in_order(program, finer_attached(candles, detail)), universe)
    built = [text for symbol, bars in candles.items() if symbol in as_given for text in base_notes(as_given[symbol], bars)]
    notes += [*program.clock_notes, *dict.fromkeys(built)]
    missing = [symbol for symbol in program.symbols if symbol not in candles]
    if missing:
        notes.append(
            f"The program also names {', '.join(missing)}; without bars, {'they are' if len(missing) > 1 else 'it is'} left out."
        )
    adjusted = any(bars.has_factors for bars in candles.values())
    guessed = []
    said: dict[str, tuple[str, list[str]]] = {}
    seats = []
    quoted = {symbol: quote_currency(bars) for symbol, bars in candles.items()}
    for symbol, bars in candles.items():
        given = {
            name: _of(fact, name, symbol, candles) for name, fact in (("tick", tick), ("lot", lot), ("multiplier", multiplier))
        }
        known = known_facts(venue, symbol, given)
        if "tick" not in known:
            step = bars.price_step() or DEFAULT_TICK
            known["tick"] = step
            guessed.append(f"{symbol} {np.format_float_positional(step, trim='-')}")
        try:
            numbers = {name: float(value) for name, value in known.items()}
            instrument = Instrument(**numbers)  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            raise InputError(f"{symbol}: {error}") from None
        instrument = replace(instrument, currency=quoted[symbol])
        if instrument.tick == 0.0:
            raise InputError("The tick of an instrument must be above zero; leave it out if it is not known.")
        plan = program.plan(values, instrument.tick, "backtest", adjusted)
        account = account_of(program, plan.account, settings, instrument.tick, list(quoted.values()), venue)
        converts = quoted[symbol] not in ("", account.currency)
        for text in [*calendar_notes(plan, bars, converts), *finer_notes(plan, bars)]:
            said.setdefault(_renamed(text, symbol, ""), (text, []))[1].append(symbol)
        seats.append(Seat(bars, replace(plan, account=account), instrument))
    if venue is not None:
        notes += venue.notes(program, settings)
    account, others = seats[0].plan.account, beside_all(candles)
    rates = rates_for(program, account, candles, others)
    seats = [replace(seat, rates=rates.get(seat.candles.symbol)) for seat in seats]
    notes += currency_notes(program, account, candles, others, rates)
    seats, said_of_detail = with_detail(seats, detail)
    notes += said_of_detail
    notes += [_renamed(text, symbols[0], ", ".join(symbols)) for text, symbols in said.values()]
    if guessed:
        notes.append(f"Tick sizes not given are taken from the prices: {', '.join(guessed)}; give --tick where another is right.")
    every = {timeframe_text(bars.timeframe) for bars in candles.values() if bars.timeframe}
    if program.every and every and every != {program.every}:
        notes.append(f"The program is written for bars of {program.every}; these are bars of {', '.join(sorted(every))}.")
    when = instants([seat.candles for seat in seats])
    members = None if universe is None else universe.members(when.time, list(candles))
    with progress("Trading", len(when)) as advance:
        found = portfolio_backtest(seats, members=members, notes=tuple(notes), progress=advance)
    return PortfolioRun(
        program,
        candles,
        program.values(values),
        found,
        commission_given=venue is not None or settings.get("commission") is not None,
    )


def with_detail(seats: list[Seat], finer: Mapping[str, Candles] | None) -> tuple[list[Seat], list[str]]:
    """The seats with their finer bars, and what is to be said. Raises InputError for a symbol that is not there, DataError for bars that do not fit."""
    account, names = seats[0].plan.account, [seat.candles.symbol for seat in seats]
    strange = [symbol for symbol in finer or {} if symbol not in names]
    if strange:
        raise InputError(f"Finer bars of {strange[0]} were given, but the instruments are {', '.join(names)}.")
    if account.fills != "detail" and any(finest_inside(seat.plan) is not None for seat in seats):
        return seats, []  # they are used, though not for fills
    if account.fills != "detail":
        return seats, [f"The finer bars are not used: the fill model is `{account.fills}`, not `detail`."] if finer else []
    found, notes = [], []
    for seat, symbol in zip(seats, names, strict=True):
        of_this = finer[symbol] if finer and symbol in finer else finer_of_fills(seat.candles, account)
        if of_this is None:
            notes.append(f"`fills detail` was given no finer bars of {symbol}; its bars were filled by the pessimistic model.")
            found.append(seat)
            continue
        require_candles(of_this)
        try:
            inside = detail_of(seat.candles, of_this, account.detail)
        except DataError as error:
            raise DataError(f"{symbol}: {error}") from None
        notes += [f"{symbol}: {text}" for text in inside.warnings()]
        found.append(replace(seat, detail=inside))
    return found, notes


def of_universe(
    program: CompiledProgram, candles: dict[str, Candles], universe: Universe | None
) -> tuple[dict[str, Candles], list[str]]:
    """The bars of those who were members while there are bars, and what is to be said. Raises InputError if a member has none: a universe without
    those who left would know the future."""
    if not program.universe:
        if universe is not None:
            raise InputError("The program trades no universe; it names its instruments.")
        return candles, []
    if universe is None:
        raise InputError(f"The program trades the universe `{program.universe}`; it needs the history of who belonged to it.")
    first, last = min(int(bars.time[0]) for bars in candles.values()), max(int(bars.time[-1]) for bars in candles.values())
    wanted = universe.between(first, last)
    missing = [symbol for symbol in wanted if symbol not in candles]
    if missing:
        raise InputError(f"There are no bars of {', '.join(missing)}, which belonged to `{program.universe}` in this time.")
    others = [symbol for symbol in candles if symbol not in wanted]
    notes = [f"{', '.join(others)} did not belong to `{program.universe}` in this time and is left out."] if others else []
    if not wanted:
        raise InputError(f"`{program.universe}` had no member while there are bars.")
    return {symbol: candles[symbol] for symbol in wanted}, notes


def signals(
    program: CompiledProgram,
    candles: Mapping[str, Candles],
    values: Mapping[str, InputValue],
    tick: float | None = None,
    universe: Universe | None = None,
    detail: Mapping[str, Candles] | None = None,
    venue: Venue | None = None,
) -> dict[str, Signals]:
    """Every column of a program for each instrument; position and account are those of a run of all of them on one account.

    detail: the finer bars given for `fills detail` by symbol, which decide what they were, as in a backtest. venue: see `run`.
    """
    candles, _ = of_universe(program, in_order(program, candles), universe)
    seats = []
    adjusted = any(bars.has_factors for bars in candles.values())
    quoted = {symbol: quote_currency(bars) for symbol, bars in candles.items()}
    for symbol, bars in candles.items():
        instrument = placed_instrument(bars, tick, quoted[symbol], venue)
        plan = program.plan(values, instrument.tick, "signals", adjusted)
        account = account_of(program, plan.account, {}, instrument.tick, list(quoted.values()), venue)
        seats.append(Seat(bars, replace(plan, account=account), instrument))
    if any(column.register < 0 for seat in seats for column in seat.plan.columns):
        rates = rates_for(program, seats[0].plan.account, candles, beside_all(candles))
        seats = [replace(seat, rates=rates.get(seat.candles.symbol)) for seat in seats]
        seats, _ = with_detail(seats, detail)
    members = None if universe is None else universe.members(instants(list(candles.values())).time, list(candles))
    return dict(zip(candles, portfolio_signals(seats, members), strict=True))


def placed_instrument(bars: Candles, tick: float | None, currency: str, venue: Venue | None) -> Instrument:
    """The facts of an instrument whose columns are computed."""
    known = known_facts(venue, bars.symbol, {"tick": tick})
    return Instrument(**{"tick": bars.price_step() or DEFAULT_TICK, **known}, currency=currency)


def interpreted(
    program: CompiledProgram,
    candles: Mapping[str, Candles],
    values: Mapping[str, InputValue],
    tick: float | None = None,
    universe: Universe | None = None,
    detail: Mapping[str, Candles] | None = None,
    venue: Venue | None = None,
) -> dict[str, Signals]:
    """The same by the reference interpreter."""
    from compiler.plan import Column
    from runtime.interpreter.portfolio import trade_graphs

    candles, _ = of_universe(program, in_order(program, candles), universe)
    adjusted = any(bars.has_factors for bars in candles.values())
    quoted = {symbol: quote_currency(bars) for symbol, bars in candles.items()}
    facts = [placed_instrument(bars, tick, quoted[symbol], venue) for symbol, bars in candles.items()]
    steps = [fact.tick for fact in facts]
    built = [program.build(values, step, adjusted) for step in steps]
    account = account_of(program, built[0].account, {}, steps[0], list(quoted.values()), venue)
    rates: dict[str, Rates] = {}
    if any(column.register < 0 for column in program.plan(values, steps[0], "signals").columns):
        rates = rates_for(program, account, candles, beside_all(candles))
    built = [replace(graph, account=account) for graph in built]
    bars_of_all = list(candles.values())
    members = None if universe is None else universe.members(instants(bars_of_all).time, list(candles)).tolist()
    plans = [replace(program.plan(values, step, "signals"), account=account) for step in steps]
    seats = [Seat(bars, plan) for bars, plan in zip(bars_of_all, plans, strict=True)]
    if any(column.register < 0 for plan in plans for column in plan.columns):
        seats, _ = with_detail(seats, detail)
    of_each = [rates.get(symbol) for symbol in candles]
    found = trade_graphs(built, bars_of_all, facts, members, program.every, of_each, [seat.detail for seat in seats])
    result = {}
    for graph, (symbol, bars), columns in zip(built, candles.items(), found.columns, strict=True):
        described = [
            Column(o.name, o.role, "truth" if o.node.kind == "truth" else "number", o.unit, at, -1, o.label)
            for at, o in enumerate(graph.outputs)
        ]
        registers = {at: np.array(column, dtype=np.float64) for at, column in enumerate(columns)}
        result[symbol] = Signals(bars.time, described, registers)
    return result


def stream_of(
    program: CompiledProgram,
    values: Mapping[str, InputValue],
    symbols: Sequence[str],
    tick: Fact,
    lot: Fact,
    calendar: str | Mapping[str, str],
    beside: Mapping[str, str],
    universe: Universe | None,
    currency: Currency = "",
    adjusted: bool = False,
    finer: str = "",
    venue: Venue | None = None,
) -> PortfolioStream:
    """The program on several instruments before their first candles. Raises InputError."""
    if bool(program.universe) != (universe is not None):
        wanted = (
            "no universe; it names its instruments"
            if universe is not None
            else f"the universe `{program.universe}`: say who belongs when"
        )
        raise InputError(f"The program trades {wanted}.")
    if universe is not None and symbols:
        raise InputError("The instruments of a universe are its members; give no symbols.")
    names = universe.symbols if universe is not None else tuple(symbols or program.symbols)
    if not names or len(set(names)) != len(names):
        raise InputError("A stream of several instruments needs their symbols, each once.")
    seats: list[StreamSeat] = []
    quoted: dict[str, str] = {}
    for name in names:
        given = {"tick": _streamed(tick, name), "lot": _streamed(lot, name)}
        known = {"tick": DEFAULT_TICK, **known_facts(venue, name, given)}
        step = known["tick"]
        follows = calendar if isinstance(calendar, str) else calendar.get(name, "")
        quoted[name] = stream_currency(currency, name, follows)
        instrument = Instrument(**known, currency=quoted[name])
        seats.append(StreamSeat(name, program.plan(values, step, "signals", adjusted), instrument, follows, finer=finer))
    account = account_of(program, seats[0].plan.account, {}, seats[0].instrument.tick, list(quoted.values()), venue)
    series = converted_by(program, account, quoted, [*names, *beside]) if seats[0].plan.machine is not None else {}
    seats = [replace(seat, plan=replace(seat.plan, account=account), series=series.get(seat.symbol)) for seat in seats]
    return PortfolioStream(seats, beside, universe, adjusted)


def _streamed(fact: Fact, symbol: str) -> float | None:
    return fact.get(symbol) if isinstance(fact, Mapping) else fact


def _renamed(text: str, symbol: str, into: str) -> str:
    """A text with another word for a symbol; one of a letter or two may be part of other words."""
    return re.sub(rf"(?<!\w){re.escape(symbol)}(?!\w)", lambda _: into, text)


def _of(fact: Fact, name: str, symbol: str, candles: Mapping[str, Candles]) -> float | None:
    """The fact of one symbol."""
    if not isinstance(fact, Mapping):
        return fact
    strange = [other for other in fact if other not in candles]
    if strange:
        raise InputError(f"The {name} of {strange[0]} was given, but the instruments are {', '.join(candles)}.")
    return fact.get(symbol)
