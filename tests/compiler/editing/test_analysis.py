"""The laws of a text under edit: whatever was typed before, what is known of a version is what a first reading of its text gives."""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.bounds import check_length
from compiler.cascades import told
from compiler.codes import CODES, Code
from compiler.corrections import corrected
from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.editing import Analysis, Editing
from compiler.inference import Typed, infer
from compiler.libraries.checking import read_module
from compiler.libraries.linking import link
from compiler.libraries.loading import Libraries
from compiler.libraries.port import Absent, LibraryText, Lock
from compiler.pipeline import check
from compiler.resolve import resolve
from compiler.source import Source
from compiler.text.parse import parse
from compiler.types import Type, settled_unit
from compiler.walk import expressions
from stdlib.library import load

EXAMPLES = [path.read_text() for path in sorted(Path("examples").glob("*.apx"))]


BANDS = 'apx 1\nlibrary "Bands" version 1\nlet wide = 2\ndefine upper(x, n = 20) = sma(x, n) + wide * stdev(x, n)\ndefine _own(x) = x\n'
BROKEN = 'apx 1\nlibrary "Broken" version 1\ndefine half(x) = x / nothing\n'
ABOVE = 'apx 1\nlibrary "Above" version 1\nuse "Bands" version 1\ndefine above(x) = x > upper(x)\n'


@dataclass(frozen=True)
class Shelf:
    """Libraries by their titles."""

    lock: Lock | None = None

    def find(self, title: str, version: int) -> LibraryText | Absent:
        texts = {"Bands": BANDS, "Broken": BROKEN, "Above": ABOVE}
        return LibraryText(texts[title], f"{title}.apx") if title in texts and version == 1 else Absent((), tuple(texts))


def in_one_go(text: str) -> tuple[tuple[Diagnostic, ...], Typed]:
    """What the compiler's own stages say of a text."""
    source, found = Source(text), Diagnostics()
    libraries = Libraries(Shelf(), lambda source, head, libraries: read_module(source, head, load(), libraries))
    linked = link(source, parse(source, found), load(), libraries, found)
    names = resolve(source, linked, load(), found)
    typed = infer(names, found)
    return (*(corrected(d, text, names) for d in told(source, found)), *libraries.told), typed


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


@pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.code)
def test_what_is_said_at_once_of_a_failing_program_is_what_the_whole_check_says(entry: Code) -> None:
    whole = check(entry.failing, load(), "x.apx", entry.shelf).diagnostics
    assert [d for d in Editing(load(), "x.apx").analyse(entry.failing, entry.shelf).diagnostics if d not in whole] == []


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_first_reading_is_that_of_the_compiler(text: str) -> None:
    agrees(Editing(load()).analyse(text, Shelf()), text)


TANGLED = """apx 1
strategy "S"
trade "SPY" every 1d
input n = 20
input m = 5
input k = 2 in 1 .. 9
let a = n
let b = m + a
let c = if close > open then n else m end
remember r = r + k initially 0
remember q = w + 1 initially unknown
let w = q[1] + r
define two(x, n = 3) = x * n
define pair(x)
  let y = x + 1
  give up = y, down = x - y
when close > b * close and n > 3
  buy 10% of equity
    take profit at t
let t = 3 R
let p = pair(n)
plot p.up, c
every month end where a > m
  exit position
let z = two(close) + two(n)
when p.down > 2 bars
  sell 50% of position
test "x"
  with n = 4
  given close = [1, 2]
  expect no order
"""
"""Units found by way of other names, states that need each other, names used before they are given."""

SHELVED = """apx 1
strategy "L"
use "Bands" version 1
use "Above" version 1 as ab
trade "SPY" every 1d
input n = 20
let x = upper(close, n)
let over = ab.above(close)
define far(a) = a > upper(a) * wide
when close crosses above x and over
  buy 10% of equity
    take profit at entry + wide * atr(14)
every month end where far(high)
  exit position
plot x, wide
"""

FRAGMENTS = [
    "n", "m", "k", "a", "b", "c", "r", "q", "w", "two", "pair", "t", "p", "z", "x", "y", "close", "5", "20 bars", "3%", "2 R", "sma(close, n)",
    "two(a)", "+ ", "* ", "> ", "\n", "let ", "input ", "remember ", " initially 0", "define ", "plot ", "when ", "(", ")", ".up", " = ", "if ",
    "end", '"', "#", "give ", "every day\n", "exit position\n", "long", "apx 1\n", "settings\n  capital 5 EUR\n", "\r\n", "\u2028", "let let",
    'use "Bands" version 1\n', 'use "Broken" version 1 as b\n', 'library "Own" version 1\n', "upper", "ab.", "b.half(close)", "wide", "_own", "as ab",
    "unknown", "true", "require ", "[1]", "let x = close\n", "define f(a) = a\n", "💶", "buy 10% of equity\n", "test \"t\"\n", "", "", "",
]  # fmt: skip
_WORD = re.compile("[a-z_]+|[0-9.]+")


@st.composite
def versions(draw: st.DrawFn) -> list[str]:
    """A program and what becomes of it: pieces put in and taken out, words changed, lines moved and copied, all undone, the end cut off."""
    text = draw(st.sampled_from([TANGLED, TANGLED, SHELVED, SHELVED, *(e for e in EXAMPLES if len(e) < 2500)]))
    found = [text]
    for _ in range(draw(st.integers(1, 12))):
        what = draw(st.sampled_from(("put", "put", "word", "word", "line", "undo", "cut")))
        at = draw(st.integers(0, max(len(text), 1)))
        piece = draw(st.sampled_from(FRAGMENTS))
        words, lines = list(_WORD.finditer(text)), text.splitlines(True)
        if what == "put":
            text = text[:at] + piece + text[at + draw(st.sampled_from((0, 0, 1, 3, 12, 40))) :]
        elif what == "word" and words:
            word = words[at % len(words)]
            text = text[: word.start()] + piece + text[word.end() :]
        elif what == "line" and lines:
            line = lines[at % len(lines)]
            if draw(st.booleans()):
                lines.remove(line)
            lines.insert(draw(st.integers(0, len(lines))), line)
            text = "".join(lines)
        elif what == "undo":
            text = found[at % len(found)]
        elif what == "cut":
            text = text[:at]
        found.append(text)
    return found


@given(versions())
@settings(max_examples=int(os.environ.get("EDITED_PROGRAMS", "80")), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_after_any_edits_it_is_what_a_first_reading_gives(texts: list[str]) -> None:
    editing = Editing(load())
    for text in texts:
        agrees(editing.analyse(text, Shelf()), text)


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


def test_a_line_typed_anew_leaves_alone_what_does_not_depend_on_it() -> None:
    text = 'apx 1\nstrategy "S"\ninput n = 20\nlet fast = sma(close, n)\nlet slow = sma(close, 200)\nplot fast - slow\n'
    line = "let fast = sma(close, n)"
    editing = Editing(load())
    editing.analyse(text)
    assert editing.naming is not None
    kept = {entry: entry.typing for entry in editing.naming.entries}
    analysis = editing.analyse(text.replace(line, f"{line} * 1"))
    assert analysis.diagnostics == ()
    anew = [entry for entry in editing.naming.entries if entry.typing is not None and kept.get(entry) is not entry.typing]
    assert [analysis.said(entry.statement.span) for entry in anew] == [f"{line} * 1"]


@pytest.mark.parametrize(
    "text", ["let a = 1\n" * 20_000, "x" * 1_100_000, "# " + "note " * 60_000, "let a = " + "1 + " * 60_000 + "1\n"]
)
def test_a_text_that_is_too_long_is_refused_as_the_compiler_does(text: str) -> None:
    found = Diagnostics()
    assert not check_length(Source(text), found)
    editing = Editing(load())
    editing.analyse("apx 1\n")
    assert editing.analyse(text).diagnostics == tuple(found)
    assert editing.analyse("apx 1\n").diagnostics == ()
