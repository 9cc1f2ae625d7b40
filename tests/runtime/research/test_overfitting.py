"""The probability of overfitting, against the split written out and against what is known of noise and of skill."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from runtime.research.overfitting import ResearchError, block_edges, cut, overfitting


def written_out(returns: np.ndarray, blocks: int) -> tuple[float, float]:
    """The source's algorithm, split by split: the probability, and the mean future ratio of the best of the past."""
    edges = block_edges(len(returns), blocks)
    pieces = [returns[a:b] for a, b in pairwise(edges)]
    poor, later = 0, []
    picks = list(combinations(range(blocks), blocks // 2))
    for picked in picks:
        past = np.concatenate([pieces[k] for k in picked])
        future = np.concatenate([pieces[k] for k in range(blocks) if k not in picked])
        best = (past.mean(axis=0) / past.std(axis=0, ddof=1)).argmax()
        ratios = future.mean(axis=0) / future.std(axis=0, ddof=1)
        place = (ratios < ratios[best]).sum() + 1
        poor += place / (len(ratios) + 1) <= 0.5
        later.append(ratios[best])
    return poor / len(picks), float(np.mean(later))


@pytest.mark.parametrize(("bars", "trials", "blocks"), [(400, 7, 8), (331, 20, 6), (64, 3, 10)])
def test_the_quick_way_is_the_split_written_out(bars: int, trials: int, blocks: int) -> None:
    returns = np.random.default_rng(bars).normal(0.0005, 0.01, size=(bars, trials))
    probability, later = written_out(returns, blocks)
    found = overfitting(cut(returns, blocks))
    assert found.probability == pytest.approx(probability, abs=1e-12)
    assert found.future.mean() == pytest.approx(later, rel=1e-9)


def test_noise_is_called_noise() -> None:
    """Of trials without skill the best of the past is as often good as poor: a half, over several worlds."""
    found = [
        overfitting(cut(np.random.default_rng(seed).normal(0.0, 0.01, size=(1000, 100)), 10)).probability for seed in range(12)
    ]
    assert 0.35 < float(np.mean(found)) < 0.65


def test_one_trial_with_skill_among_noise_is_found_again() -> None:
    returns = np.random.default_rng(9).normal(0.0, 0.01, size=(2000, 50))
    returns[:, 17] += 0.003
    found = overfitting(cut(returns))
    assert found.probability < 0.01
    assert found.loses < 0.01
    assert found.rank > 0.97


def test_trials_that_only_fit_their_own_half_are_found_out() -> None:
    """Each trial gains in one half of the blocks and gives it back in the other: the best before is the worst after."""
    bars, blocks = 1600, 8
    noise = np.random.default_rng(3).normal(0.0, 0.001, size=(bars, 40))
    edges = block_edges(bars, blocks)
    for trial in range(40):
        lucky = np.random.default_rng(trial).permutation(blocks)[: blocks // 2]
        for k in range(blocks):
            noise[edges[k] : edges[k + 1], trial] += 0.001 if k in lucky else -0.001
    found = overfitting(cut(noise, blocks))
    assert found.probability > 0.9
    assert found.slope < 0.0


@pytest.mark.parametrize(
    ("bars", "trials", "blocks", "said"),
    [(100, 1, 4, "no choice"), (100, 3, 5, "even number"), (100, 3, 22, "even number"), (7, 3, 4, "too few")],
)
def test_what_cannot_be_split_is_refused(bars: int, trials: int, blocks: int, said: str) -> None:
    with pytest.raises(ResearchError, match=said):
        overfitting(cut(np.random.default_rng(1).normal(size=(bars, trials)), blocks))


def test_an_unknown_return_is_refused() -> None:
    returns = np.ones((40, 2))
    returns[3, 1] = np.nan
    with pytest.raises(ResearchError, match="known"):
        cut(returns, 4)
