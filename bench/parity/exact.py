"""What a few functions are without rounding: correlation and money flow in fractions, cycles and relative volatility in 64 bits of mantissa.

They judge where the library and TA-Lib differ by rounding: whose value is nearer.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

import numpy as np
import numpy.typing as npt

from bench.parity.bars import Bars

Wide = npt.NDArray[np.longdouble]
PI = np.longdouble("3.14159265358979323846264338327950288")
DIGITS = 10**40


def wide(x: npt.NDArray[np.float64]) -> Wide:
    return x.astype(np.longdouble)


def correlation_at(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], bar: int, n: int) -> np.longdouble:
    """Of the n bars up to this one; NaN where one is flat. Its square is a fraction; the root is taken to 40 digits."""
    a, b = ([Fraction(v) for v in column[bar - n + 1 : bar + 1].tolist()] for column in (x, y))
    a, b = ([v - sum(values) / n for v in values] for values in (a, b))
    common, xs, ys = (sum(p * q for p, q in zip(u, v, strict=True)) for u, v in ((a, b), (a, a), (b, b)))
    if not xs or not ys:
        return np.longdouble("nan")
    square = Fraction(common) ** 2 / (xs * ys)
    root = isqrt(square.numerator * DIGITS * DIGITS // square.denominator)
    return np.longdouble(str(root)) / np.longdouble(str(DIGITS)) * (1 if common > 0 else -1)


def correlation(bars: Bars, at: npt.NDArray[np.intp]) -> Wide:
    return np.array([correlation_at(bars["high"], bars["low"], int(i), 20) for i in at], dtype=np.longdouble)


def money_flow(bars: Bars, at: npt.NDArray[np.intp]) -> Wide:
    """Chaikin's money flow of 20 bars, in fractions."""
    found = []
    for bar in at.tolist():
        flow, volume = Fraction(0), Fraction(0)
        for high, low, close, size in zip(
            *(bars[name][bar - 19 : bar + 1].tolist() for name in ("high", "low", "close", "volume")), strict=True
        ):
            h, lo, c = Fraction(high), Fraction(low), Fraction(close)
            flow += (2 * c - h - lo) / (h - lo) * Fraction(size) if high > low else 0
            volume += Fraction(size)
        found.append(float(flow / volume) if volume else float("nan"))
    return np.array(found, dtype=np.longdouble)


def money_flow_index(bars: Bars, at: npt.NDArray[np.intp]) -> Wide:
    """Relative strength of typical price times volume in 14 bars, in fractions, of prices as doubles hold them; 100 without any falling bar."""
    typical, volume = (bars["high"] + bars["low"] + bars["close"]) / 3.0, bars["volume"]
    found = []
    for bar in at.tolist():
        up, down = Fraction(0), Fraction(0)
        for i in range(bar - 13, bar + 1):
            flow = Fraction(float(typical[i])) * Fraction(float(volume[i]))
            up += flow if typical[i] > typical[i - 1] else 0
            down += flow if typical[i] < typical[i - 1] else 0
        found.append(float(100 * up / (up + down)) if down else 100.0)
    return np.array(found, dtype=np.longdouble)


def volume_weighted(bars: Bars, at: npt.NDArray[np.intp]) -> Wide:
    """The average close of 20 bars, weighted by volume, in fractions."""
    found = []
    for bar in at.tolist():
        closes, volumes = ([Fraction(v) for v in bars[name][bar - 19 : bar + 1].tolist()] for name in ("close", "volume"))
        paid, traded = sum(c * v for c, v in zip(closes, volumes, strict=True)), sum(volumes)
        found.append(float(paid / traded) if traded else float("nan"))
    return np.array(found, dtype=np.longdouble)


def volume_oscillator(bars: Bars, at: npt.NDArray[np.intp]) -> Wide:
    """The distance of the exponential averages of 12 and 26 bars of volume, in percent of the slow one."""
    volume = wide(bars["volume"])
    averages = []
    for n in (12, 26):
        y, found = volume[:n].mean(), np.full(len(volume), np.nan, np.longdouble)
        for i in range(n, len(volume)):
            y += 2 * (volume[i] - y) / np.longdouble(n + 1)
            found[i] = y
        averages.append(found)
    return (100 * (averages[0] - averages[1]) / averages[1])[at]


def relative_volatility(bars: Bars, at: npt.NDArray[np.intp]) -> Wide:
    """The share of Wilder's average of deviations on rising bars, over 14 bars; deviations are of 10."""
    x = wide(bars["close"])
    windows = np.lib.stride_tricks.sliding_window_view(x, 10)
    apart = windows - windows.mean(axis=1, keepdims=True)
    deviation = np.sqrt((apart * apart).mean(axis=1))
    moved = np.diff(x)[8:]
    found = np.full(len(x), np.nan, np.longdouble)
    up = down = np.longdouble(0)
    for i, (size, step) in enumerate(zip(deviation, moved, strict=True)):
        up += ((size if step > 0 else 0) - up) / np.longdouble(14)
        down += ((size if step < 0 else 0) - down) / np.longdouble(14)
        found[i + 9] = 100 * up / (up + down) if up + down else np.nan
    return found[at]


def smoothed(x: Wide) -> Wide:
    found = np.zeros_like(x)
    found[3:] = (4 * x[3:] + 3 * x[2:-1] + 2 * x[1:-2] + x[:-3]) / np.longdouble(10)
    return found


def cycle(bars: Bars) -> tuple[Wide, Wide, Wide]:
    """Length, in-phase and quadrature part of the cycle in the close."""
    tenth = [np.longdouble(v) for v in ("0.0962", "0.5769")]
    smooth = smoothed(wide(bars["close"]))
    rows = len(smooth)
    detrended, across, along_h, across_h = (np.zeros(rows, np.longdouble) for _ in range(4))
    lengths, alongs = np.zeros(rows, np.longdouble), np.zeros(rows, np.longdouble)
    zero = np.longdouble(0)
    i2 = q2 = re = im = period = length = zero
    fifth, rest = np.longdouble("0.2"), np.longdouble("0.8")

    def hilbert(v: Wide, at: int, pace: np.longdouble) -> np.longdouble:
        found: np.longdouble = (tenth[0] * (v[at] - v[at - 6]) + tenth[1] * (v[at - 2] - v[at - 4])) * pace
        return found

    for t in range(12, rows):
        pace = np.longdouble("0.075") * period + np.longdouble("0.54")
        detrended[t] = hilbert(smooth, t, pace) if t >= 9 else zero
        across[t] = hilbert(detrended, t, pace)
        alongs[t] = detrended[t - 3]
        along_h[t], across_h[t] = hilbert(alongs, t, pace), hilbert(across, t, pace)
        i_last, q_last = i2, q2
        i2 = fifth * (alongs[t] - across_h[t]) + rest * i2
        q2 = fifth * (across[t] + along_h[t]) + rest * q2
        re = fifth * (i2 * i_last + q2 * q_last) + rest * re
        im = fifth * (i2 * q_last - q2 * i_last) + rest * im
        seen = 2 * PI / np.arctan(im / re) if im and re else period
        held = min(max(max(min(seen, np.longdouble("1.5") * period), np.longdouble("0.67") * period), 6), 50)
        period = fifth * held + rest * period
        length = np.longdouble("0.33") * period + np.longdouble("0.67") * length
        lengths[t] = length
    return lengths, alongs, across


def phase(bars: Bars, length: npt.NDArray[np.float64] | Wide, at: npt.NDArray[np.intp]) -> Wide:
    """The phase of cycles of these lengths, in degrees."""
    smooth = smoothed(wide(bars["close"]))
    found = []
    for bar in at.tolist():
        bars_of = int(length[bar] + 0.5)
        window = smooth[bar - bars_of + 1 : bar + 1][::-1]
        angles = 2 * PI * np.arange(bars_of) / np.longdouble(bars_of)
        sines, cosines = (window * np.sin(angles)).sum(), (window * np.cos(angles)).sum()
        turned = np.arctan(sines / cosines) * 180 / PI + 90 + 360 / np.longdouble(length[bar]) + (180 if cosines < 0 else 0)
        found.append(turned - 360 if turned > 315 else turned)
    return np.array(found, dtype=np.longdouble)
