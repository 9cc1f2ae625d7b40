"""The reference of the library is what its generator writes today: every example on it has just been run."""

from __future__ import annotations

import re

import pytest

from apextrade import reference
from apextrade.catalogue_document import catalogue


def test_the_page_is_up_to_date() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), (
        "run `make docs` (python -m apextrade.reference) and read what has changed"
    )


def test_every_function_has_its_entry_with_an_example_that_ran() -> None:
    text = reference.PAGE.read_text(encoding="utf-8")
    entries = re.findall(r"(?m)^### (\w+)\n", text)
    functions = catalogue()["functions"]
    assert isinstance(functions, list)
    assert entries == [f["name"] for f in functions if isinstance(f, dict)]
    assert len(re.findall(r"(?m)^`[^`]+\(.*\)(?: on 1w)?` is .+\.$", text)) == len(entries)
    # Pivots are unknown on most bars, and no price has an arc sine.
    assert set(re.findall(r"(?m)^`(\w+)\(.*\)` is unknown", text)) <= {"pivot_high", "pivot_low", "asin", "acos"}


def test_figures_come_from_running_the_call() -> None:
    from runtime.candles import Candles
    from runtime.data.samples import read_sample

    candles = Candles.from_raw(read_sample("AAPL"))
    assert reference.figures("close", candles) == f"{candles.close[-1]:.6g} (price)"
    assert reference.figures("highest(close, 4)", candles) == f"{float(candles.close[-4:].max()):.6g} (price)"
    assert reference.figures("close > 1", candles) == "true"
    assert reference.figures("unknown + close", candles) == "unknown"


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(#(\w+)\)", reference.PAGE.read_text(encoding="utf-8")))))
def test_links_of_the_index_lead_to_entries(link: str) -> None:
    assert f"\n### {link}\n" in reference.PAGE.read_text(encoding="utf-8")
