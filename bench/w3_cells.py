"""A sweep of 4,950 pairs over many bars, and 200 of its cells drawn at random held against the same backtest alone, to the bit.

python bench/w3_cells.py [--bars N] [--cells N]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rig.computer import described
from rig.market import bars_file
from sma_sweep.apextrade_side import TEXT, candles_of, swept
from sma_sweep.rules import pairs

import apextrade as apx
from runtime.statistics import COLUMNS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=100_000)
    parser.add_argument("--cells", type=int, default=200, help="drawn at random, the same each time")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        candles = candles_of(np.load(bars_file(Path(folder), args.bars)))
    begun = time.perf_counter()
    rows = swept(candles, 2).rows.values
    took = time.perf_counter() - begun
    program, every = apx.compile(TEXT), pairs()
    differ = []
    for at in random.Random(2026).sample(range(len(every)), args.cells):
        fast, slow = every[at]
        stats = apx.backtest(program, candles, tick=0.01, fast=fast, slow=slow).stats
        alone = np.array([stats.get(name, np.nan) for name in COLUMNS])
        if np.where(np.isnan(alone), np.nan, alone).tobytes() != np.where(np.isnan(rows[at]), np.nan, rows[at]).tobytes():
            differ.append((fast, slow))
    print("\n".join(described()))
    print(f"A sweep of {len(rows):,} pairs over {args.bars:,} bars, two threads: {took:.2f} s.")
    if differ:
        print(f"{len(differ)} of {args.cells} cells differ from their single runs: {differ}", file=sys.stderr)
        return 1
    print(f"{args.cells} random cells equal their single runs in all {len(COLUMNS)} figures, to the bit.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
