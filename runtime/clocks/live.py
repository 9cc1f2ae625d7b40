"""What a plan reads of the market one candle at a time: its own feeds, the calendar's, and what other clocks last completed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from compiler.adjustment import FACTOR_FEED
from compiler.clocks import FINER, Length, why_not
from compiler.plan import OWN, Plan
from runtime.clocks.axis import Schedule, schedule
from runtime.clocks.calendar_feeds import calendar_feed, is_calendar_feed
from runtime.clocks.instruments import usual_calendar
from runtime.clocks.push import Instrument, Sources
from runtime.clocks.reading import SHORTEST, finest_inside, other_names, reads_clocks, trading_begins
from runtime.clocks.sessions import MINUTE, calendar, within
from runtime.clocks.symbol_feeds import is_symbol_feed, symbol_feed
from runtime.data.arrays import Micros
from runtime.data.steps import step_text
from runtime.feeds import PRICES, Candle, FeedError
from runtime.finer_fills import FinerFills, require_order


class LiveMarket:
    """Turns candles into the feeds of a plan, in order. Raises FeedError for clocks that cannot be built."""

    def __init__(self, plan: Plan, symbol: str, follows: str, beside: Mapping[str, str], finer: str = "") -> None:
        """follows: the calendar of the candles, '' for the usual one of the symbol. beside: other instruments with theirs. finer: how long the finer
        candles are, '' for as long as the finest that the program reads."""
        self.plan = plan
        self.symbol, self.named = symbol, follows
        self.reads_finer = False
        self.fills = FinerFills.of(plan)
        self.follows = ""  # the calendars that longer bars are counted by
        self.plain = not reads_clocks(plan) and not plan.session
        self.known: tuple[str, ...] = ()
        strange = [
            name
            for name in plan.feeds
            if name not in (*PRICES, FACTOR_FEED)
            and not is_calendar_feed(name)
            and not is_symbol_feed(name)
            and not name.startswith("held.")
        ]
        if strange:
            raise FeedError(f"Candles have {', '.join(PRICES)} and time; the plan also reads {', '.join(strange)}.")
        if self.plain:
            return
        if plan.sources and not plan.every:
            raise FeedError(
                "How long the candles are is not known, so no longer ones can be built: say it with `trade … every …`."
            )
        self.length = Length.parse(plan.every) if plan.every else SHORTEST
        own = calendar(follows or usual_calendar(symbol))
        if plan.session:
            own = within(plan.session, own)
        self.own = Instrument(self.length, own, symbol)
        others = {
            name: Instrument(self.length, calendar(beside.get(name) or usual_calendar(name)), name)
            for name in other_names([plan])
        }
        self.others = others
        self.follows = ", ".join([own.name, *(f"{name} {other.calendar.name}" for name, other in others.items())])
        self.known = tuple(dict.fromkeys([*others, *beside]))  # a `from` that changes nothing is no source
        finest = finest_inside(plan)
        self.reads_finer = finest is not None
        if finest is not None:
            length = Length.parse(finer) if finer else self._finer_of_fills() or finest
            if length.minutes >= self.length.minutes:
                raise FeedError(f"The finer candles are of {length}; they are no finer than the program's own, of {self.length}.")
            reason = why_not(finest, length)
            if reason is not None:
                raise FeedError(f"The finer candles are of {length}; the program aggregates those of {finest}. {reason[0]}")
            others[FINER] = Instrument(length, own, self.own.symbol)
        self.sources = Sources.of(plan, self.own, self.own, others)

    def feeds(self, candle: Candle, beside: Mapping[str, Sequence[Candle]], finer: Sequence[Candle] = ()) -> list[float]:
        """The feeds for the next candle. beside: what other instruments closed since the last, by symbol. finer: finer candles since then."""
        if finer and not self.takes_finer:
            raise FeedError("The program aggregates no finer candles, and fills by none.")
        if self.plain:
            return [getattr(candle, name) for name in self.plan.feeds]
        times = np.array([candle.time], dtype=np.int64)
        bars = schedule(times, self.own.length, self.own.calendar)
        if self.plan.session and candle.time < int(bars.sessions.open[bars.session[0]]):
            raise FeedError(f"The candle of {candle.time} opens outside the hours of `on session`, {self.hours}.")
        for symbol, candles in beside.items():
            self._check(symbol, candles)
        finer = finer if self.reads_finer else ()
        require_order(finer, self.sources.last_of(FINER))
        self._no_shorter(finer)
        for part in finer:
            if not self.plan.session or self._trades(part):
                self.sources.hand(FINER, part)
        for symbol, candles in beside.items():
            for other in candles:
                self.sources.hand(symbol, other)
        self.sources.hand(OWN, candle)
        self.sources.bar(candle)
        self.sources.until(int(bars.end[0]))
        held = self.sources.values(candle.time, int(trading_begins(times, bars)[0]))
        return [held[name] if name in held else self._own(name, candle, times, bars) for name in self.plan.feeds]

    @property
    def takes_finer(self) -> bool:
        """Whether finer candles change anything: the program aggregates them, or fills by them."""
        return self.reads_finer or self.fills is not None

    def _finer_of_fills(self) -> Length | None:
        return None if self.fills is None else Length.parse(step_text(self.fills.seconds))

    def check_finer(self, finer: Sequence[Candle], last: int | None) -> int | None:
        """Before anything changes: that finer candles can be taken, after the last one. Returns the time of the last. Raises FeedError."""
        if finer and not self.takes_finer:
            raise FeedError("The program aggregates no finer candles, and fills by none.")
        newest = require_order(finer, last)
        if self.reads_finer:
            self._no_shorter(finer, last)
        return newest

    def check_length(self, last: int | None, time: int, symbol: str = "") -> None:
        """That a candle is no shorter than the program's bars: within a session none opens before the one before it is complete. Raises FeedError.

        symbol: of another instrument that the program reads.
        """
        if last is None or not self.plan.every or time - last >= Length.parse(self.plan.every).minutes * MINUTE:
            return
        length = Length.parse(self.plan.every)
        follows = self.own.calendar if not self.plain else calendar(self.named or usual_calendar(self.symbol))
        if symbol and not self.plain and symbol in self.others:
            follows = self.others[symbol].calendar
        bars = schedule(np.array([last], dtype=np.int64), length, follows)
        if last >= int(bars.sessions.open[bars.session[0]]) and time < int(bars.end[0]):
            raise FeedError(
                f"The program takes candles of {length}, but one{f' of {symbol}' if symbol else ''} opens at {last} and the next at {time} (microseconds, "
                "UTC): put shorter ones together before they come here, or compile the program for their length with `every`."
            )

    @property
    def hours(self) -> str:
        return self.plan.session.partition("@")[0]

    def opens_in_session(self, time: int) -> bool:
        """Whether a candle lies within the hours of `on session`; without such, any does."""
        if self.plain or not self.plan.session:
            return True
        bars = schedule(np.array([time], dtype=np.int64), self.length, self.own.calendar)
        return time >= int(bars.sessions.open[bars.session[0]])

    def close_of(self, time: int, symbol: str = "") -> int:
        """When a candle that opens at a time closes by its calendar: one of the own instrument, or of another that the program reads."""
        instrument = self.others.get(symbol, self.own)
        return int(schedule(np.array([time], dtype=np.int64), instrument.length, instrument.calendar).end[0])

    def pass_over(self, instant: int, beside: Mapping[str, Sequence[Candle]]) -> None:
        """No candle of its own by an instant that everything read has passed: what others completed by then is computed, and not kept waiting."""
        if self.plain:
            return
        for symbol, candles in beside.items():
            self._check(symbol, candles)
        for symbol, candles in beside.items():
            for other in candles:
                self.sources.hand(symbol, other)
        self.sources.until(instant)

    def _check(self, symbol: str, candles: Sequence[Candle]) -> None:
        """Before anything changes: that the program reads the instrument, and that its candles come in order."""
        if symbol not in self.known:
            reads = f"it reads {', '.join(self.known)}" if self.known else "it reads no other instrument"
            raise FeedError(f'The program reads no `from "{symbol}"`; {reads}.')
        self._in_order(symbol, symbol, candles)

    def _in_order(self, called: str, symbol: str, candles: Sequence[Candle]) -> None:
        last = self.sources.last_of(symbol)
        for candle in candles:
            if last is not None and candle.time <= last:
                raise FeedError(f"Candles come in order: one of {called} of {candle.time} came after one of {last}.")
            last = candle.time

    def _no_shorter(self, finer: Sequence[Candle], before: int | None = None) -> None:
        """That the finer candles are as long as was said: within a session none opens before the one before it is complete."""
        if not finer:
            return
        last = before if before is not None else self.sources.last_of(FINER)
        given = [candle.time for candle in finer]
        times = np.array(given if last is None else [last, *given], dtype=np.int64)
        bars = schedule(times, self.others[FINER].length, self.own.calendar)
        inside = times[:-1] >= bars.sessions.open[bars.session[:-1]]
        early = np.flatnonzero(inside & (times[1:] < bars.end[:-1]))
        if len(early):
            at = int(early[0])
            raise FeedError(
                f"The finer candles are said to be of {self.others[FINER].length}, but one opens at {times[at]} and the next at {times[at + 1]}: "
                "say how long they are with `finer`."
            )

    def _trades(self, candle: Candle) -> bool:
        """Whether a finer candle opens within the hours of `on session`; the others are no part of the program's bars."""
        times = np.array([candle.time], dtype=np.int64)
        bars = schedule(times, self.length, self.own.calendar)
        return candle.time >= int(bars.sessions.open[bars.session[0]])

    def _own(self, name: str, candle: Candle, times: Micros, bars: Schedule) -> float:
        if name in PRICES or name == FACTOR_FEED:
            return float(getattr(candle, name))
        if is_symbol_feed(name):
            return symbol_feed(name, self.own.symbol)
        return float(calendar_feed(name, times, self.own.length, bars, self.own.calendar)[0])

    def save(self) -> list[dict[str, Any]]:
        """What the other clocks keep, as JSON can hold it."""
        return [] if self.plain else self.sources.save()

    def restore(self, saved: Sequence[Mapping[str, Any]]) -> None:
        if not self.plain:
            self.sources.restore(saved)
