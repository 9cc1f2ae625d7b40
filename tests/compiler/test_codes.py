"""Every code's page tells the truth: compiled, its first program has this mistake and no other error, its second has none."""

from __future__ import annotations

import pytest

from compiler.codes import CODES, Code
from compiler.pipeline import check
from stdlib.library import load

FAMILIES = ("E01", "E02", "E03", "E04", "E05", "E06", "W")


@pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.code)
def test_the_failing_program_has_this_mistake_and_the_corrected_one_has_none(entry: Code) -> None:
    failing = check(entry.failing, load()).diagnostics
    corrected = check(entry.corrected, load()).diagnostics
    assert entry.code in {d.code for d in failing}
    assert {d.code for d in failing if d.severity == "error"} <= {entry.code}
    assert entry.code not in {d.code for d in corrected}
    assert [d for d in corrected if d.severity == "error"] == []
    assert {d.severity for d in failing if d.code == entry.code} == {entry.severity}


@pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.code)
def test_a_page_says_something_and_belongs_to_a_family(entry: Code) -> None:
    assert entry.code.startswith(FAMILIES)
    assert entry.title
    assert len(entry.explanation) > 20
    assert (entry.severity == "error") == entry.code.startswith("E")
