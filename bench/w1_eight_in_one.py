"""Eight indicators and eight conditions of them in one run of an .apx text, beside TA-Lib and NumPy.

    python bench/w1_eight_in_one.py [--bars N] [--rounds N]

Both sides give eight truths a bar. They are compared first, after the averages have settled: on less than one bar in 100,000 may a
condition differ, where two values are equal but for rounding; else the exit code is 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import talib
from rig.computer import described
from rig.market import bar_times, make_bars
from rig.rounds import table, taking_turns

import apextrade as apx

SETTLED = 2_000
CONDITIONS = (
    "close > sma(close, 20)",
    "ema(close, 20) > sma(close, 20)",
    "rsi(close, 14) < 40",
    "high - low > atr(14)",
    "close < bollinger(close, 20, 2).lower",
    "macd(close, 12, 26, 9).histogram > 0",
    "close >= highest(close, 50)",
    "stdev(close, 20) > 0.1",
)


def text() -> str:
    lines = [f"let c{i} = {condition}" for i, condition in enumerate(CONDITIONS)]
    return "\n".join(['apx 1\nstrategy "eight in one"\ntrade "X" every 1m', *lines, ""])


def with_talib(bars: npt.NDArray[np.float64]) -> list[Any]:
    _, high, low, close, _ = bars
    average = talib.SMA(close, 20)
    _, _, below = talib.BBANDS(close, 20, 2.0, 2.0)
    return [
        close > average,
        talib.EMA(close, 20) > average,
        talib.RSI(close, 14) < 40,
        high - low > talib.ATR(high, low, close, 14),
        close < below,
        talib.MACD(close, 12, 26, 9)[2] > 0,
        close >= talib.MAX(close, 50),
        talib.STDDEV(close, 20) > 0.1,
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    bars = make_bars(args.bars)
    opened, high, low, close, volume = (np.ascontiguousarray(column) for column in bars)
    candles = apx.Candles.from_arrays(
        time=bar_times(args.bars), open=opened, high=high, low=low, close=close, volume=volume, symbol="X"
    )
    program = apx.compile(text())
    signals = program.run(candles)
    names = list(signals)
    for name, theirs, condition in zip(names, with_talib(bars), CONDITIONS, strict=True):
        differ = int(((signals._raw[name] == 2.0) != theirs)[SETTLED:].sum())
        if differ > args.bars / 100_000:
            print(f"`{condition}` differs on {differ} bars, so no time is compared.", file=sys.stderr)
            return 1
    calls: dict[str, Callable[[], Any]] = {
        "ApexTrade": lambda: program.run(candles),
        "TA-Lib and NumPy": lambda: with_talib(bars),
    }
    seconds = taking_turns(calls, args.rounds)
    print(*described(), f"{args.bars:,} bars, {args.rounds} runs of each.", "", sep="\n")
    print(table(seconds, args.bars, "TA-Lib and NumPy"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
