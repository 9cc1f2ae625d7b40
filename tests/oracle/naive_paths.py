"""Two instruments on one account along the paths of their bars, in plain Python, written from the page on several instruments alone.

Long only, no costs, one entry at a time, of a fixed quantity that is paid in full or refused; its stop and target are given distances away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Bar = tuple[float, float, float, float]


@dataclass
class Wish:
    """What a rule asks for at a close: an entry at a limit or stop price, or with no price an exit at the next open."""

    kind: str
    price: float = 0.0


@dataclass
class Place:
    """One instrument: its resting order, and what it holds."""

    entry: Wish | None = None
    made: int = 0
    leaves: bool = False
    held: bool = False
    stop: float = 0.0
    target: float = 0.0


@dataclass
class Broker:
    cash: float
    quantity: float
    below: float
    above: float
    places: dict[str, Place] = field(default_factory=dict)
    fills: list[tuple[int, str, float, float]] = field(default_factory=list)
    orders: int = 0
    refused: int = 0

    def buy(self, day: int, symbol: str, price: float) -> None:
        place = self.places[symbol]
        place.entry = None
        # Equity must pay for all that is held at its last price; here as in the program each costs its fill.
        if price * self.quantity > self.cash:
            self.refused += 1
            return
        self.cash -= price * self.quantity
        self.fills.append((day, symbol, self.quantity, price))
        place.held, place.stop, place.target = True, price - self.below, price + self.above

    def sell(self, day: int, symbol: str, price: float) -> None:
        self.cash += price * self.quantity
        self.fills.append((day, symbol, -self.quantity, price))
        self.places[symbol].held = False

    def at_the_open(self, day: int, bars: Mapping[str, Bar]) -> None:
        for symbol, (opened, *_) in bars.items():
            place = self.places[symbol]
            if place.held and (place.leaves or opened <= place.stop or opened > place.target):
                self.sell(day, symbol, opened)
            place.leaves = False
        waiting = [(place.made, symbol) for symbol, place in self.places.items() if place.entry is not None and symbol in bars]
        for _, symbol in sorted(waiting):
            place, opened = self.places[symbol], bars[symbol][0]
            assert place.entry is not None
            passed = opened < place.entry.price if place.entry.kind == "limit" else opened >= place.entry.price
            if passed:
                self.buy(day, symbol, opened)

    def step(self, day: int, symbol: str, start: float, end: float) -> None:
        """One leg of one instrument's path, from event to event."""
        place, up, now = self.places[symbol], end >= start, start
        while True:
            met: list[tuple[float, int, str]] = []
            if place.held:
                if place.stop >= now or place.target <= now:
                    met.append((now, 1, "sell"))
                else:
                    met.append((place.target if up else place.stop, 1, "sell"))
            if place.entry is not None:
                want = place.entry
                reaches = up if want.kind == "stop" else not up
                here = now <= want.price if want.kind == "limit" else now >= want.price
                if here:
                    met.append((now, 0, "buy"))
                elif reaches:
                    met.append((want.price, 0, "buy"))
            met = [m for m in met if (m[0] <= end if up else m[0] >= end)]
            if not met:
                return
            now, _, what = min(met, key=lambda m: (m[0] if up else -m[0], m[1]))
            self.buy(day, symbol, now) if what == "buy" else self.sell(day, symbol, now)

    def day(self, day: int, bars: Mapping[str, Bar]) -> None:
        self.at_the_open(day, bars)
        legs: list[list[tuple[str, float, float]]] = [[], [], []]
        for symbol, (opened, high, low, closed) in bars.items():
            corners = (high, low) if high - opened < opened - low else (low, high)
            for leg, (a, b) in enumerate(((opened, corners[0]), corners, (corners[1], closed))):
                legs[leg].append((symbol, a, b))
        for leg in legs:
            for symbol, a, b in leg:
                self.step(day, symbol, a, b)

    def close(self, wishes: Sequence[tuple[str, Wish]]) -> None:
        """Exits before entries, then the order of the instruments."""
        for symbol, wish in wishes:
            if wish.kind == "exit" and self.places[symbol].held:
                self.places[symbol].leaves = True
        for symbol, wish in wishes:
            place = self.places[symbol]
            if wish.kind != "exit" and not place.held:
                place.entry, place.made = wish, self.orders
                self.orders += 1
