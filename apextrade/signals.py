"""Runs a program over candles for its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apextrade.currency import account_of, require_one_currency
from compiler.plan import Account
from compiler.program import DEFAULT_TICK, InputValue, Program
from runtime.backtest import signals
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from runtime.conversion.quoted import quote_currency
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
) -> Signals:
    """The columns of a program: by its kernels, and by the position machine where they read position or account.

    chunk: rows at a time; any number gives the same bits. tick: the price step (default: the step of the prices).
    account: of a run, in place of the program's. Raises InputError where account facts are read and prices are in another currency.
    """
    tick = tick or candles.price_step() or DEFAULT_TICK
    bars = as_traded(candles, program.symbols, program.session, program.every)
    plan, quote = program.plan(values, tick), quote_currency(bars)
    account = account or account_of(program, plan.account, {}, tick, [quote])
    if any(column.register < 0 for column in plan.columns):
        require_one_currency(account, {bars.symbol: quote})
    return signals(replace(plan, account=account), bars, Instrument(tick=tick, currency=quote), chunk)


def interpreted(program: Program, candles: Candles, values: Values, tick: float | None = None) -> Signals:
    """The same by the reference interpreter."""
    from runtime.interpreter.program import interpret

    tick = tick or candles.price_step() or DEFAULT_TICK
    bars = as_traded(candles, program.symbols, program.session, program.every)
    plan, quote = program.plan(values, tick), quote_currency(bars)
    account = account_of(program, plan.account, {}, tick, [quote])
    if any(column.register < 0 for column in plan.columns):
        require_one_currency(account, {bars.symbol: quote})
    return interpret(program, candles, values, tick, account)
