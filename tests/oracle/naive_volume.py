"""A naive broker of one instrument in exact fractions, whose bars fill a share of their volume: market entries and exits, stop losses, bar by bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

Bar = tuple[float, float, float, float]


@dataclass
class Part:
    """What one fill bought. stop: below it; None once it leaves at the market."""

    quantity: Fraction
    stop: Fraction | None


@dataclass
class NaiveVolume:
    """Longs only. lot: what quantities are multiples of. stop: how far below its own price each part is stopped. path: whether the stops of one bar are
    met in the order in which its price falls to them, not in that of the parts."""

    share: Fraction
    lot: Fraction
    stop: Fraction
    cash: Fraction
    path: bool = False
    parts: list[Part] = field(default_factory=list)
    buying: Fraction = Fraction(0)  # what is still to be bought
    selling: Fraction = Fraction(0)
    fills: list[tuple[int, Fraction, Fraction]] = field(default_factory=list)
    equity: list[Fraction] = field(default_factory=list)
    room: Fraction = Fraction(0)

    @property
    def held(self) -> Fraction:
        return sum((part.quantity for part in self.parts), Fraction(0))

    def fits(self, wanted: Fraction) -> Fraction:
        return wanted if wanted <= self.room else floor(self.room / self.lot) * self.lot

    def trade(self, bar: int, quantity: Fraction, price: Fraction) -> None:
        if quantity:
            self.fills.append((bar, quantity, price))
            self.cash -= quantity * price
            self.room -= abs(quantity)

    def sell(self, bar: int, part: Part, price: Fraction) -> None:
        """A stop of one part: what does not fit leaves at the market from the next bar on."""
        sold = self.fits(part.quantity)
        self.trade(bar, -sold, price)
        part.quantity -= sold
        part.stop = None

    def run(self, bars: Sequence[Bar], volumes: Sequence[float], buys: Sequence[float], exits: Sequence[bool]) -> None:
        """buys: how much is to be bought from the next open on, by the close of each bar; exits: everything goes, and nothing more is bought."""
        for k, bar in enumerate(bars):
            opened, _, low, closed = (Fraction(x) for x in bar)
            self.room = self.share * Fraction(volumes[k])
            if self.selling:
                rest = min(self.selling, self.held)
                sold = self.fits(rest)
                self.trade(k, -sold, opened)
                self.selling = rest - sold
                for part in self.parts:
                    taken = min(part.quantity, sold)
                    part.quantity -= taken
                    sold -= taken
            for part in self.parts:
                if part.quantity and (part.stop is None or opened <= part.stop):
                    self.sell(k, part, opened)
            if self.buying:
                bought = self.fits(self.buying)
                self.trade(k, bought, opened)
                self.buying -= bought
                if bought:
                    self.parts.append(Part(bought, opened - self.stop))
            met = [(part.stop, part) for part in self.parts if part.quantity and part.stop is not None and low <= part.stop]
            if self.path:
                met.sort(key=lambda one: -one[0])
            for stop, part in met:
                self.sell(k, part, stop)
            self.parts = [part for part in self.parts if part.quantity]
            if exits[k]:
                self.buying = Fraction(0)
            if exits[k] and self.held:
                self.selling = self.held
            if buys[k] and not self.held:  # in place of what is still to be bought
                self.buying = Fraction(buys[k])
            self.equity.append(self.cash + self.held * closed)
