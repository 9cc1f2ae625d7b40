"""Rates: what the currency of prices is in account currency on each bar, from the closes of a pair's bars that were known by then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from compiler.pairs import is_pair
from runtime.candles import Candles
from runtime.clocks.reading import Reading
from runtime.data.arrays import Floats
from runtime.feeds import FeedError
from runtime.machine.core import Machine


@dataclass(frozen=True, slots=True)
class Series:
    """Where rates from one currency into another come from: the pair's symbol. inverse: it tells the second in the first."""

    symbol: str
    source: str
    target: str
    inverse: bool

    def rate(self, close: float) -> float:
        return 1.0 / close if self.inverse else close


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Of the bars of one instrument, known at each one's open and at its close; float64 (n,), NaN before the first."""

    series: Series
    open: Floats
    close: Floats

    def bind(self, machine: Machine) -> None:
        machine.bind_rates(self.open, self.close)

    def until(self, bars: int) -> Rates:
        """Of the first so many bars."""
        return Rates(self.series, self.open[:bars], self.close[:bars])

    def after(self, bars: int) -> Rates:
        """Of the bars behind the first so many."""
        return Rates(self.series, self.open[bars:], self.close[bars:])


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """What a finished run was counted at: account money per unit of price and quantity, the rate and the multiplier in one.

    fills: at each fill. closed: at entry and exit of each closed trade, shape (trades, 2). open: at the entry of each open one.
    """

    rates: Rates
    fills: Floats
    closed: Floats
    open: Floats


def series_of(source: str, target: str, symbols: Iterable[str]) -> Series | None:
    """The first of some instruments whose closes tell the source currency in the target, else the target in the source; None if none does."""
    symbols = tuple(symbols)
    for (traded, quote), inverse in (((source, target), False), ((target, source), True)):
        for symbol in symbols:
            if is_pair(symbol, traded, quote):
                return Series(symbol, source, target, inverse)
    return None


def rates_of(candles: Candles, every: str, pair: Candles, series: Series) -> Rates:
    """The rates on an instrument's bars: of the last bar of the pair with a known close that was complete by each open, and by each close.

    every: how long the program says its bars are. Raises FeedError where it is not known when bars are complete.
    """
    own, there = Reading.of(candles, every), Reading.of(pair, every)
    if len(candles) and len(pair) and not (own.sure and there.sure):
        raise FeedError(
            f"When the bars{f' of {series.symbol}' if own.sure else ''} are complete is not known, so {series.source} can't be converted "
            f"by {series.symbol}: bars have whole minutes."
        )
    known = np.flatnonzero(np.isfinite(pair.close))
    closes = pair.close[known]
    values = np.concatenate(([np.nan], 1.0 / closes if series.inverse else closes))
    complete = np.maximum.accumulate(there.schedule.end[known]) if len(known) else np.empty(0, dtype=np.int64)
    # What was known at an open or a close is known from then on.
    looked = np.empty(2 * len(candles), dtype=np.int64)
    looked[0::2] = np.searchsorted(complete, own.opened, "right")
    looked[1::2] = np.searchsorted(complete, own.schedule.end, "right")
    looked = np.maximum.accumulate(looked)
    return Rates(series, np.ascontiguousarray(values[looked[0::2]]), np.ascontiguousarray(values[looked[1::2]]))
