"""Warnings of a program that is compiled to run: found when asked for, the same as a check's, once."""

from __future__ import annotations

import pytest

from compiler.pipeline import check, compile_text
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Warned"\ntrade "TEST" every 1d\n'
PROGRAMS = [
    "when close > close\n  buy 1 units\n",
    "input n = 5 bars in 2 .. 9\nlet a = sma(close, n) * 0\nplot a\n",
    "let unused = sma(close, 5)\nwhen close > open\n  buy 1 units\n",
    "when close > open\n  buy 1 units\nwhen close > open\n  buy 1 units\n",
    "plot sma(close, 5)\n",
]


@pytest.mark.parametrize("body", PROGRAMS)
def test_a_compiled_program_has_the_warnings_of_its_check(body: str) -> None:
    program = compile_text(HEAD + body, load())
    program.plan()  # what runs is asked for first
    assert program.diagnostics == check(HEAD + body, load()).diagnostics
    assert program.diagnostics is program.diagnostics


def test_most_of_the_programs_are_warned_about() -> None:
    assert sum(bool(compile_text(HEAD + body, load()).diagnostics) for body in PROGRAMS) >= 4
