"""How far a Sharpe ratio can be trusted, against published examples and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.research.sharpe import (
    Moments,
    best_by_luck,
    deflated_sharpe,
    independent_trials,
    least_track_record,
    moments,
    probabilistic_sharpe,
    sharpe_error,
)


def test_the_published_example_of_the_deflated_ratio() -> None:
    """Bailey and López de Prado 2014, section "A numerical example": 100 trials, 1250 days, yearly ratio 2.5 and variance 1/2."""
    year = 250.0
    by_luck = best_by_luck(100, math.sqrt(0.5 / year))
    assert by_luck == pytest.approx(0.1132, abs=5e-5)
    of = Moments(1250, 2.5 / math.sqrt(year), -3.0, 10.0)
    assert probabilistic_sharpe(of, by_luck) == pytest.approx(0.9004, abs=5e-5)
    # With 46 trials, the paper's second count, the same result passes 95 %.
    assert probabilistic_sharpe(of, best_by_luck(46, math.sqrt(0.5 / year))) == pytest.approx(0.9505, abs=5e-4)


def test_the_published_least_track_record_of_normal_returns() -> None:
    """Bailey and López de Prado 2012, table of least track records: a yearly ratio of 2 in daily returns needs 2.73 / 4 years."""
    daily = 2.0 / math.sqrt(252)
    years = least_track_record(Moments(1000, daily, 0.0, 3.0)) / 252
    assert years == pytest.approx((1 + (1 + 0.5 * daily**2) * 1.6448536**2 / daily**2) / 252, rel=1e-6)
    assert years == pytest.approx(2.7055 / 4, rel=0.02)


def test_the_error_of_normal_returns_is_that_of_lo() -> None:
    assert sharpe_error(Moments(101, 0.5, 0.0, 3.0)) == pytest.approx(math.sqrt((1 + 0.5 * 0.25) / 100))


def test_fat_tails_and_sudden_losses_make_a_ratio_less_certain() -> None:
    normal, worse = Moments(500, 0.1, 0.0, 3.0), Moments(500, 0.1, -2.0, 12.0)
    assert probabilistic_sharpe(worse) < probabilistic_sharpe(normal)
    assert least_track_record(worse) > least_track_record(normal)


def test_the_error_is_the_spread_of_ratios_over_many_samples() -> None:
    draw = np.random.default_rng(5)
    samples = draw.normal(0.05, 1.0, size=(4000, 300))
    ratios = samples.mean(axis=1) / samples.std(axis=1, ddof=1)
    assert ratios.std() == pytest.approx(sharpe_error(Moments(300, 0.05, 0.0, 3.0)), rel=0.05)


def test_the_best_of_trials_without_skill_comes_out_as_expected() -> None:
    draw = np.random.default_rng(6)
    best = draw.normal(0.0, 0.3, size=(20_000, 50)).max(axis=1).mean()
    assert best_by_luck(50, 0.3) == pytest.approx(best, rel=0.02)


def test_moments_are_those_of_the_definitions() -> None:
    returns = np.array([0.01, -0.02, np.nan, 0.03, 0.0])
    of = moments(returns)
    known = returns[[0, 1, 3, 4]]
    away = known - known.mean()
    assert of.count == 4
    assert of.sharpe == pytest.approx(known.mean() / known.std(ddof=1))
    assert of.skew == pytest.approx((away**3).mean() / (away**2).mean() ** 1.5)
    assert of.kurtosis == pytest.approx((away**4).mean() / (away**2).mean() ** 2)


@pytest.mark.parametrize("returns", [np.empty(0), np.array([0.1]), np.zeros(50), np.full(9, 0.3)])
def test_returns_that_never_differ_have_no_ratio(returns: np.ndarray) -> None:
    of = moments(returns)
    assert math.isnan(of.sharpe)
    assert math.isnan(probabilistic_sharpe(of))
    assert math.isnan(least_track_record(of))


def test_a_ratio_below_its_benchmark_is_never_long_enough() -> None:
    assert least_track_record(Moments(100, 0.01, 0.0, 3.0), 0.02) == math.inf


def test_one_trial_is_held_against_nothing() -> None:
    returns = np.random.default_rng(1).normal(0.1, 1.0, 400)
    found = deflated_sharpe(returns, [moments(returns).sharpe])
    assert found.by_luck == 0.0
    assert found.probability == probabilistic_sharpe(moments(returns))


def test_trials_that_are_the_same_count_once_and_unrelated_ones_all() -> None:
    draw = np.random.default_rng(2)
    one = draw.normal(size=2000)
    assert independent_trials(np.column_stack([one, 2 * one, one + 1.0])) == pytest.approx(1.0)
    assert independent_trials(draw.normal(size=(4000, 20))) == pytest.approx(20.0, rel=0.05)


@given(st.floats(1.0, 3.0), st.floats(0.0, 5.0))
def test_luck_never_reaches_below_zero_however_few_trials_are_independent(trials: float, deviation: float) -> None:
    assert best_by_luck(trials, deviation) >= 0.0


def test_luck_of_two_trials_is_the_mean_of_the_higher_one() -> None:
    # The mean of the higher of two normal values is 1 / root of pi; the formula is for many, and comes near.
    assert best_by_luck(2, 1.0) == pytest.approx(1.0 / math.sqrt(math.pi), rel=0.1)


def test_a_sample_of_trials_that_are_all_one_stands_for_one_and_a_sample_of_independent_ones_for_all() -> None:
    draw = np.random.default_rng(3)
    one = draw.normal(size=4000)
    assert independent_trials(np.column_stack([one, 2 * one, one + 1.0]), 3000) == pytest.approx(1.0, abs=1e-6)
    assert independent_trials(draw.normal(size=(4000, 20)), 200) == pytest.approx(200.0, rel=0.05)
