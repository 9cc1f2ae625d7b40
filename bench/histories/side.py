"""One run in a process of its own: what it took, and what came of it, as a line of JSON.

python -m histories.side stream FILE BLOCK FOLDER | memory FILE - FOLDER | sweep FILE FASTS SLOWS
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from histories.rules import CROSSING, PROGRAM
from rig.computer import peak_bytes, resident_bytes

import apextrade as apx


def main() -> int:
    mode, file, *rest = sys.argv[1:]
    if mode == "sweep":
        return swept(Path(file), int(rest[0]), int(rest[1]))
    program, trades = apx.compile(PROGRAM), Path(rest[1]) / f"trades-{mode}-{rest[0]}.csv"
    before, begun, used = resident_bytes(), time.perf_counter(), time.process_time()
    if mode == "stream":
        found = apx.backtest_history(program, file, tick=0.01, files={"trades": trades}, block=int(rest[0]))
        count = found.outcome.trades
    else:
        from apextrade.commands.backtest import trade_columns
        from apextrade.tables import write_table

        candles = apx.Candles.from_parquet(file, symbol="BTCUSD")
        result = apx.backtest(program, candles, tick=0.01)
        write_table(trades, trade_columns(result))
        found, count = result, len(result.run.trade_rows_closed) + len(result.run.trade_rows_open)
    took, used = time.perf_counter() - begun, time.process_time() - used
    answer = {
        "seconds": took,
        "processor": used,
        "peak": peak_bytes(),
        "above": peak_bytes() - before,
        "trades": count,
        "hash": hashlib.sha256(trades.read_bytes()).hexdigest(),
        "stats": {name: value.hex() for name, value in found.stats.items()},
        "return": found.stats["total_return"],
    }
    trades.unlink()
    print(json.dumps(answer))
    return 0


def swept(file: Path, fasts: int, slows: int) -> int:
    program, candles = apx.compile(CROSSING), apx.Candles.from_parquet(file, symbol="BTCUSD")
    before, begun = resident_bytes(), time.perf_counter()
    table = apx.sweep(program, candles, fast=range(2, 2 + fasts), slow=range(500, 500 + slows), workers=1)
    took = time.perf_counter() - begun
    print(json.dumps({"seconds": took, "peak": peak_bytes(), "above": peak_bytes() - before, "runs": len(table)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
