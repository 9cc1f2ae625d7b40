"""A backtester of one instrument in plain Python, written from the page on fills alone: one bar after another, no cleverness.

It knows the default fill model only. Inside a bar: gaps at the open, resting exits, resting entries, then the rules at the close.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

PriceOf = Callable[[float], float]


@dataclass
class Costs:
    """Commission and slippage of every fill, and the instrument's steps."""

    tick: float = 0.01
    lot: float = 1.0
    share: float = 0.0  # of the value traded
    maker: float | None = None  # the same where an order waited at its limit
    per_unit: float = 0.0
    per_order: float = 0.0
    slip_ticks: float = 0.0
    slip_share: float = 0.0


@dataclass
class Bracket:
    """Exits of one entry: prices as functions of the fill price; the trail's distance as a series read at each close."""

    stop: PriceOf | None = None
    target: Callable[[float, float], float] | None = None  # of the fill price and the stop price
    trail: Sequence[float | None] | None = None
    hold: int | None = None


@dataclass
class Order:
    """What was decided at a close and is live from the next bar."""

    tag: str
    side: int
    kind: Literal["market", "stop", "limit", "exit"]
    quantity: float
    price: float = 0.0
    bracket: Bracket = field(default_factory=Bracket)
    last_bar: float = math.inf


@dataclass
class Lot:
    """What one entry bought or sold and still holds."""

    side: int
    quantity: float
    entry_bar: int
    entry_price: float
    bracket: Bracket
    stop: float | None
    target: float | None
    trail: float | None = None
    best: float = 0.0
    entry_inside: bool = False


@dataclass
class PositionBracket:
    """Exits of the position as a whole. quantity: None is all of it."""

    entry: float
    quantity: float | None
    stop: float | None
    target: float | None
    trail: Sequence[float | None] | None
    after: float
    best: float
    level: float | None = None
    filled: bool = False


@dataclass
class Fill:
    bar: int
    side: int
    quantity: float
    price: float
    cash: float
    why: str


@dataclass
class Trade:
    side: int
    quantity: float
    entry_bar: int
    entry_price: float
    exit_bar: int
    exit_price: float
    why: str


class Broker:
    """Holds cash, lots and resting orders; `run` takes it through the bars and calls the strategy at each close."""

    def __init__(self, bars: dict[str, list[float]], capital: float, costs: Costs, pyramiding: int = 1) -> None:
        self.waited = False  # the fill at hand is of an order that waited at its limit
        self.opens, self.highs, self.lows, self.closes = bars["open"], bars["high"], bars["low"], bars["close"]
        self.costs = costs
        self.money = Fraction(capital)  # exact: every movement is a double
        self.pyramiding = pyramiding
        self.lots: list[Lot] = []
        self.orders: list[Order] = []
        self.brackets: dict[str, PositionBracket] = {}
        self.fills: list[Fill] = []
        self.trades: list[Trade] = []
        self.equities: list[float] = []
        self.ambiguous_bars: set[int] = set()
        self.bar = 0

    def run(self, at_close: Callable[[Broker, int], None]) -> None:
        for i in range(len(self.closes)):
            self.bar = i
            self.at_open()
            self.exits_inside()
            self.entries_inside()
            self.orders = [o for o in self.orders if i < o.last_bar]
            self.move_trails()
            self.equities.append(self.equity())
            at_close(self, i)

    @property
    def ambiguous(self) -> int:
        return len(self.ambiguous_bars)

    @property
    def cash(self) -> float:
        return float(self.money)

    # The close: what a rule may do

    def position(self) -> float:
        return sum(lot.side * lot.quantity for lot in self.lots)

    def equity(self) -> float:
        return self.cash + self.position() * self.closes[self.bar]

    def floor_lot(self, quantity: float) -> float:
        steps = quantity / self.costs.lot
        near = round(steps)
        return stepped(near if abs(steps - near) <= max(1e-9, 1e-12 * abs(steps)) else math.floor(steps), self.costs.lot)

    def paid_for(self, quantity: float, price: float) -> float:
        """The part of a quantity that equity at this price pays for in full, longs and shorts alike."""
        held = abs(self.position())
        equity = self.cash + self.position() * price
        fee = self.rate() * (price * quantity) + self.costs.per_unit * quantity + self.costs.per_order
        if (held + quantity) * price + fee <= equity:
            return quantity
        free = equity - self.costs.per_order - held * price
        part = min(quantity, self.floor_lot(free / (price * (1.0 + self.rate()) + self.costs.per_unit)))
        return 0.0 if part < 1e-9 * quantity else part

    def enter(
        self,
        side: int,
        size: Literal["equity", "money", "quantity", "risk"],
        amount: float,
        tag: str,
        kind: Literal["market", "stop", "limit"] = "market",
        price: float | None = None,
        bracket: Bracket | None = None,
        expire: int | None = None,
    ) -> None:
        """An entry of a size. The quantity is fixed here, from this close's equity and the presumed entry."""
        bracket = bracket or Bracket()
        mine = sum(lot.side == side for lot in self.lots) + sum(
            o.side == side and o.kind != "exit" and o.tag != tag for o in self.orders
        )
        if mine >= self.pyramiding:
            return
        if price is not None:
            up = (kind == "stop") == (side > 0)
            price = self.to_tick(price, up)
        presumed = self.closes[self.bar] if price is None else price
        if size == "equity":
            quantity = (amount * self.equity() - self.costs.per_order) / presumed
        elif size == "money":
            quantity = (amount - self.costs.per_order) / presumed
        elif size == "risk":
            assert bracket.stop is not None
            distance = side * (presumed - self.to_tick(bracket.stop(presumed), side < 0))
            if not distance > 0:
                return
            quantity = (amount * self.equity() - self.costs.per_order) / distance
        else:
            quantity = amount
        quantity = self.floor_lot(quantity)
        if not quantity > 0:
            return
        last = math.inf if expire is None else self.bar + expire
        self.orders = [o for o in self.orders if o.tag != tag]
        self.orders.append(Order(tag, side, kind, quantity, presumed if price is None else price, bracket, last))

    def leave(self, side: int) -> None:
        """Closes all of a long (side 1) or of a short (side -1) at the next open; nothing where there is none."""
        held = sum(lot.quantity for lot in self.lots if lot.side == side)
        if held > 0:
            self.orders.insert(0, Order(f"leave {side}", -side, "exit", held))

    def protect(
        self,
        tag: str,
        share: float | None = None,
        stop: PriceOf | None = None,
        target: Callable[[float, float], float] | None = None,
        trail: Sequence[float | None] | None = None,
        after: float = 0.0,
    ) -> None:
        """A bracket on the open position, in place of the one of this tag. Its prices are known here."""
        size = self.position()
        if size == 0:
            return
        side = 1 if size > 0 else -1
        entry = sum(lot.entry_price * lot.quantity for lot in self.lots) / abs(size)
        if trail is not None and trail[self.bar] is None:
            return
        quantity = None if share is None else self.floor_lot(share * abs(size))
        if quantity == 0:
            return
        stop_at = None if stop is None else self.to_tick(stop(entry), side < 0)
        target_at = None if target is None else self.to_tick(target(entry, math.nan if stop_at is None else stop_at), side > 0)
        old = self.brackets.get(tag)
        if old is not None and old.filled:
            return
        close = self.closes[self.bar]
        fresh = PositionBracket(entry, quantity, stop_at, target_at, trail, after, close)
        if old is not None and old.trail is not None and trail is not None:
            fresh.best, fresh.level = old.best, old.level
        self.brackets[tag] = fresh
        self.trail_bracket(fresh, side)

    def trail_bracket(self, bracket: PositionBracket, side: int) -> None:
        if bracket.trail is None:
            return
        distance = bracket.trail[self.bar]
        if distance is None or (bracket.level is None and side * (bracket.best - bracket.entry) < bracket.after):
            return
        level = self.to_tick(bracket.best - side * distance, side < 0)
        bracket.level = level if bracket.level is None else (max if side > 0 else min)(bracket.level, level)

    def bracket_stop(self, bracket: PositionBracket) -> float | None:
        levels = [p for p in (bracket.stop, bracket.level) if p is not None]
        if not levels:
            return None
        return max(levels) if self.position() > 0 else min(levels)

    def live(self) -> list[PositionBracket]:
        return [b for b in self.brackets.values() if not b.filled] if self.lots else []

    def fill_bracket(self, bracket: PositionBracket, price: float, why: str) -> None:
        bracket.filled = True
        self.reduce(1 if self.position() > 0 else -1, math.inf if bracket.quantity is None else bracket.quantity, price, why)

    # Inside the bar

    def at_open(self) -> None:
        opened = self.opens[self.bar]
        for lot in list(self.lots):
            self.exit_at_open(lot, opened)
        for order in [o for o in self.orders if o.kind == "exit"]:
            self.orders.remove(order)
            self.reduce(-order.side, order.quantity, self.slipped(opened, order.side), "exit")
        for bracket in self.live():
            if bracket not in self.live():
                continue
            side = 1 if self.position() > 0 else -1
            stop = self.bracket_stop(bracket)
            if stop is not None and side * (opened - stop) <= 0:
                self.fill_bracket(bracket, self.slipped(opened, -side), "stop")
            elif bracket.target is not None and side * (opened - bracket.target) > 0:
                self.fill_bracket(bracket, opened, "target")
        for order in list(self.orders):
            if order.kind == "market" or (order.kind == "stop" and order.side * (opened - order.price) >= 0):
                self.open_lot(order, self.slipped(opened, order.side), inside=False)
            elif order.kind == "limit" and order.side * (opened - order.price) < 0:
                self.open_lot(order, opened, inside=False)

    def exit_at_open(self, lot: Lot, opened: float) -> None:
        stop = self.tightest(lot)
        hold = lot.bracket.hold
        if stop is not None and lot.side * (opened - stop) <= 0:
            self.close_lot(lot, self.slipped(opened, -lot.side), "stop")
        elif lot.target is not None and lot.side * (opened - lot.target) > 0:
            self.close_lot(lot, opened, "target")
        elif hold is not None and self.bar - lot.entry_bar > hold:
            self.close_lot(lot, self.slipped(opened, -lot.side), "hold")

    def exits_inside(self) -> None:
        """Stops before targets: the worse of what could have happened."""
        side = 1 if self.position() > 0 else -1
        worst = self.lows[self.bar] if side > 0 else self.highs[self.bar]
        best = self.highs[self.bar] if side > 0 else self.lows[self.bar]
        stops = [(s, b) for b in self.live() if (s := self.bracket_stop(b)) is not None and side * (worst - s) <= 0]
        targets = [(t, b) for b in self.live() if (t := b.target) is not None and side * (best - t) > 0]
        if (stops and (targets or any(self.target_reached(lot) for lot in self.lots))) or (
            targets and any(self.stop_touched(lot) for lot in self.lots)
        ):
            self.ambiguous_bars.add(self.bar)
        # The nearer to the market comes first; at one price the lines of entries.
        for level, bracket in sorted(stops, key=lambda found: -side * found[0]):
            for lot in list(self.lots):
                own = self.tightest(lot)
                if own is not None and side * (own - level) >= 0:
                    self.stop_inside(lot)
            if bracket in self.live():
                self.fill_bracket(bracket, self.slipped(level, -side), "stop")
        for lot in list(self.lots):
            self.stop_inside(lot)
        for level, bracket in sorted(targets, key=lambda found: side * found[0]):
            self.targets_inside(level)
            if bracket in self.live():
                self.waited = True
                self.fill_bracket(bracket, level, "target")
                self.waited = False
        self.targets_inside(side * math.inf)

    def targets_inside(self, level: float) -> None:
        for lot in list(self.lots):
            if self.target_reached(lot):
                assert lot.target is not None
                if lot.side * (lot.target - level) <= 0:
                    self.waited = True
                    self.close_lot(lot, lot.target, "target")
                    self.waited = False

    def stop_touched(self, lot: Lot) -> bool:
        worst = self.lows[self.bar] if lot.side > 0 else self.highs[self.bar]
        stop = self.tightest(lot)
        return stop is not None and lot.side * (worst - stop) <= 0

    def target_reached(self, lot: Lot) -> bool:
        best = self.highs[self.bar] if lot.side > 0 else self.lows[self.bar]
        live = not (lot.entry_inside and lot.entry_bar == self.bar)
        return live and lot.target is not None and lot.side * (best - lot.target) > 0

    def stop_inside(self, lot: Lot) -> None:
        worst = self.lows[self.bar] if lot.side > 0 else self.highs[self.bar]
        stop = self.tightest(lot)
        if stop is not None and lot.side * (worst - stop) <= 0:
            if self.target_reached(lot):
                self.ambiguous_bars.add(self.bar)
            beyond = lot.entry_bar == self.bar and lot.side * (lot.entry_price - stop) <= 0
            self.close_lot(lot, self.slipped(lot.entry_price if beyond else stop, -lot.side), "stop")

    def entries_inside(self) -> None:
        high, low = self.highs[self.bar], self.lows[self.bar]
        for order in list(self.orders):
            far = high if (order.kind == "stop") == (order.side > 0) else low
            if order.kind == "stop" and order.side * (far - order.price) >= 0:
                lot = self.open_lot(order, self.slipped(order.price, order.side), inside=True)
            elif order.kind == "limit" and order.side * (far - order.price) < 0:
                self.waited = True
                lot = self.open_lot(order, order.price, inside=True)
                self.waited = False
            else:
                continue
            if lot is not None:
                self.stop_inside(lot)

    def open_lot(self, order: Order, price: float, inside: bool) -> Lot | None:
        self.orders.remove(order)
        self.reduce(-order.side, math.inf, price, "reversed")
        quantity = self.paid_for(order.quantity, price)
        if not quantity > 0:
            return None
        bracket = order.bracket
        stop = None if bracket.stop is None else self.to_tick(bracket.stop(price), order.side < 0)
        target = (
            None
            if bracket.target is None
            else self.to_tick(bracket.target(price, math.nan if stop is None else stop), order.side > 0)
        )
        lot = Lot(order.side, quantity, self.bar, price, bracket, stop, target, best=price, entry_inside=inside)
        self.lots.append(lot)
        self.pay(order.side, quantity, price, "entry")
        return lot

    def close_lot(self, lot: Lot, price: float, why: str) -> None:
        quantity = lot.quantity
        self.end(lot, quantity, price, why)
        self.pay(-lot.side, quantity, price, why)

    def reduce(self, side: int, quantity: float, price: float, why: str) -> None:
        """One order that closes lots of a side, the oldest first, up to a quantity."""
        closed = 0.0
        for lot in [held for held in self.lots if held.side == side]:
            part = min(quantity - closed, lot.quantity)
            if part > 0:
                closed += part
                self.end(lot, part, price, why)
        if closed > 0:
            self.pay(-side, closed, price, why)

    def end(self, lot: Lot, part: float, price: float, why: str) -> None:
        self.trades.append(Trade(lot.side, part, lot.entry_bar, lot.entry_price, self.bar, price, why))
        lot.quantity -= part
        if lot.quantity == 0:
            self.lots.remove(lot)
        if not self.lots:
            self.brackets.clear()

    def rate(self) -> float:
        """The share of the fill at hand: a maker's where it waited at its limit."""
        return self.costs.share if self.costs.maker is None or not self.waited else self.costs.maker

    def pay(self, side: int, quantity: float, price: float, why: str) -> None:
        fee = self.rate() * (price * quantity) + self.costs.per_unit * quantity + self.costs.per_order
        self.money += Fraction(-side * (price * quantity)) - Fraction(fee)
        self.fills.append(Fill(self.bar, side, quantity, price, self.cash, why))

    def move_trails(self) -> None:
        for lot in self.lots:
            if lot.bracket.trail is None:
                continue
            extreme = self.highs[self.bar] if lot.side > 0 else self.lows[self.bar]
            if lot.entry_inside and lot.entry_bar == self.bar:
                extreme = self.closes[self.bar]
            lot.best = max(lot.best, extreme) if lot.side > 0 else min(lot.best, extreme)
            distance = lot.bracket.trail[self.bar]
            if distance is None:
                continue
            level = self.to_tick(lot.best - lot.side * distance, lot.side < 0)
            lot.trail = level if lot.trail is None else (max if lot.side > 0 else min)(lot.trail, level)
        side = 1 if self.position() > 0 else -1
        for bracket in self.live():
            if bracket.trail is not None:
                extreme = self.highs[self.bar] if side > 0 else self.lows[self.bar]
                bracket.best = (max if side > 0 else min)(bracket.best, extreme)
                self.trail_bracket(bracket, side)

    @staticmethod
    def tightest(lot: Lot) -> float | None:
        levels = [p for p in (lot.stop, lot.trail) if p is not None]
        if not levels:
            return None
        return max(levels) if lot.side > 0 else min(levels)

    def slipped(self, price: float, side: int) -> float:
        """The price of a market or stop fill, made worse."""
        return price + side * (self.costs.slip_ticks * self.costs.tick) + side * (self.costs.slip_share * price)

    def to_tick(self, price: float, up: bool) -> float:
        """Rounded to the tick, up or down; a price that is on the grid but for the error of the division stays."""
        steps = price / self.costs.tick
        near = round(steps)
        if abs(steps - near) <= max(1e-9, 1e-12 * abs(steps)):
            return stepped(near, self.costs.tick)
        return stepped(math.ceil(steps) if up else math.floor(steps), self.costs.tick)


def stepped(count: int, step: float) -> float:
    """The double nearest to a count of steps as they are written, so 3158 steps of 0.01 are 31.58."""
    return float(Decimal(count) * Decimal(repr(step)))
