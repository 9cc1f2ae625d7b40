"""A finished backtest as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.statistics import json_values

if TYPE_CHECKING:
    from apextrade.backtesting import Result


def as_json(result: Result) -> dict[str, Any]:
    """What `apx backtest --json` prints: program, hash, data, settings, stats, trades, notes, warnings. What is not defined is null."""
    run, candles, program = result.run, result.candles, result.program
    return {
        "program": {"title": program.title, "file": program.source.name},
        "hash": program.hash,
        "data": {
            "symbol": candles.symbol,
            "source": candles.source,
            "timeframe": candles.timeframe,
            "bars": len(candles),
            "first": run.stamp(0),
            "last": run.stamp(len(candles) - 1),
            "fingerprint": candles.fingerprint(),
            "repairs": [problem.sentence for problem in candles.repairs],
        },
        "settings": run.settings | {"inputs": dict(result.inputs)},
        "stats": json_values(run.stats),
        "trades": list(run.trade_rows()),
        "notes": list(run.notes()),
        "warnings": list(result.warnings),
    }
