"""Which finer bars lie inside each bar, for `fills detail`: only those that add up to it exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from compiler.plan import Account
from runtime.candles import Candles
from runtime.data.arrays import Floats, Micros
from runtime.data.problems import DataError
from runtime.data.steps import step_text
from runtime.machine.core import Machine

MICROS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Detail:
    """Finer bars by the bar that they lie in.

    prices: open, high, low and close of the finer bars that are used. starts: int64 (bars + 1), those of bar i are starts[i] to starts[i + 1]. time: when each
    of them opens. volume: of each.
    bars: how many bars there are; used: how many have finer bars; unlike: how many have some that do not add up to them.
    """

    prices: tuple[Floats, Floats, Floats, Floats]
    starts: NDArray[np.int64]
    bars: int
    used: int
    unlike: int
    time: Micros
    volume: Floats

    def bind(self, machine: Machine) -> None:
        """The machine looks into the bars that it is bound to."""
        machine.bind_detail(*self.prices, self.starts, self.volume)

    def warnings(self) -> list[str]:
        """What a reader of the result should know."""
        said = []
        if self.unlike:
            said.append(
                f"On {self.unlike} of {self.bars} bars the finer bars do not add up to the bar (open, high, low, close); "
                "these bars were filled by the pessimistic model."
            )
        missing = self.bars - self.used - self.unlike
        if missing:
            said.append(f"{missing} of {self.bars} bars have no finer bars; they were filled by the pessimistic model.")
        return said


def finer_of_fills(candles: Candles, account: Account) -> Candles | None:
    """The finer bars that candles have with them, such as those that they were built from, where `fills detail` asks for just these."""
    if account.fills != "detail" or candles.finer is None or candles.finer.timeframe != account.detail:
        return None
    return candles.finer


def detail_within(candles: Candles, account: Account, given: Candles | None = None) -> Detail | None:
    """The finer bars that a run's fills look at; None where it has none, or fills by none. given: those given for it; else those that candles have.

    Raises DataError where bars were given that do not fit.
    """
    if account.fills != "detail":
        return None
    finer = given if given is not None else finer_of_fills(candles, account)
    return None if finer is None else detail_of(candles, finer, account.detail)


def detail_of(candles: Candles, finer: Candles, seconds: int) -> Detail:
    """The finer bars of each bar. A bar lasts its timeframe, at most to the next bar's open.

    seconds: how long the finer bars should be. Raises DataError if they are longer or shorter, or no shorter than the bars.
    """
    if finer.timeframe != seconds:
        raise DataError(
            f"The program asks for `fills detail {step_text(seconds)}`; the finer bars are of {step_text(finer.timeframe)}."
        )
    if candles.timeframe and seconds >= candles.timeframe:
        raise DataError(
            f"Bars of {step_text(seconds)} show nothing of what happens inside a bar of {step_text(candles.timeframe)}."
        )
    time = candles.time
    ends = time + candles.timeframe * MICROS
    ends[:-1] = np.minimum(ends[:-1], time[1:])
    first = np.searchsorted(finer.time, time, "left")
    last = np.maximum(first, np.searchsorted(finer.time, ends, "left"))
    some = last > first
    fits = some & _adds_up(candles, finer, first, last, some)
    counts = np.where(fits, last - first, 0)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    # The place of each used finer bar: its bar's first, and how far it lies behind it.
    rows = np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])
    prices = (finer.open[rows], finer.high[rows], finer.low[rows], finer.close[rows])
    return Detail(prices, starts, len(time), int(fits.sum()), int((some & ~fits).sum()), finer.time[rows], finer.volume[rows])


def _adds_up(
    candles: Candles, finer: Candles, first: NDArray[np.int64], last: NDArray[np.int64], some: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether the finer bars from first to last have the bar's open, high, low and close, to the bit, and all are known."""
    found = np.zeros(len(first), dtype=bool)
    at = np.flatnonzero(some)
    if not len(at):
        return found
    edges = np.column_stack((first[at], last[at])).ravel()
    # reduceat takes every other stretch; a sentinel row lets the last one end with the data.
    high = np.maximum.reduceat(np.append(finer.high, -np.inf), edges)[::2]
    low = np.minimum.reduceat(np.append(finer.low, np.inf), edges)[::2]
    known = np.append(finer.open + finer.high + finer.low + finer.close, 0.0)
    whole = np.isfinite(np.add.reduceat(known, edges)[::2])
    found[at] = (
        whole
        & (finer.open[first[at]] == candles.open[at])
        & (high == candles.high[at])
        & (low == candles.low[at])
        & (finer.close[last[at] - 1] == candles.close[at])
    )
    return found
