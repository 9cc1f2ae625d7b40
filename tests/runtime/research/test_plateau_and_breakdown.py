"""Plateaus of a grid, and a run held against its market, by their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest

from runtime.research.breakdown import REGIMES, against, regimes
from runtime.research.plateau import plateau, steadiest


def grid(side: int) -> np.ndarray:
    return np.array([(i, j) for i in range(side) for j in range(side)])


def test_a_plateau_scores_one_and_a_peak_nothing() -> None:
    places = grid(7)
    peak = np.zeros(49)
    peak[24] = 2.0
    wide = np.where((np.abs(places - 3).max(axis=1) <= 1), 2.0, 0.0)
    assert plateau(places, peak, 24).score == 0.0
    assert plateau(places, wide, 24).score == 1.0
    assert plateau(places, wide, 24).neighbours == 8


def test_a_row_that_is_not_above_the_median_leads_nothing() -> None:
    found = plateau(grid(3), np.full(9, 2.0), 4)
    assert math.isnan(found.score)
    assert (found.mean, found.worst, found.median) == (2.0, 2.0, 2.0)


def test_corners_have_three_neighbours_and_unknown_ones_do_not_count() -> None:
    values = np.arange(9.0)
    values[4] = np.nan
    found = plateau(grid(3), values, 0)
    assert (found.neighbours, found.mean, found.worst) == (2, 2.0, 1.0)


def test_the_steadiest_is_in_the_middle_of_the_plateau_and_not_on_the_peak() -> None:
    places = grid(9)
    values = np.where((np.abs(places - [6, 6]).max(axis=1) <= 1), 1.0, 0.0)
    values[0] = 3.0
    assert int(values.argmax()) == 0
    assert tuple(places[steadiest(places, values)]) == (6, 6)
    assert steadiest(places, np.full(81, np.nan)) == -1


def test_a_run_that_is_its_market_with_an_addition_has_that_alpha_and_beta() -> None:
    market = np.random.default_rng(1).normal(0.0, 0.01, 5000)
    found = against(0.0002 + 0.5 * market, market)
    assert found.alpha == pytest.approx(0.0002)
    assert found.beta == pytest.approx(0.5)
    assert found.correlation == pytest.approx(1.0)
    assert found.bars == 5000


def test_alpha_t_is_that_of_the_regression_written_out() -> None:
    draw = np.random.default_rng(2)
    x = draw.normal(0.0, 0.01, 300)
    y = 0.001 + 0.3 * x + draw.normal(0.0, 0.02, 300)
    design = np.column_stack([np.ones(300), x])
    weights, squares, *_ = np.linalg.lstsq(design, y, rcond=None)
    error = math.sqrt(float(squares[0]) / 298 * np.linalg.inv(design.T @ design)[0, 0])
    found = against(y, x)
    assert (found.alpha, found.beta) == (pytest.approx(weights[0]), pytest.approx(weights[1]))
    assert found.alpha_t == pytest.approx(weights[0] / error)


def test_a_market_that_stands_still_explains_nothing() -> None:
    assert math.isnan(against(np.array([0.1, 0.2, 0.3]), np.zeros(3)).beta)


def test_every_bar_is_in_one_kind_of_market_and_sorted_by_what_was_before_it() -> None:
    draw = np.random.default_rng(4)
    close = 100.0 * np.cumprod(1.0 + draw.normal(0.0005, np.repeat([0.004, 0.02, 0.004, 0.02], 500)))
    returns = draw.normal(0.0, 0.01, 2000)
    found = regimes(returns, close, 50)
    assert [r.name for r in found] == list(REGIMES)
    assert sum(r.bars for r in found) == 2000
    assert all(r.bars > 0 for r in found)
    # A bar's own move decides nothing: another last bar leaves all kinds as they are.
    other = close.copy()
    other[-1] *= 3.0
    assert [r.bars for r in regimes(returns, other, 50)] == [r.bars for r in found]


def test_short_histories_have_no_kind_yet() -> None:
    found = regimes(np.zeros(20), np.linspace(100.0, 110.0, 20), 50)
    assert [r.bars for r in found] == [0, 0, 0, 0, 20]
