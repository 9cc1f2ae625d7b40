"""A naive account of one position at a time: market orders at the open, charges and forced closes in exact fractions, bar by bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

YEAR = 365 * 86_400_000_000
Bar = tuple[float, float, float, float]


@dataclass
class NaiveAccount:
    """quantity is signed. Rates are fractions; maintenance None: nothing is forced."""

    cash: Fraction
    borrow: Fraction
    interest: Fraction
    funding: Fraction
    every: int
    maintenance: Fraction | None
    quantity: Fraction = Fraction(0)
    forced: list[tuple[int, Fraction]] = field(default_factory=list)
    equity: list[Fraction] = field(default_factory=list)

    def worth(self, price: Fraction) -> Fraction:
        return self.cash + self.quantity * price

    def short_of(self, price: Fraction) -> bool:
        """Whether equity at this price is no more than what must be kept."""
        return (
            self.maintenance is not None
            and self.quantity != 0
            and self.worth(price) <= self.maintenance * abs(self.quantity) * price
        )

    def move(self, quantity: Fraction, price: Fraction) -> None:
        self.cash -= quantity * price
        self.quantity += quantity

    def charge(self, before: int, now: int, close: Fraction) -> None:
        """What it cost to hold from one open to the next, at the close between them."""
        years = Fraction(now - before, YEAR)
        value = self.quantity * close
        due = Fraction(0)
        if self.cash < 0:
            due += -self.cash * self.interest * years
        if value < 0:
            due += -value * self.borrow * years
        instant = before + 1
        while instant <= now:  # from hour to hour: the instants of these tests are whole hours
            if instant % self.every == 0:
                due += value * self.funding
            instant += 3_600_000_000 - instant % 3_600_000_000 if instant % 3_600_000_000 else 3_600_000_000
        self.cash -= due

    def run(self, bars: Sequence[Bar], times: Sequence[int], targets: Sequence[float | None]) -> None:
        """targets: the signed quantity wanted from the next open on, by the close of each bar; None leaves what is there."""
        wanted: Fraction | None = None
        for k, bar in enumerate(bars):
            opened, high, low, closed = (Fraction(x) for x in bar)
            if k:
                self.charge(times[k - 1], times[k], Fraction(bars[k - 1][3]))
            # An exit at the market comes before the broker does; what is to be opened does not.
            if wanted == 0:
                self.move(-self.quantity, opened)
                wanted = None
            if self.short_of(opened):
                self.forced.append((k, opened))
                self.move(-self.quantity, opened)
                wanted = None
            if wanted is not None:
                self.move(wanted - self.quantity, opened)
                wanted = None
            worst = low if self.quantity > 0 else high
            if self.short_of(worst):
                assert self.maintenance is not None
                # cash + q p = m |q| p
                price = -self.cash / (self.quantity - self.maintenance * abs(self.quantity))
                self.forced.append((k, price))
                self.move(-self.quantity, price)
            target = targets[k]
            if target is not None and (target == 0 or self.quantity == 0):
                wanted = Fraction(target)
            self.equity.append(self.worth(closed))
