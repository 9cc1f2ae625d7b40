"""Numbers as a reader sees them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from apextrade.report.numbers import (
    ASCII,
    compact,
    counted,
    money,
    percent,
    plain,
    price_decimals,
    quantity,
    span_text,
    time_text,
    timeframe_text,
)  # fmt: skip

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (plain(1234.5, 2), "1,234.50"),
        (plain(-1234.5, 1, sign=True), "\u22121,234.5"),
        (plain(0.004, 2, sign=True), "0.00"),
        (plain(-0.004, 2), "0.00"),
        (plain(-2.0, 0, ASCII), "-2"),
        (plain(math.nan, 2), "\u2013"),
        (plain(-math.inf, 2), "\u2212\u221e"),
        (percent(0.5), "50.0%"),
        (percent(0.01234, sign=True), "+1.23%"),
        (percent(12.4), "1,240%"),
        (percent(math.nan), "\u2013"),
        (money(1e6, "EUR"), "1,000,000.00 EUR"),
        (counted(1, "bar"), "1 bar"),
        (counted(2000, "entry", "entries"), "2,000 entries"),
        (quantity(100.0), "100"),
        (quantity(72.348249234), "72.348249"),
        (quantity(0.00012345678), "0.00012346"),
        (quantity(123456789.0), "123,456,789"),
        (quantity(0.0), "0"),
        (compact(12_500), "12.5k"),
        (compact(-3_000_000), "\u22123M"),
        (compact(5000), "5,000"),
        (span_text(13 * 365.25 * DAY), "13.0 years"),
        (span_text(100 * DAY), "3.3 months"),
        (span_text(3 * DAY), "3 days"),
        (span_text(0), "0 minutes"),
        (time_text(0, whole_days=True), "1970-01-01"),
        (time_text(DAY + 61_000_000, whole_days=False), "1970-01-02 00:01:01"),
        (timeframe_text(86_400), "1d"),
        (timeframe_text(5_400), "90m"),
        (timeframe_text(7), "7s"),
        (timeframe_text(0), ""),
    ],
)
def test_numbers_are_written_as_people_write_them(shown: str, wanted: str) -> None:
    assert shown == wanted


@pytest.mark.parametrize(
    ("prices", "decimals"),
    [
        ([101.25, 99.5], 2),
        ([1.23456, 1.1], 5),
        ([0.00001234567, 0.0000123], 8),
        ([56.137416, 4.1], 2),
        ([math.nan], 2),
        ([100.0], 2),
    ],
)
def test_prices_have_the_decimals_of_the_data(prices: list[float], decimals: int) -> None:
    assert price_decimals(np.array(prices)) == decimals
