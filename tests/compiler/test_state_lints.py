"""States that never become known: warned about exactly where running shows it, and the correction makes them known."""

from __future__ import annotations

import numpy as np
import pytest

from compiler.diagnostics import Diagnostic
from compiler.pipeline import check, compile_text
from runtime.backtest import signals
from stdlib.library import load
from tests.generators.sessions import intraday

HEAD = 'apx 1\nstrategy "States"\ntrade "TEST" every 15m\ninput n = 5 bars in 2 .. 9\nlet m = sma(close, 5)\n'
NEVER = [
    "max(x, m) initially m",
    "x + 1 initially m",
    "min(x, m) initially unknown",
    "if close > open then x + 1 else x - 1 end initially sma(close, n) / 2",
    "if x > 3 then m else close end initially m",
    "x[1] + 1 initially close[1]",
    "not x initially m > 5",
    "(x + m)[2] initially m",
    "max(x, y) initially m",
    "(if close > open then x else x[1] end) or_else x initially close[1] / m",
    "x and x initially m > 5",
]
SOMETIMES = [
    "max(x or_else m, m) initially m",
    "max(x, close) initially close",
    "if x is available then max(x, m) else m end initially m",
    "if close > open then m else x end initially m",
    "x and close > open initially m > 5",
    "x or close > open initially m > 5",
    "m initially unknown",
    "max(x, m) initially m or_else close",
    "if close > open then close else x end initially unknown",
    "x + 1 initially bars since (close > 0)",
]


def program(state: str) -> str:
    return f"{HEAD}remember y = y + 1 initially 0\nremember x = {state}\nplot x\n"


def warned(text: str) -> list[Diagnostic]:
    found = check(text, load()).diagnostics
    assert not [d for d in found if d.severity == "error"], found
    return [d for d in found if d.code == "W0330"]


def known(text: str) -> int:
    """On how many of a few hundred bars the state is known."""
    column = signals(compile_text(text, load()).plan(), intraday(4, "XNYS", "2024-03-05", 5, 30, 0.0, 0.0, "TEST"))["x"]
    return int(np.isfinite(column).sum())


@pytest.mark.parametrize("state", NEVER)
def test_it_is_said_of_what_is_unknown_on_every_bar(state: str) -> None:
    text = program(state)
    (found,) = warned(text)
    assert text[found.span.start : found.span.end] == "x"
    assert known(text) == 0
    for fix in found.fixes:
        mended = text
        for edit in sorted(fix.edits, key=lambda e: -e.span.start):
            mended = mended[: edit.span.start] + edit.text + mended[edit.span.end :]
        assert warned(mended) == [], mended
        assert known(mended) > 50, mended
    assert found.fixes or "unknown" in state


@pytest.mark.parametrize("state", SOMETIMES)
def test_it_is_not_said_of_what_becomes_known(state: str) -> None:
    assert warned(program(state)) == []
    assert known(program(state)) > 50


def test_what_rests_on_an_input_says_so() -> None:
    (found,) = warned(program("x + 1 initially sma(close, n)"))
    assert "with the inputs' defaults" in found.message
    (found,) = warned(program("x + 1 initially m"))
    assert "inputs" not in found.message


def test_a_function_with_a_state_is_not_the_programs_line() -> None:
    text = (
        HEAD
        + "define top(v)\n  remember x = max(x, v) initially v\n  give x\nremember x = x + 1 initially 0\nplot top(m), top(close), x\n"
    )
    assert warned(text) == []
