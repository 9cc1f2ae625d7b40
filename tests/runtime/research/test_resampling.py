"""What else could have happened, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.research.overfitting import ResearchError
from runtime.research.resampling import block_length, drawn_returns, drawn_rows, shuffled_trades


def autoregressive(phi: float, n: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed).normal(size=n)
    x = np.empty(n)
    x[0] = draw[0]
    for i in range(1, n):
        x[i] = phi * x[i - 1] + draw[i]
    return x


def test_the_order_of_trades_changes_the_drawdown_and_never_the_return() -> None:
    profits = np.random.default_rng(1).normal(10.0, 100.0, 60)
    found = shuffled_trades(profits, 10_000.0, paths=500, seed=4)
    assert np.allclose(found.total_return, profits.sum() / 10_000.0)
    assert np.ptp(found.drawdown) > 0.0


def test_two_trades_have_two_orders() -> None:
    found = shuffled_trades(np.array([100.0, -50.0]), 100.0, paths=4000, seed=1)
    # The gain doubled the account, the loss took a quarter of it: in either order the fall is a quarter, and 150 are left.
    assert set(np.unique(found.drawdown)) == {0.25}
    assert np.allclose(found.total_return, 0.5)


def test_losses_that_came_apart_may_come_together() -> None:
    # A half lost, the account doubled, a half lost again.
    found = shuffled_trades(np.array([-50.0, 50.0, -50.0]), 100.0, paths=4000, seed=1)
    assert set(np.unique(found.drawdown)) == {0.5, 0.75}
    assert float(np.mean(found.drawdown == 0.75)) == pytest.approx(2 / 3, abs=0.03)


@given(st.lists(st.integers(-10_000, 10_000), min_size=2, max_size=30), st.integers(1, 100_000))
def test_no_order_of_trades_falls_by_more_than_everything(profits: list[int], capital: int) -> None:
    found = shuffled_trades(np.array(profits, dtype=float), float(capital), paths=20)
    assert found.drawdown.min() >= 0.0
    assert found.drawdown.max() <= 1.0


def test_ruin_is_counted() -> None:
    assert shuffled_trades(np.array([100.0, -200.0, 100.0]), 100.0, paths=10, seed=2).ruined == 1.0
    assert shuffled_trades(np.array([100.0, -100.0, 100.0]), 100.0, paths=10, seed=2).ruined == 0.0


def test_drawn_blocks_have_the_mean_length_and_go_round() -> None:
    rows = drawn_rows(50, 20_000, 3, 8.0, np.random.default_rng(3))
    steps = (np.diff(rows, axis=1) % 50) == 1
    # A block ends with one in eight, and a new one follows on by chance with one in fifty.
    assert float(1.0 - steps.mean()) == pytest.approx((1 / 8) * (49 / 50), rel=0.05)
    assert rows.min() == 0
    assert rows.max() == 49
    assert np.bincount(rows.ravel(), minlength=50).min() > 0


def test_drawn_one_by_one_the_mean_growth_is_that_of_the_mean_return() -> None:
    returns = np.random.default_rng(5).normal(0.001, 0.01, 200)
    found = drawn_returns(returns, block=1.0, bars=100, paths=20_000, seed=6)
    assert float((1.0 + found.total_return).mean()) == pytest.approx((1.0 + returns.mean()) ** 100, rel=0.005)
    deviation = math.sqrt(((1 + returns.mean()) ** 2 + returns.var()) ** 100 - (1 + returns.mean()) ** 200)
    assert float(found.total_return.std()) == pytest.approx(deviation, rel=0.03)


def test_the_same_seed_gives_the_same_paths() -> None:
    returns = autoregressive(0.3, 300, 7) / 100
    one, two, other = (drawn_returns(returns, paths=50, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.total_return, two.total_return)
    assert not np.array_equal(one.total_return, other.total_return)


@pytest.mark.parametrize("phi", [0.3, 0.6])
def test_the_length_of_blocks_is_that_of_the_theory_for_autoregressive_returns(phi: float) -> None:
    """b = (2 G^2 / D)^(1/3) n^(1/3) with D = 2 g^2 and G / g = 2 phi / (1 - phi^2)."""
    n = 20_000
    expected = (2 * phi / (1 - phi**2)) ** (2 / 3) * n ** (1 / 3)
    found = float(np.mean([block_length(autoregressive(phi, n, seed)) for seed in range(6)]))
    assert found == pytest.approx(expected, rel=0.25)


def test_returns_without_memory_are_drawn_in_short_blocks() -> None:
    assert float(np.median([block_length(autoregressive(0.0, 2000, seed)) for seed in range(9)])) < 6.0
    assert block_length(np.zeros(100)) == 1.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: shuffled_trades(np.array([1.0]), 100.0),
        lambda: shuffled_trades(np.array([1.0, 2.0]), 0.0),
        lambda: drawn_returns(np.array([0.1, np.nan])),
        lambda: drawn_returns(np.array([0.1, 0.2]), block=0.5),
        lambda: drawn_returns(np.array([0.1, 0.2]), paths=0),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: object) -> None:
    with pytest.raises(ResearchError):
        call()  # type: ignore[operator]


def test_a_path_that_lost_everything_stays_there() -> None:
    found = drawn_returns(np.array([-1.95, 0.5, 0.5, 0.5, 0.5, 0.5]), block=1.0, paths=500, bars=4, seed=1)
    # One draw of six takes more than everything: (5 / 6)^4 of the paths are spared.
    assert found.ruined == pytest.approx(1.0 - (5 / 6) ** 4, abs=0.07)
    assert found.total_return.min() == -1.0
    assert found.drawdown.max() == 1.0
    assert float(np.mean(found.total_return > -1.0)) == pytest.approx(1.0 - found.ruined)
