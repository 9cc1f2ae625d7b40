"""A finished run as a comparison needs it: from a result, or from the file it was saved to."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from apextrade.failures import UsageError
from runtime.statistics import STATISTICS

if TYPE_CHECKING:
    from apextrade.backtesting import Result
    from apextrade.portfolio import PortfolioRun

Floats = NDArray[np.float64]
Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """name: what the run is called. time: microseconds since 1970 UTC, rising, shape (n,). equity: account currency at each close, NaN unknown.
    capital: above 0. stats: by the names of runtime/statistics.py, NaN undefined."""

    name: str
    time: Micros
    equity: Floats
    capital: float
    currency: str
    symbols: tuple[str, ...]
    stats: Mapping[str, float]

    @property
    def growth(self) -> Floats:
        """Equity over capital: 1 is where the run began."""
        grown: Floats = self.equity / self.capital
        return grown


def of_result(result: Result | PortfolioRun, name: str = "") -> Ran:
    """A run of this session."""
    run = result.run
    symbols = tuple(result.candles) if isinstance(result.candles, Mapping) else (result.candles.symbol,)
    return Ran(
        name=name or result.program.title or "Backtest",
        time=run.time,
        equity=run.equity_values,
        capital=run.account.capital,
        currency=run.account.currency,
        symbols=tuple(s for s in symbols if s),
        stats=run.stats,
    )


def of_file(path: Path) -> Ran:
    """A run that `apx backtest --out FILE.json` saved, called as the file is. Raises UsageError for a file that holds none."""
    try:
        found: Any = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"There is no file {path}.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not a result: {getattr(error, 'strerror', None) or error}.") from None
    try:
        return _read(found, path.stem)
    except _NoResult as error:
        raise UsageError(
            f"{path} is not a result that can be compared: {error} Save one with `apx backtest --out FILE.json`."
        ) from None


class _NoResult(Exception):
    """What is wrong with a file, as a sentence."""


def _read(found: Any, name: str) -> Ran:
    if not isinstance(found, dict) or not isinstance(found.get("stats"), dict):
        raise _NoResult("it holds no statistics.")
    curve, settings = found.get("equity"), found.get("settings")
    if not isinstance(curve, dict) or not isinstance(settings, dict):
        raise _NoResult("it holds no equity curve.")
    try:
        texts = [str(text).removesuffix("Z") for text in curve["time"]]
        time = np.array(texts, dtype="M8[us]").astype(np.int64)
        equity = np.array([math.nan if v is None else float(v) for v in curve["equity"]], dtype=np.float64)
        capital, currency = float(settings["capital"]), str(settings.get("currency") or "")
        stats = {s.name: _number(found["stats"].get(s.name)) for s in STATISTICS}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _NoResult(f"its equity, capital or statistics can't be read ({error}).") from None
    if len(time) != len(equity) or not len(time) or not bool((np.diff(time) > 0).all()) or not 0 < capital < math.inf:
        raise _NoResult("its equity is not one value for each of rising times, from a capital above zero.")
    data = found.get("data")
    parts = data if isinstance(data, list) else [data]
    symbols = tuple(str(part["symbol"]) for part in parts if isinstance(part, dict) and part.get("symbol"))
    return Ran(name, time, equity, capital, currency, symbols, stats)


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)
