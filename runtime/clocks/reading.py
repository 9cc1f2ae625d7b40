"""Readings: everything a plan reads of the market over a history, other clocks and other instruments included, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from compiler.adjustment import FACTOR_FEED
from compiler.clocks import FINER, Length, why_not
from compiler.plan import ACROSS_FEED, OWN, Plan, SourcePlan
from runtime.candles import Candles
from runtime.clocks.aggregate import aggregate
from runtime.clocks.axis import Axis, Schedule, buckets, groups, own_axis, schedule, seen
from runtime.clocks.calendar_feeds import calendar_feed, is_calendar_feed
from runtime.clocks.inside import reduced, spans
from runtime.clocks.instruments import usual_calendar
from runtime.clocks.sessions import Calendar, calendar, within
from runtime.clocks.symbol_feeds import is_symbol_feed, symbol_feed
from runtime.data.arrays import MICROS_PER_DAY, Floats, Micros
from runtime.data.problems import DataError
from runtime.data.steps import step_text
from runtime.feeds import PRICES, FeedError
from runtime.kernel import CHUNK, bind


def length_of(candles: Candles, every: str) -> Length | None:
    """How long the bars are: as their times say, else as the program says; None where neither does, or it is no whole minutes."""
    text = step_text(candles.timeframe) if candles.timeframe else every
    return Length.parse(text) if text and not text.endswith("s") else None


def calendar_of(candles: Candles) -> Calendar:
    """The calendar the candles are said to follow, else the usual one of such a symbol."""
    return calendar(candles.calendar or usual_calendar(candles.symbol))


SHORTEST = Length(1, "m")
"""Bars of a length that is not known count as such where only their time of day is asked for."""


@dataclass(slots=True, eq=False)
class Reading:
    """The rows of one clock of one instrument. own: those of the instrument's own bars, from which longer ones are built."""

    candles: Candles
    length: Length
    calendar: Calendar
    sure: bool = True  # that the bars are so long
    run: Reading | None = None  # of the run's own instrument
    base: Reading | None = None  # of the instrument's own bars; None: these are they
    axis_given: Axis | None = None
    doubt: str = ""  # what may be wrong where the bars seem longer than the program says
    _schedule: Schedule | None = None
    _longer: dict[str, Reading] = field(default_factory=dict)
    _finer: Reading | None = None

    @classmethod
    def of(cls, candles: Candles, every: str) -> Reading:
        """The own bars of a run. every: how long the program says they are."""
        length = length_of(candles, every)
        said = Length.parse(every) if every else None
        doubt = ""
        if length is not None and said is not None and said.minutes < length.minutes:
            doubt = (
                f" The program is written for bars of {said}; those given are taken for longer ones because none open less than {length} apart: bars may be "
                f"missing between them, or these are not of {said}."
            )
        return cls(candles, length or SHORTEST, calendar_of(candles), length is not None, doubt=doubt)

    @property
    def schedule(self) -> Schedule:
        if self._schedule is None:
            self._schedule = schedule(self.candles.time, self.length, self.calendar)
        return self._schedule

    @property
    def axis(self) -> Axis:
        return self.axis_given or own_axis(self.schedule)

    @property
    def own(self) -> Reading:
        return self.base or self

    def longer(self, every: str) -> Reading:
        """The instrument's bars of another length. Raises FeedError if they can't be built from its own."""
        own = self.own
        length = Length.parse(every)
        if not own.sure:
            raise FeedError(
                f"How long the bars are is not known, so no bars of {length} can be built: say it with `trade … every …`."
            )
        if length == own.length:
            return own
        if every not in own._longer:
            reason = why_not(length, own.length)
            if reason is not None:
                raise FeedError(
                    f"The program reads bars of {length}; they can't be built from bars of {own.length}. {reason[0]}{own.doubt}"
                )
            made_of = groups(own.schedule, buckets(own.candles.time, own.schedule, length))
            built = aggregate(own.candles, made_of, length.minutes * 60)
            axis = Axis(made_of.complete, made_of.instant)
            own._longer[every] = Reading(built, length, own.calendar, True, own.run, own, axis)
        return own._longer[every]

    def instrument(self, symbol: str) -> Reading:
        """The own bars of another instrument. Raises FeedError if they are not given."""
        run = self.own.run or self.own
        if symbol in ("", OWN):
            return self.own if symbol == "" else run
        if symbol == FINER:
            run._finer = run._finer or finer_reading(run)
            return run._finer
        found = run.candles.beside.get(symbol)
        if found is None and symbol == run.candles.symbol:
            return run
        if found is None:
            raise FeedError(f'The program reads `from "{symbol}"`, and there are no bars of {symbol}.')
        reading = Reading.of(found, str(run.length))
        reading.run = run
        return reading

    def source(self, source: SourcePlan) -> Reading:
        own = self.instrument(source.symbol)
        if source.symbol and not (own.sure and self.own.sure):
            raise FeedError(
                f"When bars{f' of {source.symbol}' if not own.sure else ''} are complete is not known, so they can't be read beside others: "
                "bars have whole minutes."
            )
        return own.longer(source.every) if source.every else own

    def feeds(self, plan: Plan, chunk: int = CHUNK) -> list[Floats]:
        """The plan's feeds in order, each of shape (n,)."""
        held = self.held(plan, chunk)
        return [held[name] if name in held else self.feed(name) for name in plan.feeds]

    def feed(self, name: str) -> Floats:
        """A feed of these rows' own. Raises FeedError for one that candles do not have."""
        if name in PRICES:
            column: Floats = getattr(self.candles, name)
            return column
        if name == FACTOR_FEED:
            return self.candles.factors()
        if name.startswith(ACROSS_FEED):
            raise FeedError(
                "`members_rank` and `members_zscore` compare the instruments of a run: give the bars of each by symbol."
            )
        if is_symbol_feed(name):
            return np.full(len(self.candles), symbol_feed(name, self.candles.symbol))
        if is_calendar_feed(name):
            return calendar_feed(name, self.candles.time, self.length, self.schedule, self.calendar)
        raise FeedError(f"The plan reads {name}, which no candles have.")

    def held(self, plan: Plan, chunk: int) -> dict[str, Floats]:
        """The last completed value of everything that runs on other bars."""
        found: dict[str, Floats] = {}
        for source in plan.sources:
            there = self.source(source)
            kernel = bind(source.plan)
            columns = kernel.run(there.feeds(source.plan, chunk), len(there.candles), chunk)
            look = seen(there.axis, self.axis, there.own is self.own)
            inside = spans(look, there.candles.time, self.candles.time, self.opened) if any(source.aggregates) else None
            aggregates = source.aggregates or ("",) * len(source.plan.columns)
            for column, how in zip(source.plan.columns, aggregates, strict=True):
                values = columns[column.register]
                if inside is not None and how:
                    found[column.name] = reduced(values, inside, how)
                else:
                    found[column.name] = held_column(values, look, column.kind)
        return found

    @property
    def opened(self) -> Micros:
        """When trading in each of these rows begins: with the bar, or with its session where it is dated earlier."""
        return trading_begins(self.candles.time, self.schedule)


def trading_begins(times: Micros, bars: Schedule) -> Micros:
    """When trading in bars of these times begins."""
    return np.maximum(times, bars.sessions.open[bars.session])


def finer_reading(run: Reading) -> Reading:
    """The finer bars of a run's own instrument. Raises FeedError where they are not given, or are no finer."""
    given = run.candles.finer
    if given is None:
        raise FeedError(
            "The program aggregates finer bars than its own, and there are none: name them with --detail FILE, "
            "in Python with `detail=`, a feed of Candles."
        )
    named = replace(given, symbol=run.candles.symbol, calendar=run.calendar.name)
    if run.candles.factor is not None and named.factor is None and len(run.candles):
        at = np.searchsorted(run.candles.time, named.time, "right") - 1
        named = replace(named, factor=run.candles.factor[np.maximum(at, 0)])  # that of the bar which each lies in
    reading = Reading.of(named, "")
    if len(given) < 2:
        reading.length, reading.sure = SHORTEST, True
    if len(given) and run.sure and reading.sure and reading.length.minutes >= run.length.minutes:
        raise FeedError(f"The finer bars are of {reading.length}; they are no finer than the bars of the run, of {run.length}.")
    reading.run = run
    return reading


def held_column(values: Floats, look: np.ndarray, kind: Literal["number", "truth"]) -> Floats:
    """The value of the row looked at; unknown before the first."""
    unknown = 1.0 if kind == "truth" else np.nan
    if not len(values):
        return np.full(len(look), unknown)
    return np.where(look >= 0, values[np.maximum(look, 0)], unknown)


def reads_clocks(plan: Plan) -> bool:
    """Whether a plan reads more than the prices of its own bars."""
    return bool(plan.sources) or any(name not in PRICES for name in plan.feeds)


def plan_feeds(plan: Plan, candles: Candles, chunk: int = CHUNK) -> list[Floats]:
    """The feeds of a plan over candles, in the order of plan.feeds. Raises FeedError."""
    if not reads_clocks(plan):
        return [getattr(candles, name) for name in plan.feeds]
    return Reading.of(candles, plan.every).feeds(plan, chunk)


def in_session(candles: Candles, session: str) -> Candles:
    """The bars within the hours of `on session`: those that open in them, on days that the instrument trades; '' leaves all.

    session: `09:30-16:00`, in the instrument's zone or with one: `09:30-16:00@America/New_York`. Raises DataError if no bar is left.
    """
    if not session or not len(candles):
        return candles
    own = within(session, calendar_of(candles))
    if candles.finer is not None:
        candles = replace(candles, finer=inside_session(candles.finer, own))
    kept = inside_session(candles, own)
    if not len(kept):
        text = session.partition("@")[0]
        raise DataError(
            f"No bar{f' of {candles.symbol}' if candles.symbol else ''} opens within {text} in {own.zone}, the hours of `on session`."
        )
    return kept


def inside_session(candles: Candles, own: Calendar) -> Candles:
    """The bars that open while a calendar trades."""
    named = replace(candles, calendar=own.name)
    if not len(named):
        return named
    bars = Reading.of(named, "").schedule
    return named.rows(np.flatnonzero(named.time >= bars.sessions.open[bars.session]))


def other_names(plans: Sequence[Plan]) -> tuple[str, ...]:
    """The other instruments that plans read, sources within sources included."""
    names: dict[str, None] = {}
    waiting = list(plans)
    while waiting:
        plan = waiting.pop()
        for source in plan.sources:
            if source.symbol not in ("", OWN, FINER):
                names[source.symbol] = None
            waiting.append(source.plan)
    return tuple(names)


def reads_sessions(plan: Plan) -> bool:
    """Whether a plan reads sessions, weeks or months of the calendar on its own bars."""
    return any(is_calendar_feed(name) and not name.startswith("time") for name in plan.feeds)


def finest_inside(plan: Plan) -> Length | None:
    """The shortest of the finer bars that a plan aggregates, sources within sources included; None if it reads none."""
    found: list[Length] = []
    waiting = [(plan, "")]
    while waiting:
        top, symbol = waiting.pop()
        for source in top.sources:
            whose = source.symbol or symbol
            if whose == FINER:
                found.append(Length.parse(source.every))
            waiting.append((source.plan, whose))
    return min(found, key=lambda length: length.minutes, default=None)


def follows_calendar(plan: Plan) -> bool:
    """Whether it matters to a plan which sessions its bars follow."""
    return bool(plan.sources) or reads_sessions(plan)


def usual_calendar_notes(candles: Candles) -> list[str]:
    """What is said where nobody named the calendar that bars follow."""
    if candles.calendar:
        return []
    return [
        f"Sessions, days and weeks follow the calendar {calendar_of(candles).name}, usual for {candles.symbol or 'such bars'}; --calendar names another."
    ]


def calendar_notes(plan: Plan, candles: Candles, converts: bool = False) -> list[str]:
    """What a reader should know of the calendar that a plan follows: which it is where nobody said, and bars that lie outside it.

    converts: money is, at the rates that were known when the bars opened and closed.
    """
    if not follows_calendar(plan) and not converts:
        return []
    notes = usual_calendar_notes(candles)
    reading = Reading.of(candles, plan.every)
    return [*notes, *outside_notes(outside_sessions(reading), len(candles), reading)]


def outside_sessions(reading: Reading) -> int:
    """How many bars open outside the sessions of their calendar, or are of days on which it does not trade."""
    bars, time = reading.schedule, reading.candles.time
    if reading.length.unit == "m":
        return int(np.count_nonzero(time < bars.sessions.open[bars.session]))
    if reading.length.unit == "d":
        date = time // MICROS_PER_DAY
        return int(np.count_nonzero((bars.sessions.label[bars.session] != date) & (time % MICROS_PER_DAY == 0)))
    return 0


def outside_notes(outside: int, bars: int, reading: Reading) -> list[str]:
    """What is said of them. bars: of the run."""
    name = reading.calendar.name
    if not outside:
        return []
    if reading.length.unit == "m":
        return [f"{outside:,} of {bars:,} bars open outside the sessions of {name}; they count to the session that follows."]
    return [f"{outside:,} of {bars:,} bars are of days on which {name} does not trade; they count to the session that follows."]
