"""The grammar is LALR(1) without any conflict, and the tables on disk say what it says."""

from __future__ import annotations

import json
from pathlib import Path

from lark import Lark

from compiler.words import INNER, LEADING, SETTINGS_WORDS
from grammar.build import build, render, write
from grammar.tables import GRAMMAR, load, read

TEXT = GRAMMAR.read_text(encoding="utf-8")


def test_the_grammar_builds_strictly() -> None:
    # strict: a shift/reduce conflict or two terminals that match the same text raise
    assert Lark(TEXT, parser="lalr", strict=True, start=["file", "line"]).rules


def test_tables_are_the_same_from_build_to_build() -> None:
    assert render(TEXT, build(TEXT)) == render(TEXT, build(TEXT))


def test_tables_survive_being_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "tables.json"
    assert write(path)
    assert not write(path)  # the second time there is nothing to do
    assert read(path.read_text(encoding="utf-8"), TEXT) == build(TEXT)


def test_tables_of_another_grammar_are_not_used() -> None:
    assert read(json.dumps({"grammar": "start: other"}), TEXT) is None


def test_every_leading_word_and_no_other_begins_a_line() -> None:
    first = load().actions[load().starts["line"]]
    spelled = {name: word for word, names in load().words.items() for name in names}
    assert {spelled[name] for name in first} == LEADING | SETTINGS_WORDS


def test_every_reserved_word_is_in_the_grammar() -> None:
    words = set(load().words) | {"else"}  # `else` is also part of the terminal ELSE_IF
    assert words >= LEADING | INNER
