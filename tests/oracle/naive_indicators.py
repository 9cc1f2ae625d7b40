"""Indicators in plain Python, written from their published definitions: lists in, lists out, None where there is no value yet."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

Series = list[float | None]


def recursive_mean(x: Sequence[float | None], n: int, weight: float) -> Series:
    """The mean of the first n values, then y + weight * (x - y)."""
    found: Series = []
    first: list[float] = []
    y: float | None = None
    for v in x:
        if v is None:
            found.append(None)
            continue
        if y is not None:
            y = y + weight * (v - y)
        else:
            first.append(v)
            if len(first) == n:
                total = 0.0
                for seed in first:
                    total = total + seed
                y = total / n
        found.append(y)
    return found


def ema(x: Sequence[float | None], n: int) -> Series:
    return recursive_mean(x, n, 2.0 / (n + 1))


def wilder(x: Sequence[float | None], n: int) -> Series:
    return recursive_mean(x, n, 1.0 / n)


def rsi(close: Sequence[float], n: int) -> Series:
    ups: Series = [None]
    downs: Series = [None]
    for last, now in itertools.pairwise(close):
        ups.append(now - last if now > last else 0.0)
        downs.append(last - now if now < last else 0.0)
    found: Series = []
    for up, down in zip(wilder(ups, n), wilder(downs, n), strict=True):
        if up is None or down is None:
            found.append(None)
        else:
            found.append(100.0 if down == 0 else 100.0 - 100.0 / (1.0 + up / down))
    return found


def difference(a: Sequence[float | None], b: Sequence[float | None]) -> Series:
    return [None if u is None or v is None else u - v for u, v in zip(a, b, strict=True)]


def highest(x: Sequence[float], n: int) -> Series:
    return [max(x[i - n + 1 : i + 1]) if i >= n - 1 else None for i in range(len(x))]


def lowest(x: Sequence[float], n: int) -> Series:
    return [min(x[i - n + 1 : i + 1]) if i >= n - 1 else None for i in range(len(x))]


def sma(x: Sequence[float], n: int) -> Series:
    return [sum(x[i - n + 1 : i + 1]) / n if i >= n - 1 else None for i in range(len(x))]


def stdev(x: Sequence[float], n: int) -> Series:
    """Of the population, in two passes."""
    found: Series = []
    for i in range(len(x)):
        if i < n - 1:
            found.append(None)
            continue
        window = x[i - n + 1 : i + 1]
        mean = sum(window) / n
        found.append((sum((v - mean) ** 2 for v in window) / n) ** 0.5)
    return found


def atr(high: Sequence[float], low: Sequence[float], close: Sequence[float], n: int) -> Series:
    """Wilder's average of the true range; the first bar's range is its height."""
    ranges: Series = [high[0] - low[0]] if high else []
    for i in range(1, len(high)):
        ranges.append(max(high[i], close[i - 1]) - min(low[i], close[i - 1]))
    return wilder(ranges, n)


def crosses_above(a: Sequence[float | None], b: Sequence[float | None], i: int) -> bool:
    """a > b now and a <= b one bar before; not where one of the four is missing."""
    if i == 0:
        return False
    now, level, before, level_before = a[i], b[i], a[i - 1], b[i - 1]
    if now is None or level is None or before is None or level_before is None:
        return False
    return now > level and before <= level_before


def crosses_below(a: Sequence[float | None], b: Sequence[float | None], i: int) -> bool:
    return crosses_above(b, a, i)
