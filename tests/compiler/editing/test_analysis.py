"""The laws of a text under edit: whatever was typed before, what is known of a version is what a first reading of its text gives."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.cascades import told
from compiler.corrections import corrected
from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.editing import Analysis, Editing
from compiler.inference import Typed, infer
from compiler.libraries.linking import link
from compiler.libraries.loading import Libraries
from compiler.resolve import resolve
from compiler.source import Source
from compiler.text.parse import parse
from compiler.types import Type, settled_unit
from compiler.walk import expressions
from stdlib.library import load

EXAMPLES = [path.read_text() for path in sorted(Path("examples").glob("*.apx"))]


def no_library(source: Source, head: object, libraries: Libraries) -> NoReturn:
    raise AssertionError("these programs use no libraries")


def in_one_go(text: str) -> tuple[tuple[Diagnostic, ...], Typed]:
    """What the compiler's own stages say of a text."""
    source, found = Source(text), Diagnostics()
    linked = link(source, parse(source, found), load(), Libraries(None, no_library), found)
    names = resolve(source, linked, load(), found)
    typed = infer(names, found)
    return tuple(corrected(d, text, names) for d in told(source, found)), typed


def shown(type_: Type | None) -> str:
    if type_ is None:
        return "none"
    return f"{type_.kind} {settled_unit(type_.unit) if type_.kind == 'number' else ''} {[(n, shown(t)) for n, t in type_.fields]}"


def types_of(statements: list[object], typed: Typed) -> list[str]:
    return [shown(typed.types.get(id(e))) for statement in statements for e in expressions(statement)]  # type: ignore[arg-type]


def agrees(analysis: Analysis, text: str) -> None:
    diagnostics, typed = in_one_go(text)
    assert analysis.diagnostics == diagnostics
    assert analysis.typed is not None
    assert types_of(list(analysis.names.file.statements), analysis.typed) == types_of(list(typed.names.file.statements), typed)
    assert "".join(cell.text for cell in analysis.cells) == text[: sum(len(c.text) for c in analysis.cells)]


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_first_reading_is_that_of_the_compiler(text: str) -> None:
    if "\nuse " not in text:
        agrees(Editing(load()).analyse(text), text)


FRAGMENTS = [
    "fast", "slow", "close", "sma(close, 20)", "\n", "let x = close\n", "input n = 20\n", " + ", "(", ")", '"', "when ", "buy 10% of equity\n",
    "define f(a) = a\n", "# note\n", "plot x\n", "  ", "remember r = r + 1 initially 0\n", "end", "give ", "settings\n", "commission 0.1%\n", "\r\n",
    "💶", "%", "bars", "x", "n", "test \"t\"\n", "1", "expect no order\n", "let ", " = ", "crosses above", "stop loss at entry - 2 * atr(14)\n", "\u2028",
]  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> list[tuple[float, int, str]]:
    one = st.tuples(st.floats(0, 1), st.integers(0, 12), st.sampled_from([*FRAGMENTS, ""]))
    return draw(st.lists(one, min_size=1, max_size=12))


@given(st.sampled_from([text for text in EXAMPLES if len(text) < 2500 and "\nuse " not in text]), edits())
@settings(max_examples=60, deadline=None)
def test_after_any_edits_it_is_what_a_first_reading_gives(text: str, changes: list[tuple[float, int, str]]) -> None:
    editing = Editing(load())
    editing.analyse(text)
    for where, removed, put in changes:
        at = int(where * len(text))
        text = text[:at] + put + text[at + removed :]
        agrees(editing.analyse(text), text)


def test_lines_that_stay_keep_their_trees() -> None:
    text = 'apx 1\nstrategy "S"\nlet a = close\nlet b = a + 1\nplot b\n'
    editing = Editing(load())
    before = editing.analyse(text)
    after = editing.analyse(text.replace("let a = close", "let a = high"))
    assert [x is y for x, y in zip(before.cells, after.cells, strict=True)] == [True, True, False, True, True]


def test_places_go_from_the_text_to_the_trees_and_back() -> None:
    text = random.Random(3).choice(EXAMPLES)
    analysis = Editing(load()).analyse(text)
    for offset in range(len(text)):
        inner = analysis.inner(offset)
        assert analysis.layout.outer(inner) == offset
