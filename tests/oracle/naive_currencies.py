"""A bank whose stocks are quoted in several currencies, in plain Python: the rates of each day are looked up in a table, and money is counted by them.

It shares nothing with the product. `opens` and `closes` say what a stock's currency is worth at each of its opens and closes; None is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from tests.oracle.naive_portfolio import NEAR, Bank, Day, Fees, Filled, Quote

Table = Mapping[str, Mapping[Day, float | None]]


class Exchange(Bank):
    """The same bank; a symbol that the tables do not know is quoted in the account's currency."""

    def __init__(
        self, quotes: Mapping[str, Mapping[Day, Quote]], capital: float, fees: Fees, opens: Table, closes: Table
    ) -> None:
        super().__init__(quotes, capital, fees)
        self.opens, self.closes = opens, closes
        self.rate: dict[str, float | None] = {symbol: None if symbol in opens else 1.0 for symbol in quotes}  # at the last close
        self.bought_at: dict[str, list[tuple[float, float, float]]] = {symbol: [] for symbol in quotes}  # quantity, price, rate
        self.profits: list[float] = []

    def open(self, day: Day, present: Sequence[str]) -> None:
        self.at_open = {symbol: self.opens[symbol][day] if symbol in self.opens else 1.0 for symbol in present}
        super().open(day, present)
        for symbol in present:
            if symbol in self.closes:
                self.rate[symbol] = self.closes[symbol][day]

    def worth(self, symbol: str) -> float:
        if not self.held[symbol].entries:
            return 0.0
        rate = self.rate[symbol]
        assert rate is not None
        return self.held[symbol].size * rate * self.last[symbol]

    def paid_for(self, symbol: str, quantity: float, price: float) -> float:
        rate = self.at_open[symbol]
        assert rate is not None
        others = gross = 0.0
        for other in self.symbols:
            if other != symbol and other in self.last:
                others += self.worth(other)
                gross += abs(self.worth(other))
        size = self.held[symbol].size
        equity = (self.cash + size * rate * price if self.held[symbol].entries else self.cash) + others
        value = price * rate
        fee = self.fees.share * (price * quantity * rate) + self.fees.per_order
        if (abs(size) + quantity) * value + gross + fee <= equity + NEAR * abs(equity):
            return quantity
        room = equity - self.fees.per_order - abs(size) * value - gross
        part = min(quantity, self.to_lot(room / (value * (1.0 + self.fees.share))))
        return 0.0 if part < NEAR * quantity else part

    def pay(self, day: Day, symbol: str, side: int, quantity: float, price: float) -> None:
        rate = self.at_open[symbol]
        assert rate is not None
        value = price * quantity * rate
        fee = self.fees.share * value + self.fees.per_order
        self.money += Fraction(-side * value) - Fraction(fee)
        self.fills.append(Filled(day, symbol, side * quantity, price, self.cash))
        mine = self.bought_at[symbol]
        if side > 0:
            mine.append((quantity, price, rate))
        else:  # one entry at a time, longs only
            ((bought, paid, then),) = mine
            assert bought == quantity
            fees = self.fees.share * (paid * quantity * then) + self.fees.per_order + fee
            self.profits.append((price * rate - paid * then) * quantity - fees)
            mine.clear()

    def buy(self, symbol: str, share: float = 0.0, money: float = 0.0) -> str:
        """An order for a share of equity or so much account money; says why there is none."""
        rate = self.rate[symbol]
        if rate is None:
            return "no rate"
        if self.held[symbol].entries:
            return "pyramiding"
        wanted = share * self.equity_now if share else money
        quantity = self.to_lot((wanted - self.fees.per_order) / (self.last[symbol] * rate))
        if quantity > 0:
            self.order(symbol, "buy", 1, quantity, opens=True)
        return ""
