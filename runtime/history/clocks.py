"""What a plan reads of the market, block by block: its own bars and the calendar, and longer bars of the same instrument, held across blocks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from compiler.plan import Plan, SourcePlan
from runtime.candles import Candles
from runtime.clocks.aggregate import aggregate
from runtime.clocks.axis import Axis, Groups, buckets, groups, own_axis, seen
from runtime.clocks.reading import Reading, held_column
from runtime.data.arrays import Floats
from runtime.history.needs_whole import READ_WHOLE, NeedsWhole
from runtime.kernel import CHUNK, bind

TIMES_AND_PRICES = ("time", "open", "high", "low", "close", "volume")


def why_whole(plan: Plan) -> str:
    """Why a plan needs all bars at once; '' if it does not."""
    for source in plan.sources:
        if source.symbol:
            return f"the program reads other bars beside its own ({source.symbol.strip('$') or 'another instrument'})"
        if any(source.aggregates) or source.plan.sources:
            return "the program reads a clock within another"
    return ""


class Feeds:
    """The feeds of one plan over blocks in order."""

    def __init__(self, plan: Plan, specimen: Candles) -> None:
        """specimen: some bars of the file. Raises NeedsWhole, and FeedError for clocks that can't be built."""
        if reason := why_whole(plan):
            raise NeedsWhole(f"A file is not read a part at a time where {reason}. {READ_WHOLE}")
        self.plan = plan
        reading = Reading.of(specimen, plan.every)
        self.held = [Held(source, reading.source(source)) for source in plan.sources]

    def of(self, candles: Candles, row: int) -> list[Floats]:
        """The feeds of a block in the order of the plan. row: bars before it."""
        reading = Reading.of(candles, self.plan.every)
        found: dict[str, Floats] = {}
        for held in self.held:
            found.update(held.of(candles, reading, row))
        return [found[name] if name in found else reading.feed(name) for name in self.plan.feeds]

    def save(self) -> list[dict[str, Any]]:
        return [held.save() for held in self.held]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        for held, state in zip(self.held, saved, strict=True):
            held.restore(state)


class Held:
    """The last completed values of what runs on longer bars."""

    def __init__(self, source: SourcePlan, there: Reading) -> None:
        self.source = source
        self.length, self.same = there.length, there.base is None
        self.kernel = bind(source.plan)
        self.open = {name: np.empty(0, np.int64 if name == "time" else np.float64) for name in TIMES_AND_PRICES}
        """The bars of the longer one that is not complete."""
        self.instant = np.empty(0, np.int64)
        self.row = np.empty(0, np.int64)
        self.values = [np.empty(0) for _ in source.plan.columns]
        """Longer bars from the last one on that was seen."""

    def of(self, candles: Candles, reading: Reading, row: int) -> dict[str, Floats]:
        """The columns of a block."""
        if not len(candles):
            return {column.name: np.empty(0) for column in self.source.plan.columns}
        built, instant, rows = self.complete(candles, reading, row)
        feeds = [built.feed(name) for name in self.source.plan.feeds]
        columns = self.kernel.run(feeds, len(built.candles), CHUNK)
        self.instant, self.row = np.append(self.instant, instant), np.append(self.row, rows)
        self.values = [np.append(v, columns[c.register]) for v, c in zip(self.values, self.source.plan.columns, strict=True)]
        target = own_axis(reading.schedule)
        look = seen(Axis(self.row, self.instant), Axis(target.row + row, target.instant), True)
        held = {c.name: held_column(v, look, c.kind) for c, v in zip(self.source.plan.columns, self.values, strict=True)}
        past = max(0, int(look[-1]))
        self.instant, self.row, self.values = self.instant[past:], self.row[past:], [v[past:] for v in self.values]
        return held

    def complete(self, candles: Candles, reading: Reading, row: int) -> tuple[Reading, np.ndarray, np.ndarray]:
        """The longer bars that this block completes, when each is, and at which row."""
        if self.same:
            return reading, reading.schedule.end, np.arange(row, row + len(candles))
        waiting = len(self.open["time"])
        before = self.open
        joined = replace(
            candles,
            time=np.append(before["time"], candles.time),
            open=np.append(before["open"], candles.open),
            high=np.append(before["high"], candles.high),
            low=np.append(before["low"], candles.low),
            close=np.append(before["close"], candles.close),
            volume=np.append(before["volume"], candles.volume),
            _calendar={},
        )
        own = Reading.of(joined, self.source.plan.every or str(reading.length))
        own.length, own.sure = reading.length, reading.sure
        made = groups(own.schedule, buckets(joined.time, own.schedule, self.length))
        count = len(made.first)
        if made.complete[-1] != made.last[-1]:
            count -= 1
        rest = int(made.first[count]) if count < len(made.first) else len(joined)
        done = Groups(made.first[:count], made.last[:count], made.complete[:count], made.instant[:count])
        self.open = {name: getattr(joined, name)[rest:].copy() for name in TIMES_AND_PRICES}
        # The last of them takes in whatever follows, so nothing may.
        built = aggregate(joined.rows(slice(0, rest)), done, self.length.minutes * 60)
        longer = Reading(built, self.length, own.calendar, True, None, own, Axis(done.complete, done.instant))
        return longer, done.instant, done.complete - waiting + row

    def save(self) -> dict[str, Any]:
        open_bars = [self.open[name] for name in TIMES_AND_PRICES]
        return {"kernel": self.kernel.save(), "open": open_bars, "instant": self.instant, "row": self.row, "values": self.values}

    def restore(self, saved: dict[str, Any]) -> None:
        self.kernel.restore(saved["kernel"])
        self.open = dict(zip(TIMES_AND_PRICES, saved["open"], strict=True))
        self.instant, self.row, self.values = saved["instant"], saved["row"], saved["values"]
