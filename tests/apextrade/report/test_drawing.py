"""Decimation, paths, axes and months: what the charts and the table of months are made of."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apextrade.report.axes import HEIGHT, Axis, fit, percent_labels
from apextrade.report.canvas import ascii_art, braille
from apextrade.report.charts import drawdown
from apextrade.report.data import ReportData
from apextrade.report.decimate import column_ends, column_starts, line_rows
from apextrade.report.months import monthly_returns
from apextrade.report.paths import area, band, line, ribbon
from apextrade.report.ticks import log_values, round_values, time_ticks

DAY = 86_400_000_000
walks = st.integers(0, 2**32 - 1).map(lambda seed: np.cumsum(np.random.default_rng(seed).normal(0, 1, 20_000)) + 500)


@given(walks)
def test_decimation_keeps_the_extremes_of_every_column(values: np.ndarray) -> None:
    rows = line_rows(values)
    assert len(rows) <= 2 * 1500 + 2
    kept = np.full(len(values), np.nan)
    kept[rows] = values[rows]
    for a, b in zip(column_starts(len(values)), column_ends(len(values)), strict=True):
        assert np.nanmin(kept[a : b + 1]) == values[a : b + 1].min()
        assert np.nanmax(kept[a : b + 1]) == values[a : b + 1].max()
    assert rows[0] == 0
    assert rows[-1] == len(values) - 1


@pytest.mark.parametrize("n", [1, 2, 4999, 5000, 5001, 7501, 100_000])
def test_columns_cover_every_bar_once(n: int) -> None:
    starts, ends = column_starts(n), column_ends(n)
    assert starts[0] == 0
    assert ends[-1] == n - 1
    assert (starts[1:] == ends[:-1] + 1).all()
    assert (ends >= starts).all()


def test_a_hole_stays_a_hole_when_decimated() -> None:
    values = np.sin(np.arange(100_000) / 500) + 2
    values[40_000:60_000] = np.nan
    drawn = line(values, fit([values]))
    assert drawn.count("M") == 2
    assert all(not 40_000 <= x < 60_000 for x, _ in points_of(drawn))


def points_of(path: str) -> list[tuple[float, float]]:
    """Where a path goes, by reading its data again."""
    points, x, y = [], 0.0, 0.0
    for op, rest in re.findall(r"([MlVHhvz])([^MlVHhvz]*)", path):
        numbers = [float(v) for v in re.findall(r"-?\d*\.?\d+", rest)]
        if op == "M":
            x, y = numbers
            points.append((x, y))
        elif op == "l":
            for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
                x, y = x + dx, y + dy
                points.append((x, y))
        elif op == "V":
            y = numbers[0]
    return points


@given(walks)
def test_a_line_passes_through_the_values_it_keeps(values: np.ndarray) -> None:
    axis = fit([values])
    for x, y in points_of(line(values, axis)):
        value = axis.high - y / HEIGHT * (axis.high - axis.low)
        assert value == pytest.approx(values[int(x)], abs=(axis.high - axis.low) / HEIGHT)


def test_a_value_between_unknown_ones_is_drawn_as_a_dot() -> None:
    assert line(np.array([np.nan, 2.0, np.nan]), Axis(0, 4)) == "M1 5000h0"


def test_bands_and_areas_leave_out_what_is_unknown() -> None:
    low, high = np.array([1.0, np.nan, 1.0, 1.0]), np.array([2.0, 2.0, 3.0, 2.0])
    assert band(low, high, Axis(0, 4)).count("M") == 2
    assert area(low, Axis(0, 4), 0.0).count("z") == 2


def test_the_strip_shows_long_above_and_short_below() -> None:
    long, short = ribbon(np.array([0.0, 1, 1, 0, -2, np.nan, 3]))
    assert long == "M0.5 0H2.5v1H0.5zM5.5 0H6.5v1H5.5z"
    assert short == "M3.5 1H4.5v1H3.5z"


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e9))
def test_axis_labels_are_round_and_lie_within(low: float, wide: float) -> None:
    wide = max(wide, abs(low) * 1e-9)  # closer together, floats cannot hold round numbers between
    high = low + wide
    values = round_values(low, high)
    assert 1 <= len(values) <= 12
    assert all(low - 1e-6 * wide <= v <= high + 1e-6 * wide for v in values)


@given(st.floats(1e-6, 1e6), st.floats(8, 1e6))
def test_logarithmic_labels_lie_within(low: float, times: float) -> None:
    values = log_values(low, low * times)
    assert values
    assert all(low * 0.999 <= v <= low * times * 1.001 for v in values)


def test_an_axis_is_logarithmic_only_for_wide_ranges_above_zero() -> None:
    assert fit([np.array([1.0, 8.0])], log=True).log
    assert not fit([np.array([1.0, 7.9])], log=True).log
    assert not fit([np.array([-1.0, 80.0])], log=True).log
    assert not fit([np.array([1.0, 80.0])]).log


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0], [math.nan], []])
def test_an_axis_has_room_even_for_one_value_or_none(values: list[float]) -> None:
    axis = fit([np.array(values)])
    assert axis.high > axis.low
    assert axis.ticks()


@pytest.mark.parametrize("step", [60_000_000, 3_600_000_000, DAY, 7 * DAY, 30 * DAY])
@pytest.mark.parametrize("n", [1, 2, 50, 500, 5000])
def test_time_labels_are_few_and_rise(step: int, n: int) -> None:
    ticks = time_ticks(1_500_000_000_000_000 + np.arange(n) * step)
    places = [t.at for t in ticks]
    assert places == sorted(set(places))
    assert len(ticks) <= 25
    assert all(0 <= p < n for p in places)


def test_monthly_returns_equal_an_independent_computation(real: ReportData) -> None:
    index = pd.DatetimeIndex(real.time.astype("M8[us]"))
    ends = pd.Series(real.equity, index).resample("ME").last()
    wanted = ends / ends.shift(1, fill_value=real.capital) - 1
    years = pd.Series(real.equity, index).resample("YE").last()
    totals = years / years.shift(1, fill_value=real.capital) - 1
    found = monthly_returns(real.time, real.equity, real.capital)
    assert [y.year for y in found] == [t.year for t in totals.index]
    for year, total in zip(found, totals, strict=True):
        assert year.total == pytest.approx(total, rel=1e-12, abs=1e-15)
    shown = [m for y in found for m in y.months if m is not None]
    assert shown == pytest.approx(wanted.tolist(), rel=1e-12, abs=1e-15)


def test_the_months_of_a_year_compound_to_its_total(real: ReportData) -> None:
    for year in monthly_returns(real.time, real.equity, real.capital):
        product = math.prod(1 + m for m in year.months if m is not None)
        assert product - 1 == pytest.approx(year.total, rel=1e-9, abs=1e-12)


def test_a_month_without_bars_is_empty_and_one_after_ruin_undefined() -> None:
    time = np.array([0, 70 * DAY, 100 * DAY])  # January, March, April 1970
    (year,) = monthly_returns(time, np.array([110.0, 0.0, 50.0]), 100.0)
    assert year.months[0] == pytest.approx(0.1)
    assert year.months[1] is None
    assert year.months[2] == -1
    assert math.isnan(year.months[3] or 0)


def test_drawdown_counts_from_the_capital_and_is_never_above_zero(real: ReportData) -> None:
    falls = drawdown(real.equity, real.capital)
    peak = real.capital
    for value, fall in zip(real.equity, falls, strict=True):
        peak = max(peak, value)
        assert fall == pytest.approx(value / peak - 1)
    assert drawdown(np.array([90.0, np.nan, 120, 60]), 100.0)[[0, 2, 3]].tolist() == pytest.approx([-0.1, 0, -0.5])


def test_braille_sets_the_dots_from_top_to_bottom() -> None:
    assert braille(np.array([0.0, 1.0]), 1, 1) == ["\u28b1"], "the second column joins on to the first"
    assert braille(np.full(8, np.nan), 4, 2) == ["    ", "    "]


@given(walks, st.integers(5, 60))
def test_the_curve_of_characters_is_unbroken_and_reaches_both_ends(values: np.ndarray, columns: int) -> None:
    places = (values.max() - values) / (values.max() - values.min())
    for draw in (braille, ascii_art):
        lines = draw(places, columns, 8)
        assert [len(text) for text in lines] == [columns] * 8
        assert lines[0].strip()
        assert lines[-1].strip()
        assert all(any(text[x] != " " for text in lines) for x in range(columns))


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.0, 0.0005, 0.001, 0.0015], ["0.00%", "0.05%", "0.10%", "0.15%"]),
        ([-0.2, 0.0, 0.2], ["\N{MINUS SIGN}20%", "0%", "20%"]),
        ([-100.0, -50.0, 0.0], ["\N{MINUS SIGN}10k%", "\N{MINUS SIGN}5,000%", "0%"]),
        ([0.005, 0.01], ["0.5%", "1.0%"]),
    ],
)
def test_labels_of_percent_tell_values_apart(values: list[float], labels: list[str]) -> None:
    assert percent_labels(values) == labels
