"""Nanoseconds a bar of library functions through `apx.ta` on a million bars, beside TA-Lib in the same run: a guard, not a race.

    python bench/kernels.py [--bars N] [--rounds N]

Each pair is compared first, on the bars after both have settled; a pair that disagrees is named and the exit code is 1. Both
sides allocate their results anew, as a caller would have them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import talib
from rig.computer import described
from rig.market import make_bars

import apextrade as apx

Floats = npt.NDArray[np.float64]

SETTLED = 2_000
"""Bars after which the seeds of recursive averages no longer matter."""
AGREES = 1e-7
"""Largest difference, as a share of the series' mean size: TA-Lib adds and subtracts along the series and drifts, ours does not.

Its variance is a difference of two large running sums, which costs half of the digits.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One function on both sides; each returns its columns in the same order."""

    name: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]


def pairs(bars: Floats) -> tuple[Pair, ...]:
    _, high, low, close, _ = bars
    ta = apx.ta
    return (
        Pair("sma 20", lambda: ta.sma(close, 20), lambda: talib.SMA(close, 20)),
        Pair("ema 20", lambda: ta.ema(close, 20), lambda: talib.EMA(close, 20)),
        Pair("rsi 14", lambda: ta.rsi(close, 14), lambda: talib.RSI(close, 14)),
        Pair("atr 14", lambda: ta.atr(high, low, close, 14), lambda: talib.ATR(high, low, close, 14)),
        Pair("bollinger 20, 2", lambda: ta.bollinger(close, 20, 2), lambda: talib.BBANDS(close, 20, 2.0, 2.0)),
        Pair("macd 12, 26, 9", lambda: ta.macd(close, 12, 26, 9), lambda: talib.MACD(close, 12, 26, 9)),
        Pair("highest 50", lambda: ta.highest(close, 50), lambda: talib.MAX(close, 50)),
        Pair("stdev 20", lambda: ta.stdev(close, 20), lambda: talib.STDDEV(close, 20)),
    )


def columns(found: Any, names: tuple[str, ...]) -> dict[str, Floats]:
    """One column, or several by name; TA-Lib's have ours' names in its own order."""
    if isinstance(found, np.ndarray):
        return {"": found}
    if hasattr(found, "_fields"):
        return {name: getattr(found, name) for name in names if name in found._fields}
    return dict(zip(names, found, strict=True))


ORDER = {"bollinger 20, 2": ("upper", "middle", "lower"), "macd 12, 26, 9": ("line", "signal", "histogram")}
"""The columns of TA-Lib's answers, by our names."""


def apart(pair: Pair) -> float:
    """The largest difference of any of the columns after settling, as a share of its mean size."""
    names = ORDER.get(pair.name, ())
    ours, theirs = columns(pair.ours(), names), columns(pair.theirs(), names)
    if ours.keys() != theirs.keys():
        return float("inf")
    shares = []
    for name in ours:
        a, b = ours[name][SETTLED:], theirs[name][SETTLED:]
        shares.append(float(np.abs(a - b).max() / np.abs(b).mean()))
    return max(shares, default=float("inf"))


def timed(call: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15, help="timed runs of each, interleaved")
    args = parser.parse_args()
    found = pairs(make_bars(args.bars))
    shares = {pair.name: apart(pair) for pair in found}
    wrong = [f"{name} differs by {share:.1e} of its size" for name, share in shares.items() if not share <= AGREES]
    if wrong:
        print("Not the same values, so no time is compared:", *wrong, sep="\n  ", file=sys.stderr)
        return 1
    seconds: dict[tuple[str, str], list[float]] = {(p.name, side): [] for p in found for side in ("ours", "theirs")}
    for at in range(args.rounds + 1):
        for pair in found:
            sides = [("ours", pair.ours), ("theirs", pair.theirs)]
            for side, call in sides if at % 2 else sides[::-1]:
                took = timed(call)
                if at:  # the first round warms up
                    seconds[pair.name, side].append(took)
    print(
        *described(),
        f"TA-Lib {talib.__version__} through its Python package; {args.bars:,} bars, {args.rounds} runs of each.",
        "",
        sep="\n",
    )
    print("| | ApexTrade ns/bar, median (min) | TA-Lib ns/bar, median (min) | ours / TA-Lib | largest difference |")
    print("|---|--:|--:|--:|--:|")
    ratios = []
    for pair in found:
        ours, theirs = seconds[pair.name, "ours"], seconds[pair.name, "theirs"]
        ratios.append(statistics.median(ours) / statistics.median(theirs))
        cells = [f"{1e9 * statistics.median(s) / args.bars:.2f} ({1e9 * min(s) / args.bars:.2f})" for s in (ours, theirs)]
        print(f"| {pair.name} | {cells[0]} | {cells[1]} | {ratios[-1]:.2f} | {shares[pair.name]:.1e} |")
    print(f"\nGeometric mean of ours / TA-Lib: {statistics.geometric_mean(ratios):.2f}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
