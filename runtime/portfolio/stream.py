"""A stream of several instruments on one account: closed candles come one at a time, and each instant is acted on once every feed has passed it.

Equal to a backtest over all candles so far, bit for bit, however the candles of different instruments are mixed.
"""

from __future__ import annotations

import base64
import json
import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from compiler.plan import ACROSS_FEED, Across, MachineCode, Plan
from runtime.clocks.live import LiveMarket
from runtime.clocks.reading import other_names
from runtime.conversion.live import Clock, LiveRates
from runtime.conversion.rates import Series
from runtime.feeds import Candle, FeedError, micros, unadjusted
from runtime.finer_fills import look_inside_all
from runtime.kernel import Kernel, StateMismatch, bind
from runtime.machine.core import Machine, MachineError
from runtime.machine.instrument import Instrument
from runtime.machine.stepwise import Fill, Order, Told
from runtime.portfolio.cross_section import compared_at
from runtime.portfolio.driver import Portfolio, PortfolioError
from runtime.portfolio.universe import Universe
from runtime.restoring import facts_of, require_facts, require_frame, restore_whole
from runtime.rowcode import RowRunner
from runtime.stream import Step, named_columns, one_nan
from runtime.traded import traded_quantity

PORTFOLIO_MARK = b"apextrade portfolio stream\n"
NEVER = -(2**62)
MOST_WAITING = 256
"""Candles that an instrument without any of its own lets wait, before it takes what has closed."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """An instrument in a rotation. rank: its place among those held, 0 not held, None not ranked. share: of equity. held, target: quantities."""

    symbol: str
    rank: int | None
    score: float
    share: float
    held: float
    target: float


@dataclass(frozen=True, slots=True)
class Moment(Mapping[str, Step]):
    """An instant: symbol -> what the program says at this close, for each instrument that has a bar, in the order of the instruments.

    time: microseconds since 1970-01-01 UTC of the bars' open. number: how many instants came before. equity, cash: the account's after it.
    rotations: each instrument that took part in a `hold top` at this close.
    """

    time: int
    number: int
    steps: Mapping[str, Step]
    equity: float
    cash: float
    rotations: tuple[Rotated, ...] = ()

    def __getitem__(self, symbol: str) -> Step:
        return self.steps[symbol]

    def __iter__(self) -> Iterator[str]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def orders(self) -> tuple[tuple[str, Order], ...]:
        """Those made at this close, with their symbols."""
        return tuple((symbol, order) for symbol, step in self.steps.items() for order in step.orders)

    @property
    def fills(self) -> tuple[tuple[str, Fill], ...]:
        """What was filled up to this close, with the symbols."""
        return tuple((symbol, fill) for symbol, step in self.steps.items() for fill in step.fills)


@dataclass(frozen=True, slots=True)
class StreamSeat:
    """An instrument of a stream: its symbol, the program's plan for its tick, its facts, and the calendar its candles follow ('': the usual one).
    series: whose candles tell what the currency of its prices is in account currency; None: they are in one.
    finer: how long its finer candles are ('': as `fills detail` says, else the finest that the program aggregates).
    """

    symbol: str
    plan: Plan
    instrument: Instrument = field(default_factory=Instrument)
    calendar: str = ""
    series: Series | None = None
    finer: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A candle with the finer ones that closed since the one before it."""

    bar: Candle
    finer: tuple[Candle, ...] = ()


class _Place:
    """One instrument: a kernel for each level of comparison, the last of them the whole program."""

    def __init__(self, seat: StreamSeat, calendars: Mapping[str, str], pairs: Mapping[str, str]) -> None:
        """calendars: of the instruments that its program reads. pairs: of those that convert money anywhere in the stream."""
        self.plan = seat.plan
        self.code = seat.plan.machine or MachineCode((), (), None, (), 0)
        market = replace(seat.plan, feeds=tuple(name for name in seat.plan.feeds if not name.startswith(ACROSS_FEED)))
        self.market = LiveMarket(market, seat.symbol, seat.calendar, calendars, seat.finer)
        # Where money is converted, when candles are complete is asked of instruments whose program reads no other clock.
        self.clock = Clock.of(seat.plan, seat.symbol, seat.calendar) if pairs else None
        self.pairs = {name: self.clock.of_pair(name, follows) for name, follows in pairs.items()} if self.clock else {}
        self.rates: LiveRates | None = None
        if seat.series is not None:
            assert self.clock is not None
            self.rates = LiveRates(seat.series, self.clock, pairs[seat.series.symbol])
        self.compared: tuple[Across, ...] = seat.plan.across
        self.levels = sorted({across.level for across in self.compared})
        self.kernels: list[Kernel] = [bind(seat.plan) for _ in range(len(self.levels) + 1)]
        self.row = RowRunner(self.code.row) if self.code.row is not None else None
        self.columns = named_columns(seat.plan)
        needed = [slot.index for slot in self.code.slots if slot.where == "column"] + list(self.code.columns)
        self.registers = tuple(dict.fromkeys([*needed, *(c.register for c in self.columns if c.register >= 0)]))
        self.waiting: deque[Closed] = deque()
        self.spare: list[Candle] = []  # finer candles of one that does not count, with the next that does
        self.last_time = NEVER  # of its candles, or what its feed has been said to have passed
        self.last_candle: int | None = None
        self.last_finer: int | None = None
        self.rows = 0

    def begin(self, closed: Closed, beside: Mapping[str, Sequence[Candle]]) -> None:
        """The feeds of the next row; comparisons are unknown until they are given."""
        own = iter(self.market.feeds(closed.bar, self.take(beside), closed.finer))
        self.feeds = [math.nan if name.startswith(ACROSS_FEED) else next(own) for name in self.plan.feeds]

    def take(self, beside: Mapping[str, Sequence[Candle]]) -> dict[str, list[Candle]]:
        """Takes what converts its money; returns what its program reads."""
        if self.rates is not None:
            self.rates.hand(beside.get(self.rates.series.symbol, ()))
        return {name: list(candles) for name, candles in beside.items() if name in self.market.known}

    def close_of(self, time: int, symbol: str = "") -> int:
        """When a candle that opens at a time is complete: one of its own, or of another instrument that is read or converts."""
        if self.clock is None or symbol in self.market.known:
            return self.market.close_of(time, symbol)
        return self.pairs.get(symbol, self.clock).times(time)[1]

    def parts(self, closed: Closed) -> list[Candle]:
        """The finer candles by which this one is filled."""
        return self.market.fills.inside(closed.bar, closed.finer) if self.market.fills is not None else []

    def level(self, at: int, registers: tuple[int, ...]) -> dict[int, float]:
        return dict(zip(registers, self.kernels[at].row(self.feeds, registers), strict=True))

    def end(self, facts: list[float]) -> list[float]:
        """The whole program on this row. Returns the value of each slot at the close."""
        self.values = self.level(len(self.levels), self.registers)
        results: tuple[float, ...] = ()
        if self.row is not None:
            results = self.row.run_row([self.values[register] for register in self.code.columns], facts)
        return [self.values[slot.index] if slot.where == "column" else results[slot.index] for slot in self.code.slots]

    def raw(self, slots: Sequence[float]) -> tuple[float, ...]:
        return tuple(self.values[c.register] if c.register >= 0 else one_nan(slots[c.slot]) for c in self.columns)

    def save(self) -> dict[str, Any]:
        return {
            "kernels": [_text(kernel.save()) for kernel in self.kernels],
            "row": _text(self.row.save()) if self.row is not None else "",
            "clocks": self.market.save(),
            "follows": self.market.follows,
            "waiting": [[_numbers(closed.bar), [_numbers(part) for part in closed.finer]] for closed in self.waiting],
            "spare": [_numbers(candle) for candle in self.spare],
            "rates": None if self.rates is None else self.rates.save(),
            "last_time": self.last_time,
            "last_candle": self.last_candle,
            "last_finer": self.last_finer,
            "rows": self.rows,
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        if saved["follows"] != self.market.follows or len(saved["kernels"]) != len(self.kernels):
            raise StateMismatch("The saved stream follows other calendars, or compares its instruments in another way.")
        for kernel, state in zip(self.kernels, saved["kernels"], strict=True):
            kernel.restore(base64.b64decode(state))
        if self.row is not None:
            self.row.restore(base64.b64decode(saved["row"]))
        self.market.restore(saved["clocks"])
        if (self.rates is None) != (saved.get("rates") is None):
            raise StateMismatch("The saved stream converts money, or does not, where this one is of the other kind.")
        if self.rates is not None:
            self.rates.restore(saved["rates"])
        self.waiting = deque(Closed(Candle(*bar), tuple(Candle(*part) for part in finer)) for bar, finer in saved["waiting"])
        self.spare = [Candle(*values) for values in saved["spare"]]
        self.last_time, self.rows = saved["last_time"], saved["rows"]
        self.last_candle, self.last_finer = saved["last_candle"], saved["last_finer"]


class PortfolioStream:
    """Several instruments waiting for their next candles.

    An instant (the time at which bars open) is acted on when every instrument has a candle of it or of a later one, or is said to have passed it;
    what the program reads `from` another instrument must have passed the close of its bars too. So all rules of an instant see the state before any acted.
    """

    def __init__(
        self,
        seats: Sequence[StreamSeat],
        beside: Mapping[str, str] | None = None,
        universe: Universe | None = None,
        adjusted: bool = False,
    ) -> None:
        """seats: in the order of the instruments. beside: instruments that are read and not traded, with their calendars or ''. universe: who belongs when.
        adjusted: candles have factors, and the plans are made for them.

        Raises MachineError and PortfolioError for what cannot be run as written, FeedError for clocks that cannot be built.
        """
        account = seats[0].plan.account
        self.adjusted = adjusted
        self.symbols = tuple(seat.symbol for seat in seats)
        calendars = {**(beside or {}), **{seat.symbol: seat.calendar for seat in seats}}
        read = other_names([seat.plan for seat in seats])
        pairs = {seat.series.symbol: calendars.get(seat.series.symbol, "") for seat in seats if seat.series is not None}
        self.places = [_Place(seat, {name: calendars.get(name, "") for name in read}, pairs) for seat in seats]
        read = tuple(dict.fromkeys([*read, *pairs]))
        first = self.places[0].compared
        if any([(a.function, a.level) for a in p.compared] != [(a.function, a.level) for a in first] for p in self.places):
            raise MachineError("The program compares other values for instruments of other tick sizes; give them one --tick.")
        self.machines = [Machine(place.code, account, seat.instrument) for place, seat in zip(self.places, seats, strict=True)]
        for place, machine in zip(self.places, self.machines, strict=True):
            if place.rates is not None:
                machine.set_rates(math.nan, math.nan)
        self.portfolio = Portfolio(self.machines, account, self.symbols)
        self.told = [Told(machine) for machine in self.machines]
        self.universe = universe
        # Of what is read: its candles that not every instrument has been handed, and how many of them each has.
        self.others: dict[str, deque[Candle]] = {name: deque() for name in read}
        self.handed = {name: [0] * len(seats) for name in read}
        self.closed = dict.fromkeys(read, NEVER)  # nothing that closes by then comes any more
        self.read_until = {name: NEVER for name in read if name not in self.symbols}
        self.number = 0
        self._rotated = 0  # rows of rotations that have been told

    # ------------------------------------------------------------ candles in

    def push(
        self, candle: Candle | Mapping[str, Any], symbol: str, finer: Sequence[Candle | Mapping[str, Any]] = ()
    ) -> tuple[Moment, ...]:
        """Takes the next closed candle of an instrument. Returns the instants that every feed has passed by now, in order; often none.

        finer: its finer candles that closed since its last, up to this one's close, for a program that aggregates them or fills by them; all of them.
        Raises FeedError, and changes nothing, if it is no candle, not after the last of its instrument, or of an instrument that is not there.
        """
        bar, parts = Candle.of(candle), [Candle.of(part) for part in finer]
        if not self.adjusted:
            for one in (bar, *parts):
                unadjusted(one)
        last = self._last(symbol)
        if bar.time <= last:
            raise FeedError(
                f"Candles come in order: one of {symbol} of {bar.time} came after {last} had passed (microseconds, UTC)."
            )
        if symbol in self.symbols:
            place = self.places[self.symbols.index(symbol)]
            place.market.check_length(place.last_candle, bar.time)
            inside = place.market.opens_in_session(bar.time)
            if not inside and symbol not in self.others:
                raise FeedError(f"The candle of {bar.time} opens outside the hours of `on session`, {place.market.hours}.")
            place.last_finer = place.market.check_finer(parts, place.last_finer)
            place.last_candle = bar.time
            if inside:
                place.waiting.append(Closed(bar, (*place.spare, *parts)))
                place.spare = []
            else:
                place.spare += parts
        elif parts:
            raise FeedError(
                f"The program reads {symbol} and does not trade it; finer candles are those of an instrument that it trades."
            )
        if symbol in self.others:
            self.others[symbol].append(bar)
            self.closed[symbol] = max(self.closed[symbol], self.places[0].close_of(bar.time, symbol))
        self._pass(symbol, bar.time)
        return self._act()

    def passed(self, symbol: str, time: Any) -> tuple[Moment, ...]:
        """Says that an instrument has no candle up to a time (an open, inclusive): a halt, a holiday, the end of its data. Returns as `push`."""
        until = micros(time)
        if until > self._last(symbol):
            self._pass(symbol, until)
            if symbol in self.closed:
                self.closed[symbol] = max(self.closed[symbol], until)
        return self._act()

    def _last(self, symbol: str) -> int:
        if symbol in self.symbols:
            return self.places[self.symbols.index(symbol)].last_time
        if symbol in self.read_until:
            return self.read_until[symbol]
        raise FeedError(f"The stream has no instrument {symbol}; it takes {', '.join([*self.symbols, *self.read_until])}.")

    def _pass(self, symbol: str, time: int) -> None:
        if symbol in self.symbols:
            self.places[self.symbols.index(symbol)].last_time = time
        else:
            self.read_until[symbol] = time

    # ------------------------------------------------------------ instants out

    def _act(self) -> tuple[Moment, ...]:
        found: list[Moment] = []
        while True:
            waiting = [place.waiting[0].bar.time for place in self.places if place.waiting]
            if not waiting or not self._may_act(min(waiting)):
                return tuple(found)
            found.append(self._instant(min(waiting)))

    def _may_act(self, time: int) -> bool:
        """Whether every feed has passed an instant, and what is read from others the close of its bars."""
        if any(place.last_time < time for place in self.places):
            return False
        if not self.closed:
            return True
        here = [place for place in self.places if place.waiting and place.waiting[0].bar.time == time]
        close = max(place.close_of(time) for place in here)
        return all(closed >= close for closed in self.closed.values())

    def _instant(self, time: int) -> Moment:
        active = {
            k: place.waiting.popleft()
            for k, place in enumerate(self.places)
            if place.waiting and place.waiting[0].bar.time == time
        }
        members = (
            None if self.universe is None else self.universe.members(np.array([time], dtype=np.int64), self.symbols)[0].tolist()
        )
        for k, closed in active.items():
            place = self.places[k]
            place.begin(closed, self._hand_over(k))
            if place.rates is not None:
                self.machines[k].set_rates(*place.rates.at(time))
        self._compare(active, members)
        bars = {k: (closed.bar.open, closed.bar.high, closed.bar.low, closed.bar.close) for k, closed in active.items()}
        for k, closed in active.items():
            self.machines[k].factor = closed.bar.factor
            self.machines[k].volume = closed.bar.volume
        look_inside_all(self.portfolio, {k: self.places[k].parts(closed) for k, closed in active.items()})
        self.portfolio.open_half(bars, time, members)
        slots = {k: self.places[k].end(self.portfolio.facts(k)) for k in active}
        equity = self.portfolio.close_half(slots)
        steps = {}
        for k in active:
            place, told = self.places[k], self.told[k]
            raw = place.raw(slots[k])
            steps[self.symbols[k]] = Step(time, place.rows, place.columns, raw, told.fills(), told.orders(), equity)
            place.rows += 1
        self._let_pass(time, active)
        self.number += 1
        return Moment(time, self.number - 1, steps, equity, self.portfolio.cash, self._rotations())

    def _rotations(self) -> tuple[Rotated, ...]:
        """Those of this instant."""
        table = self.portfolio.rotation_rows
        if table.count == self._rotated:
            return ()
        rows = table.values()[self._rotated :].tolist()
        self._rotated += len(rows)
        return tuple(
            Rotated(
                self.symbols[int(leg)],
                None if math.isnan(rank) else int(rank),
                score,
                share,
                *(traded_quantity(quantity, self.machines[int(leg)].factor) for quantity in (held, target)),
            )
            for _, _, leg, rank, score, share, held, target in rows
        )

    def _let_pass(self, time: int, active: Mapping[int, Closed]) -> None:
        """An instrument that has long had no candle does not keep those of others: its next one opens after this instant, and sees all that was complete by then."""
        if any(len(candles) > MOST_WAITING for candles in self.others.values()):
            for k, place in enumerate(self.places):
                if k not in active:
                    place.market.pass_over(time, place.take(self._hand_over(k)))

    def _hand_over(self, k: int) -> dict[str, list[Candle]]:
        """The candles of what is read that an instrument has not been handed yet."""
        found: dict[str, list[Candle]] = {}
        for name, candles in self.others.items():
            fresh = list(candles)[self.handed[name][k] :]
            self.handed[name][k] = len(candles)
            if fresh:
                found[name] = fresh
            done = min(self.handed[name])
            for _ in range(done):
                candles.popleft()
            self.handed[name] = [count - done for count in self.handed[name]]
        return found

    def _compare(self, active: Mapping[int, Closed], members: Sequence[int] | None) -> None:
        """Gives the comparisons of instruments their values, level by level."""
        first = self.places[0].compared
        for at, level in enumerate(self.places[0].levels):
            chosen = [i for i, across in enumerate(first) if across.level == level]
            values = {k: self.places[k].level(at, tuple({self.places[k].compared[i].of for i in chosen})) for k in active}
            for i in chosen:
                row = [values[k][self.places[k].compared[i].of] if k in active else math.nan for k in range(len(self.places))]
                result = compared_at(first[i].function, row, members)
                for k in active:
                    place = self.places[k]
                    place.feeds[place.plan.feeds.index(place.compared[i].feed)] = result[k]

    # ------------------------------------------------------------ state

    def save(self) -> bytes:
        """Everything needed to go on: candles that wait, the state of kernels, clocks, row code, machines and account."""
        state = {
            "symbols": self.symbols,
            "instruments": [facts_of(machine.instrument) for machine in self.portfolio.machines],
            "number": self.number,
            "adjusted": self.adjusted,
            "places": [place.save() for place in self.places],
            "others": {name: [_numbers(candle) for candle in candles] for name, candles in self.others.items()},
            "handed": self.handed,
            "closed": self.closed,
            "read_until": self.read_until,
            "portfolio": _text(self.portfolio.save()),
        }
        return PORTFOLIO_MARK + json.dumps(state).encode()

    def restore(self, saved: bytes) -> None:
        """Goes on where `save` was called. Raises StateMismatch, and changes nothing, if that was another program, other instruments or calendars, or another
        arithmetic."""
        restore_whole(self, saved)

    def take_up(self, saved: bytes) -> None:
        """The same, though a part of what was before may be gone where it raises: `restore` is for callers."""
        if not saved.startswith(PORTFOLIO_MARK):
            raise StateMismatch("These bytes are not a saved stream of several instruments.")
        state = json.loads(saved[len(PORTFOLIO_MARK) :])
        if tuple(state["symbols"]) != self.symbols or set(state["others"]) != set(self.others):
            raise StateMismatch(f"The saved stream is of {', '.join(state['symbols'])}; this one of {', '.join(self.symbols)}.")
        require_frame(state, self.adjusted)
        for symbol, facts, machine in zip(self.symbols, state["instruments"], self.portfolio.machines, strict=True):
            require_facts(facts, machine.instrument, symbol)
        for place, part in zip(self.places, state["places"], strict=True):
            place.restore(part)
        try:
            self.portfolio.restore(base64.b64decode(state["portfolio"]))
        except (MachineError, PortfolioError, ValueError) as error:
            raise StateMismatch(f"The account's part of the saved stream does not fit: {error}") from None
        for told in self.told:
            told.restored()
        self.others = {name: deque(Candle(*values) for values in candles) for name, candles in state["others"].items()}
        self.handed = {name: list(counts) for name, counts in state["handed"].items()}
        self.closed = dict(state["closed"])
        self.read_until = dict(state["read_until"])
        self.number = state["number"]
        self._rotated = self.portfolio.rotation_rows.count


def _text(state: bytes) -> str:
    return base64.b64encode(state).decode()


def _numbers(candle: Candle) -> list[float]:
    return [candle.time, candle.open, candle.high, candle.low, candle.close, candle.volume, candle.factor]
