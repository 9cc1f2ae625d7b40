"""Runs a program over candles for its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apextrade.currency import account_of, rates_for
from apextrade.venue import Venue, known_facts
from compiler.inputs import DEFAULT_TICK, InputValue
from compiler.plan import Account, Plan
from compiler.program import Program
from runtime.backtest import signals
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from runtime.conversion.quoted import quote_currency
from runtime.conversion.rates import Rates
from runtime.kernel import CHUNK
from runtime.machine.instrument import Instrument
from runtime.signals import Signals

Values = Mapping[str, InputValue]


def computed(
    program: Program,
    candles: Candles,
    values: Values,
    chunk: int = CHUNK,
    tick: float | None = None,
    account: Account | None = None,
    detail: Candles | None = None,
    venue: Venue | None = None,
    instrument: Instrument | None = None,
) -> Signals:
    """The columns of a program: by its kernels, and by the position machine where they read position or account.

    chunk: rows at a time; any number gives the same bits. tick: the price step (default: the step of the prices).
    account: of a run, in place of the program's. Raises InputError where account facts are read and prices are in another currency.
    detail: the finer bars given for `fills detail`, which decide what position and account were, as in a backtest. venue: as of a backtest.
    instrument: of a run, in place of all other facts.
    """
    bars = as_traded(candles, program.symbols, program.session, program.every)
    instrument = instrument or placed(program, candles, tick, quote_currency(bars), venue)
    plan = program.plan(values, instrument.tick, adjusted=bars.has_factors)
    account = account or account_of(program, plan.account, {}, instrument.tick, [instrument.currency], venue)
    rates = rates_of_facts(program, plan, account, bars)
    return signals(replace(plan, account=account), bars, instrument, chunk, rates, detail)


def placed(program: Program, candles: Candles, tick: float | None, currency: str, venue: Venue | None) -> Instrument:
    """The facts of the instrument whose columns are computed."""
    known = known_facts(venue, candles.symbol or next(iter(program.symbols), ""), {"tick": tick})
    return Instrument(**{"tick": candles.price_step() or DEFAULT_TICK, **known}, currency=currency)


def interpreted(
    program: Program,
    candles: Candles,
    values: Values,
    tick: float | None = None,
    detail: Candles | None = None,
    venue: Venue | None = None,
) -> Signals:
    """The same by the reference interpreter."""
    from runtime.interpreter.program import interpret

    bars = as_traded(candles, program.symbols, program.session, program.every)
    instrument = placed(program, candles, tick, quote_currency(bars), venue)
    plan = program.plan(values, instrument.tick)
    account = account_of(program, plan.account, {}, instrument.tick, [instrument.currency], venue)
    rates = rates_of_facts(program, plan, account, bars)
    return interpret(program, candles, values, instrument.tick, account, rates, detail, instrument)


def rates_of_facts(program: Program, plan: Plan, account: Account, bars: Candles) -> Rates | None:
    """The rates on the bars, for a program whose columns read position or account; None where none are needed. Raises InputError where they are missing."""
    if not any(column.register < 0 for column in plan.columns):
        return None
    return rates_for(program, account, {bars.symbol: bars}, bars.beside).get(bars.symbol)
