"""The heatmap: every value is told, colours follow the values, and names of others do nothing."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from apextrade.report.heatmap import LEVELS, Heat, heatmap


def heat(values: np.ndarray, **facts: object) -> Heat:
    rows, columns = values.shape
    names = tuple(map(str, range(columns))), tuple(map(str, range(rows)))
    return Heat("sharpe", "fast", names[0], "slow", names[1], values, **facts)  # type: ignore[arg-type]


@settings(deadline=None)
@given(arrays(np.float64, (5, 7), elements=st.floats(-1e300, 1e300) | st.just(float("nan"))))
def test_a_better_value_never_has_a_weaker_colour(values: np.ndarray) -> None:
    for more in (True, False):
        levels = heat(values, more_is_better=more).levels()
        assert (levels[np.isnan(values)] == -1).all()
        known = np.isfinite(values)
        order = np.argsort(values[known] if more else -values[known], kind="stable")
        assert (np.diff(levels[known][order]) >= 0).all()
        assert not known.any() or (levels[known].min() >= 0 and levels[known].max() < LEVELS)


def test_one_wild_cell_does_not_bleach_the_others() -> None:
    values = np.linspace(0, 1, 400).reshape(20, 20)
    values[3, 3] = 1e9
    assert set(heat(values).levels().ravel()) == set(range(LEVELS))


def test_few_columns_show_every_value_and_mark_the_best() -> None:
    values = np.array([[0.5, 1.25], [np.nan, -2.0]])
    text = heatmap(heat(values, best=(0, 1)))
    assert re.findall(r"<td[^>]*>([^<]*)</td>", text) == ["0.50", "1.25", "\N{EN DASH}", "\N{MINUS SIGN}2.00"]
    assert re.search(r'class="q\d best">1\.25<', text)


def test_many_cells_say_their_value_under_the_pointer_and_more_are_joined() -> None:
    some = np.arange(20.0 * 30).reshape(20, 30)
    text = heatmap(heat(some))
    assert text.count("<rect") == 600
    assert "<title>fast 29, slow 19: sharpe 599.00</title>" in text
    many = heatmap(heat(np.arange(200.0 * 300).reshape(200, 300)))
    assert "<rect" not in many
    assert len(many) < 60_000


def test_every_cell_of_a_joined_drawing_is_drawn_once() -> None:
    values = np.random.default_rng(5).normal(size=(70, 80))
    values[values > 2] = np.nan
    found = heat(values)
    drawn = np.full(values.shape, -1)
    for level, d in re.findall(r'class="q(\d)" d="([^"]*)"', heatmap(found)):
        for x, y, end in re.findall(r"M(\d+) (\d+)H(\d+)v1H\1z", d):
            assert (drawn[int(y), int(x) : int(end)] == -1).all()
            drawn[int(y), int(x) : int(end)] = int(level)
    assert (drawn == found.levels()).all()


def test_names_of_others_are_shown_and_do_nothing() -> None:
    bad = '"><script>alert(1)</script>'
    for size in ((2, 2), (3, 40)):
        values = np.ones(size)
        text = heatmap(Heat(bad, bad, (bad,) * size[1], bad, (bad,) * size[0], values, (0, 0), write=lambda value: bad))
        assert "<script" not in text


def test_without_a_value_it_says_so_and_a_wrong_shape_is_refused() -> None:
    assert "No combination has a value." in heatmap(heat(np.full((2, 3), np.nan)))
    with pytest.raises(ValueError, match="do not fill"):
        Heat("m", "a", ("1",), "b", ("1",), np.ones((2, 2)))


def test_equal_values_give_equal_bytes() -> None:
    values = np.random.default_rng(1).normal(size=(30, 40))
    assert heatmap(heat(values)) == heatmap(heat(values.copy()))
