"""ApexTrade's side: the text compiled and run by the public Python API, every time anew."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial

import numpy as np
from pine_script.rules import COLUMNS, Floats, save
from rig import market
from rig.contest import compete

import apextrade as apx

TEXT = """apx 1
strategy "Six studies"

let fast = ema(close, 12)
let slow = ema(close, 26)
let strength = rsi(close, 14)
let upper = bollinger(close, 20, 2).upper
let spread = atr(14)
let go = fast crosses above slow and strength > 50

plot fast, slow, strength, upper, spread, go
"""


def run(candles: apx.Candles) -> Mapping[str, Floats]:
    """From text to the columns."""
    signals = apx.compile(TEXT).run(candles)
    return {name: signals[name] for name in COLUMNS}


def main(bars_path: str) -> None:
    bars = np.load(bars_path)
    candles = apx.Candles.from_arrays(time=market.bar_times(bars.shape[1]), **dict(zip(market.COLUMNS, bars, strict=True)))
    compete(apx.__version__, partial(run, candles), lambda columns, path: save(np.stack(list(columns.values())), path))


if __name__ == "__main__":
    main(*sys.argv[1:])
