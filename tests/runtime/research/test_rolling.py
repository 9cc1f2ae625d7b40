"""Rolling statistics: equal to pandas, whole or in columns; exactly flat where nothing moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.research.rolling import returns_of, rolling

YEAR = 252.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(1, 7), st.floats(1e-8, 1e3))
def test_a_window_has_the_statistics_that_pandas_finds(seed: int, columns: int, wide: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    n = 60 * wide
    own, other = rng.normal(0.3, 1, n) * scale, rng.normal(0, 1, n) * scale
    found = rolling(own, other, np.arange(0, n, wide), columns, YEAR)
    frame = pd.DataFrame({"own": own, "other": other})
    window = frame.rolling(columns * wide)
    if columns * wide < 2:
        return
    deviation = window["own"].std()
    wanted = {
        "volatility": deviation * np.sqrt(YEAR),
        "sharpe": window["own"].mean() / deviation * np.sqrt(YEAR),
        "beta": frame["own"].rolling(columns * wide).cov(frame["other"]) / window["other"].var(),
    }
    for name, series in wanted.items():
        values, ours = series.to_numpy()[wide - 1 :: wide], getattr(found, name)
        assert np.isnan(ours[: columns - 1]).all()
        np.testing.assert_allclose(ours[columns - 1 :], values[columns - 1 :], rtol=1e-7, atol=1e-9)


def test_beta_to_itself_is_one_and_to_half_of_it_two() -> None:
    moves = np.random.default_rng(2).normal(0, 0.01, 400)
    np.testing.assert_allclose(rolling(moves, moves, np.arange(400), 50, YEAR).beta[49:], 1.0, rtol=1e-12)
    np.testing.assert_allclose(rolling(moves, moves / 2, np.arange(400), 50, YEAR).beta[49:], 2.0, rtol=1e-12)


def test_a_flat_window_has_no_volatility_and_no_sharpe_even_after_a_spike() -> None:
    moves = np.zeros(300)
    moves[50] = 1e12
    found = rolling(moves, moves, np.arange(300), 20, YEAR)
    assert (found.volatility[71:] == 0.0).all()
    assert np.isnan(found.sharpe[71:]).all()
    assert np.isnan(found.beta[71:]).all()


def test_unknown_bars_take_no_part_and_a_mostly_unknown_window_says_nothing() -> None:
    rng = np.random.default_rng(4)
    own, other = rng.normal(0, 1, 100), rng.normal(0, 1, 100)
    other[10:13] = np.nan
    own[50:75] = np.nan
    found = rolling(own, other, np.arange(100), 20, YEAR)
    part = own[[*range(3, 10), *range(13, 23)]]
    assert found.volatility[22] == pytest.approx(part.std(ddof=1) * np.sqrt(YEAR), rel=1e-12)
    assert np.isnan(found.sharpe[74])
    assert np.isfinite(found.sharpe[99])


def test_returns_are_unknown_from_a_ruined_account_on() -> None:
    found = returns_of(np.array([110.0, 55.0, 0.0, 5.0, np.nan, 6.0]), 100.0)
    np.testing.assert_allclose(found[:3], [0.1, -0.5, -1.0])
    assert np.isnan(found[3:]).all()
    assert np.isnan(rolling(found, found, np.arange(6), 9, YEAR).sharpe).all(), "a window longer than the history is never full"
