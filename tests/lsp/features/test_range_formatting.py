"""Layout of a part of a text, and of a line as it is typed: never a word changed, nothing outside touched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from compiler.diagnostics import Edit
from compiler.source import Span
from compiler.text.format import format_source
from lsp.document import Place
from lsp.features.formatting import formatting
from lsp.features.on_type import TRIGGERS, on_type
from lsp.features.range_formatting import range_formatting, ranges_formatting
from lsp.renaming import applied
from lsp.view import View
from tests.lsp.seeing import EXAMPLES, anywhere, params, seen, span

OPTIONS = types.FormattingOptions(tab_size=2, insert_spaces=True)
UGLY = 'apx 1\nstrategy "S"\nlet  a=close+1\n\n\n\nlet b =  a*2\nwhen a>b\nbuy 1   share\nstop loss at entry-1\n'


def edited(view: View, edits: list[types.TextEdit] | None) -> str:
    return applied(view.text, [Edit(Span(*span(view, e.range)), e.new_text) for e in edits or ()])


def laid_out(view: View, first: int, last: int) -> str:
    """The text after its lines from first to last were laid out."""
    where = types.Range(types.Position(first, 0), types.Position(last, len(view.document.line(last))))
    return edited(view, range_formatting(view, types.DocumentRangeFormattingParams(params(view), where, OPTIONS)))


def test_only_the_lines_of_the_range_change() -> None:
    view = seen(UGLY)
    assert laid_out(view, 6, 7) == UGLY.replace("let b =  a*2\nwhen a>b", "let b = a * 2\nwhen a > b")
    assert laid_out(view, 8, 9).splitlines()[8:] == ["  buy 1 share", "    stop loss at entry - 1"]
    assert laid_out(view, 2, 2).splitlines()[2] == "let a = close + 1"


def test_a_range_that_ends_where_a_line_begins_leaves_that_line() -> None:
    view = seen(UGLY)
    where = types.Range(types.Position(6, 0), types.Position(7, 0))
    text = edited(view, range_formatting(view, types.DocumentRangeFormattingParams(params(view), where, OPTIONS)))
    assert text == UGLY.replace("let b =  a*2", "let b = a * 2")


def test_several_ranges_at_once() -> None:
    view = seen(UGLY)
    ranges = [types.Range(types.Position(n, 0), types.Position(n, 3)) for n in (2, 8)]
    text = edited(view, ranges_formatting(view, types.DocumentRangesFormattingParams(params(view), ranges, OPTIONS)))
    assert text == UGLY.replace("let  a=close+1", "let a = close + 1").replace("buy 1   share", "  buy 1 share")


def test_a_blank_line_below_what_cannot_be_read_stays_whatever_the_lines_end_with() -> None:
    for text in ('apx 1\nstrategy "Buy\r\r\nlet b = 2\r\n', 'apx 1\rstrategy "Buy\r\r\nlet b = 2'):
        view = seen(text)
        assert lines(laid_out(view, 0, len(view.document.starts) - 1)) == lines(format_source(text))
        assert lines(format_source(text)) == ["apx 1", 'strategy "Buy', "", "let b = 2", ""]


@given(anywhere(), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=80, deadline=None)
def test_a_range_changes_nothing_outside_and_the_whole_is_what_apx_fmt_gives(
    place: tuple[View, types.Position], first: int, more: int
) -> None:
    view, _ = place
    count = len(view.document.starts)
    first = min(first, count - 1)
    last = min(first + more, count - 1)
    text = laid_out(view, first, last)
    before = view.document.starts[first]
    after = len(view.text) - (view.document.starts[last + 1] if last + 1 < count else len(view.text))
    assert text[:before] == view.text[:before]
    assert text[len(text) - after :] == view.text[len(view.text) - after :]
    whole = edited(view, formatting(view, types.DocumentFormattingParams(params(view), OPTIONS)))
    assert lines(whole) == lines(format_source(view.text))
    assert lines(laid_out(view, 0, count - 1)) == lines(format_source(view.text))


def lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


# ---------------------------------------------------------------- as it is typed


def typed(before: str, key: str, after: str = "") -> str:
    """The text after a key: what an editor holds when it asks, and what it is told to do."""
    view = seen(before + key + after)
    at = view.position(len(before) + len(key))
    return edited(view, on_type(view, types.DocumentOnTypeFormattingParams(params(view), at, key, OPTIONS)))


HEAD = 'apx 1\nstrategy "S"\n'


@pytest.mark.parametrize(
    ("before", "indent"),
    [
        ("when close > open", 2),
        ("when close > open\n  buy 1 share", 4),
        ("when close > open\n  buy 1 share\n    stop loss at entry - 1", 4),
        ("when close > open\n  exit position", 2),
        ("when close > open\n  exit position\notherwise", 2),
        ("let a = close", 0),
        ("let a = sma(close,", 4),
        ("let a = close +", 4),
        ("let a = if close > open then 1", 4),
        ("define f(x)", 2),
        ("define f(x) = x", 0),
        ("define f(x)\n  let a = x", 2),
        ("define f(x)\n  let a = x\n  give a", 0),
        ("settings", 2),
        ("settings\n  capital 1_000 USD", 2),
        ('test "t"', 2),
        ('test "t"\n  given close = [1, 2]', 2),
        ("every month end", 2),
        ("when close > open # a comment", 2),
        ("  # a comment", 2),
        ("when close > open\n  buy 1 share\n", 0),
    ],
)
def test_a_new_line_is_indented_as_what_usually_follows(before: str, indent: int) -> None:
    assert typed(HEAD + before, "\n") == HEAD + before + "\n" + " " * indent


@pytest.mark.parametrize(
    ("before", "word", "indent"),
    [
        ("when close > open\n    buy 1 share\n", "    when", 0),
        ("when close > open\n", "buy", 2),
        ("when close > open\n  buy 1 share\n", "  stop", 4),
        ("when close > open\n  buy 1 share\n    stop loss at 2%\n", "    notify", 2),
        ("settings\n", "capital", 2),
        ("define f(x)\n  let a = x\n", "give", 2),
        ("define f(x)\n", "let", 2),
        ("  ", "let", 0),
    ],
)
def test_a_leading_word_takes_its_place(before: str, word: str, indent: int) -> None:
    assert typed(HEAD + before + word, " ", "x") == HEAD + before.rstrip(" ") + " " * indent + word.strip() + " x"


def test_otherwise_and_end_take_theirs() -> None:
    rule = HEAD + "when close > open\n  exit position\n"
    assert typed(rule + "  otherwis", "e") == rule + "otherwise"
    value = HEAD + "let a = if close > open then 1\n    else if close > 1 then 2\n    else 3\n"
    assert typed(value + "        en", "d") == value + "end"
    assert typed(value + "en", "d") == value + "end"


def test_a_word_inside_a_line_moves_nothing() -> None:
    assert typed(HEAD + "    plot when", " ") == HEAD + "    plot when "
    assert typed(HEAD + "  let a = clos", "e") == HEAD + "  let a = close"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_that_is_typed_keeps_its_indentation(name: str) -> None:
    """Line by line: where a new line's guess is not what is written, the line's first word puts it right."""
    text, found = EXAMPLES[name], ""
    for line in text.splitlines(keepends=True)[:25]:
        word = re.match(r"[ \t]*([a-z_]+) ", line)
        before = found + line[: word.end() - 1] if word else None
        if before is not None:
            assert typed(before, " ") == before + " ", line
        found += line


@given(anywhere(), st.sampled_from(TRIGGERS))
@settings(max_examples=80, deadline=None)
def test_what_is_typed_anywhere_moves_blanks_of_its_line_alone(place: tuple[View, types.Position], key: str) -> None:
    view, at = place
    edits = on_type(view, types.DocumentOnTypeFormattingParams(params(view), at, key, OPTIONS))
    for edit in edits or ():
        start, end = span(view, edit.range)
        assert view.text[start:end].strip(" \t") == ""
        assert edit.new_text.strip(" ") == ""
        assert edit.range.start == types.Position(at.line, 0)
        assert view.document.place(end) == Place(at.line, end - start)
