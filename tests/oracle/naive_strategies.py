"""The programs beside this file, written again in plain Python for the naive broker: name -> account and rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.oracle import naive_indicators as ta
from tests.oracle.naive_broker import Bracket, Broker, Costs

Bars = dict[str, list[float]]
Rules = Callable[[Broker, int], None]


@dataclass(frozen=True)
class Strategy:
    """What a program says under `settings`, and its rules made ready for some bars."""

    capital: float
    costs: Callable[[float, float], Costs]
    rules: Callable[[Bars], Rules]
    pyramiding: int = 1


def rsi_band(bars: Bars) -> Rules:
    strength = ta.rsi(bars["close"], 14)
    thirty, fifty, seventy = ([level] * len(strength) for level in (30.0, 50.0, 70.0))

    def at_close(broker: Broker, i: int) -> None:
        if ta.crosses_above(strength, fifty, i):
            broker.leave(1)
        if ta.crosses_below(strength, fifty, i):
            broker.leave(-1)
        if ta.crosses_above(strength, thirty, i):
            broker.enter(1, "equity", 0.6, "buy")
        if ta.crosses_below(strength, seventy, i):
            broker.enter(-1, "equity", 0.6, "short")

    return at_close


def percent_bracket(side: int, stop: float, target: Callable[[float, float], float]) -> Bracket:
    return Bracket(stop=lambda entry: entry * (1.0 - side * stop), target=target)


def macd_cross(bars: Bars) -> Rules:
    line = ta.difference(ta.ema(bars["close"], 12), ta.ema(bars["close"], 26))
    signal = ta.ema(line, 9)
    zero = [0.0] * len(line)

    def bracket(side: int) -> Bracket:
        return percent_bracket(side, 0.02, lambda entry, stop: entry * (1.0 + side * 0.03))

    def added(side: int) -> Bracket:
        return percent_bracket(side, 0.015, lambda entry, stop: entry + 2.0 * (entry - stop))

    def at_close(broker: Broker, i: int) -> None:
        if ta.crosses_above(line, signal, i):
            broker.enter(1, "money", 50_000.0, "buy", bracket=bracket(1))
        if ta.crosses_below(line, signal, i):
            broker.enter(-1, "money", 50_000.0, "short", bracket=bracket(-1))
        if ta.crosses_above(line, zero, i):
            broker.enter(1, "quantity", 100.0, "add", bracket=added(1))
        if ta.crosses_below(line, zero, i):
            broker.enter(-1, "quantity", 100.0, "add", bracket=added(-1))

    return at_close


def donchian_breakout(bars: Bars) -> Rules:
    close = bars["close"]
    top, bottom = ta.highest(bars["high"], 20), ta.lowest(bars["low"], 20)
    reach = ta.atr(bars["high"], bars["low"], close, 20)

    def at_close(broker: Broker, i: int) -> None:
        above, below, span = top[i], bottom[i], reach[i]
        if above is None or below is None or span is None:
            return
        tick = broker.costs.tick
        if close[i] < above and broker.position() <= 0:
            stop = Bracket(stop=lambda entry: entry - 2.0 * span)
            broker.enter(1, "risk", 0.002, "buy", "stop", above + tick, stop, expire=1)
        if close[i] > below and broker.position() >= 0:
            stop = Bracket(stop=lambda entry: entry + 2.0 * span)
            broker.enter(-1, "risk", 0.002, "short", "stop", below - tick, stop, expire=1)

    return at_close


def trailed_average(bars: Bars) -> Rules:
    fast, slow = ta.ema(bars["close"], 10), ta.ema(bars["close"], 40)
    reach = ta.atr(bars["high"], bars["low"], bars["close"], 14)
    distance = [None if r is None else 4.0 * r for r in reach]

    def at_close(broker: Broker, i: int) -> None:
        span = reach[i]
        if span is None:
            return
        for side, fires in ((1, ta.crosses_above(fast, slow, i)), (-1, ta.crosses_below(fast, slow, i))):
            if fires:
                stop = Bracket(stop=lambda entry, side=side: entry - side * (3.0 * span), trail=distance, hold=60)  # type: ignore[misc]
                broker.enter(side, "equity", 0.5, f"entry {side}", bracket=stop)

    return at_close


def pullback_limit(bars: Bars) -> Rules:
    close = bars["close"]
    middle, reach = ta.sma(close, 20), ta.stdev(close, 20)
    ranges = ta.atr(bars["high"], bars["low"], close, 14)

    def at_close(broker: Broker, i: int) -> None:
        mean, width, span = middle[i], reach[i], ranges[i]
        if mean is None or width is None or span is None:
            return
        for side, fires in ((1, close[i] < mean - width), (-1, close[i] > mean + width)):
            if fires:
                bracket = Bracket(
                    stop=lambda entry, side=side: entry - side * (2.0 * span),  # type: ignore[misc]
                    target=lambda entry, stop: entry + 2.0 * (entry - stop),
                )
                price = close[i] - side * (0.5 * span)
                broker.enter(side, "quantity", 100.0, f"entry {side}", "limit", price, bracket, expire=3)

    return at_close


def protected_cross(bars: Bars) -> Rules:
    close = bars["close"]
    fast, slow, middle = ta.ema(close, 5), ta.ema(close, 20), ta.sma(close, 10)
    reach = ta.atr(bars["high"], bars["low"], close, 14)
    distance = [None if r is None else 2.0 * r for r in reach]
    prices: list[float | None] = list(close)

    def at_close(broker: Broker, i: int) -> None:
        size = broker.position()  # what every rule sees
        if ta.crosses_above(fast, slow, i):
            broker.enter(1, "equity", 0.2, "buy", bracket=Bracket(stop=lambda entry: entry * 0.94))
        if ta.crosses_below(fast, slow, i):
            broker.enter(-1, "equity", 0.2, "short", bracket=Bracket(stop=lambda entry: entry * 1.06))
        if ta.crosses_above(prices, middle, i) and size > 0:
            broker.enter(1, "quantity", 50.0, "add", bracket=Bracket(target=lambda entry, stop: entry * 1.09))
        side = 1 if size > 0 else -1
        broker.protect("half", 0.5, target=lambda entry, stop: entry * (1.0 + side * 0.03))
        profit = sum((close[i] - lot.entry_price) * lot.side * lot.quantity for lot in broker.lots)
        span = reach[i]
        if profit > 0 and span is not None:
            broker.protect(
                "trail",
                stop=lambda entry: entry * (1.0 - side * 0.01),
                target=lambda entry, stop: entry + 8.0 * (entry - stop),
                trail=distance,
                after=span,
            )

    return at_close


STRATEGIES: dict[str, Strategy] = {
    "rsi_band": Strategy(100_000.0, lambda tick, lot: Costs(tick, lot, share=0.0002, slip_ticks=1.0), rsi_band),
    "macd_cross": Strategy(1_000_000.0, lambda tick, lot: Costs(tick, lot, per_unit=0.005, slip_share=0.0001), macd_cross, 3),
    "donchian_breakout": Strategy(
        200_000.0, lambda tick, lot: Costs(tick, lot, per_order=1.0, slip_ticks=2.0), donchian_breakout
    ),
    "trailed_average": Strategy(100_000.0, lambda tick, lot: Costs(tick, lot, share=0.0001, slip_ticks=1.0), trailed_average),
    "protected_cross": Strategy(300_000.0, lambda tick, lot: Costs(tick, lot, share=0.0001, slip_ticks=1.0), protected_cross, 2),
    "pullback_limit": Strategy(300_000.0, lambda tick, lot: Costs(tick, lot, share=0.0001, maker=0.00003), pullback_limit, 2),
}
