"""What is known of market data, time, position and account before a run: the leaves from which every other range follows.

Candles are repaired before a program sees them (runtime/data/repair.py): a price is above zero and at most 1e100, or unknown; a volume is zero
or more, or unknown. An open or close outside low to high is reported but kept, so that the order of a bar's prices is an assumption, not a fact.
"""

from __future__ import annotations

from dataclasses import dataclass

from compiler.ranges.interval import ANYTHING, INF, Interval, point

SMALLEST = 5e-324
LARGEST = 1e100
PRICE = Interval(SMALLEST, LARGEST)

FEEDS: dict[str, Interval] = {
    "open": PRICE, "high": PRICE, "low": PRICE, "close": PRICE, "volume": Interval(0.0, LARGEST), "time": Interval(whole=True),
    "time.hour": Interval(0.0, 23.0, True), "time.minute": Interval(0.0, 59.0, True), "time.weekday": Interval(1.0, 7.0, True),
    "time.day": Interval(1.0, 31.0, True), "time.month": Interval(1.0, 12.0, True), "time.year": Interval(whole=True),
}  # fmt: skip

COUNTED = Interval(0.0, INF, True)
FACTS: dict[str, Interval] = {
    "position.bars_held": COUNTED, "position.last_exit_bars_ago": COUNTED, "account.trades_today": COUNTED,
    "account.closed_trades": COUNTED, "account.drawdown": Interval(0.0, INF), "position.largest": Interval(0.0, INF),
}  # fmt: skip

AT_MOST: frozenset[tuple[str, str]] = frozenset(
    (("low", "open"), ("low", "close"), ("low", "high"), ("open", "high"), ("close", "high"))
)
"""Pairs of prices in order on a bar that is what it should be."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a program's leaves are taken to be.

    ordinary: on every bar low <= open, close <= high, and prices move by more than the rounding of floats. long, short: whether a position of that side can exist.
    inputs: ranges of the inputs that are left open (leaves 'input'), by name.
    """

    ordinary: bool = False
    long: bool = True
    short: bool = True
    inputs: tuple[tuple[str, Interval], ...] = ()

    def feed(self, name: str) -> Interval:
        return FEEDS.get(name, ANYTHING)

    def fact(self, name: str) -> Interval:
        if name == "position.size":
            return Interval(-INF if self.short else 0.0, INF if self.long else 0.0) if self.long or self.short else point(0.0)
        return FACTS.get(name, ANYTHING)

    def input(self, name: str) -> Interval:
        return dict(self.inputs).get(name, ANYTHING)
