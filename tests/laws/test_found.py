"""What the laws found, each kept as the small program it was found on."""

from __future__ import annotations

import numpy as np

from runtime.candles import Candles
from tests.generators.markets import market
from tests.laws.running import assert_same_bits, compiled, interpreter_columns, kernel_columns

HEAD = 'apx 1\nstrategy "Found"\ntrade "TEST" every 1d\n'


def same_by_both(body: str, candles: Candles) -> dict[str, np.ndarray]:
    program = compiled(HEAD + body)
    found = kernel_columns(program, candles)
    assert_same_bits(found, interpreter_columns(program, candles), body)
    return found


def test_the_deviation_of_one_unknown_bar_is_unknown() -> None:
    candles = market(0, "holes", 60)
    found = same_by_both("let spread = stdev(high, 1)\n", candles)
    assert np.array_equal(np.isnan(found["spread"]), np.isnan(candles.high))


def test_a_state_read_back_inside_its_own_next_is_what_it_was_before_this_bar() -> None:
    candles = market(0, "calm", 60)
    found = same_by_both("remember r = r[1] + open initially close\n", candles)["r"]
    close, opened = candles.close, candles.open
    # On bar t `r` is its value after bar t - 1, so `r[1]` is that after bar t - 2; before the first bar stands the close of bar 0.
    assert found[0] == close[0]
    assert found[1] == close[0] + opened[1]
    assert found[2] == found[0] + opened[2]
    assert found[3] == found[1] + opened[3]


def test_a_value_is_new_on_the_first_bar_that_it_is_known() -> None:
    candles = market(0, "wild", 20)
    found = same_by_both("let mean = sma(close, 5)\nlet fresh = mean is new\n", candles)
    assert found["fresh"][:5].tolist() == [0.0, 0.0, 0.0, 0.0, 2.0]
