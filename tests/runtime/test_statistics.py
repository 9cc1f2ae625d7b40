"""Statistics against an independent library, against hand-worked cases, and where they are not defined."""

from __future__ import annotations

import importlib.util
import math
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import empyrical
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import figures
from runtime.equity_path import measure_path
from runtime.statistics import STATISTICS, Run, bars_per_year, json_values, statistics

DAY = 86_400_000_000
NONE = np.empty(0)


def a_run(equity: list[float] | np.ndarray, capital: float = 100.0, days: float = 1.0) -> Run:  # type: ignore[type-arg]
    values = np.array(equity, dtype=float)
    time = (np.arange(len(values)) * int(days * DAY)).astype(np.int64)
    return Run(time, values.copy(), values, capital, NONE, NONE, NONE, 0, 0.0, 0.0, 0, 0)


def walk(n: int, seed: int) -> np.ndarray:  # type: ignore[type-arg]
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0002, 0.01, n)))  # type: ignore[no-any-return]


def test_a_thousand_random_series_agree_with_empyrical_within_1e_10() -> None:
    """Of any length, drift, roughness and bar; relative to values above 1."""
    rng = np.random.default_rng(20_240_229)
    for _ in range(1000):
        n = int(rng.integers(2, 400))
        equity = 100 * np.exp(np.cumsum(rng.normal(rng.normal(0, 0.001), 10 ** rng.uniform(-4, -1.2), n)))
        run = a_run(equity, days=float(rng.choice([1 / 24, 1.0, 7.0])))
        found, year = statistics(run), bars_per_year(run.time)
        before = np.concatenate(([100.0], equity[:-1]))
        returns = equity / before - 1.0
        expected = {
            "total_return": empyrical.cum_returns_final(returns),
            "volatility": empyrical.annual_volatility(returns, annualization=year),
            "sharpe": empyrical.sharpe_ratio(returns, annualization=year),
            "sortino": empyrical.sortino_ratio(returns, annualization=year),
            "max_drawdown": -empyrical.max_drawdown(returns),
        }
        growth = empyrical.annual_return(returns, annualization=year)
        if abs(growth) < 1e3:  # beyond, the power magnifies the rounding of its exponent
            expected["annual_return"] = growth
            if expected["max_drawdown"] > 0:
                expected["calmar"] = empyrical.calmar_ratio(returns, annualization=year)
        for name, value in expected.items():
            if math.isfinite(value):
                assert found[name] == pytest.approx(value, rel=1e-10, abs=1e-10), (name, n)


@pytest.mark.parametrize("n", [2, 3, 50, 2047, 2048, 2049, 10_000])
def test_risk_and_return_agree_with_empyrical(n: int) -> None:
    equity = walk(n, n)
    found = statistics(a_run(equity))
    returns = np.diff(np.concatenate(([100.0], equity))) / np.concatenate(([100.0], equity[:-1]))
    year = bars_per_year(a_run(equity).time)
    expected = {
        "total_return": empyrical.cum_returns_final(returns),
        "annual_return": empyrical.annual_return(returns, annualization=year),
        "volatility": empyrical.annual_volatility(returns, annualization=year),
        "sharpe": empyrical.sharpe_ratio(returns, annualization=year),
        "sortino": empyrical.sortino_ratio(returns, annualization=year),
        "max_drawdown": -empyrical.max_drawdown(returns),
    }
    for name, value in expected.items():
        if math.isfinite(value):
            assert found[name] == pytest.approx(value, rel=1e-9), name
    if found["max_drawdown"] > 0:
        assert found["calmar"] == pytest.approx(found["annual_return"] / found["max_drawdown"], rel=1e-12)


@given(st.lists(st.floats(1.0, 1e6), min_size=2, max_size=60))
def test_drawdown_and_its_length_equal_a_plain_count(equity: list[float]) -> None:
    peak, deepest, under, longest = 100.0, 0.0, 0, 0
    for value in equity:
        peak = max(peak, value)
        deepest = max(deepest, (peak - value) / peak)
        under = under + 1 if value < peak else 0
        longest = max(longest, under)
    path = measure_path(np.array(equity), 100.0)
    assert (path.drawdown, path.drawdown_bars) == (deepest, longest)


def test_bars_per_year_is_measured_from_the_times() -> None:
    weekdays = np.array(
        [d for d in np.arange(np.datetime64("2010-01-01"), np.datetime64("2020-01-01")) if np.is_busday(d)], dtype="M8[us]"
    )
    assert bars_per_year(weekdays.astype(np.int64)) == pytest.approx(261, abs=0.5)
    assert bars_per_year(np.arange(10, dtype=np.int64) * 3_600_000_000) == pytest.approx(24 * 365.25)
    assert math.isnan(bars_per_year(np.array([5], dtype=np.int64)))


def test_trade_statistics_of_four_trades() -> None:
    profit, value = np.array([10.0, -5.0, 20.0, 0.0]), np.array([100.0, 100.0, 400.0, 100.0])
    run = replace(
        a_run([100, 110, 105, 125]),
        profit=profit,
        entry_value=value,
        bars=np.array([1.0, 2.0, 3.0, 6.0]),
        exposed=3,
        traded=220.0,
        commission=1.5,
    )
    found = statistics(run)
    assert found["trades"] == 4
    assert found["win_rate"] == 0.5
    assert found["profit_factor"] == 6.0
    assert found["expectancy"] == 6.25
    assert found["average_trade"] == pytest.approx((0.1 - 0.05 + 0.05 + 0.0) / 4)
    assert (found["best_trade"], found["worst_trade"]) == (0.1, -0.05)
    assert found["average_bars"] == 3.0
    assert found["exposure"] == 0.75
    assert found["turnover"] == pytest.approx(2.0)
    assert found["buy_and_hold"] == 0.25
    assert found["commission"] == 1.5


def test_what_is_not_defined_is_nan_and_none_in_json() -> None:
    found = statistics(a_run([100.0, 100.0, 100.0]))
    assert found["total_return"] == 0.0
    assert found["max_drawdown"] == 0.0
    undefined = ["sharpe", "sortino", "calmar", "win_rate", "profit_factor", "expectancy", "average_trade", "best_trade"]
    assert all(math.isnan(found[name]) for name in undefined)
    values = json_values(found)
    assert all(values[name] is None for name in undefined)
    assert values["trades"] == 0
    assert isinstance(values["max_drawdown_bars"], int)


def test_no_losing_trade_leaves_the_profit_factor_undefined() -> None:
    run = replace(a_run([100, 110]), profit=np.array([10.0]), entry_value=np.array([100.0]), bars=np.array([1.0]))
    assert math.isnan(statistics(run)["profit_factor"])


def test_one_bar_and_no_bars_are_not_an_error() -> None:
    assert math.isnan(statistics(a_run([100.0]))["sharpe"])
    assert math.isnan(statistics(a_run([]))["total_return"])
    assert statistics(a_run([]))["final_equity"] == 100.0


def test_equity_at_or_below_zero_leaves_risk_undefined() -> None:
    found = statistics(a_run([100.0, 50.0, -10.0, 20.0]))
    assert math.isnan(found["sharpe"])
    assert math.isnan(found["sortino"])
    assert found["max_drawdown"] == pytest.approx(1.1)
    assert math.isnan(statistics(a_run([100.0, -10.0]))["annual_return"])


def test_equity_below_zero_within_a_block_that_recovers_leaves_risk_undefined() -> None:
    assert math.isnan(measure_path(np.array([100.0, 0.0, 200.0]), 100.0).mean)


def test_unknown_closes_do_not_spoil_buy_and_hold() -> None:
    run = replace(a_run([100, 100, 100]), close=np.array([math.nan, 50.0, 60.0]))
    assert statistics(run)["buy_and_hold"] == pytest.approx(0.2)


def test_the_statistics_are_those_that_are_declared() -> None:
    assert list(statistics(a_run([100.0, 101.0]))) == [statistic.name for statistic in STATISTICS]
    assert all(statistic.text.endswith(".") for statistic in STATISTICS)


def plain_figures() -> ModuleType:
    """runtime/figures.py and what it measures equity with as plain Python, whatever binaries there are."""
    root, names = Path(__file__).parents[2], ("runtime.equity_path", "runtime.figures")
    kept = {name: sys.modules.get(name) for name in names}
    try:
        for name in names:
            spec = importlib.util.spec_from_file_location(name, root / f"{name.replace('.', '/')}.py")
            assert spec
            assert spec.loader
            sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[name])
        return sys.modules["runtime.figures"]
    finally:
        for name, module in kept.items():
            sys.modules.pop(name) if module is None else sys.modules.__setitem__(name, module)


PLAIN = plain_figures()


@given(st.integers(0, 2**32 - 1), st.integers(0, 5_000), st.integers(0, 9), st.sampled_from(["calm", "still", "ruin"]))
def test_compiled_and_plain_figures_are_the_same_bits(seed: int, bars: int, trades: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    equity = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, bars)))
    if kind == "still":  # most stretches stand still, some begin or end within a grain
        equity = np.repeat(equity[::37], 37)[:bars]
    if kind == "ruin":
        equity -= 95.0
    closed = rng.normal(0.0, 5.0, (trades, 3))
    closed[:, 1] = 50.0 + np.abs(closed[:, 1])
    arguments = (equity, 100.0, closed, bars // 2, 500.0, 3.0, 1, 2.0)
    found = figures.Figures(bars, 252.0, 0.1).measure(*arguments)
    expected = PLAIN.Figures(bars, 252.0, 0.1).measure(*arguments)
    assert np.array(found).tobytes() == np.array(expected).tobytes() or np.array_equal(found, expected, equal_nan=True)


@given(st.integers(0, 2**32 - 1), st.integers(2, 300))
def test_bars_on_which_equity_stands_still_change_no_statistic_but_by_rounding(seed: int, bars: int) -> None:
    """Stretches of unmoved equity are left out of the sums; what they stand for is not."""
    rng = np.random.default_rng(seed)
    equity = np.repeat(100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, bars))), rng.integers(1, 90, bars))
    path = measure_path(equity, 100.0)
    returns = np.diff(equity, prepend=100.0) / np.concatenate(([100.0], equity[:-1]))
    assert path.mean == pytest.approx(returns.mean(), rel=1e-9, abs=1e-15)
    assert path.squares == pytest.approx(((returns - returns.mean()) ** 2).sum(), rel=1e-9)
    assert path.below == pytest.approx((np.minimum(returns, 0.0) ** 2).sum(), rel=1e-9)
    assert path.total == pytest.approx(equity.sum(), rel=1e-12)
