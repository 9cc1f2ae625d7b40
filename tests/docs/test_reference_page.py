"""The reference of the language is up to date and leaves nothing out; the table of coverage has a row, with a test that exists, for each of its entries."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from apextrade import language_page
from apextrade.language_page import check_example, entries, program_of
from apextrade.written_forms import Entry
from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text import automaton
from compiler.text.parse import parse
from grammar.tables import load

ROOT = Path(__file__).parents[2]
COVERAGE = (ROOT / "docs" / "language" / "coverage.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    assert language_page.PAGE.read_text(encoding="utf-8") == language_page.page(), (
        "run `make docs` (python -m apextrade.language_page) and read what has changed"
    )


def test_no_two_entries_have_one_name() -> None:
    names = [(entry.section, entry.name) for entry in entries()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("example", ["buy 10% off equity", "sell 10% of equities", "buy 10 bars"])
def test_an_example_that_is_wrong_stops_the_page(example: str) -> None:
    with pytest.raises(ValueError, match="Actions, wrong"):
        check_example(Entry("Actions", "wrong", "action", example, ""))


# ---------------------------------------------------------------- nothing of the grammar is left out


class Recorded(tuple[Any, ...]):
    """The steps of the automaton, noting which are taken."""

    taken: set[int]

    def __getitem__(self, index: Any) -> Any:
        self.taken.add(index)
        return super().__getitem__(index)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    machine = automaton._machine()
    steps = Recorded(machine.steps)
    steps.taken = set()
    recording = replace(machine, steps=steps)
    monkeypatch.setattr(automaton, "_machine", lambda: recording)
    return steps.taken


def test_every_alternative_of_the_grammar_is_in_an_example(taken: set[int]) -> None:
    for entry in entries():
        parse(Source(program_of(entry), "<example>"), Diagnostics())
    rules = load().rules
    forms = {(rule.origin, rule.name) for rule in rules if not rule.splices and rule.origin not in WHOLE}
    assert forms - {(rules[at].origin, rules[at].name) for at in taken} == UNUSED


WHOLE = ("file", "statement", "define", "when", "every", "settings", "test", "rule_line", "test_line", "line")
"""Rules by which a file is read in one piece; programs are read line by line."""

UNUSED = {("literal", "duration")}
"""Alternatives that no right program has: a duration alone is no value, and a diagnostic says so."""


def test_every_word_of_the_grammar_is_in_an_example() -> None:
    written = {word for entry in entries() for word in re.findall(r"[A-Za-z_]+|%", program_of(entry))}
    assert set(load().words) - written == set()


# ---------------------------------------------------------------- coverage


def rows() -> list[tuple[str, str, list[str], str]]:
    """Section, form, tests and note of each row."""
    found = []
    for section, body in re.findall(r"(?m)^## (.+)\n\n((?:\|.*\n)+)", COVERAGE):
        for line in body.splitlines()[2:]:
            form, tests, note = (cell.strip() for cell in line.strip("|").split("|"))
            found.append((section, form, re.findall(r"`([^`]+)`", tests), note))
    return found


@cache
def names_in(file: str) -> frozenset[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def test_every_entry_has_its_row_and_every_row_its_entry() -> None:
    assert [row[:2] for row in rows()] == [(entry.section, entry.name) for entry in entries()]


def test_every_row_names_tests_that_exist() -> None:
    missing = [
        name for _, _, tests, _ in rows() for name in tests if name.partition("::")[2] not in names_in(name.partition("::")[0])
    ]
    assert missing == []
    assert [row[:2] for row in rows() if not row[2] and not row[3]] == [], "without a test a row says so"
