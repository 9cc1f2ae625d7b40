"""`apx.ta`: library functions on arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import talib

import apextrade as apx
from apextrade import ta
from apextrade.functions import describe

N = 300
RANDOM = np.random.default_rng(7)
CLOSE = 100 * np.exp(np.cumsum(RANDOM.normal(0, 0.01, N)))
OPEN = np.concatenate((CLOSE[:1], CLOSE[:-1]))
HIGH, LOW = np.maximum(OPEN, CLOSE) * 1.005, np.minimum(OPEN, CLOSE) * 0.995
VOLUME = RANDOM.integers(1, 1000, N).astype(np.float64)
TIME = np.datetime64("2020-01-06T00:00", "m") + np.arange(N) * 60


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(a.tobytes() == b.tobytes())


def test_arrays_come_first_and_then_windows() -> None:
    np.testing.assert_allclose(ta.rsi(CLOSE, 14)[14:], talib.RSI(CLOSE, 14)[14:], rtol=1e-11)
    assert np.isnan(ta.rsi(CLOSE, 14)[:14]).all()


def test_what_a_function_reads_of_the_market_comes_by_place_or_by_name() -> None:
    by_place = ta.atr(HIGH, LOW, CLOSE, 14)
    assert same(by_place, ta.atr(14, high=HIGH, low=LOW, close=CLOSE))
    assert same(by_place, ta.atr(high=HIGH, low=LOW, close=CLOSE, n=14))
    assert same(by_place, ta.atr(HIGH, LOW, CLOSE))  # 14 bars is its default
    assert not same(by_place, ta.atr(LOW, HIGH, CLOSE, 14))


def test_a_default_series_is_read_from_the_market_if_left_out() -> None:
    typical = (HIGH + LOW + CLOSE) / 3
    np.testing.assert_allclose(ta.cci(HIGH, LOW, CLOSE, 20)[19:], ta.cci(typical, 20)[19:], rtol=1e-9)
    assert same(ta.rsi(close=CLOSE, n=14), ta.rsi(CLOSE, 14))


def test_several_outputs_are_a_named_tuple() -> None:
    found = ta.macd(CLOSE, 12, 26, 9)
    assert found._fields == ("line", "signal", "histogram")
    assert same(found.histogram, ta.macd(CLOSE).histogram)


def test_a_condition_is_1_0_or_nan() -> None:
    found = ta.squeeze(HIGH, LOW, CLOSE)
    assert np.isnan(found[0])
    assert set(np.unique(found[30:])) <= {0.0, 1.0}
    up = np.where(np.arange(N) % 3 == 0, np.nan, CLOSE > OPEN)
    assert same(ta.count(CLOSE > OPEN, 5), ta.count((CLOSE > OPEN).astype(float), 5))
    assert np.isnan(ta.count(up, 5)).all()


def test_numbers_may_stand_where_arrays_could() -> None:
    assert same(ta.clamp(CLOSE, 99, 101), np.clip(CLOSE, 99.0, 101.0))
    assert same(ta.clamp(CLOSE, least=99, most=101), np.clip(CLOSE, 99.0, 101.0))


def test_values_need_not_be_prices() -> None:
    """Names of the market stand for the arrays inside; nothing about prices may be taken for granted."""
    changes = np.diff(CLOSE, prepend=CLOSE[0])
    assert same(ta.abs(changes), np.abs(changes))
    np.testing.assert_array_equal(ta.sqrt(changes), np.where(changes >= 0, np.sqrt(np.abs(changes)), np.nan))
    np.testing.assert_allclose(ta.sma(-CLOSE, 5)[4:], -ta.sma(CLOSE, 5)[4:], rtol=1e-15)
    assert ta.highest(-CLOSE, 3)[2] == -CLOSE[:3].min()
    np.testing.assert_allclose(ta.correlation(changes, -changes, 20)[20:], -1.0, atol=1e-12)


def test_unknown_goes_in_and_out() -> None:
    holed = CLOSE.copy()
    holed[100] = np.nan
    assert np.isnan(ta.sma(holed, 5)[100:105]).all()
    assert np.isfinite(ta.sma(holed, 5)[105:]).all()


def test_a_function_that_reads_the_clock_takes_times() -> None:
    found = ta.vwap(HIGH, LOW, CLOSE, VOLUME, time=TIME)
    upper = getattr(found, found._fields[0]) if hasattr(found, "_fields") else found
    assert np.isfinite(upper[24:]).all()
    with pytest.raises(TypeError, match="time"):
        ta.vwap(HIGH, LOW, CLOSE, VOLUME)


def test_lists_and_whole_numbers_are_taken() -> None:
    assert ta.sma([1, 2, 3, 4], 2).tolist()[1:] == [1.5, 2.5, 3.5]


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: ta.rsi(CLOSE, 0), apx.InputError, "at least 1 bar"),
        (lambda: ta.rsi(CLOSE, 2.5), apx.InputError, "whole number"),
        (lambda: ta.rsi(CLOSE, float("nan")), TypeError, "takes a number"),
        (lambda: ta.rsi(CLOSE, 14, 3), TypeError, r"ta\.rsi\(close, n\)"),
        (lambda: ta.rsi(), TypeError, "0 arrays"),
        (lambda: ta.atr(CLOSE, 14), TypeError, r"ta\.atr\(high, low, close, n\)"),
        (lambda: ta.rsi(CLOSE, length=3), TypeError, "no argument 'length'"),
        (lambda: ta.rsi(CLOSE, close=3), TypeError, "close is an array"),
        (lambda: ta.correlation(CLOSE, CLOSE[1:], 5), ValueError, "300"),
        (lambda: ta.rsi(CLOSE.reshape(2, -1), 3), TypeError, "2 dimensions"),
        (lambda: ta.nothing_like_it, AttributeError, "nothing_like_it"),
    ],
)
def test_a_wrong_call_says_how_it_is_right(call: Callable[[], Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        call()


@pytest.mark.parametrize("name", dir(ta))
def test_every_function_of_the_library_runs_on_arrays(name: str) -> None:
    described = describe(name)
    given: dict[str, Any] = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE, "volume": VOLUME, "time": TIME}
    positional: list[Any] = []
    for argument in described.arguments:
        if argument.default:
            continue
        series = CLOSE / CLOSE.max() if name in ("asin", "acos") else CLOSE
        value = {"series": series, "condition": CLOSE > OPEN, "window": 5, "number": 0.5}[argument.kind]
        if described.theme == "one bar":
            positional.append(value)
        else:
            given[argument.name] = value
    found = getattr(ta, name)(*positional, **given)
    for column in found if hasattr(found, "_fields") else (found,):
        assert column.shape == (N,)
        assert column.dtype == np.float64
        assert np.isfinite(column).any(), f"{name} is unknown everywhere"
