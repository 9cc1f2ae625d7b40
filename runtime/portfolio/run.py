"""A backtest of several instruments on one account: each through its own kernel, then all through one portfolio, instant by instant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from compiler.plan import ACROSS_FEED, MachineCode, Plan
from runtime.backtest import ASSUMED_TICK, STRETCH
from runtime.candles import Candles
from runtime.charged import forced
from runtime.clocks.reading import plan_feeds
from runtime.conversion.rates import Rates
from runtime.data.arrays import Floats
from runtime.detail import Detail
from runtime.held_back import held_back
from runtime.kernel import CHUNK, bind
from runtime.machine.core import Machine, MachineError
from runtime.machine.instrument import Instrument
from runtime.portfolio.cross_section import compared
from runtime.portfolio.driver import Portfolio
from runtime.portfolio.finer import Inside, finer_groups
from runtime.portfolio.instants import Instants, instants
from runtime.portfolio.result import PortfolioResult, result_of
from runtime.result import Scenario
from runtime.signals import Signals

Members = NDArray[np.uint8]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Seat:
    """An instrument of a run: its bars, its facts, and the program's plan for its tick. candles.symbol names it. detail: its finer bars for `fills detail`.
    rates: what the currency of its prices is in account currency; None: they are in one."""

    candles: Candles
    plan: Plan
    instrument: Instrument = field(default_factory=Instrument)
    detail: Detail | None = None
    rates: Rates | None = None

    @property
    def code(self) -> MachineCode:
        return self.plan.machine or MachineCode((), (), None, (), 0)


def portfolio_backtest(
    seats: Sequence[Seat], *, members: Members | None = None, notes: tuple[str, ...] = (), progress: Progress | None = None
) -> PortfolioResult:
    """Trades one program on several instruments with the account of the first seat's plan.

    members: uint8 (instants, instruments), 1 where an instrument belongs to the universe. notes: first among the result's warnings.
    progress: called with the number of instants done since the last call. Raises MachineError and PortfolioError for what can't be run as written,
    DataError for bars that do not go together.
    """
    seats, warnings = with_ticks(seats, notes)
    when = instants([seat.candles for seat in seats])
    taken = trade_seats(seats, when, members, progress=progress)
    scenario = None
    ambiguous = int(sum(machine.ambiguous_bars for machine in taken.portfolio.machines))
    capital = seats[0].plan.account.capital
    if ambiguous:
        again = trade_seats(seats, when, members, take="targets")
        final = float(again.equity[-1])
        scenario = Scenario(final, final / capital - 1.0, sum(m.trade_rows.count for m in again.portfolio.machines))
        told = float(taken.equity[-1]) / capital - 1.0
        warnings.append(
            f"On {ambiguous} bars both a stop and a target could have been reached; the stop was taken. "
            f"Had every target come first, the total return would be {scenario.total_return:.2%}, not {told:.2%}."
        )
    if any(action.entry == "this_close" for action in seats[0].code.actions):
        warnings.append(
            "Orders `at this close` fill at the price that their rule has just read: a model for tests, refused in live."
        )
    candles, rates = [seat.candles for seat in seats], [seat.rates for seat in seats]
    warnings += forced(seats[0].plan.account, [(m, bars.time) for m, bars in zip(taken.portfolio.machines, candles, strict=True)])
    warnings += held_back(seats[0].plan.account, [(m, c.volume) for m, c in zip(taken.portfolio.machines, candles, strict=True)])
    return result_of(taken.portfolio, candles, rates, when, taken.equity, taken.cash, tuple(warnings), scenario)


def portfolio_signals(seats: Sequence[Seat], members: Members | None = None) -> list[Signals]:
    """Every column of the program for each instrument. What reads position or account is that of a run of all of them on one account."""
    kept = [{c.slot: np.empty(len(seat.candles)) for c in seat.plan.columns if c.register < 0} for seat in seats]
    wanted = [tuple(dict.fromkeys(c.register for c in seat.plan.columns if c.register >= 0)) for seat in seats]
    when = instants([seat.candles for seat in seats])
    if any(kept):
        seats, _ = with_ticks(seats, ())
        columns = trade_seats(seats, when, members, kept=kept, wanted=wanted).columns
    else:
        columns = kernel_columns(seats, wanted, when, members)
    found = []
    for seat, registers, slots in zip(seats, columns, kept, strict=True):
        for column in slots.values():
            column += 0.0
            column[np.isnan(column)] = np.nan
        found.append(Signals(seat.candles.time, seat.plan.columns, registers, slots))
    return found


def with_ticks(seats: Sequence[Seat], notes: tuple[str, ...]) -> tuple[list[Seat], list[str]]:
    """Seats whose slippage in ticks has a tick to count with, and what is to be said about that."""
    told, found = list(notes), []
    for seat in seats:
        if seat.plan.account.slippage_ticks > 0 and seat.instrument.tick <= 0:
            seat = replace(seat, instrument=replace(seat.instrument, tick=ASSUMED_TICK))
            told.append(f"The tick size of {seat.candles.symbol} is not known: {ASSUMED_TICK} is assumed.")
        found.append(seat)
    return found, told


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished pass. equity, cash: of the account at each instant. columns: by register, of each instrument."""

    portfolio: Portfolio
    equity: Floats
    cash: Floats
    columns: list[dict[int, Floats]]


def trade_seats(
    seats: Sequence[Seat],
    when: Instants,
    members: Members | None,
    *,
    take: str = "stops",
    kept: Sequence[dict[int, Floats]] | None = None,
    wanted: Sequence[tuple[int, ...]] | None = None,
    progress: Progress | None = None,
) -> Taken:
    """One pass of the portfolio over all instants. kept: slots to write down for each instrument. wanted: registers beside what the machine reads."""
    read = [[slot.index for slot in seat.code.slots if slot.where == "column"] + list(seat.code.columns) for seat in seats]
    registers = [tuple(dict.fromkeys([*own, *(wanted[k] if wanted else ())])) for k, own in enumerate(read)]
    columns = kernel_columns(seats, registers, when, members)
    machines = []
    for k, seat in enumerate(seats):
        candles = seat.candles
        machine = Machine(seat.code, seats[0].plan.account, seat.instrument, take=take)
        machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, volume=candles.volume)
        machine.bind_factors(candles.factor)
        machine.bind_columns(columns[k])
        if seat.detail is not None:
            seat.detail.bind(machine)
        if seat.rates is not None:
            seat.rates.bind(machine)
        if kept is not None:
            machine.record(kept[k])
        machines.append(machine)
    symbols = [seat.candles.symbol for seat in seats]
    portfolio = Portfolio(machines, seats[0].plan.account, symbols)
    insides = [Inside(seat.detail.starts, seat.detail.time) if seat.detail is not None else None for seat in seats]
    finer_groups(insides, when).bind(portfolio)
    equity, cash = np.empty(len(when)), np.empty(len(when))
    for first in range(0, len(when), STRETCH):
        last = min(len(when), first + STRETCH)
        portfolio.run(when.time, when.starts, when.who, when.rows, equity, first, last, members, cash)
        if progress is not None:
            progress(last - first)
    return Taken(portfolio, equity, cash, columns)


def kernel_columns(
    seats: Sequence[Seat], registers: Sequence[tuple[int, ...]], when: Instants, members: Members | None
) -> list[dict[int, Floats]]:
    """Columns of each instrument's plan over all of its bars.

    Where instruments are compared, level by level: the columns to compare of all of them, then the feeds that compare them, and in the end the rest.
    """
    given: list[dict[str, Floats]] = [{} for _ in seats]
    compared_by = [seat.plan.across for seat in seats]
    first = compared_by[0]
    if any([(a.function, a.level) for a in other] != [(a.function, a.level) for a in first] for other in compared_by):
        raise MachineError("The program compares other values for instruments of other tick sizes; give them one --tick.")
    places = [when.of(k) for k in range(len(seats))] if first else []
    for level in sorted({across.level for across in first}):
        chosen = [at for at, across in enumerate(first) if across.level == level]
        found = [
            _run(seat, tuple({own[at].of for at in chosen}), feeds)
            for seat, own, feeds in zip(seats, compared_by, given, strict=True)
        ]
        for at in chosen:
            values = np.full((len(when), len(seats)), np.nan)
            for k, own in enumerate(compared_by):
                values[places[k], k] = found[k][own[at].of]
            result = compared(first[at].function, values, members)
            for k, own in enumerate(compared_by):
                given[k][own[at].feed] = np.ascontiguousarray(result[places[k], k])
    return [_run(seat, own, feeds) for seat, own, feeds in zip(seats, registers, given, strict=True)]


def _run(seat: Seat, registers: tuple[int, ...], given: dict[str, Floats]) -> dict[int, Floats]:
    """One pass of an instrument's kernel. A comparison that is not there yet is unknown: nothing that is asked for now reads it."""
    rows, names = len(seat.candles), seat.plan.feeds
    market = replace(seat.plan, feeds=tuple(name for name in names if not name.startswith(ACROSS_FEED)))
    own = iter(plan_feeds(market, seat.candles))
    unknown = np.full(rows, np.nan)
    feeds = [given.get(name, unknown) if name.startswith(ACROSS_FEED) else next(own) for name in names]
    return bind(seat.plan).run(feeds, rows, min(CHUNK, max(1, rows)), registers)
