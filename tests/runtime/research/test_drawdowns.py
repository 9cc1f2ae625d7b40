"""Drawdowns: against the definition bar by bar, and against the statistics of a run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.research.drawdowns import Drawdown, deepest, drawdowns
from runtime.statistics import Run, statistics


def by_hand(equity: list[float], capital: float) -> list[tuple[int, int, int | None, int, float]]:
    """The same with one loop and nothing clever."""
    found: list[tuple[int, int, int | None, int, float]] = []
    high, peak, fall = capital, -1, None
    for bar, value in enumerate(equity):
        if value != value:
            continue
        if value >= high:
            if fall is not None:
                found.append((fall[0], fall[1], bar, fall[2], 1 - fall[3] / high))
            high, peak, fall = value, bar, None
        elif fall is None:
            fall = (peak, bar, bar, value)
        else:
            fall = (fall[0], bar if value < fall[3] else fall[1], bar, min(value, fall[3]))
    if fall is not None:
        found.append((fall[0], fall[1], None, fall[2], 1 - fall[3] / high))
    return found


@given(st.lists(st.sampled_from([80.0, 90.0, 95.0, 100.0, 101.0, 120.0, float("nan")]), max_size=60))
def test_drawdowns_are_those_of_a_plain_loop(equity: list[float]) -> None:
    found = [(d.peak, d.bottom, d.recovered, d.last, d.depth) for d in drawdowns(np.array(equity, dtype=np.float64), 100.0)]
    assert found == by_hand(equity, 100.0)


@given(st.integers(0, 2**32 - 1), st.integers(2, 400))
def test_the_deepest_and_the_longest_are_those_of_the_statistics(seed: int, n: int) -> None:
    equity = 1000 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, n)))
    empty = np.empty(0)
    time = np.arange(n) * 86_400_000_000
    stats = statistics(Run(time, equity, equity, 1000.0, empty, empty, empty, 0, 0.0, 0.0, 0, 0))
    found = drawdowns(equity, 1000.0)
    assert max((d.depth for d in found), default=0.0) == pytest.approx(stats["max_drawdown"], rel=1e-12, abs=1e-15)
    assert max((d.bars for d in found), default=0) == stats["max_drawdown_bars"]


def test_the_deepest_come_first_and_of_equal_ones_the_earlier() -> None:
    falls = [Drawdown(0, 1, 2, 1, 0.1), Drawdown(3, 4, 5, 4, 0.3), Drawdown(6, 7, None, 7, 0.1)]
    assert deepest(falls, 2) == [falls[1], falls[0]]
    assert drawdowns(np.full(3, np.nan), 1.0) == []
