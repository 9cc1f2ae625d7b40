"""Broken programs as traders write them, with everything that is said of them as golden text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apextrade.render import as_text
from compiler.diagnostics import Diagnostic
from compiler.pipeline import Checked, check
from stdlib.library import load

FILES = sorted((Path(__file__).parent / "broken").glob("*.apx"))


def checked(path: Path) -> Checked:
    return check(path.read_text(encoding="utf-8"), load(), path.name)


def errors(result: Checked) -> list[Diagnostic]:
    return [d for d in result.diagnostics if d.severity == "error"]


def test_there_are_forty_of_them() -> None:
    assert len(FILES) >= 40


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_what_is_said_of_a_broken_program(path: Path, golden: Callable[[str, str], None]) -> None:
    result = checked(path)
    assert errors(result)
    assert result.program is None
    golden(f"broken/{path.stem}.txt", "\n\n".join(as_text(d, result.source) for d in result.diagnostics) + "\n")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_no_mistake_is_reported_twice(path: Path) -> None:
    found = errors(checked(path))
    assert len({d.span for d in found}) == len(found)
    assert len({(d.code, d.message, d.span) for d in found}) == len(found)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_fix_leaves_fewer_mistakes_or_other_ones(path: Path) -> None:
    result = checked(path)
    before = errors(result)
    for diagnostic in before:
        for fix in diagnostic.fixes:
            text = result.source.text
            for edit in sorted(fix.edits, key=lambda e: -e.span.start):
                text = text[: edit.span.start] + edit.text + text[edit.span.end :]
            after = errors(check(text, load(), path.name))
            kind = (diagnostic.code, diagnostic.message)
            left = sum((d.code, d.message) == kind for d in after)
            assert left < sum((d.code, d.message) == kind for d in before), (fix.title, text)
