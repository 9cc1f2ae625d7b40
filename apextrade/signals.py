"""Runs a program over candles for its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apextrade.currency import account_of, rates_for
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
) -> Signals:
    """The columns of a program: by its kernels, and by the position machine where they read position or account.

    chunk: rows at a time; any number gives the same bits. tick: the price step (default: the step of the prices).
    account: of a run, in place of the program's. Raises InputError where account facts are read and prices are in another currency.
    detail: the finer bars given for `fills detail`, which decide what position and account were, as in a backtest.
    """
    tick = tick or candles.price_step() or DEFAULT_TICK
    bars = as_traded(candles, program.symbols, program.session, program.every)
    plan, quote = program.plan(values, tick, adjusted=bars.has_factors), quote_currency(bars)
    account = account or account_of(program, plan.account, {}, tick, [quote])
    rates = rates_of_facts(program, plan, account, bars)
    return signals(replace(plan, account=account), bars, Instrument(tick=tick, currency=quote), chunk, rates, detail)


def interpreted(
    program: Program, candles: Candles, values: Values, tick: float | None = None, detail: Candles | None = None
) -> Signals:
    """The same by the reference interpreter."""
    from runtime.interpreter.program import interpret

    tick = tick or candles.price_step() or DEFAULT_TICK
    bars = as_traded(candles, program.symbols, program.session, program.every)
    plan = program.plan(values, tick)
    account = account_of(program, plan.account, {}, tick, [quote_currency(bars)])
    return interpret(program, candles, values, tick, account, rates_of_facts(program, plan, account, bars), detail)


def rates_of_facts(program: Program, plan: Plan, account: Account, bars: Candles) -> Rates | None:
    """The rates on the bars, for a program whose columns read position or account; None where none are needed. Raises InputError where they are missing."""
    if not any(column.register < 0 for column in plan.columns):
        return None
    return rates_for(program, account, {bars.symbol: bars}, bars.beside).get(bars.symbol)
