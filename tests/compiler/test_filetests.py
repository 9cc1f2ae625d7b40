"""Test blocks are checked before anything runs: what is wrong with one is said at its place, and the others still become cases."""

from __future__ import annotations

import math

import pytest

from compiler.diagnostics import Diagnostic
from compiler.filetests.case import Case
from compiler.filetests.series import ASSUMED_VOLUME
from compiler.pipeline import check, compile_text
from stdlib.library import load

PROGRAM = """apx 1
strategy "Example"
trade "SPY" every 1d
input n = 2 bars in 2 .. 50
input gap = 3 ticks
input mode = "fast" in ["fast", "slow"]
settings
  commission 0.1%
let average = sma(close, n)
let strong = close > average + gap and mode == "fast"
let m = macd(close, 3, 5, 2)
when strong
  buy 10 shares
otherwise
  exit position
plot m.line, mode == "fast"
"""


def found(block: str) -> tuple[Diagnostic, ...]:
    return tuple(d for d in check(PROGRAM + block, load()).diagnostics if d.severity == "error" or d.code.startswith("W07"))


def codes(block: str) -> list[str]:
    return [d.code for d in found(block)]


def case(block: str) -> Case:
    (only,) = compile_text(PROGRAM + block, load()).tests
    return only


def test_series_that_are_not_given_follow_from_close() -> None:
    bars = case('test "t"\n  given close = [10, 12, 11]\n  expect no order\n').bars
    assert bars.open == (10.0, 10.0, 12.0)
    assert bars.high == (10.0, 12.0, 12.0)
    assert bars.low == (10.0, 10.0, 11.0)
    assert bars.volume == (ASSUMED_VOLUME,) * 3
    assert bars.given == ("close",)


def test_a_gap_of_close_is_a_gap_of_what_follows_and_the_next_bar_opens_at_the_last_known_close() -> None:
    bars = case('test "t"\n  given close = [10, unknown, 12]\n  expect no order at bar 0\n').bars
    for series in (bars.open, bars.high, bars.low, bars.close, bars.volume):
        assert [math.isnan(x) for x in series] == [False, True, False]
    assert bars.open[2] == 10.0
    assert (bars.high[2], bars.low[2]) == (12.0, 10.0)


def test_an_open_that_follows_stays_inside_a_given_high_and_low() -> None:
    bars = case(
        'test "t"\n  given close = [10, 20]\n  given low = [10, 15]\n  given high = [11, 21]\n  expect no order at bar 0\n'
    ).bars
    assert bars.open == (10.0, 15.0)


def test_the_price_step_of_a_test_is_a_hundredth_or_as_fine_as_its_prices() -> None:
    assert case('test "t"\n  given close = [10, 12]\n  expect no order at bar 0\n').tick == 0.01
    assert case('test "t"\n  given close = [1.10345, 1.2]\n  expect no order at bar 0\n').tick == pytest.approx(1e-5)
    assert case('test "t"\n  given close = [123456789012.13, 1e308]\n  expect no order at bar 0\n').tick == 0.01


def test_inputs_of_a_test_are_in_the_programs_own_numbers() -> None:
    block = 'test "t"\n  with n = 5, gap = 7 ticks, mode = "slow"\n  given close = [10, 12]\n  expect no order at bar 0\n'
    assert case(block).inputs == {"n": 5.0, "gap": 7.0, "mode": "slow"}


def test_values_of_lists_may_be_worked_out_and_may_read_inputs() -> None:
    assert case('test "t"\n  given close = [10, 10 * 1.5, 10 + number(n)]\n  expect no order at bar 0\n').bars.close == (
        10.0,
        15.0,
        12.0,
    )


GOOD = "  given close = [10, 11, 12]\n"


@pytest.mark.parametrize(
    ("block", "code", "hint"),
    [
        ('test "t"\n  with nn = 3\n' + GOOD + "  expect no order\n", "E0701", "Its inputs are `n`, `gap`, `mode`."),
        ('test "t"\n  with mod = "slow"\n' + GOOD + "  expect no order\n", "E0701", "Did you mean `mode`?"),
        ('test "t"\n  with average = 3\n' + GOOD + "  expect no order\n", "E0701", "`average` follows from the bars; a test sets inputs and gives bars."),
        ('test "t"\n' + GOOD + "  given vlume = [1, 1, 1]\n  expect no order\n", "E0702", "Did you mean `volume`?"),
        ('test "t"\n' + GOOD + "  given average = [1, 1, 1]\n  expect no order\n", "E0702", "`average` follows from them; write what it should be with `expect average at bar 3 is …`."),
        ('test "t"\n  with n = 3, n = 4\n' + GOOD + "  expect no order\n", "E0703", "Keep one of the two."),
        ('test "t"\n' + GOOD + GOOD + "  expect no order\n", "E0703", "Keep one of the two lines."),
        ('test "t"\n  given volume = [1, 2]\n  expect no order\n', "E0704", "Add `given close = [10, 11, 12]`; the other series follow from it."),
        ('test "t"\n  given close = []\n  expect no order\n', "E0704", "For example `[10, 11, 12]`."),
        ('test "t"\n  given close = [10, -11]\n  expect no order\n', "E0705", "Write `unknown` for a bar without one."),
        ('test "t"\n  given close = [10, 11%]\n  expect no order\n', "E0705", "Write plain numbers, or `unknown` for a gap."),
        ('test "t"\n  given close = [10, average]\n  expect no order\n', "E0705", "Write a plain number."),
        ('test "t"\n  given close = [10, 11 shares]\n  expect no order\n', "E0705", "Write plain numbers, or `unknown` for a gap."),
        ('test "t"\n' + GOOD + "  given volume = [1, 2]\n  expect no order\n", "E0706", "Add 1 value."),
        ('test "t"\n' + GOOD + "  given low = [10, 12, 12]\n  expect no order\n", "E0707", "A bar's high is at least its open and close, its low at most."),
        ('test "t"\n  with n = 51\n' + GOOD + "  expect no order\n", "E0708", "A test keeps to what the input allows; widen its range or take another value."),
        ('test "t"\n  with n = 5%\n' + GOOD + "  expect no order\n", "E0708", "Its default is 2 bars."),
        ('test "t"\n  with mode = "quick"\n' + GOOD + "  expect no order\n", "E0708", "A test keeps to what the input allows; widen its range or take another value."),
        ('test "t"\n' + GOOD + "  expect no order at bar 3\n", "E0710", "The last is bar 2."),
        ('test "t"\n' + GOOD + "  expect buy at bar 1.5\n", "E0710", ""),
        ('test "t"\n' + GOOD, "E0711", "Add a line such as `expect buy at bar 5` or `expect no order`."),
        ('test "t"\n' + GOOD + "  expect strong at bar 1 is 1\n", "E0712", "Write `expect strong … is true`."),
        ('test "t"\n' + GOOD + "  expect average at bar 1 is true\n", "E0712", "Write a number of the same unit."),
        ('test "t"\n' + GOOD + "  expect average at bar 1 is 10%\n", "E0712", "Write a number of the same unit."),
        ('test "t"\n' + GOOD + "  expect average at bar 1 is 10 within 2 shares\n", "E0712", "Write a number of the same unit."),
        ('test "t"\n' + GOOD + "  expect average at bar 1 is 10 within -1\n", "E0712", "For example `within 0.01`."),
        ('test "t"\n' + GOOD + "  expect strong at bar 1 is true within 1\n", "E0712", "Leave `within` out."),
        ('test "t"\n' + GOOD + "  expect position unknown at bar 1\n", "E0712", "Write a number of units."),
        ('test "t"\n' + GOOD + "  expect short at bar 1\n", "E0713", "Its rules have `buy` and `exit`."),
        ('test "t"\n' + GOOD + "  expect buy at bar 1\n  expect no order\n", "E0714", "Remove one of the two."),
        ('test "t"\n' + GOOD + "  expect average at bar 1 is 10\n  expect average at bar 1 is 11\n", "E0714", "Remove one of the two."),
        ('test "t"\n' + GOOD + "  expect 5 at bar 1 is 5\n", "E0712", "Name a `let`, a series or a fact, such as `close`."),
        ('test "t"\n' + GOOD + "  expect sma(close, 0) at bar 1 is 5\n", "E0603", "Use 10 or another number above 0."),
        ('test "t"\n' + GOOD + "  expect rsi(2) at bar 1 is 5%\n", "E0712", "Write a number of the same unit."),
        ('test "t"\n' + GOOD + "  expect position 1 at bar 1 within -1\n", "E0712", "For example `within 0.01`."),
        ('test "t"\n' + GOOD + "  expect avrage at bar 1 is 10\n", "E0201", "Did you mean `average`?"),
        ('test "t"\n' + GOOD + "  expect m.sygnal at bar 1 is 10\n", "E0307", "Did you mean `signal`?"),
        ('test "t"\n' + GOOD + "  expect m at bar 1 is 10\n", "E0308", "Write `m.line` or `.signal`."),
        ('test "t"\n' + GOOD + "  expect position.sise at bar 1 is 10\n", "E0208", "Did you mean `position.size`?"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_test_is_said_once_with_what_to_do(block: str, code: str, hint: str) -> None:
    (only,) = found(block)
    assert (only.code, only.hint) == (code, hint)
    line = (PROGRAM + block)[only.span.start : only.span.end]
    assert "\n" not in line


def test_one_wrong_test_leaves_the_others_standing() -> None:
    blocks = 'test "wrong"\n  given close = [10]\ntest "right"\n' + GOOD + "  expect buy at bar 1\n"
    assert codes(blocks) == ["E0711"]


def test_every_mistake_of_a_test_is_said_in_one_run() -> None:
    block = 'test "t"\n  with nn = 3\n  given close = [10, 11]\n  given volume = [1]\n  expect short at bar 1\n'
    assert codes(block) == ["E0701", "E0706", "E0713"]


def test_two_tests_of_one_title_are_warned_about() -> None:
    block = 'test "t"\n' + GOOD + "  expect buy at bar 1\n"
    assert codes(block + block) == ["W0710"]


def test_what_a_test_reads_is_used_and_what_it_sets_is_not() -> None:
    program = 'apx 1\nstrategy "E"\ntrade "SPY" every 1d\ninput n = 2 bars\nlet a = close\n'
    block = 'test "t"\n  with n = 3\n' + GOOD + "  expect a at bar 0 is 10\n"
    assert [d.code for d in check(program + block, load()).diagnostics] == ["W0503", "W0201"]


def test_a_share_of_a_price_is_a_tolerance_and_a_number_is_a_distance() -> None:
    block = 'test "t"\n' + GOOD + "  expect average at bar 1 is 10 within 1%\n  expect average at bar 2 is 11.5 within 0.5\n"
    first, second = case(block).expectations
    assert (first.tolerance, first.relative, second.tolerance, second.relative) == (0.01, True, 0.5, False)
