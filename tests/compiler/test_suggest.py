"""Did-you-mean."""

from __future__ import annotations

import pytest

from compiler.suggest import closest

WORDS = ["when", "capital", "commission", "sma", "ema", "strategy", "bars", "let"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("whem", "when"), ("wehn", "when"), ("capitol", "capital"), ("comission", "commission"), ("smaa", "sma"),
        ("strategie", "strategy"),
        ("brs", "bars"), ("When", "when"), ("x", None), ("zzz", None), ("when", None), ("", None),
    ],
)  # fmt: skip
def test_the_nearest_word_is_found_and_no_far_one(word: str, meant: str | None) -> None:
    assert closest(word, WORDS) == meant


def test_a_tie_goes_to_the_first() -> None:
    assert closest("tma", ["sma", "ema"]) == "sma"
    assert closest("tma", ["ema", "sma"]) == "ema"
