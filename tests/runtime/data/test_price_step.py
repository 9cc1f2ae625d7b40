"""The step of prices is read from the prices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.data.price_step import price_step
from runtime.data.resolve import open_data


@given(decimals=st.integers(0, 5), seed=st.integers(0, 2**32 - 1), level=st.sampled_from([1.1, 37.0, 2500.0, 61_000.0]))
def test_prices_rounded_to_some_decimals_have_that_step(decimals: int, seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    prices = np.round(level * np.exp(np.cumsum(rng.normal(0, 0.01, 400))), decimals)
    fewest = max(len(f"{p:.{decimals}f}".rstrip("0").partition(".")[2]) for p in prices)  # by the digits as written
    found = price_step(prices)
    assert found is not None
    assert 10.0**-fewest <= found
    written = [f"{p:.{decimals}f}".rstrip("0").partition(".")[2] for p in prices]
    assert sum(10.0 ** -len(digits) >= found for digits in written) >= 0.9 * len(written)


@pytest.mark.parametrize("name", ["AAPL", "MSFT", "IBM", "GOOG"])
def test_samples_are_quoted_in_cents_though_older_bars_are_adjusted(tmp_path: Path, name: str) -> None:
    candles = open_data(name, store=tmp_path)
    assert price_step(candles.open, candles.high, candles.low, candles.close) == 0.01


def test_prices_on_no_grid_and_no_prices_have_no_step() -> None:
    assert price_step(np.random.default_rng(1).normal(100, 1, 300)) is None
    assert price_step(np.full(5, np.nan)) is None
    assert price_step() is None
