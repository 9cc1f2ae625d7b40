"""Bars for pictures of a long run: the first, of each stretch those where equity was lowest, highest and last, and the last of each month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from runtime.candles import Candles
from runtime.data.arrays import Floats

STRETCHES = 2000
ALL_UP_TO = 6000
"""Of fewer bars each is kept."""

WIDTH = 8  # bar, time, open, high, low, close, equity, position
_TIME, _HIGH, _LOW, _EQUITY = 1, 3, 4, 6


@dataclass(slots=True)
class Thinned:
    """Keeps some bars of all. size: bars a stretch."""

    size: int
    kept: list[Floats]
    months: list[Floats]
    lowest: Floats | None = None
    highest: Floats | None = None
    last: Floats | None = None
    top: float = -np.inf
    bottom: float = np.inf

    @classmethod
    def of(cls, bars: int) -> Thinned:
        """bars: how many there will be, about."""
        return cls(1 if bars <= ALL_UP_TO else -(-bars // STRETCHES), [], [])

    def take(self, candles: Candles, equity: Floats, position: Floats, first: int) -> None:
        """A block. first: the number of its first bar."""
        n = len(candles)
        if not n:
            return

        def row(i: int) -> Floats:
            prices = (candles.open[i], candles.high[i], candles.low[i], candles.close[i])
            return np.array([first + i, float(candles.time[i]), *prices, equity[i], position[i]])

        edges = np.append(np.arange(first - first % self.size + self.size, first + n, self.size) - first, n)
        if first == 0:
            self.months.append(row(0))
        self.keep_month_ends(candles, row)
        start = 0
        for end in edges.tolist():
            low, high = start + int(equity[start:end].argmin()), start + int(equity[start:end].argmax())
            if self.lowest is None or equity[low] < self.lowest[_EQUITY]:
                self.lowest = row(low)
            if self.highest is None or equity[high] > self.highest[_EQUITY]:
                self.highest = row(high)
            self.top = max(self.top, float(np.fmax.reduce(candles.high[start:end], initial=-np.inf)))
            self.bottom = min(self.bottom, float(np.fmin.reduce(candles.low[start:end], initial=np.inf)))
            self.last = row(end - 1)
            if (first + end) % self.size == 0:
                self.end_stretch()
            start = end

    def keep_month_ends(self, candles: Candles, row: Any) -> None:
        """Keeps the bars after which a new month begins, in UTC."""
        from_time = int(candles.time[0]) if self.last is None else int(self.last[_TIME])
        begins = np.datetime64(from_time, "us").astype("M8[M]") + 1
        months = np.arange(begins, np.datetime64(int(candles.time[-1]), "us").astype("M8[M]") + 1)
        for at in np.unique(np.searchsorted(candles.time, months.astype("M8[us]").astype(np.int64))).tolist():
            if at == 0 and self.last is not None:
                self.months.append(self.last)
            elif at > 0:
                self.months.append(row(at - 1))

    def end_stretch(self) -> None:
        """Keeps what a stretch had; its last bar shows how far prices went in it."""
        if self.last is None or self.lowest is None or self.highest is None:
            return
        last = self.last.copy()
        if self.size > 1 and self.top >= self.bottom:
            last[_HIGH], last[_LOW] = self.top, self.bottom
        self.kept += [self.lowest, self.highest, last]
        self.lowest = self.highest = None
        self.top, self.bottom = -np.inf, np.inf

    def rows(self) -> Floats:
        """Everything kept, each bar once, in order; of one kept twice that which shows its stretch."""
        self.end_stretch()
        if not self.kept:
            return np.empty((0, WIDTH))
        found = np.array([*self.months, *self.kept])[::-1]
        _, first = np.unique(found[:, 0], return_index=True)
        return found[first]

    def save(self) -> dict[str, Any]:
        ends = [self.lowest, self.highest, self.last]
        kept, months = (np.array(rows).reshape(-1, WIDTH) for rows in (self.kept, self.months))
        return {"kept": kept, "months": months, "ends": ends, "range": [self.top, self.bottom]}

    def restore(self, saved: dict[str, Any]) -> None:
        self.kept, self.months = list(saved["kept"]), list(saved["months"])
        self.lowest, self.highest, self.last = saved["ends"]
        self.top, self.bottom = saved["range"]
