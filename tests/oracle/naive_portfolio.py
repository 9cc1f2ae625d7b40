"""A backtester of several instruments on one account in plain Python, for market orders: dictionaries, one day after another, no cleverness.

It shares nothing with the product. Quantities are floats, money is exact (Fraction); every price and amount is computed as the page on fills says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Day = int
NEAR = 1e-9


@dataclass(frozen=True)
class Quote:
    open: float
    close: float


@dataclass(frozen=True)
class Fees:
    """tick, lot: steps (lot 0: none). share: of the value; per_order: fixed; slip_ticks: of each fill."""

    tick: float = 0.01
    lot: float = 1.0
    share: float = 0.0
    per_order: float = 0.0
    slip_ticks: float = 0.0


@dataclass
class Waiting:
    """An order for the next open at which its symbol trades."""

    number: int
    symbol: str
    tag: str
    side: int
    quantity: float
    opens: bool


@dataclass(frozen=True)
class Filled:
    day: Day
    symbol: str
    quantity: float  # below zero when sold
    price: float
    cash: float


@dataclass
class Holding:
    """What is held of one symbol: the entries still open, oldest first, all of one side."""

    side: int = 0
    entries: list[float] = field(default_factory=list)

    @property
    def size(self) -> float:
        return self.side * sum(self.entries) if self.entries else 0.0

    def take(self, quantity: float) -> float:
        """Takes from the oldest entries; returns how much there was."""
        taken = 0.0
        while self.entries and quantity > 0:
            if self.entries[0] - quantity <= NEAR * self.entries[0]:  # all of it, where only dust would stay
                part = self.entries.pop(0)
            else:
                part = quantity
                self.entries[0] -= part
            taken += part
            quantity -= part
        return taken


class Bank:
    """One account. `run` takes it through the days and asks `rules` at each close."""

    def __init__(
        self,
        quotes: Mapping[str, Mapping[Day, Quote]],
        capital: float,
        fees: Fees,
        pyramiding: int = 1,
        most_positions: float = math.inf,
    ) -> None:
        self.quotes, self.fees, self.pyramiding, self.most_positions = quotes, fees, pyramiding, most_positions
        self.symbols = list(quotes)
        self.money = Fraction(capital)
        self.held = {symbol: Holding() for symbol in self.symbols}
        self.last: dict[str, float] = {}
        self.waiting: list[Waiting] = []
        self.fills: list[Filled] = []
        self.equities: list[float] = []
        self.holdings: list[dict[str, float]] = []
        self.number = 0
        self.turnover = Fraction(0)

    def run(self, rules: Callable[[Bank, Day, list[str]], None]) -> None:
        for day in sorted({day for own in self.quotes.values() for day in own}):
            present = [symbol for symbol in self.symbols if day in self.quotes[symbol]]
            self.open(day, present)
            for symbol in present:
                self.last[symbol] = self.quotes[symbol][day].close
            self.equity_now = self.equity()
            rules(self, day, present)
            self.equities.append(self.equity())
            self.holdings.append({symbol: self.held[symbol].size for symbol in self.symbols})

    @property
    def cash(self) -> float:
        return float(self.money)

    def worth(self, symbol: str) -> float:
        return self.held[symbol].size * self.last[symbol] if self.held[symbol].entries else 0.0

    def equity(self) -> float:
        total = self.cash
        for symbol in self.symbols:
            total += self.worth(symbol)
        return total

    # ---- the open

    def open(self, day: Day, present: Sequence[str]) -> None:
        for symbol in present:
            for order in [o for o in self.waiting if o.symbol == symbol and not o.opens]:
                self.waiting.remove(order)
                self.close_some(day, symbol, -order.side, order.quantity, self.filled_at(day, symbol, order.side))
        for order in sorted((o for o in self.waiting if o.opens and o.symbol in present), key=lambda o: o.number):
            self.waiting.remove(order)
            self.enter_at(day, order)

    def filled_at(self, day: Day, symbol: str, side: int) -> float:
        return self.quotes[symbol][day].open + side * (self.fees.slip_ticks * self.fees.tick)

    def close_some(self, day: Day, symbol: str, side: int, quantity: float, price: float) -> None:
        holding = self.held[symbol]
        if holding.side != side or not holding.entries:
            return
        self.pay(day, symbol, -side, holding.take(quantity), price)

    def enter_at(self, day: Day, order: Waiting) -> None:
        symbol, side, holding = order.symbol, order.side, self.held[order.symbol]
        others_open = sum(1 for other in self.symbols if other != symbol and self.held[other].entries)
        if not holding.entries and others_open + 1 > self.most_positions:
            return
        rotating = order.tag.startswith("rotation")
        if holding.entries and holding.side == side and len(holding.entries) >= self.pyramiding and not rotating:
            return
        price = self.filled_at(day, symbol, side)
        if holding.side == -side:
            self.close_some(day, symbol, -side, math.inf, price)
        quantity = self.paid_for(symbol, order.quantity, price)
        if quantity > 0:
            if not holding.entries:
                holding.side = side
            holding.entries.append(quantity)
            self.pay(day, symbol, side, quantity, price)

    def paid_for(self, symbol: str, quantity: float, price: float) -> float:
        """What equity pays for in full: this position at the fill's price, the others at their last close."""
        others = gross = 0.0
        for other in self.symbols:
            if other != symbol and other in self.last:
                others += self.worth(other)
                gross += abs(self.worth(other))
        size = self.held[symbol].size
        equity = self.cash + size * price + others
        fee = self.fees.share * (price * quantity) + self.fees.per_order
        if (abs(size) + quantity) * price + gross + fee <= equity + NEAR * abs(equity):
            return quantity
        room = equity - self.fees.per_order - abs(size) * price - gross
        part = min(quantity, self.to_lot(room / (price * (1.0 + self.fees.share))))
        return 0.0 if part < NEAR * quantity else part

    def pay(self, day: Day, symbol: str, side: int, quantity: float, price: float) -> None:
        value = price * quantity
        self.money += Fraction(-side * value) - Fraction(self.fees.share * value + self.fees.per_order)
        self.turnover += Fraction(value)
        self.fills.append(Filled(day, symbol, side * quantity, price, self.cash))

    def to_lot(self, quantity: float) -> float:
        lot = self.fees.lot
        if lot == 0:
            return quantity
        steps = quantity / lot
        near = round(steps)
        whole = near if abs(steps - near) <= max(1e-9, 1e-12 * abs(steps)) else math.floor(steps)
        return float(Decimal(whole) * Decimal(repr(lot)))

    # ---- the close: what rules may do

    def order(self, symbol: str, tag: str, side: int, quantity: float, opens: bool) -> None:
        self.waiting = [o for o in self.waiting if (o.symbol, o.tag, o.opens) != (symbol, tag, opens)]
        self.waiting.append(Waiting(self.number, symbol, tag, side, quantity, opens))
        self.number += 1

    def leave(self, symbol: str, tag: str) -> None:
        holding = self.held[symbol]
        if holding.entries:
            self.order(symbol, tag, -holding.side, sum(holding.entries), opens=False)

    def enter(
        self, symbol: str, tag: str, side: int, sizing: Literal["equity", "money", "quantity", "cash"], amount: float
    ) -> None:
        holding, price = self.held[symbol], self.last[symbol]
        others = [other for other in self.symbols if other != symbol]
        busy = sum(1 for other in others if self.held[other].entries or any(o.opens and o.symbol == other for o in self.waiting))
        if not holding.entries and busy + 1 > self.most_positions:
            return
        mine = [o for o in self.waiting if o.symbol == symbol and o.opens and o.side == side and o.tag != tag]
        if (len(holding.entries) if holding.side == side else 0) + len(mine) >= self.pyramiding:
            return
        fee = self.fees.per_order
        if sizing == "equity":
            quantity = (amount * self.equity_now - fee) / price
        elif sizing == "cash":
            quantity = (amount * (self.cash_now - self.reserved(others, side) - self.reserved([symbol], side)) - fee) / price
        else:
            quantity = (amount - fee) / price if sizing == "money" else amount
        quantity = self.to_lot(quantity)
        if quantity > 0:
            self.order(symbol, tag, side, quantity, opens=True)

    def reserved(self, symbols: Sequence[str], side: int) -> float:
        total = 0.0
        for symbol in symbols:
            for order in self.waiting:
                if order.symbol == symbol and order.opens and order.side == side:
                    total += order.quantity * self.last[symbol]
        return total

    @property
    def cash_now(self) -> float:
        return self.cash

    # ---- rotation

    def hold_top(
        self, present: Sequence[str], count: int, scores: Mapping[str, float | None], weights: Mapping[str, float | None]
    ) -> None:
        """Holds the highest scores. scores, weights: None is unknown; a symbol without a weight, or with one below zero, is not held."""
        ranked = [s for s in present if scores[s] is not None and weights[s] is not None and weights[s] >= 0]  # type: ignore[operator]
        ranked.sort(key=lambda s: (-scores[s], s))  # type: ignore[operator]
        top = sorted(ranked[:count], key=self.symbols.index)
        total = sum(weights[s] for s in top)  # type: ignore[misc]
        shares = {s: (weights[s] / total if s in top and total > 0 else 0.0) for s in present}  # type: ignore[operator]
        self.waiting = [o for o in self.waiting if not (o.tag == "rotation" and o.symbol in present)]
        targets = {s: self.to_lot(shares[s] * self.equity_now / self.last[s]) if shares[s] > 0 else 0.0 for s in present}
        for symbol in present:
            size = self.held[symbol].size
            if targets[symbol] < size * (1 - NEAR):
                self.order(symbol, "rotation", -1, size - targets[symbol] if targets[symbol] > 0 else size, opens=False)
        for symbol in present:
            size = self.held[symbol].size
            if shares[symbol] > 0 and targets[symbol] > size * (1 + NEAR):
                money = shares[symbol] * self.equity_now - self.fees.per_order
                more = (self.to_lot(money / self.last[symbol]) if money > 0 else 0.0) - size
                if more > NEAR * size:
                    self.order(symbol, "rotation", 1, more, opens=True)
