"""A backtest of several instruments on one account: each through its own kernel, then all through one portfolio, instant by instant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from compiler.plan import MachineCode, Plan
from runtime.backtest import ASSUMED_TICK, STRETCH
from runtime.candles import Candles
from runtime.clocks.reading import plan_feeds
from runtime.data.arrays import Floats
from runtime.kernel import CHUNK, bind
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.portfolio.driver import Portfolio, check_fills
from runtime.portfolio.instants import Instants, instants
from runtime.portfolio.result import PortfolioResult, result_of
from runtime.result import Scenario
from runtime.signals import Signals

Members = NDArray[np.uint8]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Seat:
    """An instrument of a run: its bars, its facts, and the program's plan for its tick. candles.symbol names it."""

    candles: Candles
    plan: Plan
    instrument: Instrument = field(default_factory=Instrument)

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
    candles = [seat.candles for seat in seats]
    return result_of(taken.portfolio, candles, when, taken.equity, taken.cash, tuple(warnings), scenario)


def portfolio_signals(seats: Sequence[Seat], members: Members | None = None) -> list[Signals]:
    """Every column of the program for each instrument. What reads position or account is that of a run of all of them on one account."""
    kept = [{c.slot: np.empty(len(seat.candles)) for c in seat.plan.columns if c.register < 0} for seat in seats]
    wanted = [tuple(dict.fromkeys(c.register for c in seat.plan.columns if c.register >= 0)) for seat in seats]
    if any(kept):
        seats, _ = with_ticks(seats, ())
        columns = trade_seats(seats, instants([seat.candles for seat in seats]), members, kept=kept, wanted=wanted).columns
    else:
        columns = [kernel_columns(seat, registers) for seat, registers in zip(seats, wanted, strict=True)]
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
            facts = seat.instrument
            facts = Instrument(ASSUMED_TICK, facts.lot, facts.multiplier, facts.min_notional)
            seat = Seat(seat.candles, seat.plan, facts)
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
    check_fills(seats[0].plan.account)
    machines, columns = [], []
    for k, seat in enumerate(seats):
        code, candles = seat.code, seat.candles
        machine = Machine(code, seats[0].plan.account, seat.instrument, take=take)
        machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time)
        read = [slot.index for slot in code.slots if slot.where == "column"] + list(code.columns)
        found = kernel_columns(seat, tuple(dict.fromkeys([*read, *(wanted[k] if wanted else ())])))
        machine.bind_columns(found)
        if kept is not None:
            machine.record(kept[k])
        machines.append(machine)
        columns.append(found)
    symbols = [seat.candles.symbol for seat in seats]
    portfolio = Portfolio(machines, seats[0].plan.account, symbols)
    equity, cash = np.empty(len(when)), np.empty(len(when))
    for first in range(0, len(when), STRETCH):
        last = min(len(when), first + STRETCH)
        portfolio.run(when.time, when.starts, when.who, when.rows, equity, first, last, members, cash)
        if progress is not None:
            progress(last - first)
    return Taken(portfolio, equity, cash, columns)


def kernel_columns(seat: Seat, registers: tuple[int, ...]) -> dict[int, Floats]:
    """Columns of an instrument's plan over all of its bars."""
    rows = len(seat.candles)
    return bind(seat.plan).run(plan_feeds(seat.plan, seat.candles), rows, min(CHUNK, max(1, rows)), registers)
