"""Every syntax code's page tells the truth: its first program has this mistake and no other, its second has none."""

from __future__ import annotations

import pytest

from compiler.codes import CODES, Code, find
from compiler.codes.syntax import SYNTAX
from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text.parse import parse

FOUND_BY_THE_PARSER = (*SYNTAX, *(entry for entry in CODES if entry.code in ("E0401", "E0508", "E0601")))


def codes_of(text: str) -> list[str]:
    diagnostics = Diagnostics()
    parse(Source(text), diagnostics)
    return [diagnostic.code for diagnostic in diagnostics]


@pytest.mark.parametrize("entry", FOUND_BY_THE_PARSER, ids=lambda entry: entry.code)
def test_the_failing_program_fails_so_and_the_corrected_one_does_not(entry: Code) -> None:
    assert codes_of(entry.failing) == [entry.code]
    assert codes_of(entry.corrected) == []


@pytest.mark.parametrize("entry", SYNTAX, ids=lambda entry: entry.code)
def test_a_fix_that_is_safe_mends_the_program(entry: Code) -> None:
    diagnostics = Diagnostics()
    parse(Source(entry.failing), diagnostics)
    (diagnostic,) = diagnostics
    for fix in diagnostic.fixes:
        text = entry.failing
        for edit in sorted(fix.edits, key=lambda edit: -edit.span.start):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        if fix.safe:
            assert codes_of(text) == []
        assert entry.code not in codes_of(text)


def test_codes_are_unique_and_found_by_name() -> None:
    assert len({entry.code for entry in CODES}) == len(CODES)
    assert find("e0116") is find(" E0116 ") is not None
    assert find("E9999") is None
