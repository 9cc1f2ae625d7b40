"""Faulty strategies that only the ranges of values give away, with what is said of each as golden text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apextrade.render import as_text
from compiler.codes.decided import DECIDED
from compiler.pipeline import Checked, check
from stdlib.library import load

ROOT = Path(__file__).parents[3]
FILES = sorted((Path(__file__).parent / "faulty").glob("*.apx"))
SOUND = sorted(
    (
        *(ROOT / "examples").rglob("*.apx"),
        *(ROOT / "tests" / "oracle").rglob("*.apx"),
        *(ROOT / "tests" / "compiler" / "programs").glob("*.apx"),
    )
)
CODES = {entry.code for entry in DECIDED}


def checked(path: Path) -> Checked:
    return check(path.read_text(encoding="utf-8"), load(), path.name)


def test_there_are_at_least_fifteen_kinds() -> None:
    kinds = {d.code for path in FILES for d in checked(path).diagnostics}
    assert len(FILES) >= 20
    assert len(kinds) >= 15


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_a_faulty_strategy_is_found_by_its_ranges_alone(path: Path, golden: Callable[[str, str], None]) -> None:
    result = checked(path)
    assert result.diagnostics
    assert {d.code for d in result.diagnostics} <= CODES
    assert all(d.severity == "warning" for d in result.diagnostics)
    assert result.program is not None
    golden(f"faulty/{path.stem}.txt", "\n\n".join(as_text(d, result.source) for d in result.diagnostics) + "\n")


@pytest.mark.parametrize("path", SOUND, ids=lambda p: p.stem)
def test_nothing_is_said_of_a_sound_strategy(path: Path) -> None:
    assert [d.message for d in checked(path).diagnostics if d.code in CODES] == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_correction_that_is_offered_ends_the_warning(path: Path) -> None:
    result = checked(path)
    for diagnostic in result.diagnostics:
        for fix in diagnostic.fixes:
            text = result.source.text
            for edit in sorted(fix.edits, key=lambda e: -e.span.start):
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]
            after = check(text, load(), path.name)
            assert after.program is not None, (fix.title, text, after.diagnostics)
            assert (diagnostic.code, diagnostic.message) not in {(d.code, d.message) for d in after.diagnostics}, (
                fix.title,
                text,
            )


def test_many_of_them_come_with_a_correction() -> None:
    assert sum(any(d.fixes for d in checked(path).diagnostics) for path in FILES) >= 10
