"""A backtest over adjusted bars against a broker who lives in traded prices, on real shares over their splits and over some made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.data.csv_reader import read_csv
from runtime.data.samples import SAMPLES, SPLITS, _prices_file
from runtime.data.splits import Split
from runtime.machine.instrument import Instrument
from runtime.result import BacktestResult
from tests.laws.running import compiled
from tests.oracle.naive_splits import PROGRAM, NaiveSplits

CENT = Instrument(tick=0.01, lot=1.0)
RATIOS = (2.0, 3.0, 0.5, 1.5, 4.0, 0.2, 0.1, 5.0)
EVERY = 170
"""Bars between two splits made by hand."""


def traded(symbol: str) -> tuple[Candles, list[Split]]:
    """A share's bars as they would have been traded with further splits, and all of them."""
    raw = replace(Candles.from_raw(read_csv(_prices_file(symbol), only=symbol)), symbol=symbol)
    splits, by = [Split(day, ratio) for day, ratio in SPLITS.get(symbol, ())], np.ones(len(raw))
    for ratio, at in zip(np.tile(RATIOS, 4), range(EVERY, len(raw), EVERY), strict=False):
        splits.append(Split(raw.time[at].astype("M8[us]"), float(ratio)))
        by[at:] *= ratio
    prices = {name: getattr(raw, name) / by for name in ("open", "high", "low", "close")}
    return replace(raw, **prices, volume=raw.volume * by, _calendar={}), splits


def numbers_of(raw: Candles, seed: int) -> dict[str, float]:
    """Dollars at which something happens now and then."""
    rng = np.random.default_rng(seed)
    middle = float(np.quantile(raw.close, rng.uniform(0.3, 0.7)))
    near = {"high": 1.0, "low": 0.8, "floor": 0.55, "exit": 0.6, "target": 1.9, "top": 2.4, "stop": 0.3, "trail": 0.35}
    found = {name: round(middle * share * float(rng.uniform(0.9, 1.1)), 2) for name, share in near.items()}
    return {**found, "shares": int(rng.integers(20, 400)), "volume": int(np.quantile(raw.volume, 0.2))}


def told(result: BacktestResult, raw: Candles) -> list[tuple[int, str, float, float]]:
    """The fills as a result says them."""
    bars = {int(time): row for row, time in enumerate(raw.time.tolist())}
    found = []
    for fill in result.fill_records():
        when = int(np.datetime64(fill["time"].removesuffix("Z"), "us").astype(np.int64))
        found.append((bars[when], fill["side"], fill["quantity"], fill["price"]))
    return found


@pytest.mark.parametrize("to", ["first", "last"])
@pytest.mark.parametrize("symbol", SAMPLES)
def test_the_same_fills_and_money_as_a_broker_of_traded_prices(symbol: str, to: Literal["first", "last"]) -> None:
    raw, splits = traded(symbol)
    candles = raw.adjusted(splits, to=to)
    at = {int(np.searchsorted(raw.time, split.micros)): split.ratio for split in splits}
    rows = list(zip(*(getattr(raw, name).tolist() for name in ("open", "high", "low", "close", "volume")), strict=True))
    fills = over_a_split = 0
    for seed in range(6):
        numbers = numbers_of(raw, seed)
        plan = compiled(PROGRAM.format(**{n: str(v) for n, v in numbers.items()})).plan({}, CENT.tick, "backtest", True)
        result = backtest(plan, candles, instrument=CENT)
        naive = NaiveSplits(numbers, CENT.tick)
        equity = [naive.bar(i, *row, at.get(i, 1.0)) for i, row in enumerate(rows)]
        found = told(result, raw)
        assert len(found) == len(naive.fills)
        for one, other in zip(found, naive.fills, strict=True):
            assert one[:2] == other[:2]
            assert one[2:] == pytest.approx(other[2:], rel=1e-9)
        assert result.equity_values == pytest.approx(equity, rel=1e-9)
        fills += len(found)
        over_a_split += sum(q != numbers["shares"] for _, side, q, _ in naive.fills if side == "sell")
    assert fills > 30
    assert over_a_split > 3
