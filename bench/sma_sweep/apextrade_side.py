"""ApexTrade's side: the text compiled and swept by the public Python API, every time anew."""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
from rig.contest import compete
from rig.market import COLUMNS, bar_times
from sma_cross.rules import CAPITAL, COMMISSION, QUANTITY
from sma_sweep.rules import COMPARED, LENGTHS, SHORTEST, Cells, save

import apextrade as apx

LAST = SHORTEST + LENGTHS - 1
TEXT = f"""apx 1
strategy "SMA cross"
trade "X" every 1m

input fast = 20 bars in {SHORTEST} .. {LAST} step 1 bar
input slow = 50 bars in {SHORTEST} .. {LAST} step 1 bar
require fast < slow

settings
  capital {CAPITAL:.0f} USD
  commission {100 * COMMISSION:g}%
  slippage 0 ticks

when sma(close, fast) crosses above sma(close, slow)
  buy {QUANTITY:g} units

when sma(close, fast) crosses below sma(close, slow)
  exit position
"""


def candles_of(bars: np.ndarray) -> apx.Candles:  # type: ignore[type-arg]
    return apx.Candles.from_arrays(time=bar_times(bars.shape[1]), **dict(zip(COLUMNS, bars, strict=True)))


def swept(candles: apx.Candles, workers: int) -> object:
    """From text to the table of all pairs."""
    return apx.sweep(apx.compile(TEXT), candles, tick=0.01, workers=workers)


def cells_of(table: object) -> Cells:
    return Cells(**{name: table.statistic(name) for name in COMPARED})  # type: ignore[attr-defined]


def main(bars_path: str, workers: str) -> None:
    candles = candles_of(np.load(bars_path))
    compete(apx.__version__, partial(swept, candles, int(workers)), lambda table, path: save(cells_of(table), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
