"""A broker of traded prices, written anew for one program: at a split it scales what it holds and what rests, bar by bar in plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PROGRAM = """apx 1

strategy "Dollars of their day"
trade "X" every 1d

settings
  capital 10_000_000 USD
  commission 0.01 USD per unit
  slippage 2 ticks

let slow = sma(close, 10)
let up = close crosses above {high}

when up and volume > {volume} and close > slow - 3
  buy {shares} shares named "up"
    stop loss at entry - {stop}
    take profit at {target}
    trail by {trail}
when close < {low} and close[1] >= {low} - 1 and not up
  buy {shares} shares at limit close - 0.333 named "dip"
    stop loss at {floor}
    take profit at entry + {stop} + 1
    expire after 6 bars
when close crosses below {exit} or close > {top}
  exit position
"""


@dataclass
class Rest:
    """A resting entry: a limit, or at the market where `limit` is None."""

    kind: str
    limit: float | None
    quantity: float
    made: int
    lines: tuple[float, ...]


@dataclass
class NaiveSplits:
    """Bars as traded come one at a time; `ratio` is above or below 1 on the first bar at a new price."""

    numbers: Mapping[str, float]
    tick: float
    cash: float = 10_000_000.0
    held: float = 0.0
    entry: float = 0.0
    stop: float | None = None
    target: float | None = None
    trail: float | None = None
    distance: float | None = None
    best: float = 0.0
    inside: int = -1
    rests: list[Rest] = field(default_factory=list)
    leave: bool = False
    fills: list[tuple[int, str, float, float]] = field(default_factory=list)
    closes: list[float] = field(default_factory=list)  # as they would be in the terms of the newest bar
    before: float | None = None  # the close before, in the dollars of its own day

    def split(self, ratio: float) -> None:
        self.held *= ratio
        self.entry /= ratio
        self.best /= ratio
        self.stop, self.target, self.trail = (None if p is None else p / ratio for p in (self.stop, self.target, self.trail))
        self.closes = [close / ratio for close in self.closes]
        for rest in self.rests:
            rest.quantity *= ratio
            rest.limit = None if rest.limit is None else rest.limit / ratio
            rest.lines = tuple(line / ratio for line in rest.lines)

    def pay(self, bar: int, side: str, quantity: float, price: float) -> None:
        self.cash += (-price if side == "buy" else price) * quantity - 0.01 * quantity
        self.fills.append((bar, side, quantity, price))

    def close_all(self, bar: int, price: float) -> None:
        self.pay(bar, "sell", self.held, price)
        self.held, self.stop, self.target, self.trail, self.distance = 0.0, None, None, None, None

    def down(self, price: float) -> float:
        """Down to the tick, what is off by rounding only not."""
        steps = price / self.tick
        whole = round(steps)
        return (whole if abs(steps - whole) < 1e-6 else int(steps // 1)) * self.tick

    def up(self, price: float) -> float:
        return -self.down(-price)

    def tight(self) -> float:
        return max(level for level in (self.stop, self.trail, -1.0) if level is not None)

    def bought(self, bar: int, rest: Rest, raw: float, price: float, at_open: bool, low: float) -> None:
        n = self.numbers
        if self.held:
            return
        self.pay(bar, "buy", rest.quantity, price)
        self.held, self.entry, self.best, self.inside = rest.quantity, price, price, -1 if at_open else bar
        if rest.kind == "up":
            self.stop, self.target = self.down(price - rest.lines[0]), self.up(rest.lines[1])
            self.trail, self.distance = self.down(price - rest.lines[2]), n["trail"]
        else:
            self.stop, self.target = self.down(rest.lines[0]), self.up(price + rest.lines[1])
        if raw <= self.tight():
            self.close_all(bar, raw - 2 * self.tick)
        elif not at_open and low <= self.tight():
            self.close_all(bar, self.tight() - 2 * self.tick)
        elif at_open and self.target is not None and raw > self.target:
            self.close_all(bar, raw)

    def bar(self, i: int, opened: float, high: float, low: float, close: float, volume: float, ratio: float) -> float:
        """One bar. Returns the equity at its close."""
        n, slip = self.numbers, 2 * self.tick
        if ratio != 1.0:
            self.split(ratio)
        if self.leave and self.held:
            self.close_all(i, opened - slip)
        self.leave = False
        if self.held and opened <= self.tight():
            self.close_all(i, opened - slip)
        elif self.held and self.target is not None and opened > self.target:
            self.close_all(i, opened)
        waiting, self.rests = self.rests, []
        for rest in waiting:
            if rest.limit is None:
                self.bought(i, rest, opened, opened + slip, True, low)
            elif opened < rest.limit:
                self.bought(i, rest, opened, opened, True, low)
            else:
                self.rests.append(rest)
        if self.held and low <= self.tight():
            self.close_all(i, self.tight() - slip)
        if self.held and self.target is not None and high > self.target:
            self.close_all(i, self.target)
        waiting, self.rests = self.rests, []
        for rest in waiting:
            if rest.limit is not None and low < rest.limit:
                self.bought(i, rest, rest.limit, rest.limit, False, low)
            elif i < rest.made + 6:
                self.rests.append(rest)
        if self.held:
            self.best = max(self.best, close if self.inside == i else high)
            if self.distance is not None and self.trail is not None:
                self.trail = max(self.trail, self.down(self.best - n["trail"]))
        self.closes = [*self.closes, close][-10:]
        slow = sum(self.closes) / 10 if len(self.closes) == 10 else None
        last, self.before = self.before, close
        up = last is not None and close > n["high"] and last <= n["high"]
        if self.held and ((last is not None and close < n["exit"] and last >= n["exit"]) or close > n["top"]):
            self.leave = True
        waiting_at_market = False
        if up and volume > n["volume"] and slow is not None and close > slow - 3 and not self.held:
            self.rests = [r for r in self.rests if r.kind != "up"]
            self.rests.append(Rest("up", None, n["shares"], i, (n["stop"], n["target"], n["trail"])))
            waiting_at_market = True
        # `close[1]` is the close before in the terms of this bar.
        back = self.closes[-2] if len(self.closes) > 1 else None
        dips = back is not None and close < n["low"] and back >= n["low"] - 1 and not up
        if dips and not self.held and not waiting_at_market and close - 0.333 > n["floor"]:
            self.rests = [r for r in self.rests if r.kind != "dip"]
            self.rests.append(Rest("dip", self.down(close - 0.333), n["shares"], i, (n["floor"], n["stop"] + 1)))
        return self.cash + self.held * close
