"""One rule of comparisons and arithmetic on the prices of a bar, from .apx text, beside NumPy, numexpr and polars where they are installed.

    python bench/w6_elementwise.py [--bars N] [--rounds N]

All give one truth a bar; they are compared first, and the exit code is 1 if a bar differs.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from rig.computer import described
from rig.market import bar_times, make_bars
from rig.rounds import table, taking_turns

import apextrade as apx

TEXT = """apx 1
strategy "a rule of one bar"
trade "X" every 1m
let rule = (close > open and (high - low) / close > 0.0008 and close - low > 0.6 * (high - low)) or (abs(close - open) / open > 0.0015 and volume > 5000)
"""
NUMEXPR = (
    "((close > open) & ((high - low) / close > 0.0008) & ((close - low) > 0.6 * (high - low)))"
    " | ((abs(close - open) / open > 0.0015) & (volume > 5000))"
)


def sides(bars: npt.NDArray[np.float64]) -> dict[str, Callable[[], Any]]:
    """Each side as a call that returns its truths."""
    opened, high, low, close, volume = (np.ascontiguousarray(column) for column in bars)
    candles = apx.Candles.from_arrays(
        time=bar_times(len(close)), open=opened, high=high, low=low, close=close, volume=volume, symbol="X"
    )
    program = apx.compile(TEXT)

    def with_numpy() -> Any:
        strong = (close > opened) & ((high - low) / close > 0.0008) & ((close - low) > 0.6 * (high - low))
        return strong | ((np.abs(close - opened) / opened > 0.0015) & (volume > 5000))

    found: dict[str, Callable[[], Any]] = {"ApexTrade": lambda: program.run(candles)._raw["rule"], "NumPy": with_numpy}
    if importlib.util.find_spec("numexpr"):
        import numexpr

        numexpr.set_num_threads(1)
        names = {"open": opened, "high": high, "low": low, "close": close, "volume": volume}
        found["numexpr, one thread"] = lambda: numexpr.evaluate(NUMEXPR, local_dict=names)
    if importlib.util.find_spec("polars"):
        import polars as pl

        frame = pl.DataFrame({"open": opened, "high": high, "low": low, "close": close, "volume": volume})
        o, h, lo, c, v = (pl.col(name) for name in ("open", "high", "low", "close", "volume"))
        strong = (c > o) & ((h - lo) / c > 0.0008) & ((c - lo) > 0.6 * (h - lo))
        asked = (strong | (((c - o).abs() / o > 0.0015) & (v > 5000))).alias("rule")
        found["polars, its own threads"] = lambda: frame.select(asked)["rule"]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=25)
    args = parser.parse_args()
    found = sides(make_bars(args.bars))
    truths = {name: np.asarray(call()) for name, call in found.items()}
    truths["ApexTrade"] = truths["ApexTrade"] == 2.0
    for name, truth in truths.items():
        differ = int((truth.astype(bool) != truths["NumPy"]).sum())
        if differ:
            print(f"{name} differs from NumPy on {differ} bars, so no time is compared.", file=sys.stderr)
            return 1
    seconds = taking_turns(found, args.rounds)
    print(
        *described(),
        f"{args.bars:,} bars, {args.rounds} runs of each; true on {int(truths['NumPy'].sum()):,} bars.",
        "",
        sep="\n",
    )
    print(table(seconds, args.bars, "ApexTrade"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
