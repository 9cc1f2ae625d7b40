"""Other clocks, bar by bar: longer bars put together in plain loops, and the last complete one looked up by counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compiler.adjustment import FACTOR_FEED
from compiler.clocks import Clock, Length
from compiler.nodes import ELSEWHERE, Graph, Node
from compiler.segments import source_of
from runtime.clocks.axis import buckets, schedule
from runtime.clocks.calendar_feeds import calendar_feed, is_calendar_feed
from runtime.clocks.reading import Reading
from runtime.clocks.symbol_feeds import is_symbol_feed, symbol_feed
from runtime.interpreter.aggregates import AGGREGATED
from runtime.interpreter.arithmetic import MAYBE, UNKNOWN, norm
from runtime.interpreter.graph import GraphInterpreter, evaluation_order

PRICES = ("open", "high", "low", "close", "volume", FACTOR_FEED)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a clock. row: that of the instrument's own bars at which it is complete; instant: when. values: as PRICES."""

    time: int
    row: int
    instant: int
    values: tuple[float, ...]


def latest_columns(graph: Graph, roots: Sequence[Node], reading: Reading) -> dict[int, list[float]]:
    """The value on each own bar of every `latest` and `inside` that the roots read on the base clock, by node id."""
    nodes = [node for node in evaluation_order(graph, roots) if node.op in ELSEWHERE]
    return _Clocks(graph, reading).seen_from(nodes, Clock()) if nodes else {}


class _Clocks:
    def __init__(self, graph: Graph, run: Reading) -> None:
        self.graph, self.run = graph, run
        self.bars: dict[Clock, list[Bar]] = {}

    def own(self, clock: Clock) -> Reading:
        return self.run.instrument(clock.symbol)

    def rows(self, clock: Clock) -> list[Bar]:
        """The bars of a clock in order."""
        if clock not in self.bars:
            own = self.own(clock)
            self.bars[clock] = _together(own, Length.parse(clock.every)) if clock.every else _single(own)
        return self.bars[clock]

    def seen_from(self, nodes: Sequence[Node], target: Clock) -> dict[int, list[float]]:
        """What each of some `latest` and `inside` nodes says on every bar of the clock that they lead to."""
        found: dict[int, list[float]] = {}
        for node in nodes:
            inner = node.args[0]
            source = source_of(node)
            values = self.column(inner, source)
            if node.op == "inside":
                found[node.id] = self.gathered(values, str(node.params[4]), source, target)
                continue
            nothing = MAYBE if node.kind == "truth" else UNKNOWN
            found[node.id] = [values[at] if at >= 0 else nothing for at in self.complete_by(source, target)]
        return found

    def complete_by(self, source: Clock, target: Clock) -> list[int]:
        """For each bar of the target the last bar of the source that is complete by then; -1 before the first."""
        there, same = self.rows(source), source.symbol == target.symbol
        found, at = [], -1
        for bar in self.rows(target):
            while at + 1 < len(there) and there[at + 1].instant <= bar.instant and (not same or there[at + 1].row <= bar.row):
                at += 1
            found.append(at)
        return found

    def gathered(self, values: list[float], aggregate: str, source: Clock, target: Clock) -> list[float]:
        """What finer values come to inside each bar of the target: those complete after the bar before, or opened in the first."""
        there, here = self.rows(source), self.rows(target)
        found, begin = [], 0
        for i, (bar, last) in enumerate(zip(here, self.complete_by(source, target), strict=True)):
            if i == 0:
                while begin <= last and there[begin].time < bar.time:
                    begin += 1
            covered = begin > 0 or (bool(there) and there[0].time <= self.trading_begins(bar, target))
            found.append(AGGREGATED[aggregate](values[begin : last + 1]) if covered and begin <= last else UNKNOWN)
            begin = max(begin, last + 1)
        return found

    def trading_begins(self, bar: Bar, clock: Clock) -> int:
        """When trading in a bar begins: with it, or with its session where it is dated earlier."""
        own = self.own(clock)
        length = Length.parse(clock.every) if clock.every else own.length
        found = schedule(np.array([bar.time], dtype=np.int64), length, own.calendar)
        return max(bar.time, int(found.sessions.open[found.session[0]]))

    def column(self, node: Node, clock: Clock) -> list[float]:
        """A node's value on every bar of its clock."""
        held = self.seen_from([n for n in evaluation_order(self.graph, [node]) if n.op in ELSEWHERE], clock)
        interpreter = GraphInterpreter(self.graph, [node])
        rows = self.rows(clock)
        names = interpreter.feeds
        own = self.own(clock)
        length = Length.parse(clock.every) if clock.every else own.length
        times = np.array([bar.time for bar in rows], dtype=np.int64)
        calendar = {
            name: calendar_feed(name, times, length, schedule(times, length, own.calendar), own.calendar).tolist()
            for name in names
            if is_calendar_feed(name)
        }
        named = {name: symbol_feed(name, own.candles.symbol) for name in names if is_symbol_feed(name)}
        values = []
        for i, bar in enumerate(rows):
            feeds = dict(zip(PRICES, bar.values, strict=True)) | named | {name: column[i] for name, column in calendar.items()}
            values += interpreter.push(feeds, {}, {id_: column[i] for id_, column in held.items()})
        return values


def _columns(own: Reading) -> list[list[float]]:
    return [own.feed(name).tolist() for name in PRICES]


def _single(own: Reading) -> list[Bar]:
    """An instrument's own bars."""
    ends = own.schedule.end.tolist()
    times = own.candles.time.tolist()
    return [Bar(times[i], i, ends[i], values) for i, values in enumerate(zip(*_columns(own), strict=True))]


def _together(own: Reading, length: Length) -> list[Bar]:
    """Longer bars: each takes the bars of its number until one reaches its end; what comes later begins another."""
    if length == own.length:
        return _single(own)
    into = buckets(own.candles.time, own.schedule, length)
    numbers, until = into.number.tolist(), into.end.tolist()
    found: list[Bar] = []
    parts: list[Bar] = []
    for bar, number in zip(_single(own), numbers, strict=True):
        if parts and (number != numbers[parts[-1].row] or parts[-1].instant >= until[parts[-1].row]):
            found.append(_joined(parts, until[parts[-1].row]))
            parts = []
        parts.append(bar)
    if parts:
        found.append(_joined(parts, until[parts[-1].row]))
    return found


def _joined(parts: list[Bar], end: int) -> Bar:
    """One bar of several; complete at its last, or at the next own bar where its end is not reached."""
    last = parts[-1]
    opened, high, low, close, volume = parts[0].values[:5]
    for part in parts[1:]:
        high = _greater(high, part.values[1])
        low = -_greater(-low, -part.values[2])
        close = part.values[3]
        volume = volume + part.values[4]
    row = last.row if last.instant >= end else last.row + 1
    return Bar(
        parts[0].time, row, max(end, last.instant), tuple(norm(v) for v in (opened, high, low, close, volume, last.values[5]))
    )


def _greater(a: float, b: float) -> float:
    """The greater of two, unknown if one is."""
    if a != a or b != b:
        return UNKNOWN
    return b if b > a else a
