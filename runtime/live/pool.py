"""A pool of live strategies: closed candles in, events out. What strategies compute alike is computed once, whoever asks for it.

Pure of clocks and network: who drives it says which candles closed. The state is explicit, see `save`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from compiler.clocks import Length
from compiler.plan import Plan
from runtime.candles import Candles
from runtime.clocks.instruments import usual_calendar
from runtime.clocks.live import LiveMarket
from runtime.clocks.sessions import MINUTE, calendar
from runtime.feeds import PRICES, Candle, FeedError, unadjusted
from runtime.kernel import check_library
from runtime.live.crew import Crew
from runtime.live.desks import Desks, act_all, take_all
from runtime.live.events import Alerted, Event, Failed, Filled, Missing, Noted, Ordered
from runtime.live.holes import missing_between
from runtime.live.loom import Mark
from runtime.live.series import Seat, Series
from runtime.live.told import Alarms, Events, News
from runtime.machine.core import MachineError
from runtime.machine.core import check as check_machine
from runtime.machine.instrument import Instrument
from runtime.machine.notes import note_text
from runtime.stream import Step, Stream, named_columns

FOREVER = 1 << 62


class PoolError(ValueError):
    """A strategy that a pool cannot take, or that it does not have, in plain words."""


@dataclass(slots=True, eq=False)
class Line:
    """A series of an instrument with what the candles of it are checked by."""

    symbol: str
    calendar: str
    market: LiveMarket
    least: int
    """Microseconds between bars from which no calendar need be asked; 0 where the length is not known."""
    series: Series = field(default_factory=Series)


@dataclass(slots=True, eq=False)
class Alone:
    """A strategy that reads other clocks: it keeps a stream of its own."""

    name: str
    stream: Stream
    step: Step | None = None


@dataclass(slots=True, eq=False)
class Place:
    """Where a strategy is: on a line, or alone."""

    name: str
    symbol: str
    calendar: str
    instrument: Instrument
    hash: str
    """Of the whole plan."""
    part: str
    """The plan without what it computes, as text: what a seat needs of it. Strategies that differ by inputs alone have mostly the same."""
    line: Line | None = None
    seat: Seat | None = None
    alone: Alone | None = None
    plan: str = ""
    """The whole plan as text, for one that is alone."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who takes the candles of an instrument. least: microseconds after the last candle from which one need not be looked at closely; span: from which
    bars may be missing. nodes: how many the strategies on lines come to."""

    lines: tuple[Line, ...]
    alone: tuple[Alone, ...]
    least: int
    span: int
    nodes: int


@dataclass(slots=True)
class Pool:
    """Strategies by name. Each gives what its own stream would, bit for bit, whoever comes or goes beside it."""

    places: dict[str, Place] = field(default_factory=dict)
    lines: dict[str, list[Line]] = field(default_factory=dict)
    alone: dict[str, list[Alone]] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    lengths: dict[str, tuple[Length, str]] = field(default_factory=dict)
    crew: Crew = field(default_factory=Crew)
    _watches: dict[str, Watch] = field(default_factory=dict)

    # ------------------------------------------------------------ who is here

    def add(
        self,
        name: str,
        plan: Plan,
        symbol: str,
        instrument: Instrument | None = None,
        *,
        calendar: str = "",
        history: Candles | None = None,
    ) -> None:
        """A strategy from the next candle of its instrument on; its account begins then, flat.

        history: the closed candles before; what the program computes has seen them. Strategies with the same history, and those that were added without
        before the first candle, share what they compute alike. calendar: the sessions that candles follow ('': the usual one of such a symbol).
        Raises PoolError, MachineError, PlanError or FeedError, and changes nothing, for what cannot be run here.
        """
        if name in self.places:
            raise PoolError(f"There is a strategy `{name}` already: remove it first.")
        instrument = instrument or Instrument()
        check_library(plan)
        _require_runnable(plan, instrument)
        last = self.times.get(symbol)
        if history is not None and len(history) and last is not None and int(history.time[-1]) > last:
            raise FeedError(
                f"The history of {symbol} ends at {int(history.time[-1])}, after its last candle of {last}: push that first."
            )
        if history is not None and len(history) and last is not None and int(history.time[-1]) < last:
            raise FeedError(
                f"The history of {symbol} ends at {int(history.time[-1])}, before its last candle of {last}: candles between are missing."
            )
        if history is not None and history.factor is not None and bool((history.factor != 1.0).any()):
            raise FeedError(f"The history of {symbol} is adjusted: a pool takes prices as traded.")
        market = LiveMarket(plan, symbol, calendar, {})
        text = plan.to_json()
        place = Place(name, symbol, calendar, instrument, hashlib.sha256(text.encode()).hexdigest(), part_of(plan).to_json())
        if market.known or market.takes_finer or plan.across:
            raise PoolError(
                f"`{name}` reads other instruments or finer candles; a pool hands each strategy the candles of its own. Run it by its stream."
            )
        if not market.plain:
            stream = Stream(plan, instrument, symbol=symbol, calendar=calendar)
            for bar in candles_of(history) if history is not None else ():
                stream.warm(bar)
            place.alone, place.plan = Alone(name, stream), text
            self.alone.setdefault(symbol, []).append(place.alone)
        else:
            place.line = self._line(symbol, calendar, plan, market, history)
            past = None if history is None else {feed: getattr(history, feed) for feed in PRICES}
            place.seat = place.line.series.add(name, plan, instrument, named_columns(plan), past)
        self.places[name] = place
        self._watches.pop(symbol, None)
        if history is not None and len(history):
            self.times[symbol] = int(history.time[-1])
        if plan.every:
            self.lengths.setdefault(symbol, (Length.parse(plan.every), calendar))

    def remove(self, name: str) -> None:
        """A strategy goes; what nobody else uses goes with it. Raises PoolError for none of that name."""
        place = self._place(name)
        del self.places[name]
        self._watches.pop(place.symbol, None)
        self.failed.pop(name, None)
        if place.alone is not None:
            self.alone[place.symbol].remove(place.alone)
        if place.line is not None and place.seat is not None:
            place.line.series.remove(place.seat)
            if not place.line.series.seats:
                self.lines[place.symbol].remove(place.line)

    # ------------------------------------------------------------ candles

    def push(self, candles: Mapping[str, Candle | Mapping[str, Any]]) -> Events:
        """Takes a closed candle of each of some instruments. Returns what happened, instruments in their order, strategies in theirs.

        Raises FeedError, and changes nothing, if one of them is no candle, is adjusted, or does not come after the last of its instrument.
        """
        taken: list[tuple[str, Watch, Candle]] = []
        times = self.times
        for symbol, given in candles.items():
            bar = given if type(given) is Candle else Candle.of(given)
            watch = self._watches.get(symbol) or self._watch(symbol)
            last = times.get(symbol)
            if last is not None and bar.time - last < watch.least:
                self._check(symbol, watch, last, bar.time)
            if bar.factor != 1.0:
                unadjusted(bar)
            taken.append((symbol, watch, bar))
        desks: list[Desks] = []
        bars: list[Candle] = []
        for _, watch, bar in taken:
            for line in watch.lines:
                if not line.series.ready:
                    line.series.settle()
                desks.append(line.series.desks)
                bars.append(bar)
        size = self.crew.size(sum([watch.nodes for _, watch, _ in taken]))
        if size > 1 and len(taken) > 1:
            self.crew.take(list(zip(desks, bars, strict=True)), size)
            act_all(desks)
        else:
            take_all(desks, bars)
        parts: list[News | Alarms | Event] = []
        for symbol, watch, bar in taken:
            last, time = times.get(symbol), bar.time
            if last is not None and time - last > watch.span:
                self._tell_missing(symbol, last, time, parts)
            times[symbol] = time
            for line in watch.lines:
                series = line.series
                if series.desks.news_count:
                    parts.append(News(symbol, time, series.seated, series.desks.told()))
                if series.has_alerts and (alerts := series.alerts()):
                    parts.append(Alarms(symbol, time, series.seated, alerts))
            for alone in watch.alone:
                if alone.name not in self.failed:
                    self._push_alone(symbol, alone, bar, parts)
        return Events(parts)

    def step(self, name: str) -> Step | None:
        """What a strategy said at the last close, as its stream would; fills and orders are told by `push` alone. None before its first."""
        place = self._place(name)
        if place.alone is not None:
            return place.alone.step
        assert place.line is not None
        assert place.seat is not None
        series = place.line.series
        if series.rows == place.seat.start or series.time is None:
            return None
        return Step(series.time, series.rows - 1, place.seat.columns, series.raw(place.seat), equity=series.equity(place.seat))

    @property
    def nodes(self) -> int:
        """How many different computations the strategies come to."""
        return sum(len(line.series.graph) for lines in self.lines.values() for line in lines)

    def settle(self) -> None:
        """Warms what was added since the last candle now, not at the next."""
        for lines in self.lines.values():
            for line in lines:
                line.series.settle()

    # ------------------------------------------------------------ inside

    def _place(self, name: str) -> Place:
        if name not in self.places:
            raise PoolError(f"There is no strategy `{name}`.")
        return self.places[name]

    def _line(self, symbol: str, named: str, plan: Plan, market: LiveMarket, history: Candles | None) -> Line:
        """The line that a strategy joins: one of the same candles so far, or a new one."""
        mark = Mark()
        rows = 0
        if history is not None:
            rows = len(history)
            for time, values in zip(
                history.time.tolist(), zip(*(getattr(history, f).tolist() for f in PRICES), strict=True), strict=True
            ):
                mark.add(time, *values)
        lines = self.lines.setdefault(symbol, [])
        for line in lines:
            same = (line.calendar, line.market.plan.every, line.series.rows) == (named, plan.every, rows)
            if same and line.series.mark.values() == mark.values():
                return line
        line = Line(symbol, named, market, least_of(plan))
        if history is not None and rows:
            start_at(line.series, history, mark)
        lines.append(line)
        return line

    def _watch(self, symbol: str) -> Watch:
        """What a candle of an instrument is checked by and who takes it, until strategies come or go."""
        lines, alone = tuple(self.lines.get(symbol, ())), tuple(self.alone.get(symbol, ()))
        length = self.lengths.get(symbol)
        found = Watch(
            lines,
            alone,
            max([1, *(line.least for line in lines)]) if not alone else FOREVER,
            FOREVER if length is None else length[0].minutes * MINUTE,
            sum(len(line.series.graph) for line in lines),
        )
        self._watches[symbol] = found
        return found

    def _check(self, symbol: str, watch: Watch, last: int, time: int) -> None:
        if time <= last:
            raise FeedError(f"Candles come in order: one of {symbol} of {time} came after one of {last} (microseconds, UTC).")
        for line in watch.lines:
            if time - last < line.least:
                line.market.check_length(last, time)
        for alone in watch.alone:
            alone.stream.market.check_length(alone.stream.last_time, time)

    def _tell_missing(self, symbol: str, last: int, time: int, parts: list[News | Alarms | Event]) -> None:
        length, named = self.lengths[symbol]
        bars = missing_between(last, time, length, calendar(named or usual_calendar(symbol)))
        if bars > 0:
            parts.append(Missing(symbol, last, time, bars))

    def _push_alone(self, symbol: str, alone: Alone, bar: Candle, events: list[News | Alarms | Event]) -> None:
        try:
            alone.step = step = alone.stream.push(bar)
        except (ValueError, ArithmeticError, LookupError) as error:
            self.failed[alone.name] = str(error)
            events.append(Failed(alone.name, symbol, bar.time, str(error)))
            return
        events += [Filled(alone.name, symbol, bar.time, fill) for fill in step.fills]
        events += [Ordered(alone.name, symbol, bar.time, order) for order in step.orders]
        if alone.stream.desk is not None:
            machine = alone.stream.desk.machine
            for row in machine.note_rows.values().tolist():
                events.append(Noted(alone.name, symbol, bar.time, note_text(machine.code.actions[int(row[1])], row[2:], symbol)))
            machine.note_rows.clear()
        events += [
            Alerted(alone.name, symbol, bar.time, column.name, column.label)
            for column in step.columns
            if column.role == "alert" and step.truth(column.name) == 2
        ]


def start_at(series: Series, history: Candles, mark: Mark) -> None:
    """A series that has taken a history, before its first strategy."""
    known = np.flatnonzero(np.isfinite(history.close))
    series.begin(
        len(history),
        int(history.time[-1]),
        mark,
        float(history.close[known[-1]]) if len(known) else math.nan,
        int(known[-1]) if len(known) else -1,
    )


def candles_of(history: Candles) -> Iterable[Candle]:
    columns = [getattr(history, feed).tolist() for feed in PRICES]
    return (Candle(time, *values) for time, values in zip(history.time.tolist(), zip(*columns, strict=True), strict=True))


def part_of(plan: Plan) -> Plan:
    """A plan without its steps."""
    return replace(plan, feeds=(), constants=(), steps=(), registers=0, warmup=0, settle=0, cost=0.0, state=0)


def least_of(plan: Plan) -> int:
    return Length.parse(plan.every).minutes * MINUTE if plan.every else 0


def _require_runnable(plan: Plan, instrument: Instrument) -> None:
    """Raises MachineError for orders that cannot run live."""
    if plan.machine is None:
        return
    check_machine(plan.machine, plan.account, instrument)
    if any(name == "volume" for name, _ in plan.account.limits):
        raise MachineError(
            "`limit volume` needs the volume of each bar, which a pool does not hand to its machines: run it by its stream."
        )
    for action in plan.machine.actions:
        if action.entry == "this_close":
            raise MachineError(
                "`at this close` fills at a price that is gone when it is known: it is a model for tests and cannot run live."
            )
        if action.verb == "hold top":
            raise MachineError("`hold top` chooses among the instruments of a run: run it by its stream.")
