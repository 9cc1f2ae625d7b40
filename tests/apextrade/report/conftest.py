"""Data of a report: real bars, and trades of a plain crossing of two averages made here."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import bokeh_sampledata
import numpy as np
import pytest

from apextrade.report import Overlay, Refusal, ReportData, TradeRow

DAY = 86_400_000_000
PROGRAM = """apx 1

strategy "Golden cross"  # <plain>
let quick = sma(close, 20)
when quick > close and close < 5
  buy 10% of equity
"""


def mean_of_last(values: np.ndarray, n: int) -> np.ndarray:
    out = np.full(len(values), np.nan)
    for i in range(n - 1, len(values)):
        out[i] = values[i - n + 1 : i + 1].mean()
    return out


def trade(
    number: int, time: np.ndarray, price: np.ndarray, start: int, end: int | None, side: str = "long", **facts: Any
) -> TradeRow:
    """A trade of 10 units between the closes of two bars."""
    sign = 1 if side == "long" else -1
    last = len(time) - 1 if end is None else end
    profit = sign * 10 * (price[last] - price[start])
    values: dict[str, Any] = {
        "id": number, "symbol": "AAPL", "side": side, "quantity": 10.0, "entry_time": int(time[start]),
        "entry_price": float(price[start]), "exit_time": None if end is None else int(time[end]),
        "exit_price": float("nan") if end is None else float(price[end]), "profit": float(profit),
        "profit_share": float(profit / (10 * price[start])), "commission": 1.0, "bars": last - start, "exit_reason": "signal",
        "mae": -0.01, "mfe": 0.02,
    }  # fmt: skip
    return TradeRow(**(values | facts))


def statistics(
    equity: np.ndarray, hold: np.ndarray, trades: list[TradeRow], position: np.ndarray, capital: float
) -> dict[str, float]:
    done = [t.profit for t in trades if not t.is_open]
    lost = -sum(p for p in done if p < 0)
    final, fall = float(equity[-1]), float((equity / np.maximum.accumulate(equity) - 1).min())
    return {
        "total_return": final / capital - 1, "annual_return": 0.0731, "sharpe": 1.234, "sortino": 1.789, "calmar": float("nan"),
        "max_drawdown": fall, "max_drawdown_bars": 123.0, "exposure": float((position != 0).mean()), "turnover": 3.21,
        "trades": float(len(done)), "win_rate": sum(p > 0 for p in done) / len(done) if done else float("nan"),
        "profit_factor": sum(p for p in done if p > 0) / lost if lost else float("nan"),
        "expectancy": sum(done) / len(done) if done else float("nan"), "buy_and_hold": float(hold[-1] / capital - 1),
        "final_equity": final, "commission": 52.25, "ambiguous_bars": 2.0, "targets_first": 0.234567,
    }  # fmt: skip


def real_bars() -> tuple[np.ndarray, ...]:
    """Ten years of a share's daily time, open, high, low, close."""
    path = Path(bokeh_sampledata.__file__).parent / "_data" / "stocks.csv.gz"
    with gzip.open(path, "rt") as file:
        rows = [line.split(",") for line in file if line.startswith("IBM,")]
    time = np.array([np.datetime64(r[1], "us").astype(np.int64) for r in rows])
    return (time, *(np.array([float(r[i]) for r in rows]) for i in range(2, 6)))


def report_of(
    time: np.ndarray, open_: np.ndarray, high: np.ndarray, low: np.ndarray, close: np.ndarray, **facts: Any
) -> ReportData:
    """Long while the last 20 closes are above the last 60 on average."""
    capital = 10_000.0
    quick, trend = mean_of_last(close, 20), mean_of_last(close, 60)
    held = np.where(quick > trend, 10.0, 0.0)
    held[0] = 0.0
    edges = np.flatnonzero(np.diff(held))
    ends = [(int(a), int(b)) for a, b in zip(edges[::2], [*edges[1::2], -1], strict=False)]
    trades = [trade(k + 1, time, close, a, None if b < 0 else b) for k, (a, b) in enumerate(ends)]
    position = np.concatenate(([0.0], held[:-1]))
    moves = np.nan_to_num(np.diff(close, prepend=close[:1]))
    equity, benchmark = capital + np.cumsum(position * moves), capital * close / close[0]
    stats = statistics(equity, benchmark, trades, position, capital)
    overlays = (Overlay("quick", quick), Overlay("trend", trend), Overlay("strength", 50 + quick - trend, "oscillator"))
    values: dict[str, Any] = {
        "title": "Golden cross", "doc": "Buys strength.", "program_text": PROGRAM, "program_hash": "8d969eef", "symbol": "AAPL",
        "time": time, "open": open_, "high": high, "low": low, "close": close, "equity": equity, "benchmark": benchmark,
        "position": position, "capital": capital, "trades": trades, "stats": stats, "timeframe_s": 86_400,
        "data_name": "IBM sample", "fingerprint": "b5bb9d80", "repairs": ("2 bars were made unknown.",), "overlays": overlays,
        "settings": (("Capital", "10,000 USD"),), "inputs": (("fast", "20 bars"),),
        "warnings": ("Nothing is protected by a stop.",),
        "refusals": (Refusal("the size is unknown", 3, int(time[0])),),
    }  # fmt: skip
    return ReportData(**(values | facts))


@pytest.fixture(scope="session")
def real() -> ReportData:
    return report_of(*real_bars())


@pytest.fixture(scope="session")
def make() -> Callable[..., ReportData]:
    """A report of n made-up bars; keywords replace its facts."""

    def build(n: int, step: int = DAY, **facts: Any) -> ReportData:
        rng = np.random.default_rng(7)
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, n)))
        open_ = np.concatenate((close[:1], close[:-1]))
        time = 1_500_000_000_000_000 // DAY * DAY + np.arange(n) * step
        high, low = np.maximum(open_, close) * 1.001, np.minimum(open_, close) * 0.999
        return replace(report_of(time, open_, high, low, close), **facts)

    return build


@pytest.fixture(scope="session")
def make_trade() -> Callable[..., TradeRow]:
    return trade
