"""Inlay hints say what a line does not: units, warm-up, clock, and what a bare number is."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from lsp.features.inlay_hints import inlay_hints, resolve
from lsp.settings import Settings
from lsp.view import View
from tests.lsp.features.views import ENCODINGS, EXAMPLES, HEAD, prefixes, seen

BODY = """\
input n = 20
input k = 3 ticks
input r = 2%
let mean = sma(close, 20)
let week = ema(close, 10) on 1w
let band = bollinger(close, 20, factor = 2)
remember count_of = count_of + 1 initially 0
define f(x, m = 3 bars) = sma(x, 5)
let z = f(close, 3) > 2 and max(1, 2) > 1
every month end where rsi(14) > 50
  exit position
when mean > n
  exit position
"""
Kind = types.InlayHintKind
EVERYWHERE = types.Range(types.Position(0, 0), types.Position(10_000, 0))


def hints(view: View, range_: types.Range = EVERYWHERE) -> list[types.InlayHint]:
    return inlay_hints(view, types.InlayHintParams(types.TextDocumentIdentifier(view.document.uri), range_)) or []


def shown(view: View) -> str:
    """The text with its hints in it."""
    text = view.text
    for hint in sorted(hints(view), key=lambda h: -view.offset(h.position)):
        at = view.offset(hint.position)
        text = f"{text[:at]}⟦{hint.label}⟧{text[at:]}"
    return text


def test_a_program_with_its_hints(golden: Callable[[str, str], None]) -> None:
    golden("lsp/inlay_hints.txt", shown(seen(HEAD + BODY, built=True)))


def test_without_the_built_program_there_is_no_warm_up() -> None:
    text = shown(seen(HEAD + BODY))
    assert "let mean⟦: price⟧" in text
    assert "bars⟧" not in text


def test_a_unit_that_stands_there_is_not_said_again() -> None:
    assert "input r = 2%" in shown(seen(HEAD + BODY))


def test_arguments_that_are_named_or_speak_for_themselves_get_no_hint() -> None:
    text = shown(seen(HEAD + "input n = 3 bars\nlet a = sma(close, n = 3) + sma(close, n) + max(1, 2)\n"))
    assert text.count("⟦") == 1


def test_they_can_be_switched_off() -> None:
    view = seen(HEAD + BODY, settings=Settings(units=False, parameters=False))
    assert inlay_hints(view, types.InlayHintParams(types.TextDocumentIdentifier("x"), EVERYWHERE)) is None
    for shows, kind in ((Settings(units=False), Kind.Parameter), (Settings(parameters=False), Kind.Type)):
        found = hints(seen(HEAD + BODY, settings=shows))
        assert found
        assert {hint.kind for hint in found} == {kind}


def test_only_those_in_the_range_are_given() -> None:
    view = seen(HEAD + BODY)
    line = view.position(view.text.index("let mean")).line
    found = hints(view, types.Range(types.Position(line, 0), types.Position(line + 1, 0)))
    assert [hint.label for hint in found] == [": price", "n:"]


def test_what_is_said_of_one_comes_when_it_is_looked_at() -> None:
    view = seen(HEAD + BODY, built=True)
    found = {str(hint.label): hint for hint in hints(view)}
    assert all(hint.tooltip is None for hint in found.values())
    mean = resolve(view, found[": price, 19 bars"]).tooltip
    window = resolve(view, found["n:"]).tooltip
    assert isinstance(mean, types.MarkupContent)
    assert isinstance(window, types.MarkupContent)
    assert "let mean = sma(close, 20)" in mean.value
    assert "a number of bars" in window.value


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), st.sampled_from(ENCODINGS))
def test_hints_of_any_example_stand_behind_names_and_before_numbers(name: str, encoding: str) -> None:
    view = seen(EXAMPLES[name], encoding=encoding)  # type: ignore[arg-type]
    for hint in hints(view):
        at = view.offset(hint.position)
        assert view.position(at) == hint.position
        if hint.kind == types.InlayHintKind.Type:
            assert view.text[at - 1].isalnum() or view.text[at - 1] == "_"
        else:
            assert view.text[at].isdigit() or view.text[at] in "-tf("


def test_hints_work_while_a_program_is_typed() -> None:
    for text in prefixes(HEAD + BODY, 9):
        hints(seen(text))
