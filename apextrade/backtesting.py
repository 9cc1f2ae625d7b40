"""Backtests for Python: a program traded on past bars, and what came of it as tables, figures and a report."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from apextrade.currency import Currency, account_of, currency_notes, rates_for, with_currency
from apextrade.given_bars import require_candles
from apextrade.history.bars import History
from apextrade.program import Program
from apextrade.progress import progress
from apextrade.report.numbers import timeframe_text
from apextrade.short_data import short_data
from apextrade.values import read_values
from apextrade.venue import Venue, asked_venue, known_facts
from apextrade.warned import run_warnings
from compiler.inputs import DEFAULT_TICK, InputError, InputValue
from compiler.program import Program as CompiledProgram
from runtime.backtest import backtest as run_backtest
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded, base_notes
from runtime.clocks.finer_notes import finer_notes
from runtime.clocks.last_bars import late_notes
from runtime.clocks.reading import calendar_notes, finest_inside
from runtime.conversion.quoted import quote_currency
from runtime.detail import finer_of_fills
from runtime.machine.instrument import Instrument
from runtime.portfolio.universe import Universe
from runtime.result import BacktestResult

if TYPE_CHECKING:
    import pandas as pd

    from apextrade.history.result import HistoryResult
    from apextrade.plotting import Plot
    from apextrade.portfolio import PortfolioRun
    from apextrade.report import ReportData

SETTINGS = ("capital", "commission", "slippage", "fills", "tick", "lot", "multiplier", "universe", "detail", "currency", "venue")


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """A finished backtest. `run` holds its columns; tables are made when they are asked for."""

    program: CompiledProgram
    candles: Candles
    inputs: Mapping[str, InputValue]
    run: BacktestResult
    commission_given: bool = False

    @property
    def stats(self) -> Mapping[str, float]:
        """Statistics by name, ratios not percents; NaN where one is not defined. `runtime.statistics` says what each is."""
        return self.run.stats

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
        """A row for each trade; an open one has no exit."""
        return self.run.trades

    @property
    def orders(self) -> pd.DataFrame:
        """A row for each order, whatever became of it."""
        return self.run.orders

    @property
    def equity(self) -> pd.DataFrame:
        """Equity, cash and position at each close, by time (UTC)."""
        return self.run.equity

    def shown(self, plots: bool = True) -> ReportData:
        """What reports are made of; without the program's plots it takes no second look at the bars."""
        from apextrade.report import report_data
        from apextrade.signals import computed

        signals = None
        if plots:
            of_run = replace(self.run.instrument, tick=self.run.instrument.tick or DEFAULT_TICK)
            signals = computed(self.program, self.candles, self.inputs, instrument=of_run, account=self.run.account)
        given = self.commission_given
        return report_data(self.run, self.candles, self.program, values=self.inputs, signals=signals, commission_given=given)

    def report(self, path: str | PathLike[str]) -> Path:
        """Writes the report as one HTML page that needs nothing else. Returns its path."""
        from apextrade.files import write_whole
        from apextrade.report import write_html

        write_whole(Path(path), write_html(self.shown()).encode())
        return Path(path)

    def summary(self, width: int = 80) -> str:
        """The result in plain text: figures, equity curve, last trades."""
        from apextrade.report import summary

        return summary(self.shown(plots=False), width)

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes the whole result as JSON, for `apx.compare` and other programs. Returns its path."""
        from apextrade.files import write_whole
        from apextrade.result_json import saved_text

        write_whole(Path(path), saved_text(self).encode())
        return Path(path)

    def plot(self) -> Plot:
        """The equity curve and its drawdown as a picture, which a notebook shows; elsewhere it reads as the summary."""
        from apextrade.plotting import result_plot

        data = self.shown(plots=False)
        return result_plot(data, self.summary())

    def show(self) -> None:
        """Prints the result with its equity curve, as the terminal can show it."""
        from apextrade.terminal import printed_summary

        sys.stdout.write(printed_summary(self.shown(plots=False), sys.stdout))

    def __repr__(self) -> str:
        total, trades = self.stats["total_return"], self.stats["trades"]
        return f"<Result of {self.program.title!r} on {len(self.candles):,} bars: {total:+.2%} in {trades:.0f} trades>"


@overload
def backtest(program: Program | str | PathLike[str], candles: Candles, **given: Any) -> Result: ...
@overload
def backtest(program: Program | str | PathLike[str], candles: Mapping[str, Candles], **given: Any) -> PortfolioRun: ...
@overload
def backtest(program: Program | str | PathLike[str], candles: History, **given: Any) -> HistoryResult: ...
def backtest(
    program: Program | str | PathLike[str],
    candles: Candles | Mapping[str, Candles] | History,
    *,
    capital: float | str | None = None,
    commission: float | str | None = None,
    slippage: float | str | None = None,
    fills: str | None = None,
    tick: float | Mapping[str, float] | None = None,
    lot: float | Mapping[str, float] | None = None,
    multiplier: float | Mapping[str, float] | None = None,
    universe: Universe | str | PathLike[str] | None = None,
    detail: Candles | Mapping[str, Candles] | None = None,
    currency: Currency = "",
    venue: str | PathLike[str] = "",
    **inputs: Any,
) -> Result | PortfolioRun | HistoryResult:
    """Trades a program (or its text, or its path) on candles, or on several instruments with one account: a mapping of symbol to candles.

    Returns a Result, of several instruments a PortfolioRun (apextrade/portfolio.py). tick, lot and multiplier can then be mappings too.
    Of a History, bars that stay in their file, a HistoryResult; `apx.backtest_history` can write files and a checkpoint as it goes.

    capital: money; commission: a share of the value traded (0.001 is 0.1 %); slippage: ticks; fills: a fill model. Each takes the
    place of the program's setting and can also be a text as the language writes it, such as "1 USD per order".
    tick, lot, multiplier: facts of the instrument (without a lot, sizes are not rounded). universe: for a program that trades one, who belonged to it
    when, or the file that says so (columns symbol, from, to). detail: finer bars, for `fills detail` and what is
    aggregated of them, by symbol where the candles are. currency: what the prices are in, such as "EUR" (none: what bars or symbol tell).
    venue: a profile such as "kraken", or a file of your own, for costs and facts that neither program nor call says. inputs: values by name.
    Raises InputError for a value that is not allowed, CompileError, DataError.
    """
    program, values = compiled(program, inputs, candles)
    if isinstance(candles, History):
        from apextrade.history.call import backtest_history

        if universe is not None or detail is not None:
            raise InputError("`universe` and `detail` go with candles; a History is one file of one instrument.")
        given = {"capital": capital, "commission": commission, "slippage": slippage, "fills": fills}
        facts = {"tick": tick, "lot": lot, "multiplier": multiplier}
        return backtest_history(program, candles, currency=currency, venue=venue, **given, **facts, **inputs)  # type: ignore[arg-type]
    candles = with_currency(candles, currency)
    given = {"capital": capital, "commission": commission, "slippage": slippage, "fills": fills}
    profile = asked_venue(venue)
    if isinstance(candles, Mapping):
        from apextrade.portfolio import run as run_portfolio

        if detail is not None and not isinstance(detail, Mapping):
            raise InputError("The finer bars of several instruments are given by symbol, as the candles are.")
        if universe is not None and not isinstance(universe, Universe):
            universe = Universe.from_csv(universe)
        return run_portfolio(program.compiled, candles, values, given, tick, lot, multiplier, universe, detail, profile)
    if program.compiled.universe or program.compiled.compares:
        raise InputError("The program trades several instruments: give the candles of each by symbol, as a mapping.")
    for name, fact in (("tick", tick), ("lot", lot), ("multiplier", multiplier), ("detail", detail)):
        if isinstance(fact, Mapping):
            raise InputError(f"`{name}` by symbol needs candles by symbol; these are of one instrument.")
    if detail is not None:
        require_candles(detail)
    return run(program.compiled, candles, values, given, tick, lot, multiplier, detail, profile)  # type: ignore[arg-type]


def compiled(
    program: Program | str | PathLike[str], inputs: Mapping[str, object], candles: object
) -> tuple[Program, dict[str, InputValue]]:
    """The program, and the values of its inputs. Raises InputError, TypeError for what are no candles."""
    if not isinstance(program, Program):
        from apextrade.program import compile

        program = compile(program)
    if not isinstance(candles, (Mapping, History)):
        require_candles(candles)
    for info in program.inputs:
        if info.name in SETTINGS:
            raise InputError(f"The program's input `{info.name}` has the name of a setting; rename it to give it a value here.")
    return program, read_values(program.compiled, inputs)


def run(
    program: CompiledProgram,
    candles: Candles,
    values: Mapping[str, InputValue],
    settings: Mapping[str, object],
    tick: float | None = None,
    lot: float | None = None,
    multiplier: float | None = None,
    detail: Candles | None = None,
    venue: Venue | None = None,
    warm: int = 0,
) -> Result:
    """A backtest with settings in place of the program's; None leaves one as it is. warm: of the first so many bars nothing is traded, and the result is
    of those behind them. Raises InputError."""
    instrument, notes = traded_instrument(program, candles, tick, lot, multiplier, venue)
    if detail is not None:
        candles = candles.with_finer(detail)
    given, candles = candles, as_traded(candles, program.symbols, program.session, program.every)
    notes += [*program.clock_notes, *base_notes(given, candles)]
    every = timeframe_text(candles.timeframe)
    if program.every and candles.timeframe and program.every != every:
        notes.append(f"The program is written for bars of {program.every}; these are bars of {every}.")
    plan = program.plan(values, instrument.tick, "backtest", candles.has_factors)
    instrument = replace(instrument, currency=quote_currency(candles))
    account = account_of(program, plan.account, settings, instrument.tick, [instrument.currency], venue)
    notes += venue.notes(program, settings) if venue is not None else ()
    own = {candles.symbol: candles}
    rates = rates_for(program, account, own, candles.beside)
    notes += currency_notes(program, account, own, candles.beside, rates)
    plan = replace(plan, account=account)
    notes += short_data(plan, len(candles))
    notes += calendar_notes(plan, candles, bool(rates))
    wanted = program.plan(values, instrument.tick, adjusted=candles.has_factors)  # with what is only plotted
    notes += finer_notes(wanted, candles)
    if detail is None:
        detail = finer_of_fills(candles, plan.account)
    if plan.account.fills != "detail" and finest_inside(wanted) is not None:
        detail = None  # they are used, though not for fills
    with progress("Trading", len(candles)) as advance:
        found = run_backtest(
            plan,
            candles,
            instrument=instrument,
            notes=tuple(notes),
            progress=advance,
            detail=detail,
            rates=rates.get(candles.symbol),
            warm=warm,
        )
    candles = candles.rows(slice(warm, None)) if warm else candles
    found = replace(found, warnings=(*found.warnings, *late_notes(plan, candles, found.order_rows)))
    return Result(
        program,
        candles,
        program.values(values),
        found,
        commission_given=venue is not None or settings.get("commission") is not None,
    )


def traded_instrument(
    program: CompiledProgram,
    candles: Candles,
    tick: float | None,
    lot: float | None,
    multiplier: float | None,
    venue: Venue | None = None,
) -> tuple[Instrument, list[str]]:
    """The facts of the instrument that candles are of, and what is to be said of a tick that neither the call nor the venue gives. Raises InputError."""
    notes: list[str] = []
    symbol = candles.symbol or next(iter(program.symbols), "")
    facts = known_facts(venue, symbol, {"tick": tick, "lot": lot, "multiplier": multiplier})
    if "tick" not in facts:
        tick, origin = candles.price_step(), "taken from the prices"
        if tick is None:
            tick, origin = DEFAULT_TICK, "which is assumed"
        step = np.format_float_positional(tick, trim="-")
        notes.append(
            f"The tick size is not given; {step}, {origin}, is used for ticks and order prices; "
            "give --tick if the instrument's is another."
        )
        facts["tick"] = tick
    try:
        numbers = {name: float(value) for name, value in facts.items()}
        instrument = Instrument(**numbers)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InputError(str(error)) from None
    if instrument.tick == 0.0:
        raise InputError("The tick of an instrument must be above zero; leave it out if it is not known.")
    return instrument, notes
