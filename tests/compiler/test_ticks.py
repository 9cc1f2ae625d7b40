"""Inputs in ticks: counted in ticks, worth the run's own tick, everywhere that a literal would be."""

from __future__ import annotations

import pytest

from compiler.inputs import InputError
from compiler.pipeline import check, compile_text
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Ticks"\ntrade "EURUSD" every 1h\n'
BY_INPUT = HEAD + (
    "input away = 10 ticks in 1 tick .. 40 ticks\nsettings\n  commission 0.1%\n  slippage away\n"
    "when close > open\n  buy 10 units at stop high + away\n    stop loss at entry - away\nplot high + away\n"
)
BY_LITERAL = HEAD + (
    "settings\n  commission 0.1%\n  slippage 10 ticks\n"
    "when close > open\n  buy 10 units at stop high + 10 ticks\n    stop loss at entry - 10 ticks\nplot high + 10 ticks\n"
)


@pytest.mark.parametrize("tick", [0.00001, 0.01, 0.25, 0.5])
def test_an_input_in_ticks_means_what_the_literal_means_at_any_tick(tick: float) -> None:
    by_input, by_literal = (compile_text(text, load()).plan(tick=tick) for text in (BY_INPUT, BY_LITERAL))
    assert by_input.constants == by_literal.constants
    assert by_input.steps == by_literal.steps
    assert by_input.account == by_literal.account
    assert by_input.machine is not None
    assert by_literal.machine is not None
    assert [(a.stop, a.price) for a in by_input.machine.actions] == [(a.stop, a.price) for a in by_literal.machine.actions]


def test_values_of_an_input_in_ticks_are_numbers_of_ticks() -> None:
    program = compile_text(BY_INPUT, load())
    info = program.inputs[0]
    assert (info.default, info.low, info.high, info.in_ticks) == (10.0, 1.0, 40.0, True)
    assert program.values({"away": 40.0}) == {"away": 40.0}
    with pytest.raises(InputError, match=r"1 tick \.\. 40 ticks; 41 is outside"):
        program.values({"away": 41.0})


def test_bars_are_whole_by_name_of_the_input() -> None:
    program = compile_text(HEAD + "input n = 20 bars in 2 .. 50\nplot sma(close, n)\n", load())
    with pytest.raises(InputError, match=r"`n` is a whole number of bars; 2\.5 is not"):
        program.values({"n": 2.5})
    found = check(HEAD + "input n = 2.5 bars\nplot sma(close, n)\n", load()).diagnostics
    assert [d.code for d in found if d.severity == "error"] == ["E0603"]


def test_a_window_over_the_position_names_the_function_that_was_written() -> None:
    found = check(HEAD + "when sma(position.size, 3) > 0\n  exit position\n", load()).diagnostics
    assert "`sma` can't look back" in next(d.message for d in found if d.code == "E0406")
