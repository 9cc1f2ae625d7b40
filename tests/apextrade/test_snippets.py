"""The snippets of editors: made from the declarations, up to date, and each a program that compiles and keeps its layout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from apextrade.snippets import TARGET, body, is_phrase, phrase, rendered
from compiler.forms import FORMS
from compiler.lines import LINES, LineForm, filled
from compiler.pipeline import check
from compiler.text.format import format_source
from stdlib.library import load

SNIPPETS = json.loads(TARGET.read_text(encoding="utf-8"))
LIBRARY = load()
INDENTS = {"statement": 0, "action": 2, "attached": 4, "setting": 2, "define": 2, "test": 2}


def test_the_file_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == rendered(), "run `python -m apextrade.snippets`"


def test_every_line_has_its_snippet_under_its_own_word() -> None:
    for line in LINES:
        assert line.word in SNIPPETS[line.label]["prefix"]
    assert len(SNIPPETS) == len({line.label for line in LINES}) + sum(map(is_phrase, FORMS))


def typed(line: LineForm) -> str:
    """What an editor makes of a snippet: further lines are indented as the one it was typed on."""
    indent = " " * (0 if line.word == "otherwise" else INDENTS[line.where])
    return "".join(f"{indent}{text}\n" for text in filled(body(line)).split("\n"))


@pytest.mark.parametrize("line", [line for line in LINES if line.where in ("statement", "action")], ids=lambda line: line.label)
def test_a_snippet_typed_where_it_belongs_has_the_canonical_layout(line: LineForm) -> None:
    before = "" if line.word == "apx" else "apx 1\n"
    if line.where == "action":
        before += "when close > open\n" + ("  exit position\n" if line.word == "otherwise" else "")
    text = before + typed(line)
    assert format_source(text) == text


def phrases() -> Iterator[tuple[str, str]]:
    for form in FORMS:
        if is_phrase(form):
            yield form.name, filled(phrase(form))


@pytest.mark.parametrize(("name", "text"), list(phrases()))
def test_a_phrase_as_it_begins_compiles(name: str, text: str) -> None:
    program = f'apx 1\nstrategy "A phrase"\ntrade "SPY" every 1d\nlet x = {text}\nplot close\n'
    assert [d for d in check(program, LIBRARY).diagnostics if d.severity == "error"] == []


def test_places_are_numbered_from_one_without_a_hole() -> None:
    for label, snippet in SNIPPETS.items():
        numbers = sorted({int(found) for found in re.findall(r"\$\{(\d+):", "\n".join(snippet["body"]))})
        assert numbers == list(range(1, len(numbers) + 1)), label
