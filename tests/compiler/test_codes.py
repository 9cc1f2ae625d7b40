"""Every diagnostic code has a page, and every page tells the truth: its failing program has that mistake, its corrected one has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import compiler
from apextrade.render import as_text
from compiler.codes import CODES, Code, find
from compiler.diagnostics import Diagnostic, Fix
from compiler.pipeline import check
from compiler.source import Source
from stdlib.library import load

LIBRARY = load()
ROOM = Path(str(compiler.__file__)).parent


def found(text: str, entry: Code) -> tuple[Diagnostic, ...]:
    return check(text, LIBRARY, resolver=entry.shelf, limits=entry.limits).diagnostics


def applied(text: str, fix: Fix) -> str:
    for edit in sorted(fix.edits, key=lambda e: -e.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize("entry", CODES, ids=lambda e: e.code)
def test_the_failing_program_has_this_mistake_and_no_other(entry: Code) -> None:
    diagnostics = found(entry.failing, entry)
    mistakes = [d.code for d in diagnostics if d.severity == "error" and d.source is None]  # a library's own have its source
    if entry.severity == "error":
        assert mistakes == [entry.code]
    else:
        assert mistakes == []
        assert [d.code for d in diagnostics].count(entry.code) == 1
    assert all(d.severity == entry.severity for d in diagnostics if d.code == entry.code)


@pytest.mark.parametrize("entry", CODES, ids=lambda e: e.code)
def test_the_corrected_program_has_no_mistake(entry: Code) -> None:
    diagnostics = found(entry.corrected, entry)
    assert [(d.code, d.message) for d in diagnostics if d.severity == "error" or d.code == entry.code] == []


@pytest.mark.parametrize("entry", CODES, ids=lambda e: e.code)
def test_every_fix_offered_for_the_failing_program_leaves_one_without_a_mistake(entry: Code) -> None:
    for diagnostic in (d for d in found(entry.failing, entry) if d.code == entry.code):
        for fix in diagnostic.fixes:
            left = found(applied(entry.failing, fix), entry)
            assert entry.code not in [d.code for d in left], fix.title
            assert [(d.code, d.message) for d in left if d.severity == "error"] == [], fix.title


@pytest.mark.parametrize("entry", CODES, ids=lambda e: e.code)
def test_a_page_has_a_title_and_an_explanation_in_plain_words(entry: Code) -> None:
    assert re.fullmatch(r"[EW]0\d{3}", entry.code)
    assert entry.severity == ("error" if entry.code.startswith("E") else "warning")
    assert entry.title[0].isupper() or entry.title[0] == "`"
    assert not entry.title.endswith(".")
    assert entry.explanation.endswith((".", "”"))
    assert len(entry.explanation) > 20


def raised() -> set[str]:
    """Every code named in the compiler, its pages left out."""
    files = [path for path in ROOM.rglob("*.py") if path.parent.name != "codes"]
    return {code for path in files for code in re.findall(r"\"([EW]0\d{3})\"", path.read_text(encoding="utf-8"))}


def test_every_code_that_is_raised_has_a_page() -> None:
    assert sorted(raised() - {entry.code for entry in CODES}) == []


def test_every_page_belongs_to_a_code_that_is_raised() -> None:
    assert sorted({entry.code for entry in CODES} - raised()) == []


def test_there_are_at_least_seventy_codes_each_once_and_two_in_five_offer_a_fix() -> None:
    assert len({entry.code for entry in CODES}) == len(CODES) >= 70
    mending = [e.code for e in CODES if any(d.fixes for d in found(e.failing, e) if d.code == e.code)]
    print(f"{len(CODES)} codes, {len(mending)} with fixes")
    assert len(mending) >= 0.4 * len(CODES)


def test_what_is_said_of_every_failing_program(golden: Callable[[str, str], None]) -> None:
    """Source, then what a terminal shows of it; of programs that are long because they must be, the first lines."""
    pages = []
    for entry in CODES:
        lines = [line if len(line) <= 100 else f"{line[:99]}…" for line in entry.failing.rstrip("\n").split("\n")]
        shown = lines if len(lines) <= 24 else [*lines[:23], f"… {len(lines) - 23} more lines"]
        told = [d for d in found(entry.failing, entry) if d.code == entry.code]
        source = Source(entry.failing, "example.apx")
        rendered = [re.sub(r"(?m)^(.{160}).+$", r"\1…", as_text(d, source)) for d in told]
        pages.append("\n".join([f"==== {entry.code} {entry.title}", *(f"    {line}".rstrip() for line in shown), "", *rendered]))
    golden("codes.txt", "\n\n".join(pages) + "\n")


def test_a_code_is_found_whatever_its_case() -> None:
    assert find("e0301") is find(" E0301 ") is not None
    assert find("E9999") is None


@pytest.mark.parametrize("entry", CODES, ids=lambda e: e.code)
def test_messages_are_sentences_without_python_in_them(entry: Code) -> None:
    for d in found(entry.failing, entry):
        assert d.message[0].isupper() or d.message[0] in "`\"'", d.message
        assert d.message.endswith((".", "?")), d.message
        assert not re.search(r"Error\b|Exception|None\b|<class|object at|Token|NAME\b|LPAR|RPAR", d.message + d.hint), d.message
        assert len(d.message) <= 240, d.message
