"""The library agrees with TA-Lib on 10,000 real bars, after seeds have settled; differences are listed."""

from __future__ import annotations

import pytest

from bench.talib_agreement import AGREES, COMPARISONS, Found, compare


@pytest.fixture(scope="module")
def found() -> dict[str, Found]:
    return {row.comparison.ours: row for row in compare()}


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda c: c.ours)
def test_ours_is_talibs_to_a_billionth_or_the_table_says_why(comparison, found) -> None:  # type: ignore[no-untyped-def]
    row = found[comparison.ours]
    assert row.bars >= 10_000
    assert row.known_alike
    assert row.difference <= comparison.within
    assert comparison.because == "" or row.difference > AGREES, "this explanation explains nothing any more"
