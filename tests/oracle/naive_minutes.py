"""The naive broker, minute after minute: rules at the closes of bars, fills in the minutes inside them."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.naive_broker import Broker, Costs


class Now:
    """A price of the minute at hand, whatever bar is asked for."""

    price = 0.0

    def __getitem__(self, bar: int) -> float:
        return self.price


class MinuteBroker(Broker):
    """Takes the minutes of each bar one by one, as if they were its bars."""

    def __init__(self, minutes: list[list[tuple[float, ...]]], capital: float, costs: Costs, pyramiding: int = 1) -> None:
        now = {name: Now() for name in ("open", "high", "low", "close")}
        super().__init__(now, capital, costs, pyramiding)  # type: ignore[arg-type]
        self.now, self.minutes = now, minutes

    def run(self, at_close: Callable[[Broker, int], None]) -> None:
        for i, inside in enumerate(self.minutes):
            self.bar = i
            seen = [-float("inf"), float("inf")]
            for minute in inside:
                for name, price in zip(("open", "high", "low", "close"), minute, strict=True):
                    self.now[name].price = price
                self.at_open()
                self.exits_inside()
                self.entries_inside()
                seen = [max(seen[0], minute[1]), min(seen[1], minute[2])]
                for lot in self.lots:
                    good = minute[3] if lot.entry_inside and lot.entry_bar == i else minute[1 if lot.side > 0 else 2]
                    lot.best = max(lot.best, good) if lot.side > 0 else min(lot.best, good)
                    lot.entry_inside = False  # the next minute is wholly after it
            self.orders = [o for o in self.orders if i < o.last_bar]
            self.settle_trails(seen)
            self.equities.append(self.equity())
            at_close(self, i)

    def settle_trails(self, seen: list[float]) -> None:
        """Trails move by what lots have seen, brackets by the whole bar, at its close."""
        last = self.now["high"].price, self.now["low"].price
        for lot in self.lots:
            self.now["high"].price = self.now["low"].price = lot.best
            others, self.lots = self.lots, [lot]
            kept, self.brackets = self.brackets, {}
            self.move_trails()
            self.lots, self.brackets = others, kept
        self.now["high"].price, self.now["low"].price = seen
        side = 1 if self.position() > 0 else -1
        for bracket in self.live():
            if bracket.trail is not None:
                bracket.best = (max if side > 0 else min)(bracket.best, seen[0] if side > 0 else seen[1])
                self.trail_bracket(bracket, side)
        self.now["high"].price, self.now["low"].price = last
