"""Whole strategies typed key by key: no key shows an error on a line other than the one being typed, in either tier of diagnostics."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from apextrade.libraries import Beside
from compiler.diagnostics import Diagnostic
from compiler.editing import Editing
from compiler.pipeline import check
from compiler.source import Source
from lsp.document import Change, Document, Place
from lsp.holding import Held, typed_line
from stdlib.library import load

EXAMPLES = Path(__file__).parents[2] / "examples"
ALL = sorted(EXAMPLES.glob("*.apx"))
FEW = [EXAMPLES / f"{name}.apx" for name in ("rotation", "macd_cross", "turtle_pyramid")]
TRACED = ALL if os.environ.get("TYPING") == "all" else FEW
# Names that a program uses on a line above the one that gives them: the line that used them says so until then, and rightly.
AHEAD = {"turtle_pyramid": ("units", "last_unit"), "trend_filters": ("_slow",)}


@dataclass
class Author:
    """An editor with a document, and what both tiers of a server show of it."""

    path: Path
    document: Document
    deep: bool = True
    quick_held: Held = field(default_factory=Held)
    deep_held: Held = field(default_factory=Held)
    shown: tuple[Diagnostic, ...] = ()

    def __post_init__(self) -> None:
        self.editing = Editing(load(), str(self.path))
        self.look()

    def types(self, line: int, column: int, text: str) -> None:
        self.edit(Change(text, Place(line, column), Place(line, column)))

    def edit(self, change: Change) -> None:
        self.document = self.document.changed([change], self.document.version + 1)
        for held in (self.quick_held, self.deep_held):
            held.edited([change])
        self.look()

    def look(self) -> None:
        text, beside = self.document.text, Beside(self.path, locked=False)
        source = Source(text, str(self.path))
        self.shown = self.quick_held.shown(source, self.editing.analyse(text, beside).diagnostics)
        if self.deep:
            self.shown += self.deep_held.shown(source, check(text, load(), str(self.path), beside).diagnostics)

    def errors(self) -> list[tuple[int, str, str]]:
        """The line, code and sentence of each error in the text that is shown."""
        source = Source(self.document.text)
        return [
            (source.position(d.span.start).line, d.code, d.message)
            for d in self.shown
            if d.severity == "error" and d.source is None and d.code not in ("E0222",)
        ]


def elsewhere(author: Author, line: int) -> list[tuple[int, str, str]]:
    ahead = AHEAD.get(author.path.stem, ())
    return [error for error in author.errors() if error[0] != line and not any(f"`{name}`" in error[2] for name in ahead)]


@pytest.mark.parametrize("path", TRACED, ids=lambda path: path.stem)
def test_typed_from_the_top_no_key_shows_an_error_on_another_line(path: Path) -> None:
    author = Author(path, Document("file:///x.apx", "", 0, "utf-16"))
    line = column = 0
    for key in path.read_text(encoding="utf-8"):
        author.types(line, column, key)
        line, column = (line + 1, 0) if key == "\n" else (line, column + 1)
        assert elsewhere(author, line) == [], author.document.text[-80:]
    assert author.errors() == []


@pytest.mark.parametrize("path", TRACED, ids=lambda path: path.stem)
def test_a_line_typed_anew_shows_no_new_error_on_another_line(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    for at, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        author = Author(path, Document("file:///x.apx", "\n".join(lines), 0, "utf-16"), deep=False)
        author.edit(Change("", Place(at, 0), Place(at, len(line))))
        assert elsewhere(author, at) == []
        for column, key in enumerate(line):
            author.types(at, column, key)
            assert elsewhere(author, at) == [], author.document.text.split("\n")[at]
        assert author.errors() == []


# ---------------------------------------------------------------- nothing is hidden for good

HEAD = 'apx 1\nstrategy "S"\ntrade "AAPL" every 1d\n'
TWO = HEAD + "let weak = rsi(2) < 10\nwhen weak\n  buy 10 shares\nlet more = close\n"


def author_of(text: str) -> Author:
    return Author(Path("x.apx"), Document("file:///x.apx", text, 0, "utf-16"), deep=False)


def cut(author: Author, line: int, start: int, end: int) -> None:
    author.edit(Change("", Place(line, start), Place(line, end)))


def test_an_error_made_elsewhere_is_shown_when_typing_goes_on_elsewhere() -> None:
    author = author_of(TWO)
    cut(author, 3, len("let weak = rsi(2)"), len("let weak = rsi(2) < 10"))
    assert author.errors() == []
    author.types(6, len("let more = close"), "d")
    assert [(line, code) for line, code, _ in author.errors() if line == 4] == [(4, "E0302")]


def test_an_error_made_elsewhere_is_shown_when_typing_rests_or_the_text_is_saved() -> None:
    for ends in ("rest", "save"):
        author = author_of(TWO)
        cut(author, 3, len("let weak = rsi(2)"), len("let weak = rsi(2) < 10"))
        assert author.quick_held.rested() if ends == "rest" else author.quick_held.saved() is None
        author.look()
        assert [(line, code) for line, code, _ in author.errors()] == [(4, "E0302")]


def test_a_line_that_is_not_right_yet_releases_nothing_by_resting() -> None:
    author = author_of(TWO)
    cut(author, 3, 0, len("let weak = rsi(2) < 10"))
    author.types(3, 0, "l")
    assert {line for line, _, _ in author.errors()} == {3}
    assert author.quick_held.rested() is False


def test_what_is_missing_below_a_line_is_said_once_something_else_begins_or_the_text_is_saved() -> None:
    author = author_of(HEAD)
    for at, key in enumerate("when close > open"):
        author.types(3, at, key)
    author.types(3, len("when close > open"), "\n")
    author.quick_held.rested()
    author.look()
    assert author.errors() == []
    for at, key in enumerate("let a = 1"):
        author.types(4, at, key)
    author.types(4, len("let a = 1"), "\n")
    assert [(line, code) for line, code, _ in author.errors()] == [(3, "E0130")]
    saved = author_of(HEAD + "when close > open")
    saved.types(3, len("when close > open"), "\n")
    assert saved.errors() == []
    saved.quick_held.saved()
    saved.look()
    assert [(line, code) for line, code, _ in saved.errors()] == [(3, "E0130")]


def test_a_file_that_is_opened_shows_everything() -> None:
    assert [code for _, code, _ in author_of(HEAD + "when close > open\n").errors()] == ["E0130"]


def test_where_changes_are_typed() -> None:
    one = Change("a", Place(3, 1), Place(3, 1))
    assert typed_line([one]) == (3, False)
    assert typed_line([Change("\n  ", Place(3, 1), Place(3, 1))]) == (4, True)
    assert typed_line([Change("", Place(3, 0), Place(4, 0))]) == (3, True)
    assert typed_line([one, Change("b", Place(9, 0), Place(9, 0))]) == (None, False)
    assert typed_line([Change("all of it")]) == (None, False)
