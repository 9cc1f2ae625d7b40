"""Bars to learn from and bars to be judged on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.research.overfitting import ResearchError
from runtime.research.splits import purged_folds, walk_forward


@given(bars=st.integers(60, 5000), windows=st.integers(1, 10), share=st.floats(0.2, 0.9), anchored=st.booleans())
def test_walking_forward_judges_every_later_bar_once_and_never_learns_from_it(
    bars: int, windows: int, share: float, anchored: bool
) -> None:
    try:
        splits = walk_forward(bars, windows, share=share, anchored=anchored, warm=30)
    except ResearchError:
        return
    judged = [row for split in splits for row in range(*split.judge)]
    assert judged == list(range(splits[0].judge[0], bars))
    for split in splits:
        ((low, high),) = split.learn
        assert 0 <= low < high == split.judge[0]
        assert low == 0 or not anchored
        assert 0 <= split.warm <= 30


def test_windows_are_of_the_lengths_that_were_asked_for() -> None:
    splits = walk_forward(1000, 4, share=0.75)
    assert [s.learn[0] for s in splits] == [(0, 429), (142, 571), (285, 714), (428, 857)]
    assert [s.judge for s in splits] == [(429, 571), (571, 714), (714, 857), (857, 1000)]


@given(bars=st.integers(20, 2000), folds=st.integers(2, 9), purge=st.integers(0, 30), embargo=st.integers(0, 30))
def test_folds_judge_every_bar_once_and_keep_their_distance(bars: int, folds: int, purge: int, embargo: int) -> None:
    try:
        splits = purged_folds(bars, folds, purge=purge, embargo=embargo)
    except ResearchError:
        return
    assert [row for split in splits for row in range(*split.judge)] == list(range(bars))
    for split in splits:
        low, high = split.judge
        for a, b in split.learn:
            assert b <= low - purge or a >= high + purge + embargo or (low == 0 and a >= high + purge + embargo)


@pytest.mark.parametrize(
    "call", [lambda: walk_forward(5, 4), lambda: walk_forward(100, 0), lambda: walk_forward(100, 2, share=1.0)]
)
def test_what_cannot_be_walked_is_refused(call: object) -> None:
    with pytest.raises(ResearchError):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(
    "call", [lambda: purged_folds(5, 4), lambda: purged_folds(100, 2, purge=60), lambda: purged_folds(9, 3, purge=-1)]
)
def test_what_cannot_be_folded_is_refused(call: object) -> None:
    with pytest.raises(ResearchError):
        call()  # type: ignore[operator]
