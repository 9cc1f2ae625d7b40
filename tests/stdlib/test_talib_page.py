"""docs/talib.md: it names every function of TA-Lib and every column that is compared, and every difference on it has its reason."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import talib

from bench.parity import exact
from bench.parity.bars import SETS, made
from bench.parity.reasons import REASONS, WRITTEN
from bench.talib_agreement import COMPARISONS, ours
from bench.talib_page import complaints, functions, judged, measured, real

SEEN_ELSEWHERE = {("volume_oscillator(12, 26)", "PVO")}
"""As large on quotes without volume as the bound allows; held by a test of its own."""
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


def test_no_reason_allows_far_more_than_was_seen() -> None:
    """A bound that is far above what is seen would let a new fault through."""
    above = PAGE.read_text(encoding="utf-8").partition("## Whose rounding it is")[0]
    rows = re.findall(r"^\| `(.+?)` \| (\w+) \| ([\d.e+-]+) \| ([\d.e+-]+) \|", above, re.M)
    assert {(call, theirs) for call, theirs, _, _ in rows} == set(REASONS)
    for call, theirs, largest, allowed in rows:
        within = REASONS[call, theirs].within
        assert float(allowed) == within, call
        if (call, theirs) not in SEEN_ELSEWHERE:
            assert float(largest) <= within <= 5 * float(largest), call


def test_money_flow_is_the_exact_one_also_where_talibs_is_not() -> None:
    """Without any flow, and where typical prices differ in their last bit."""
    call = next(c for c in COMPARISONS if c.theirs == "MFI")
    for name in ("flat", "bursts", "cents", "gaps"):
        bars = made(name, 6_000)
        (mine,), theirs = ours([call.ours], bars), call.call(bars)
        at = np.unique(np.concatenate((np.arange(20, 6_000, 29), np.flatnonzero(np.abs(mine - theirs) > 1e-9)[-50:])))
        assert np.abs(mine[at] - exact.money_flow_index(bars, at)).max() <= 1e-11, name
        if name != "gaps":
            assert np.nanmax(np.abs(theirs[at] - exact.money_flow_index(bars, at))) > 1


def test_the_volume_oscillator_differs_only_where_talib_takes_its_averages_for_nothing() -> None:
    call = next(c for c in COMPARISONS if c.theirs == "PVO")
    for name in ("bursts", "flat", "walk"):
        bars = made(name, 6_000)
        (mine,), theirs = ours([call.ours], bars), call.call(bars)
        unlike = np.flatnonzero(np.abs(mine - theirs)[1_800:] > 1e-9) + 1_800
        assert (name == "bursts") == bool(len(unlike))
        assert not np.any(theirs[unlike])
        assert np.all(bars["volume"][unlike] == 0)


def test_the_sided_line_is_talibs_from_its_first_bar_whichever_way_it_begins() -> None:
    (call,) = [c for c in COMPARISONS if c.theirs == "SAREXT" and "0.03" in c.ours]
    bars, ways = made("walk", 3_000), set()
    for start in range(0, 2_900, 97):
        part = {name: np.ascontiguousarray(column[start : start + 60]) for name, column in bars.items()}
        (mine,), theirs = ours([call.ours], part), call.call(part)
        assert np.array_equal(np.isnan(mine), np.isnan(theirs))
        assert np.nanmax(np.abs(mine - theirs) / np.abs(theirs)) < 1e-12
        ways.add(bool(mine[1] > 0))
    assert ways == {True, False}


def test_a_judge_measures_by_values_that_both_know() -> None:
    """TA-Lib's average weighted by volume is infinite where there is no volume: by its mean every distance would be nothing."""
    (verdict,) = [v for v in judged({name: made(name, 6_000) for name in SETS} | {"real": real([])}) if v.theirs == "VWMA"]
    assert 0 < verdict.ours < 1e-13 < verdict.talibs


def test_no_function_is_both_compared_and_said_to_be_written_otherwise() -> None:
    assert not set(WRITTEN) & {c.theirs for c in COMPARISONS}


@pytest.mark.long
def test_on_a_hundred_thousand_hard_bars_every_difference_has_its_reason_and_ours_is_nearer() -> None:
    found, verdicts, _ = measured(100_000, [])
    assert complaints(found, verdicts) == []
