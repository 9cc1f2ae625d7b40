"""Readings of what runs on other clocks and instruments: the bar that it is of, its parts on that bar, and why it is unknown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from compiler.pipeline import compile_text
from runtime.candles import Candles
from runtime.machine.instrument import Instrument
from runtime.why.explain import why
from runtime.why.readings import ClauseReading
from stdlib.library import load

HEAD = 'apx 1\nstrategy "E"\ntrade "X" every 1h\nsettings\n  capital 10_000 USD\n  commission 0%\n'
HOUR = 3_600_000_000
START = 1_704_067_200_000_000  # 2024-01-01


def hours(n: int = 72) -> Candles:
    """Closes 100, 101, 102 …, each an hour's; opens a half below."""
    close = 100.0 + np.arange(n)
    time = (START + HOUR * np.arange(n)).astype("M8[us]")
    own = Candles.from_arrays(
        time=time, open=close - 0.5, high=close + 1, low=close - 1, close=close, volume=np.ones(n), symbol="X"
    )
    other = replace(own, symbol="Y", close=own.close * 2, beside={})
    return replace(own, calendar="24/7", beside={"Y": replace(other, calendar="24/7")})


def clause(condition: str, bar: int, lines: str = "") -> ClauseReading:
    program = compile_text(f"{HEAD}{lines}when {condition}\n  buy 1 share\n", load())
    (rule,) = why(program, hours(), bar, {}, Instrument(tick=0.01)).rules
    return rule.clause


def leaves(found: ClauseReading) -> list[tuple[str, str, str]]:
    """Every part that has none of its own, and the clock around it: text, truth, numbers."""
    own = [(found.text, found.word, found.said)] if not found.parts or found.form == "elsewhere" else []
    return own + [leaf for part in found.parts for leaf in leaves(part)]


def test_a_condition_on_a_slower_clock_is_taken_apart_on_its_last_complete_bar() -> None:
    # The bar of 06:00 closes at 07:00: the 4h bar of 00:00 is the last complete one; its close is that of 03:00.
    found = clause("(close > 104 or close - open > 3) on 4h", 6)
    assert leaves(found) == [
        ("(close > 104 or close - open > 3) on 4h", "true", "bar of 2024-01-01"),
        ("close > 104", "false", "103 <= 104"),
        ("close - open > 3", "true", "3.5 > 3"),
    ]


def test_the_slower_bar_counts_from_the_bar_that_closes_with_it() -> None:
    assert leaves(clause("(close > 104) on 4h", 7)) == [
        ("(close > 104) on 4h", "true", "bar of 2024-01-01 04:00 UTC"),
        ("close > 104", "true", "107 > 104"),
    ]


def test_a_crossing_compares_with_the_slower_bar_before() -> None:
    assert leaves(clause("(close crosses above 106) on 4h", 9))[1] == (
        "close crosses above 106", "true", "now 107 > 106, before 103 < 106",
    )  # fmt: skip
    assert leaves(clause("(close is new) on 4h", 9))[1] == ("close is new", "true", "now 107, before 103")


def test_clocks_inside_clocks_say_each_its_own_bar() -> None:
    found = leaves(clause("(close > 3 and (close > open) on 1d) on 4h", 30))
    assert found == [
        ("(close > 3 and (close > open) on 1d) on 4h", "true", "bar of 2024-01-02"),
        ("close > 3", "true", "127 > 3"),
        ("(close > open) on 1d", "true", "bar of 2024-01-01"),
        ("close > open", "true", "123 > 99.5"),
    ]


def test_a_name_for_it_is_taken_apart_like_it() -> None:
    found = leaves(clause("up and close > 1", 9, "let high_close = close > 106\nlet up = high_close on 4h\n"))
    assert found[:2] == [("high_close on 4h", "true", "bar of 2024-01-01 04:00 UTC"), ("close > 106", "true", "107 > 106")]


@pytest.mark.parametrize(
    ("condition", "note"),
    [
        (
            "(close - open) on 4h > 3",
            "`(close - open) on 4h` is of the bar of 2024-01-01 04:00 UTC: `close` is 107, `open` is 103.5",
        ),
        ("close > close on 1d", "`close on 1d` is of the first bar, which is not complete yet"),
        ('close < close from "Y"', '`close from "Y"` is of the bar of 2024-01-01 09:00 UTC'),
    ],
)
def test_a_value_of_other_bars_says_which_bar_it_is_of_and_what_it_is_made_of(condition: str, note: str) -> None:
    assert [value.note for value in clause(condition, 9).values if value.note] == [note]


@pytest.mark.parametrize(
    ("condition", "bar", "reason"),
    [
        ("(close > 1) on 4h", 2, "no bar of 4h is complete yet"),
        ("(sma(close, 3) > 1) on 4h", 8, "warm-up: `(sma(close, 3) > 1) on 4h` needs 1 more bar of 4h"),
        ("(sma(close, 3) > 1) on 4h", 3, "warm-up: `(sma(close, 3) > 1) on 4h` needs 2 more bars of 4h"),
    ],
)
def test_what_is_unknown_there_says_how_many_of_those_bars_are_missing(condition: str, bar: int, reason: str) -> None:
    found = clause(condition, bar)
    assert (found.word, found.reason) == ("unknown", reason)
    assert clause(condition, 20).word == "true"


def test_other_instruments_are_read_with_their_own_values() -> None:
    assert leaves(clause('(close > 200 and close == high) from "Y"', 2)) == [
        ('(close > 200 and close == high) from "Y"', "false", "bar of 2024-01-01 02:00 UTC"),
        ("close > 200", "true", "204 > 200"),
        ("close == high", "false", "204 != 103"),
    ]
