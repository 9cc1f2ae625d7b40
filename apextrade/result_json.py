"""A finished backtest as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.result import stamp
from runtime.statistics import json_values

if TYPE_CHECKING:
    from apextrade.backtesting import Result
    from apextrade.portfolio import PortfolioRun
    from runtime.candles import Candles


def as_json(result: Result | PortfolioRun) -> dict[str, Any]:
    """What `apx backtest --json` prints: program, hash, data, settings, stats, trades, notes, warnings. What is not defined is null."""
    from apextrade.backtesting import Result

    if not isinstance(result, Result):
        return portfolio_json(result)
    run, candles, program = result.run, result.candles, result.program
    return {
        "program": {"title": program.title, "file": program.source.name},
        "hash": program.hash,
        "data": data_json(candles),
        "settings": run.settings | {"inputs": dict(result.inputs)},
        "stats": json_values(run.stats),
        "trades": list(run.trade_rows()),
        "notes": list(run.notes()),
        "warnings": list(result.warnings),
    }


def data_json(candles: Candles) -> dict[str, Any]:
    """Where bars came from, and which they are."""
    return {
        "symbol": candles.symbol,
        "source": candles.source,
        "timeframe": candles.timeframe,
        "bars": len(candles),
        "first": stamp(candles.time, 0),
        "last": stamp(candles.time, len(candles) - 1),
        "fingerprint": candles.fingerprint(),
        "repairs": [problem.sentence for problem in candles.repairs],
    }


def portfolio_json(result: PortfolioRun) -> dict[str, Any]:
    """The same for several instruments: `data` is a list, and `instruments` holds the statistics of each as shares of the account's capital."""
    run, program = result.run, result.program
    return {
        "program": {"title": program.title, "file": program.source.name},
        "hash": program.hash,
        "data": [data_json(candles) for candles in result.candles.values()],
        "settings": run.settings | {"inputs": dict(result.inputs)},
        "stats": json_values(run.stats),
        "traded": run.traded,
        "instruments": {leg.symbol: json_values(leg.stats) for leg in run.legs},
        "trades": list(run.trade_rows()),
        "rotations": list(run.rotation_records()),
        "notes": list(run.notes()),
        "warnings": list(result.warnings),
    }
