"""Other clocks one candle at a time: longer bars that grow, and the last completed value of what runs on them.

Equal to `reading`, bit for bit: a longer bar completes at the same own bar, and other instruments' bars count once their feed has
passed the instant.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compiler.adjustment import FACTOR_FEED
from compiler.clocks import Length, why_not
from compiler.plan import OWN, Plan, SourcePlan
from runtime.clocks.axis import buckets, schedule
from runtime.clocks.calendar_feeds import calendar_feed, is_calendar_feed
from runtime.clocks.inside import Spans, reduced
from runtime.clocks.reading import trading_begins
from runtime.clocks.sessions import Calendar
from runtime.clocks.symbol_feeds import is_symbol_feed, symbol_feed
from runtime.feeds import PRICES, Candle, FeedError
from runtime.kernel import Kernel, bind

BAR = (*PRICES, FACTOR_FEED)
"""The numbers of a bar."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """Whose candles come: how long they are, which calendar they follow, and what it is called."""

    length: Length
    calendar: Calendar
    symbol: str


@dataclass(slots=True)
class Growing:
    """A longer bar that is not complete."""

    number: int
    end: int
    last_end: int
    time: int
    values: list[float]  # as BAR

    def take(self, candle: Candle, end: int) -> None:
        opened, high, low, close, volume = self.values[:5]
        unknown = float("nan")
        high = unknown if high != high or candle.high != candle.high else max(high, candle.high)
        low = unknown if low != low or candle.low != candle.low else min(low, candle.low)
        close = candle.close
        self.values = [opened, high, low, close, volume + candle.volume, candle.factor]
        self.last_end = end


@dataclass(slots=True)
class Inside:
    """The finer rows since the last bar of whoever aggregates them, each as its time and values. passed: rows that went before.

    begun: when the first finer row of all opened. started: whether a bar has aggregated any yet, or found none.
    """

    rows: list[tuple[int, tuple[float, ...]]] = field(default_factory=list)
    passed: int = 0
    begun: int | None = None
    started: bool = False

    def take(self, time: int, values: tuple[float, ...]) -> None:
        self.rows.append((time, values))
        self.begun = time if self.begun is None else self.begun

    def closed(self, time: int, opened: int, aggregates: Sequence[str]) -> list[float | None]:
        """What the rows come to in a bar, None for columns that are not aggregated; the next bar begins with none. See `inside.spans`."""
        rows = self.rows if self.started else [row for row in self.rows if row[0] >= time]
        before = self.passed + len(self.rows) - len(rows)
        whole = before > 0 or (self.begun is not None and self.begun <= opened)
        one = Spans(np.array([0]), np.array([len(rows)]), np.array([whole]))
        columns = [np.array([values[k] for _, values in rows]) for k in range(len(aggregates))]
        found = [
            float(reduced(column, one, aggregate)[0]) if aggregate else None
            for column, aggregate in zip(columns, aggregates, strict=True)
        ]
        self.passed, self.rows, self.started = before + len(rows), [], True
        return found

    def save(self) -> list[Any]:
        return [self.rows, self.passed, self.begun, self.started]


@dataclass(slots=True)
class HeldSource:
    """One source of a plan with its kernel: what it last completed, as its columns."""

    source: SourcePlan
    own: Instrument  # of the instrument that the source reads
    other: bool  # whether that is another one than the plan's own
    kernel: Kernel
    latest: tuple[float, ...]
    inner: Sources
    growing: Growing | None = None
    waiting: deque[Candle] = field(default_factory=deque)  # of another instrument, not yet passed
    last_time: int | None = None
    inside: Inside = field(default_factory=lambda: Inside())

    @property
    def length(self) -> Length:
        return Length.parse(self.source.every) if self.source.every else self.own.length

    def bar(self, candle: Candle) -> None:
        """Takes the next bar of the instrument that the source reads."""
        times = np.array([candle.time], dtype=np.int64)
        bars = schedule(times, self.own.length, self.own.calendar)
        end = int(bars.end[0])
        if not self.source.every or self.length == self.own.length:
            self.inner.bar(candle)
            self.complete(candle.time, [getattr(candle, name) for name in BAR], end)
            return
        into = buckets(times, bars, self.length)
        number, until = int(into.number[0]), int(into.end[0])
        if self.growing is not None and self.growing.number != number:
            self.close_growing()
        self.inner.bar(candle)
        if self.growing is None:
            self.growing = Growing(number, until, end, candle.time, [getattr(candle, name) for name in BAR])
        else:
            self.growing.take(candle, end)
        if end >= until:
            done, self.growing = self.growing, None
            self.complete(done.time, done.values, max(done.end, end))

    def complete(self, time: int, values: Sequence[float], instant: int) -> None:
        """One row of the source's own plan."""
        self.inner.until(instant)
        plan = self.source.plan
        times = np.array([time], dtype=np.int64)
        opened = time
        if self.inner.gathers:
            opened = int(trading_begins(times, schedule(times, self.length, self.own.calendar))[0])
        named = dict(zip(BAR, values, strict=True)) | self.inner.values(time, opened)
        row = []
        for name in plan.feeds:
            if is_symbol_feed(name):
                row.append(symbol_feed(name, self.own.symbol))
            elif is_calendar_feed(name):
                bars = schedule(times, self.length, self.own.calendar)
                row.append(float(calendar_feed(name, times, self.length, bars, self.own.calendar)[0]))
            else:
                row.append(named[name])
        self.latest = self.kernel.row(row, [column.register for column in plan.columns])
        if self.source.aggregates:
            self.inside.take(time, self.latest)

    def values(self, time: int, opened: int) -> tuple[float, ...]:
        """What each column says on the next bar of whoever reads it, which opens at a time; trading in it begins at `opened`."""
        if not self.source.aggregates:
            return self.latest
        reduced = self.inside.closed(time, opened, self.source.aggregates)
        return tuple(last if value is None else value for last, value in zip(self.latest, reduced, strict=True))

    def until(self, instant: int) -> None:
        """An instant has passed: what is complete by then completes, bars of another instrument first."""
        while self.waiting:
            times = np.array([self.waiting[0].time], dtype=np.int64)
            if int(schedule(times, self.own.length, self.own.calendar).end[0]) > instant:
                break
            self.bar(self.waiting.popleft())
        if self.growing is not None and max(self.growing.end, self.growing.last_end) <= instant:
            self.close_growing()

    def close_growing(self) -> None:
        """The longer bar is complete although its last shorter one never came."""
        assert self.growing is not None
        done, self.growing = self.growing, None
        self.complete(done.time, done.values, max(done.end, done.last_end))

    def save(self) -> dict[str, Any]:
        growing = self.growing
        return {
            "kernel": base64.b64encode(self.kernel.save()).decode(),
            "latest": list(self.latest),
            "growing": None if growing is None else [growing.number, growing.end, growing.last_end, growing.time, growing.values],
            "waiting": [[c.time, *(getattr(c, name) for name in BAR)] for c in self.waiting],
            "last_time": self.last_time,
            "inside": self.inside.save(),
            "inner": self.inner.save(),
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        self.kernel.restore(base64.b64decode(saved["kernel"]))
        self.latest = tuple(saved["latest"])
        self.growing = None if saved["growing"] is None else Growing(*saved["growing"])
        if self.growing is not None and len(self.growing.values) < len(BAR):
            self.growing.values.append(1.0)  # kept before candles had factors
        self.waiting = deque(Candle(*values) for values in saved["waiting"])
        self.last_time = saved["last_time"]
        self.inside = Inside(*saved["inside"])
        self.inner.restore(saved["inner"])


@dataclass(slots=True)
class Sources:
    """The sources of one plan, for candles that come one at a time."""

    plan: Plan
    parts: list[HeldSource]

    @classmethod
    def of(cls, plan: Plan, own: Instrument, run: Instrument, others: Mapping[str, Instrument]) -> Sources:
        """own: of the plan's own instrument; run: of the run's; others: by symbol. Raises FeedError for one that is not there."""
        parts = []
        for source in plan.sources:
            other = source.symbol != ""
            if source.symbol not in ("", OWN) and source.symbol not in others:
                raise FeedError(f'The program reads `from "{source.symbol}"`, and nothing is said of its candles.')
            instrument = own if not other else run if source.symbol == OWN else others[source.symbol]
            if source.every:
                reason = why_not(Length.parse(source.every), instrument.length)
                if reason is not None:
                    raise FeedError(f"The program reads bars of {source.every}; {reason[0]}")
            unknown = tuple(1.0 if column.kind == "truth" else float("nan") for column in source.plan.columns)
            inner = cls.of(source.plan, instrument, run, others)
            parts.append(HeldSource(source, instrument, other, bind(source.plan), unknown, inner))
        return cls(plan, parts)

    def bar(self, candle: Candle) -> None:
        """The plan's own instrument has its next bar."""
        for part in self.parts:
            if not part.other:
                part.bar(candle)

    def until(self, instant: int) -> None:
        """An instant has passed."""
        for part in self.parts:
            part.until(instant)

    def hand(self, symbol: str, candle: Candle) -> None:
        """A candle of an instrument, for every source that reads it as another's. symbol OWN: of the run's own."""
        for part in self.parts:
            if part.other and part.source.symbol == symbol:
                part.last_time = candle.time
                part.waiting.append(candle)
            part.inner.hand(symbol, candle)

    def last_of(self, symbol: str) -> int | None:
        """When the last candle of another instrument opened."""
        found = [
            part.last_time if part.other and part.source.symbol == symbol else part.inner.last_of(symbol) for part in self.parts
        ]
        return max((time for time in found if time is not None), default=None)

    @property
    def gathers(self) -> bool:
        """Whether anything is aggregated inside the bars that read these sources."""
        return any(part.source.aggregates for part in self.parts)

    def values(self, time: int, opened: int) -> dict[str, float]:
        """What each feed that the sources supply says on the next bar, once for each. time, opened: as `HeldSource.values`."""
        return {
            c.name: value
            for part in self.parts
            for c, value in zip(part.source.plan.columns, part.values(time, opened), strict=True)
        }

    def save(self) -> list[dict[str, Any]]:
        return [part.save() for part in self.parts]

    def restore(self, saved: Sequence[Mapping[str, Any]]) -> None:
        for part, state in zip(self.parts, saved, strict=True):
            part.restore(state)
