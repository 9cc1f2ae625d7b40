"""docs/talib.md: it names every function of TA-Lib and every column that is compared, and every difference on it has its reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import talib

from bench.parity.bars import SETS
from bench.parity.reasons import REASONS, WRITTEN
from bench.talib_agreement import COMPARISONS
from bench.talib_page import complaints, functions, measured

PAGE = Path(__file__).parents[2] / "docs" / "talib.md"


def test_the_page_names_every_function_of_talib_as_the_comparisons_have_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "\n".join(functions()) in text
    for name in talib.get_functions():
        assert name.startswith("CDL") or f"| {name} |" in text
    for comparison in COMPARISONS:
        assert f"| `{comparison.ours}` | {comparison.theirs} |" in text
    for name, what in SETS.items():
        assert f"| {name} | 100,000 | {what} |" in text


def test_every_reason_is_of_a_column_that_is_compared_and_stands_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert set(REASONS) <= {(c.ours, c.theirs) for c in COMPARISONS}
    assert all(reason.text in text for reason in REASONS.values())


def test_no_function_is_both_compared_and_said_to_be_written_otherwise() -> None:
    assert not set(WRITTEN) & {c.theirs for c in COMPARISONS}


@pytest.mark.long
def test_on_a_hundred_thousand_hard_bars_every_difference_has_its_reason_and_ours_is_nearer() -> None:
    found, verdicts, _ = measured(100_000, [])
    assert complaints(found, verdicts) == []
