"""Tests of a file run: they pass when what they say happened, and fail with what happened instead."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_text
from compiler.program import Program
from runtime.backtest import backtest, signals
from runtime.filetests import TestResult, bar_times, candles_of, run_tests
from runtime.machine.instrument import Instrument
from stdlib.library import load

ROOT = Path(__file__).parents[2]

PROGRAM = """apx 1
strategy "Example"
trade "SPY" every 1d
input n = 2 bars in 2 .. 50
settings
  capital 10_000 USD
  commission 0%
let average = sma(close, n)
let higher = close > average
let m = bollinger(close, 3, 2)
remember highest_yet = max(highest_yet, close) initially close
when close crosses above average and volume > 5
  buy 10 shares
    stop loss at entry - 2
when close crosses below average
  exit position
"""


def program(block: str, text: str = PROGRAM) -> Program:
    return compile_text(text + block, load())


def results(block: str, text: str = PROGRAM) -> tuple[TestResult, ...]:
    return run_tests(program(block, text))


def happened(block: str, text: str = PROGRAM) -> list[str]:
    """What is said of each expectation of the only test; '' where it passed."""
    (only,) = results(block, text)
    assert not only.error, only.error
    return [outcome.happened for outcome in only.outcomes]


RISE = 'test "t"\n  given close = [10, 9, 8, 11, 12, 10, 8]\n  given volume = [9, 9, 9, 9, 9, 9, 9]\n'


def test_an_order_is_expected_on_the_bar_whose_close_makes_it() -> None:
    assert happened(RISE + "  expect buy at bar 3\n  expect exit at bar 5\n  expect no order at bar 4\n") == ["", "", ""]


def test_an_order_on_another_bar_fails_and_says_where_it_was() -> None:
    (only,) = results(RISE + "  expect buy at bar 4\n")
    (failed,) = only.failures
    assert not only.passed
    assert failed.happened == "No `buy` order was made on bar 4. Bar 3 had one."
    (rule,) = failed.rules
    parts = {part.text: (part.word, part.decides, part.said) for part in rule.clause.parts}
    assert parts == {
        "close crosses above average": ("false", True, "now 12 > 11.5, before 11 > 9.5"),
        "volume > 5": ("true", False, "9 > 5"),
    }


def test_no_order_fails_with_the_rule_that_made_one() -> None:
    (only,) = results(RISE + "  expect no order\n")
    (failed,) = only.failures
    assert failed.happened == "On bar 3 an order was made: `buy`. Bar 5 had orders too."
    assert [rule.number for rule in failed.rules] == [1]


def test_an_order_that_is_refused_is_none_and_the_reason_is_said() -> None:
    wide = PROGRAM.replace("entry - 2", "entry + 0 * close")
    (only,) = results(RISE + "  expect buy at bar 3\n", wide)
    (failed,) = only.failures
    assert (
        failed.happened
        == "The rule fired on bar 3, but no order was made: the stop was not on the losing side of the presumed entry."
    )


def test_the_position_is_what_is_held_when_the_bar_is_over() -> None:
    block = RISE + "".join(f"  expect position {size} at bar {bar}\n" for bar, size in enumerate((0, 0, 0, 0, 10)))
    assert happened(block) == [""] * 5
    assert happened(RISE + "  expect position 5 at bar 4\n") == [
        "The position was 10, not 5. The last fill was on bar 4: buy 10 at 11."
    ]
    assert happened(RISE + "  expect position 1 at bar 2\n") == ["The position was 0, not 1. Nothing was filled up to then."]


def test_values_are_expected_by_name_of_every_kind() -> None:
    lines = (
        "average at bar 1 is 9.5", "average at bar 0 is unknown", "higher at bar 3 is true", "higher at bar 1 is false",
        "higher at bar 0 is unknown", "highest_yet at bar 4 is 12", "n at bar 0 is 2", "open at bar 3 is 8", "high at bar 3 is 11",
        "m.middle at bar 2 is 9", "m.middle at bar 1 is unknown", "position.size at bar 4 is 10", "position.entry_price at bar 3 is unknown",
        "hl2 at bar 3 is 9.5", "volume at bar 0 is 9",
    )  # fmt: skip
    assert happened(RISE + "".join(f"  expect {line}\n" for line in lines)) == [""] * len(lines)


def test_calls_and_expressions_in_parentheses_have_values_too() -> None:
    lines = (
        "sma(close, 3) at bar 2 is 9", "sma(close, 3) at bar 1 is unknown", "(close > open) at bar 3 is true", "close[2] at bar 2 is 10",
        "(close - average) at bar 1 is -0.5", "bollinger(close, 3, 2).middle at bar 2 is 9", "position.size at bar 4 is 10 within 0",
    )  # fmt: skip
    assert happened(RISE + "".join(f"  expect {line}\n" for line in lines)) == [""] * len(lines)
    assert happened(RISE + "  expect sma(close, 3) at bar 1 is 9\n") == [
        "`sma(close, 3)` was unknown, not 9. Why: warm-up: `sma(close, 3)` needs 1 more bar."
    ]


def test_a_position_may_be_expected_within_a_distance() -> None:
    assert happened(RISE + "  expect position 9.5 at bar 4 within 0.5\n") == [""]
    assert happened(RISE + "  expect position 9.4 at bar 4 within 0.5\n") != [""]


def test_a_wrong_value_is_said_with_the_difference_and_an_unknown_one_with_its_cause() -> None:
    block = (
        RISE
        + "  expect average at bar 1 is 9.51\n  expect average at bar 0 is 10\n  expect higher at bar 3 is false\n  expect average at bar 4 is unknown\n"
    )
    assert happened(block) == [
        "`average` was 9.5, not 9.51. They differ by 0.01.",
        "`average` was unknown, not 10. Why: warm-up: `sma(close, n)` needs 1 more bar.",
        "`higher` was true, not false.",
        "`average` was 11.5, not unknown.",
    ]


def test_a_tolerance_is_a_distance_or_a_share_and_its_end_is_inside() -> None:
    lines = ("9.6 within 0.11", "9.45 within 0.05", "10 within 5%", "9.6 within 0.09", "10 within 4%")
    assert [h == "" for h in happened(RISE + "".join(f"  expect average at bar {1} is {x}\n" for x in lines[:1]))] == [True]
    passed = [happened(RISE + f"  expect average at bar 1 is {x}\n")[0] for x in lines]
    assert passed == [
        "",
        "",
        "",
        "`average` was 9.5, not 9.6. They differ by 0.1; 0.09 is allowed.",
        "`average` was 9.5, not 10. They differ by 0.5; 0.4 is allowed.",
    ]


def test_without_a_tolerance_the_last_digits_do_not_count_and_others_do() -> None:
    text = PROGRAM + "let third = close / 3\nplot third\n"
    assert happened('test "t"\n  given close = [10]\n  expect third at bar 0 is 3.33333333333\n', text) == [""]
    assert happened('test "t"\n  given close = [10]\n  expect third at bar 0 is 3.3333333\n', text) == [
        "`third` was 3.33333333, not 3.3333333. They differ by 3.33333e-08."
    ]


def test_with_sets_inputs_for_one_test_only() -> None:
    block = 'test "a"\n  with n = 3 bars\n  given close = [10, 11, 12]\n  expect average at bar 2 is 11\n'
    block += 'test "b"\n  given close = [10, 11, 12]\n  expect average at bar 2 is 11.5\n'
    assert [result.passed for result in results(block)] == [True, True]


def test_a_gap_is_a_bar_without_a_price() -> None:
    block = 'test "t"\n  given close = [10, unknown, 12, 13]\n  expect average at bar 2 is unknown\n  expect average at bar 3 is 12.5\n  expect close at bar 1 is 5\n'
    said = happened(block)
    assert said[:2] == ["", ""]
    assert said[2] == "`close` was unknown, not 5. Why: the data has no `close` on this bar."


def test_a_test_has_the_costs_of_its_file() -> None:
    text = PROGRAM.replace("commission 0%", "commission 1%\n  slippage 10 ticks")
    block = RISE + "  expect account.cash at bar 4 is 9_887.89\n"
    assert happened(block, text) == [""]  # 10 shares at 11.10 and 1 % of it


def test_a_program_that_the_machine_refuses_fails_its_tests_with_the_reason() -> None:
    text = PROGRAM.replace("commission 0%", "commission 0%\n  fills tradingview")
    (only,) = results(RISE + "  expect buy at bar 3\n", text)
    if only.error:  # until that model runs orders with stops
        assert not only.passed
        assert "fills tradingview" in only.error
    else:
        assert only.passed


@pytest.mark.parametrize(
    ("every", "step"),
    [("1m", 60), ("15m", 900), ("4h", 14_400), ("1d", 86_400), ("1w", 604_800), ("", 86_400)],
)
def test_bars_follow_each_other_on_the_programs_own_clock(every: str, step: int) -> None:
    times = bar_times(4, every).astype("M8[us]")
    assert times[0] == np.datetime64("2024-01-01T00:00:00")
    assert set(np.diff(times).astype("m8[s]").astype(int)) == {step}


def test_months_are_calendar_months() -> None:
    assert [str(t)[:10] for t in bar_times(4, "1mo").astype("M8[us]")] == ["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"]


def test_a_test_sees_what_a_run_over_its_candles_computes_and_trades() -> None:
    """Not by a second evaluator: every column that a plain run has is the same in the watched run, bit for bit, and so are the orders."""
    from runtime.filetests import _Judge

    compiled = program(RISE + "  expect buy at bar 3\n")
    (case,) = compiled.tests
    judge = _Judge(compiled, case)
    candles = candles_of(case.bars, "1d", "SPY")
    plain = signals(compiled.plan(case.inputs, case.tick), candles, Instrument(tick=case.tick))
    for name in plain:
        shown = judge.run.columns[name] * (0.5 if plain.columns[name].kind == "truth" else 1.0)
        expected = plain[name]
        same = (shown == expected) | (np.isnan(expected) & (np.isnan(shown) | (shown == 0.5)))
        assert same.all(), name
    traded = backtest(compiled.plan(case.inputs, case.tick, "backtest"), candles, instrument=Instrument(tick=case.tick))
    assert [(o["verb"], o["quantity"], o["fill_price"]) for o in traded.order_records()] == [
        (judge.explainer.codes[o.action].verb, o.quantity, o.fill_price) for o in judge.run.orders
    ]
    assert traded.equity_values.tolist() == judge.run.equity.tolist()
    assert traded.position_values.tolist() == [judge.run.position(i) for i in range(len(candles))]


def test_the_same_test_gives_the_same_result() -> None:
    compiled = program(RISE + "  expect buy at bar 4\n  expect position 3 at bar 5\n")
    assert repr(run_tests(compiled)) == repr(run_tests(compiled))


def test_the_example_of_the_language_passes_as_written() -> None:
    text = (ROOT / "docs" / "language" / "tests.md").read_text(encoding="utf-8")
    block = next(
        block for block in re.findall(r"```apx\n(.*?)```", text, re.DOTALL) if "buys on the bar after the cross" in block
    )
    (only,) = results("", block)
    assert only.passed
    later = block.replace("expect buy at bar 4", "expect buy at bar 5")
    assert later != block
    (only,) = results("", later)
    assert [failure.happened for failure in only.failures] == ["No `buy` order was made on bar 5. Bar 4 had one."]
