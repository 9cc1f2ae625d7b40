"""Hover says what stands under the cursor, of every kind of thing there is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from lsp.features.hover import hover
from lsp.settings import Client
from tests.lsp.features.views import ENCODINGS, EXAMPLES, HEAD, POOR, RICH, at, inside, marked, prefixes, seen

BODY = """\
input n = 20 bars in 5 .. 50 step 5 "Length"
input risk = 2% in 1% .. 3%
## What the market does.
let mean = sma(close, n)
let week = (close on 1w)
remember peak = max(peak, high) initially high
define gap(x = close, m = 20 bars) = x - sma(x, m)
let far = gap(close, m = n)
let band = bollinger(close, 20, 2)
when close crosses above mean and volume > 10 and band.upper > 1
  buy risking risk of equity at limit low - 2 ticks
    stop loss at entry - 2 * atr(14)
    expire after 5 bars
when mean is rising for 3 bars
  exit position
settings
  commission 10 bps
  limit drawdown 20%
test "it"
  with n = 5 bars
  given close = [10, 9]
  expect no order
"""


def said(program: str, client: Client = RICH, built: bool = False) -> str:
    """What hover says at the `|` of a program."""
    text, offset = marked(program)
    found = hover(seen(text, client, built=built), types.HoverParams(**at(seen(text), offset)))  # type: ignore[arg-type]
    return found.contents.value if found is not None and isinstance(found.contents, types.MarkupContent) else ""


def over(word: str, place: int = 0, built: bool = False) -> str:
    """What hover says of a word of the body."""
    start = -1
    for _ in range(place + 1):
        start = BODY.index(word, start + 1)
    return said(f"{HEAD}{BODY[: start + 1]}|{BODY[start + 1 :]}", built=built)


def test_the_pages_of_one_program(golden: Callable[[str, str], None]) -> None:
    words = (
        ("input", 0), ("n =", 0), ("20 bars", 0), ("2%", 0), ("mean", 0), ("sma", 0), ("close", 0), ("week", 0), ("1w", 0), ("on 1w", 0),
        ("peak", 0), ("max", 0), ("gap", 0), ("x - ", 0), ("gap(close", 0), ("m = n", 0), ("bollinger", 0), ("crosses", 0), ("and volume", 0), ("> 10", 0),
        ("upper", 0), ("buy", 0), ("risking", 0), ("low -", 0), ("2 ticks", 0), ("stop", 0), ("entry", 0), ("expire", 0), ("rising", 0),
        ("commission", 0), ("10 bps", 0), ("drawdown", 0), ("given", 0), ("no order", 0),
    )  # fmt: skip
    golden("lsp/hover.txt", "\n\n".join(f"=== {word}\n{over(word, place)}" for word, place in words) + "\n")


def test_a_function_shows_its_definition_warm_up_and_units() -> None:
    page = over("sma")
    assert "define sma(x = close, n = 20 bars) = window_sum(x, n) / number(n)" in page
    assert "warm-up: `n - 1` bars" in page
    assert "gives: price" in page


def test_a_kernel_shows_its_source_and_an_example() -> None:
    page = said(HEAD + "let x = high|est(close, 3)\n")
    assert "source: definition" in page
    assert "example: `highest(high, 2) on 1 3 2 1 -> _ 3 3 2`" in page


def test_the_unit_of_this_very_call_is_said() -> None:
    assert "gives: quantity" in said(HEAD + "let x = s|ma(volume, 3)\n")


def test_a_let_shows_its_line_unit_and_warm_up_wherever_it_is_read() -> None:
    page = over("mean", 1, built=True)
    assert "let mean = sma(close, n)" in page
    assert "unit: price" in page
    assert "warm-up: 19 bars" in page
    assert "What the market does." in page


def test_a_phrase_is_written_out_with_what_it_is_made_of() -> None:
    assert "close > mean and close[1] <= mean[1]" in over("crosses")


def test_a_name_inside_a_define_is_the_defines_own() -> None:
    assert "A parameter of `gap`" in over("x - ")


def test_a_librarys_function_is_known_by_its_short_name() -> None:
    page = said(HEAD + 'use "Bands" version 1 as b\nlet x = b.m|id(close)\n')
    assert "define mid(x = close, n = 20 bars) = sma(x, n)" in page


def test_a_librarys_constant_is_a_value() -> None:
    assert "b.wide = 2" in said(HEAD + 'use "Bands" version 1 as b\nlet x = b.w|ide\n')


def test_a_mistakes_code_is_explained() -> None:
    assert "E0201" in said(HEAD + "let x = quik| + 1\n")


def test_plain_text_has_no_marks_for_those_who_cannot_show_them() -> None:
    page = said(HEAD + "let x = s|ma(close, 20)\n", POOR)
    assert page
    assert "```" not in page
    assert "\\" not in page
    assert "  sma(x = close, n = 20 bars)" in page


@pytest.mark.parametrize("program", ["# a com|ment\n", "let x = close # a com|ment\n", "\n\n|\n"])
def test_comments_and_empty_lines_say_nothing(program: str) -> None:
    assert said(HEAD + program) == ""


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_range_is_that_of_what_is_said(encoding: str) -> None:
    text, offset = marked(HEAD + 'plot close "😀", s|ma(close, 3) "é"\n')
    view = seen(text, encoding=encoding)  # type: ignore[arg-type]
    found = hover(view, types.HoverParams(**at(view, offset)))  # type: ignore[arg-type]
    assert found is not None
    assert found.range is not None
    assert text[view.offset(found.range.start) : view.offset(found.range.end)] == "sma"


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 10_000), st.sampled_from(ENCODINGS))
def test_hover_anywhere_in_any_example_is_within_the_document(name: str, place: int, encoding: str) -> None:
    view = seen(EXAMPLES[name], encoding=encoding)  # type: ignore[arg-type]
    found = hover(view, types.HoverParams(**at(view, place % (len(EXAMPLES[name]) + 1))))  # type: ignore[arg-type]
    assert found is None or (found.range is not None and inside(view, found.range))


def test_hover_works_while_a_program_is_typed() -> None:
    for text in prefixes(HEAD + BODY, 13):
        view = seen(text)
        for offset in range(0, len(text) + 1, 41):
            hover(view, types.HoverParams(**at(view, offset)))  # type: ignore[arg-type]
        hover(view, types.HoverParams(**at(view, len(text))))  # type: ignore[arg-type]


def test_what_a_client_says_of_itself_is_what_it_is_shown() -> None:
    marked_ = {"textDocument": {"hover": {"contentFormat": ["plaintext", "markdown"]}}}
    assert Client.of(marked_).markdown
    assert not Client.of({}).markdown
