"""From a program, bars, settings and facts to the reasons of one bar, or of one instant of several instruments; the run is that of `backtest`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from apextrade.venue import known_facts
from compiler.inputs import DEFAULT_TICK, InputError, InputValue
from compiler.program import Program

if TYPE_CHECKING:
    import numpy as np

    from apextrade.venue import Venue
    from runtime.candles import Candles
    from runtime.machine.instrument import Instrument
    from runtime.portfolio.universe import Universe
    from runtime.why.explain import Why
    from runtime.why.several import WhyAll


def explained_alone(
    program: Program,
    candles: Candles,
    at: str | date | np.datetime64,
    values: Mapping[str, InputValue],
    settings: Mapping[str, object],
    facts: Mapping[str, float | None],
    venue: Venue | None = None,
) -> Why:
    """One instrument. settings: as of `backtest`, None leaves the program's. facts: tick, lot, multiplier, where they are known. venue: for the others."""
    from apextrade.currency import account_of, rates_for
    from runtime.clocks.base_bars import as_traded
    from runtime.why.explain import why
    from runtime.why.moment import bar_at

    if program.universe or program.compares:
        raise InputError("The program trades several instruments: give the candles of each by symbol.")
    bars = as_traded(candles, program.symbols, program.session, program.every)
    symbol = candles.symbol or next(iter(program.symbols), "")
    instrument = _instrument(
        candles, known_facts(venue, symbol, facts), bars
    )  # as a backtest, which reads the tick off the bars that it is given
    plan = program.plan(values, instrument.tick, "backtest")
    account = account_of(program, plan.account, settings, instrument.tick, [instrument.currency], venue)
    rates = rates_for(program, account, {bars.symbol: bars}, bars.beside).get(bars.symbol)
    return why(program, bars, bar_at(bars, at), values, instrument, account, rates)


def explained(
    program: Program,
    candles: Mapping[str, Candles],
    at: str | date | np.datetime64,
    values: Mapping[str, InputValue],
    settings: Mapping[str, object],
    facts: Mapping[str, Mapping[str, float]],
    universe: Universe | None = None,
    venue: Venue | None = None,
) -> WhyAll:
    """Several instruments on one account. facts: tick, lot and multiplier by symbol, where they are known."""
    from apextrade.currency import account_of, rates_for
    from apextrade.portfolio import beside_all, in_order, of_universe
    from runtime.portfolio.instants import instants
    from runtime.why.several import why_all

    bars, _ = of_universe(program, in_order(program, candles), universe)
    members = None if universe is None else universe.members(instants(list(bars.values())).time, list(bars))
    instruments = [
        _instrument(own, known_facts(venue, symbol, {name: of.get(symbol) for name, of in facts.items()}), own)
        for symbol, own in bars.items()
    ]
    quoted = {symbol: instrument.currency for symbol, instrument in zip(bars, instruments, strict=True)}
    plans = [program.plan(values, i.tick, "backtest") for i in instruments]
    accounts = [
        account_of(program, p.account, settings, i.tick, list(quoted.values()), venue)
        for p, i in zip(plans, instruments, strict=True)
    ]
    rates = rates_for(program, accounts[0], bars, beside_all(bars))
    return why_all(program, bars, at, values, instruments, accounts, members, [rates.get(symbol) for symbol in bars])


def _instrument(candles: Candles, facts: Mapping[str, float], traded: Candles) -> Instrument:
    from runtime.conversion.quoted import quote_currency
    from runtime.machine.instrument import Instrument

    return Instrument(**{"tick": candles.price_step() or DEFAULT_TICK, **facts}, currency=quote_currency(traded))
