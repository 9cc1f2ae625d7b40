"""Rates one candle at a time: the pair's candles come as those of any other instrument, each counts from when it is complete."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from compiler.clocks import Length
from compiler.plan import Plan
from runtime.clocks.axis import schedule
from runtime.clocks.instruments import usual_calendar
from runtime.clocks.reading import trading_begins
from runtime.clocks.sessions import Calendar, calendar, within
from runtime.conversion.rates import Series
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch


class Clock:
    """When the candles of an instrument begin to trade, and when they are complete."""

    def __init__(self, length: Length, follows: Calendar) -> None:
        self.length, self.calendar = length, follows

    @classmethod
    def of(cls, plan: Plan, symbol: str, follows: str) -> Clock:
        """Of a program's own candles. Raises FeedError where it is not known how long they are."""
        if not plan.every:
            raise FeedError("How long the candles are is not known, so no money can be converted: say it with `trade … every …`.")
        own = calendar(follows or usual_calendar(symbol))
        return cls(Length.parse(plan.every), within(plan.session, own) if plan.session else own)

    def of_pair(self, symbol: str, follows: str) -> Clock:
        """Of another instrument's candles, which are as long."""
        return Clock(self.length, calendar(follows or usual_calendar(symbol)))

    def times(self, time: int) -> tuple[int, int]:
        """When the candle that opens at a time begins to trade, and when it is complete."""
        at = np.array([time], dtype=np.int64)
        bars = schedule(at, self.length, self.calendar)
        return int(trading_begins(at, bars)[0]), int(bars.end[0])


class LiveRates:
    """The rates of one instrument's candles. The pair's candles are as long as the instrument's, and all that close by then have been handed over."""

    def __init__(self, series: Series, own: Clock, follows: str = "") -> None:
        """own: of the instrument. follows: the calendar of the pair's candles, '' for the usual one."""
        self.series, self.own = series, own
        self.pair = own.of_pair(series.symbol, follows)
        self.waiting: deque[tuple[int, float]] = deque()  # when each is complete, and its rate
        self.rate = math.nan
        self.last_time: int | None = None

    def check(self, candles: Sequence[Candle]) -> None:
        """Raises FeedError for candles out of order; changes nothing."""
        last = self.last_time
        for candle in candles:
            if last is not None and candle.time <= last:
                raise FeedError(f"Candles come in order: one of {self.series.symbol} of {candle.time} came after one of {last}.")
            last = candle.time

    def hand(self, candles: Sequence[Candle]) -> None:
        """Takes the next candles of the pair."""
        for candle in candles:
            self.last_time = candle.time
            if math.isfinite(candle.close) and candle.close > 0.0:
                self.waiting.append((self.pair.times(candle.time)[1], self.series.rate(candle.close)))

    def at(self, time: int) -> tuple[float, float]:
        """What is known at the open and at the close of the instrument's candle that opens at a time, which comes after all before."""
        opened, closed = self.own.times(time)
        return self._by(opened), self._by(closed)

    def _by(self, instant: int) -> float:
        while self.waiting and self.waiting[0][0] <= instant:
            self.rate = self.waiting.popleft()[1]
        return self.rate

    def save(self) -> list[Any]:
        return [self.series.symbol, self.rate if math.isfinite(self.rate) else None, self.last_time, list(self.waiting)]

    def restore(self, saved: Sequence[Any]) -> None:
        """Raises StateMismatch for rates of another pair."""
        symbol, rate, last, waiting = saved
        if symbol != self.series.symbol:
            raise StateMismatch(f"The saved stream converts by {symbol}; this one by {self.series.symbol}.")
        self.rate, self.last_time = math.nan if rate is None else rate, last
        self.waiting = deque((int(end), float(value)) for end, value in waiting)


def parted(beside: Mapping[str, Sequence[Candle]], known: Sequence[str], rates: LiveRates | None) -> dict[str, Sequence[Candle]]:
    """Those candles that a program reads: what only converts money is none of its business."""
    pair = "" if rates is None else rates.series.symbol
    return {name: candles for name, candles in beside.items() if name != pair or name in known}
