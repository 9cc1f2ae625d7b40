"""A finished backtest as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from apextrade.tables import iso_times
from runtime.result import nan_to_none, stamp
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


def saved_text(result: Result | PortfolioRun) -> str:
    """The whole result as a file: what `apx backtest --json` prints, and with it orders, fills, and equity, cash and position at each close.

    Numbers are the shortest text that reads back as themselves.
    """
    run = result.run
    held = run.position_values
    columns = {"equity": run.equity_values, "cash": run.cash_values}
    columns |= {f"position {symbol}": values for symbol, values in held.items()} if isinstance(held, dict) else {"position": held}
    curve: dict[str, Any] = {"time": iso_times(run.time)}
    curve |= {name: [nan_to_none(value) for value in values.tolist()] for name, values in columns.items()}
    orders = [{k: v for k, v in order.items() if k != "span"} for order in run.order_records()]
    whole = as_json(result) | {"orders": orders, "fills": list(run.fill_records()), "equity": curve}
    return json.dumps(whole, allow_nan=False, separators=(",", ":")) + "\n"
