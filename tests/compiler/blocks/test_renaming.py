"""A name changes wherever it is read, and nowhere else."""

from __future__ import annotations

import pytest

from apextrade.blocks import made
from compiler.blocks.make import Edited
from compiler.blocks.refusals import Refusal

TEXT = """apx 1
strategy "fast"
trade "A" every 1d
input fast = 5 bars in 2 .. 9 "fast"
require fast < 9
let quick = sma(close, fast)   # fast
remember top = max(top, quick) initially quick
define slope(x, fast = 3 bars)
  let half = x - x[1]
  give fall = half / 2, rise = sma(half, fast)
define twice(quick) = slope(quick, fast = 2 bars)
when quick crosses above top[1] and slope(quick, fast = fast).rise > 0
  buy 5 shares named "fast"
    stop loss at entry - quick * 0.1
  notify "{ quick } {quick.x} {fast} fast {symbol}"
plot quick "quick", m.quick
alert when quick > top "{top}"
test "fast"
  with fast = 3 bars
  expect quick at bar 4 is 10
"""


def renamed(at: str, name: str) -> str:
    outcome = made(TEXT, {"edit": "rename", "at": at, "name": name})
    assert isinstance(outcome, Edited), outcome
    return outcome.text


def changed(at: str, name: str) -> list[str]:
    """The lines that differ, as they are afterwards."""
    return [new for old, new in zip(TEXT.splitlines(), renamed(at, name).splitlines(), strict=True) if old != new]


def test_an_input_changes_in_expressions_texts_and_tests_but_not_where_a_parameter_hides_it() -> None:
    assert changed("input:fast", "short_n") == [
        'input short_n = 5 bars in 2 .. 9 "fast"',
        "require short_n < 9",
        "let quick = sma(close, short_n)   # fast",
        "when quick crosses above top[1] and slope(quick, fast = short_n).rise > 0",
        '  notify "{ quick } {quick.x} {short_n} fast {symbol}"',
        "  with short_n = 3 bars",
    ]


def test_a_let_changes_where_it_is_read_but_no_field_or_label_of_that_name() -> None:
    assert changed("let:quick", "swift") == [
        "let swift = sma(close, fast)   # fast",
        "remember top = max(top, swift) initially swift",
        "when swift crosses above top[1] and slope(swift, fast = fast).rise > 0",
        "    stop loss at entry - swift * 0.1",
        '  notify "{ swift } {swift.x} {fast} fast {symbol}"',
        'plot swift "quick", m.quick',
        'alert when swift > top "{top}"',
        "  expect swift at bar 4 is 10",
    ]


def test_a_state_changes_in_its_own_line_too() -> None:
    assert changed("remember:top", "peak") == [
        "remember peak = max(peak, quick) initially quick",
        "when quick crosses above peak[1] and slope(quick, fast = fast).rise > 0",
        'alert when quick > peak "{peak}"',
    ]


def test_a_function_changes_where_it_is_called() -> None:
    assert changed("define:slope", "steepness") == [
        "define steepness(x, fast = 3 bars)",
        "define twice(quick) = steepness(quick, fast = 2 bars)",
        "when quick crosses above top[1] and steepness(quick, fast = fast).rise > 0",
    ]


def test_a_parameter_changes_inside_and_where_it_is_given_by_name() -> None:
    assert changed("define:slope/params.fast", "n") == [
        "define slope(x, n = 3 bars)",
        "  give fall = half / 2, rise = sma(half, n)",
        "define twice(quick) = slope(quick, n = 2 bars)",
        "when quick crosses above top[1] and slope(quick, n = fast).rise > 0",
    ]


def test_a_local_name_changes_in_its_define_only() -> None:
    assert changed("define:slope/body.half", "step") == [
        "  let step = x - x[1]",
        "  give fall = step / 2, rise = sma(step, fast)",
    ]


@pytest.mark.parametrize(
    ("at", "name", "reason"),
    [
        ("let:quick", "Quick", "not_a_name"),
        ("let:quick", "a b", "not_a_name"),
        ("let:quick", "when", "not_a_name"),
        ("let:quick", "close", "name_taken"),
        ("let:quick", "entry", "name_taken"),
        ("let:quick", "max", "name_taken"),
        ("let:quick", "sma", "name_taken"),
        ("let:quick", "top", "name_taken"),
        ("let:quick", "fast", "name_taken"),
        ("let:quick", "slope", "name_taken"),
        ("let:quick", "m", "name_taken"),  # it is read already, and would begin to mean this
        ("define:slope", "quick", "name_taken"),
        ("define:slope/params.x", "half", "name_taken"),
        ("define:slope/params.x", "volume", "name_taken"),
        ("strategy", "other", "fixed"),
    ],
)
def test_a_name_that_can_not_be_is_refused(at: str, name: str, reason: str) -> None:
    outcome = made(TEXT, {"edit": "rename", "at": at, "name": name})
    assert isinstance(outcome, Refusal)
    assert outcome.reason == reason
