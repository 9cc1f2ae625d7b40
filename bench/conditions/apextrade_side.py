"""ApexTrade's side: the text compiled and run by the public Python API, every time anew."""

from __future__ import annotations

import sys
from functools import partial

import numpy as np
from conditions.rules import (
    BAND,
    BAND_FACTOR,
    FAST,
    MIDDLE,
    PLACE,
    PLACE_TO,
    RANGE,
    SIGNAL,
    SLOW,
    STRENGTH,
    STRENGTH_FROM,
    STRENGTH_TO,
    TARGET,
    TICK,
    TRAIL,
    TREND,
)
from rig.contest import compete
from sma_cross.apextrade_side import as_arrays, as_tables, candles_of, record
from sma_cross.rules import CAPITAL, COMMISSION, QUANTITY, save

import apextrade as apx

TEXT = f"""apx 1
strategy "Eight conditions"
trade "X" every 1m

settings
  capital {CAPITAL:.0f} USD
  commission {100 * COMMISSION:g}%
  slippage 0 ticks

let strength = rsi(close, {STRENGTH})
let momentum_lines = macd(close, {FAST}, {SLOW}, {SIGNAL})
let range = atr({RANGE})

let trending = close > sma(close, {TREND}) and close > sma(close, {MIDDLE}) and ema(close, {FAST}) > ema(close, {SLOW})
let strong = strength > {STRENGTH_FROM:g} and strength < {STRENGTH_TO:g} and momentum_lines.line > momentum_lines.signal
let not_too_high = close < bollinger(close, {BAND}, {BAND_FACTOR:g}).upper and stochastic({PLACE}).k < {PLACE_TO:g}

when trending and strong and not_too_high
  buy {QUANTITY:g} units
    take profit at entry + {TARGET:g} * range
    trail by {TRAIL:g} * range
"""


def main(bars_path: str, form: str) -> None:
    candles = candles_of(np.load(bars_path))
    if form == "tables":
        import pandas  # noqa: F401  # ready before the clock starts, as the peer's libraries are
    run = partial(as_tables if form == "tables" else as_arrays, candles, TEXT, TICK)
    compete(apx.__version__, run, lambda outcome, path: save(record(outcome), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
