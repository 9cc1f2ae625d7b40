"""Migration: what edition 0 wrote is rewritten for edition 1, to the byte, and nothing else is touched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.editions import NEWEST, RETIRED, Retired, migrated
from compiler.libraries.port import LibraryText, Shelf
from compiler.pipeline import check
from compiler.text.format import format_source
from stdlib.library import load
from tests.examples.programs import FILES, SHELF

LIBRARY = load()
FUNCTIONS = sorted({*LIBRARY.definitions, *(p.name for p in LIBRARY.primitives.values() if not p.hidden)}, key=len, reverse=True)
OF_LIBRARY = re.compile(rf"(?<![.\w])({'|'.join(FUNCTIONS)})(?=\()")
NOTES = "# set x = ta.sma(close, 20 candles); exit all when a crosses_above b\n"


def in_edition_0(text: str) -> str:
    """A program as edition 0 wrote it; comments and texts between quotes stay."""
    lines = []
    for line in text.splitlines(keepends=True):
        parts = re.split(r'("[^"]*"|#[^\r\n]*)', line)
        for i in range(0, len(parts), 2):
            part = parts[i]
            part = re.sub(r"^(\s*)apx 1\b", r"\1apx 0", part) if i == 0 else part
            part = re.sub(r"^(\s*)let\b", r"\1set", part) if i == 0 else part
            part = re.sub(r"^(\s*)exit position\b", r"\1exit all", part) if i == 0 else part
            part = re.sub(r"\bcrosses (above|below)\b", r"crosses_\1", part)
            part = re.sub(r"(?<=[0-9]) bars?\b", lambda m: " candles" if m[0] == " bars" else " candle", part)
            parts[i] = OF_LIBRARY.sub(r"ta.\1", part)
        lines.append("".join(parts))
    return "".join(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_an_example_written_in_edition_0_becomes_itself_again(path: object, ends: str) -> None:
    text = path.read_text(encoding="utf-8")  # type: ignore[attr-defined]
    text = text.replace("apx 1\n", f"apx 1  # the edition, was apx 0\n{NOTES}", 1).replace("\n", ends)
    old = in_edition_0(text)
    assert old != text
    result = migrated(old)
    assert result is not None
    assert result.text == text
    assert (
        len(result.changes)
        == sum(old.count(word) for word in ("crosses_", "ta.", "exit all", "candle"))
        + len(re.findall(r"(?:^|[\r\n]) *set ", old))
        - 4
    )
    assert [d for d in check(result.text, LIBRARY, "new.apx", SHELF).diagnostics if d.severity == "error"] == []


def test_migrating_what_is_migrated_changes_nothing() -> None:
    for path in FILES:
        once = migrated(in_edition_0(path.read_text(encoding="utf-8")))
        assert once is not None
        again = migrated(once.text)
        assert again is not None
        assert (again.text, again.edits) == (once.text, ())


@pytest.mark.parametrize("row", RETIRED, ids=lambda row: row.was)
def test_each_row_shows_what_it_does(row: Retired) -> None:
    result = migrated(f"apx {row.edition}\n{row.was}\n", row.edition + 1)
    assert result is not None
    assert result.text == f"apx {row.edition + 1}\n{row.now}\n"
    assert [change.row for change in result.changes] == [row]
    assert len(row.pattern) == len(row.becomes)
    assert any(new is not None for new in row.becomes)


@pytest.mark.parametrize(
    "line",
    [
        'notify "set x = 20 candles, exit all"', "# exit all", "let candles = 3", "plot 3 * candles", "plot x.set = 3", "plot (ta)", "let ta = macd()\nplot ta.line",
        "plot x + set", "exit 50% of position", "plot a.crosses_above", "plot crosses_abover",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_retired_spelling_stays(line: str) -> None:
    result = migrated(f"apx 0\n{line}\n")
    assert result is not None
    assert result.text == f"apx 1\n{line}\n"


def test_white_space_and_comments_inside_a_place_stay() -> None:
    result = migrated("# first\n\tapx\t0 # now\nset\tx\r\n  = ta  .  sma ( close,20candles)  \nexit # why\n  all\n")
    assert result is not None
    assert result.text == "# first\n\tapx\t1 # now\nlet\tx\r\n  =     sma ( close,20bars)  \nexit # why\n  position\n"


PIECES = ("set", "exit", "all", "ta", ".", "sma", "(", "candles", "20", '"', "#", "\n", "\r", "=", " ", "crosses_above", "é", "x")


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_is_migrated_once_and_keeps_what_no_row_names(text: str) -> None:
    result = migrated(f"apx 0\n{text}")
    assert result is not None
    assert migrated(result.text) is not None
    undone = result.text
    assert undone.startswith("apx 1\n")
    assert [c for c in undone if c in '"#\n\r=é'] == [c for c in f"apx 0\n{text}" if c in '"#\n\r=é']


@pytest.mark.parametrize(
    "text", ["", "strategy", "apx", "apx x", "apx 2\nplot close\n", "plot close\napx 0\n", "apx 99999999999"]
)
def test_a_text_of_no_known_edition_is_not_touched(text: str) -> None:
    assert migrated(text) is None


def test_a_retired_edition_is_one_mistake_whose_fix_is_the_migration() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        old = in_edition_0(text)
        (error,) = check(old, LIBRARY, path.name, SHELF).diagnostics
        assert (error.code, error.message) == (
            "E0230",
            f"This is edition 0 of the language, which is retired; the newest is {NEWEST}.",
        )
        (fix,) = error.fixes
        fixed = old
        for edit in sorted(fix.edits, key=lambda e: -e.span.start):
            fixed = fixed[: edit.span.start] + edit.text + fixed[edit.span.end :]
        assert fixed == text
        assert migrated(format_source(old)) is not None


def test_a_library_of_a_retired_edition_is_said_to_be_one() -> None:
    shelf = Shelf((LibraryText('apx 0\nlibrary "Old" version 1\ndefine f(x) = ta.sma(x, 3 candles)\n', "old.apx"),))
    found = check(
        'apx 1\nstrategy "T"\nuse "Old" version 1 as o\nplot o.f(close), o.g(close)\n', LIBRARY, "new.apx", shelf
    ).diagnostics
    assert [(d.code, d.source.name if d.source else "") for d in found] == [("E0222", ""), ("E0230", "old.apx")]


def test_the_page_about_editions_shows_every_row() -> None:
    page = (FILES[0].parents[1] / "docs" / "language" / "editions.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == [
        f"| `{row.was}` | `{row.now}` | {row.why} |" for row in RETIRED
    ]
