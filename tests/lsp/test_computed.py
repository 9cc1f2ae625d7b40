"""Values in words: sparklines, numbers, the line that hover shows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.editing import Editing
from lsp.computed import BARS, SPARKS, UNKNOWN, Computed, Value, shown, sparkline
from lsp.document import Document
from lsp.features.sparkline import last_values
from lsp.view import View
from runtime.why.numbers import shown as shown_by_why
from stdlib.library import load

DAY = 86_400_000
FOUND = Computed(
    "bars.csv",
    "SPY",
    (10 * DAY, 11 * DAY, 12 * DAY),
    (
        Value("n", "input", "number", "bars", "n", ((0, 1),), (20.0,)),
        Value("quick", "let", "number", "price", "quick", ((2, 7),), (None, 101.5, 102.25)),
        Value("up", "let", "truth", "condition", "up", ((8, 10),), (None, False, True)),
        Value("m.signal", "let", "number", "price", "m.signal", ((11, 12),), (1.0, 2.0, 3.0)),
        Value("quick", "plot", "number", "price", "quick", ((13, 18),), (0.0, 0.0, 0.0)),
        Value("rule 1", "rule", "truth", "condition", "up", ((19, 21),), (False, False, True)),
    ),
)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_as_why_writes_them(value: float) -> None:
    assert shown(value) == shown_by_why(value)


def test_truths_texts_and_the_unknown_have_their_words() -> None:
    assert [shown(value) for value in (True, False, None, "AAPL")] == ["true", "false", "unknown", "AAPL"]
    assert shown_by_why(math.nan) == shown(None)


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█"),
        ([None, 1.0, 2.0], "·▁█"),
        ([3.0, 3.0], "▄▄"),
        ([None, None], "··"),
        ([True, True], "██"),
        ([False, None, True], "▁·█"),
        ([], ""),
        ([1.7e308, -1.7e308], "█▁"),
    ],
)
def test_a_sparkline_runs_from_the_least_to_the_greatest(values: list[float | None], line: str) -> None:
    assert sparkline(values) == line


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(), max_size=50))
def test_a_sparkline_has_a_sign_for_each_of_the_last_values(values: list[float | bool | None]) -> None:
    line = sparkline(values)
    assert len(line) == min(len(values), SPARKS)
    assert all((sign == UNKNOWN) == (value is None) for sign, value in zip(line, values[-SPARKS:], strict=True))
    assert set(line) <= set(BARS + UNKNOWN)


def seen(asked: list[View], found: Computed | None) -> View:
    text = 'apx 1\nstrategy "s"\n'
    library = load()
    analysis = Editing(library, "s.apx").analyse(text, None)

    def values(view: View) -> Computed | None:
        asked.append(view)
        return found

    return View(Document("file:///s.apx", text), analysis, library, values=values)


def test_hover_has_the_last_values_of_a_name_with_unit_bars_and_time() -> None:
    view = seen([], FOUND)
    assert last_values(view, "quick") == "·▁█ unknown, 101.5, 102.25 price on SPY, to 1970-01-13"
    assert last_values(view, "up") == "·▁█ unknown, false, true on SPY, to 1970-01-13"
    assert last_values(view, "m.signal") == "▁▅█ 1, 2, 3 price on SPY, to 1970-01-13"
    assert last_values(view, "n") == "20 bars"
    assert last_values(view, "rule 1") is None
    assert last_values(view, "nothing") is None


def test_hover_does_not_wait_for_values_and_asks_for_them() -> None:
    asked: list[View] = []
    view = seen(asked, None)
    assert last_values(view, "quick") is None
    assert asked == [view]
    assert last_values(View(view.document, view.analysis, view.library), "quick") is None
