"""What finer values come to inside each bar, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from runtime.clocks.inside import Spans, reduced, spans

NAN = np.nan


def within(*counts: int, whole: tuple[bool, ...] = ()) -> Spans:
    """Bars with so many finer ones each."""
    after = np.cumsum(counts)
    return Spans(after - np.array(counts), after, np.array(whole or (True,) * len(counts)))


def test_inside_is_what_completed_after_the_bar_before_and_in_the_first_what_opened_in_it() -> None:
    look = np.array([2, 2, 5])  # the second bar saw no finer bar complete
    found = spans(look, np.array([0, 10, 20, 30, 40, 50]), np.array([10, 30, 40]), np.array([10, 30, 40]))
    assert list(zip(found.first.tolist(), found.after.tolist(), strict=True)) == [(1, 3), (3, 3), (3, 6)]
    assert found.whole.all()


def test_a_bar_that_is_open_when_the_finer_ones_begin_is_not_whole() -> None:
    found = spans(np.array([-1, 1, 3]), np.array([35, 40, 60, 70]), np.array([0, 30, 60]), np.array([0, 30, 60]))
    assert found.whole.tolist() == [False, False, True]
    assert np.isnan(reduced(np.ones(4), found, "sum_inside")).tolist() == [True, True, False]


def test_a_bar_that_is_dated_before_its_session_is_whole_from_the_sessions_open_on() -> None:
    assert spans(np.array([1]), np.array([9, 10]), np.array([0]), np.array([9])).whole.tolist() == [True]


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("sum_inside", [6.0, NAN, 5.0]), ("mean_inside", [2.0, NAN, 5.0]), ("stdev_inside", [np.sqrt(2 / 3), NAN, 0.0]),
        ("highest_inside", [3.0, NAN, 5.0]), ("lowest_inside", [1.0, NAN, 5.0]), ("first_inside", [3.0, NAN, 5.0]),
        ("last_inside", [2.0, NAN, 5.0]),
    ],
)  # fmt: skip
def test_what_values_come_to(aggregate: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(reduced(np.array([3.0, 1.0, 2.0, 5.0]), within(3, 0, 1), aggregate), expected)


def test_an_unknown_value_makes_all_unknown_but_the_first_and_last_of_others() -> None:
    values = np.array([1.0, NAN, 3.0])
    for aggregate in ("sum_inside", "mean_inside", "stdev_inside", "highest_inside", "lowest_inside"):
        assert np.isnan(reduced(values, within(3), aggregate)).all()
    assert reduced(values, within(3), "first_inside").tolist() == [1.0]
    assert reduced(values, within(3), "last_inside").tolist() == [3.0]
    assert np.isnan(reduced(values, within(2, 1), "last_inside")).tolist() == [True, False]


def test_a_count_is_unknown_if_one_of_its_truths_is() -> None:
    np.testing.assert_array_equal(reduced(np.array([2.0, 0.0, 2.0, 2.0, 1.0]), within(3, 2), "count_inside"), [2.0, NAN])


def test_a_result_that_is_not_finite_is_unknown_and_minus_zero_is_zero() -> None:
    assert np.isnan(reduced(np.array([1e308, 1e308]), within(2), "sum_inside")).all()
    assert not np.signbit(reduced(np.array([-0.0]), within(1), "first_inside")).any()
