"""Readings: which part of a condition decided, in numbers, and why what is unknown is unknown."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from compiler.pipeline import compile_text
from runtime.candles import Candles
from runtime.data.problems import DataError
from runtime.machine.instrument import Instrument
from runtime.signals import Signals
from runtime.why.explain import RuleReading, why
from runtime.why.moment import bar_at
from runtime.why.numbers import shown, together
from runtime.why.readings import ClauseReading
from stdlib.library import load

HEAD = 'apx 1\nstrategy "E"\ntrade "X" every 1d\nsettings\n  capital 10_000 USD\n  commission 0%\n'


def candles(close: Sequence[float], volume: Sequence[float] | None = None, every_s: int = 86_400) -> Candles:
    n = len(close)
    time = np.datetime64("2024-01-01", "s") + np.arange(n) * every_s
    c = np.array(close, dtype=float)
    return Candles.from_arrays(time=time, open=c, high=c, low=c, close=c, volume=np.ones(n) if volume is None else volume)


def rules(lines: str, close: Sequence[float], bar: int, volume: Sequence[float] | None = None) -> tuple[RuleReading, ...]:
    return why(compile_text(HEAD + lines, load()), candles(close, volume), bar, {}, Instrument(tick=0.01)).rules


def clause(
    condition: str, close: Sequence[float], bar: int, volume: Sequence[float] | None = None, lines: str = ""
) -> ClauseReading:
    (rule,) = rules(f"{lines}when {condition}\n  buy 1 share\n", close, bar, volume)
    return rule.clause


UP = [10.0, 11.0, 12.0, 13.0, 14.0]


@pytest.mark.parametrize(
    ("condition", "bar", "word", "said"),
    [
        ("close > 11", 2, "true", "12 > 11"),
        ("close > 12", 2, "false", "12 <= 12"),
        ("close <= 11", 2, "false", "12 > 11"),
        ("close == 12", 2, "true", "12 == 12"),
        ("close != 12", 2, "false", "12 == 12"),
        ("close between 11 and 13", 2, "true", "11 <= 12 <= 13"),
        ("close between 13 and 14", 2, "false", "12 < 13"),
        ("close between 10 and 11", 2, "false", "12 > 11"),
        ("close crosses above 11.5", 2, "true", "now 12 > 11.5, before 11 < 11.5"),
        ("close crosses above 11", 2, "true", "now 12 > 11, before 11 = 11"),
        ("close crosses below 11.5", 2, "false", "now 12 > 11.5, before 11 < 11.5"),
        ("close is rising for 2 bars", 2, "true", "10 -> 11 -> 12"),
        ("close is falling for 2 bars", 2, "false", "10 -> 11 -> 12"),
        ("close is new", 2, "true", "now 12, before 11"),
        ("close is available", 2, "true", "12"),
        ("(close > 11) has held for 2 bars", 2, "false", "true on 1 of the last 2 bars"),
        ("(close > 11) has held for 2 bars", 3, "true", "true on 2 of the last 2 bars"),
        ("(close > 11) has held for 4 bars", 2, "false", "true on 1 of the last 4 bars, unknown on 1"),
        ("close > 13 within last 2 bars", 2, "false", "true on 0 of the last 2 bars"),
        ("(close > 11) == (close > 12)", 2, "false", "true and false"),
        ("close > close[1] + 3 ticks", 2, "true", "12 > 11.03"),
        ("close / close[1] - 1 > 5%", 2, "true", "9.09091% > 5%"),
        ("close / close[1] between 1 and 110%", 2, "true", "100% <= 109.091% <= 110%"),
        ("close / close[1] - 1 crosses above 9.5%", 2, "false", "now 9.09091% < 9.5%, before 10% > 9.5%"),
        ("close / close[1] > 1.05", 2, "true", "1.09091 > 1.05"),
        ("position.size > 0", 2, "false", "0 <= 0"),
    ],
)
def test_a_clause_says_itself_in_numbers(condition: str, bar: int, word: str, said: str) -> None:
    found = clause(condition, UP, bar)
    assert (found.word, found.said) == (word, said)


def decided(found: ClauseReading) -> list[str]:
    """The parts that decided and have no parts of their own."""
    if not found.decides:
        return []
    return [text for part in found.parts for text in decided(part)] if found.parts else [found.text]


@pytest.mark.parametrize(
    ("condition", "word", "parts"),
    [
        ("close > 11 and close > 13 and volume > 5", "false", ["close > 13", "volume > 5"]),
        ("close > 11 and close > 11.5", "true", ["close > 11", "close > 11.5"]),
        ("close > 11 or close > 13", "true", ["close > 11"]),
        ("close > 13 or close > 14", "false", ["close > 13", "close > 14"]),
        ("not (close > 11 or close > 13)", "false", ["close > 11"]),
        ("close > 11 and sma(close, 9) > 1", "unknown", ["sma(close, 9) > 1"]),
        ("close > 13 and sma(close, 9) > 1", "false", ["close > 13"]),
        ("close > 13 or sma(close, 9) > 1", "unknown", ["sma(close, 9) > 1"]),
        ("(close > 11 and close > 13) or close > 14", "false", ["close > 13", "close > 14"]),
        ("ready and close > 11", "false", ["close > 20"]),
    ],
)
def test_the_parts_that_decide_are_marked_and_the_others_are_not(condition: str, word: str, parts: list[str]) -> None:
    found = clause(condition, UP, 2, lines="let ready = close > 20 and close > 11\n" if "ready" in condition else "")
    assert (found.word, decided(found)) == (word, parts)


NAN = math.nan


@pytest.mark.parametrize(
    ("condition", "close", "volume", "bar", "reason"),
    [
        ("sma(close, 5) > 1", UP, None, 2, "warm-up: `sma(close, 5)` needs 2 more bars"),
        ("close[3] > 1", UP, None, 2, "warm-up: `close[3]` needs 1 more bar"),
        ("close > x", UP, None, 2, "warm-up: `sma(close, 4)` needs 1 more bar"),
        ("x - close > 1", UP, None, 2, "warm-up: `sma(close, 4)` needs 1 more bar"),
        ("rsi(14) < 30", UP, None, 2, "warm-up: `rsi(14)` needs 12 more bars"),
        ("volume > 1", UP, [1, 1, NAN, 1, 1], 2, "the data has no `volume` on this bar"),
        ("volume > sma(volume, 2)", UP, [1, 1, NAN, 1, 1], 3, "a gap: the data has no `volume` 1 bar ago, which `sma(volume, 2)` still looks at"),
        ("volume[2] > 1", UP, [1, 1, NAN, 1, 1], 4, "2 bars ago `volume` was unknown (the data has no `volume` then)"),
        ("1 / (close - 12) > 1", UP, None, 2, "division by zero: `close - 12` is 0"),
        ("log(close / close - 2) > 1", UP, None, 2, "`log` has no value for -1"),
        ("close > position.entry_price", UP, None, 2, "`position.entry_price` is unknown while no position is open"),
        ("account.last_profit > 0", UP, None, 2, "`account.last_profit` is unknown before the first trade is closed"),
        ("close crosses above 9", UP, None, 0, "there is no bar before the first"),
        ("volume crosses above 0", UP, [1, NAN, 1, 1, 1], 2, "1 bar ago `volume` was unknown (the data has no `volume` then)"),
        ("(close > 9) has held for 4 bars", UP, None, 2, "warm-up: `(close > 9) has held for 4 bars` needs 1 more bar"),
        ("(if volume > 0 then close else 1 end) > 3", UP, [1, 1, NAN, 1, 1], 2, "the data has no `volume` on this bar"),
        ("kept > 3", UP, None, 2, "`kept` began unknown and has been given no known value yet"),
        ("cci(3) > 20", [5.0] * 8, None, 7, "a division by zero inside `cci(3)`"),
        ("sma(100 / (close - 12), 2) > 1", UP, None, 3, "a division by zero inside `sma(100 / (close - 12), 2)` 1 bar ago"),
        ("value_when(close > 99, close, 0) > 1", UP, None, 4, "what `value_when(close > 99, close, 0)` waits for has not happened yet"),
        ("bars since (close > 99) > 1", UP, None, 4, "what `bars since (close > 99)` waits for has not happened yet"),
        ("obv() > 1", UP, [1, 1, NAN, 1, 1], 2, "the data has no `volume` on this bar"),
        ("ema(volume, 2) > 1", UP, [1, 1, NAN, 1, 1], 2, "the data has no `volume` on this bar"),
        ("close > unknown", UP, None, 2, "it is written as `unknown`"),
    ],
)  # fmt: skip
def test_an_unknown_part_says_why(condition: str, close: list[float], volume: list[float] | None, bar: int, reason: str) -> None:
    lines = "let x = sma(close, 4)\n" if "x" in condition.split() else ""
    lines += "remember kept = if close > 99 then close else unknown end initially unknown\n" if "kept" in condition else ""
    found = clause(condition, close, bar, volume, lines)
    assert found.word == "unknown"
    reasons = [value.reason for value in found.values if value.reason] or [found.reason]
    assert reasons == [reason]


def test_a_value_is_named_from_its_own_graph_bit_for_bit() -> None:
    """The values of a reading are the columns of a run: nothing is computed a second way."""
    from runtime.backtest import signals

    close = list(100 + 10 * np.sin(np.arange(80) * 0.7))
    text = HEAD + "let a = ema(close, 7)\nlet b = rsi(close, 5)\nwhen a > close and b < 40\n  buy 1 share\n"
    program = compile_text(text, load())
    columns: Signals = signals(program.plan(), candles(close))
    for bar in (20, 41, 79):
        (rule,) = why(program, candles(close), bar).rules
        left, right = rule.clause.parts
        assert left.values[0].value == columns["a"][bar]
        assert right.values[0].value == columns["b"][bar]
        assert rule.truth == columns.truth("rule_1")[bar]


def test_orders_say_what_became_of_them() -> None:
    lines = (
        "when close > 10\n  buy 1 share\n    stop loss at 50%\nwhen close > 100\n  exit position\notherwise\n  cancel\n"
        "when close < 100\n  exit position at limit 500\n  notify \"at {close}\"\n"
    )  # fmt: skip
    first, second, third = rules(lines, UP, 1)
    assert [action.said for action in first.actions] == ["made: buy 1 at the next open; filled on the next bar at 12"]
    assert [(action.outcome, action.otherwise) for action in second.actions] == [("idle", False), ("done", True)]
    assert [action.said for action in third.actions] == ["nothing to close: no position was open", 'said "at 11"']
    first, _, third = rules(lines, UP, 3)
    assert (first.actions[0].outcome, first.actions[0].cause) == ("refused", "pyramiding")
    assert first.actions[0].said == "refused: as many entries as `pyramiding` allows were open or on their way"
    assert third.actions[0].said == "made: sell 1 at limit 500; cancelled 1 bar later"
    assert rules(lines, UP, 0)[0].actions[0].outcome == "idle"


def test_a_refusal_belongs_to_the_bar_that_is_asked_about() -> None:
    lines = "when close > 0\n  buy 1 share\n"
    causes = [rules(lines, UP, bar)[0].actions[0].cause for bar in range(5)]
    assert causes == ["", "pyramiding", "pyramiding", "pyramiding", "pyramiding"]


def test_an_order_with_an_unknown_part_names_it() -> None:
    lines = "when close > 0\n  buy 1 share at limit sma(close, 9)\n    stop loss at entry - atr(5)\n"
    (rule,) = rules(lines, UP, 1)
    (action,) = rule.actions
    assert (action.outcome, action.cause) == ("refused", "unknown")
    assert action.reasons == (
        "`sma(close, 9)` is unknown: warm-up: `sma(close, 9)` needs 7 more bars",
        "`atr(5)` is unknown: warm-up: `atr(5)` needs 3 more bars",
    )


def test_a_bar_later_changes_no_reading_of_one_before() -> None:
    """No future: what is said of a bar's rules is the same whatever comes after."""
    lines = "when close crosses above sma(close, 3) and (close > close[1]) has held for 2 bars\n  buy 1 share\n"
    long = [10, 9, 8, 11, 12, 13, 9, 14, 15, 16.0]
    for bar in range(5):
        assert repr(rules(lines, long, bar)[0].clause) == repr(rules(lines, long[: bar + 3], bar)[0].clause)


def test_numbers_that_differ_look_different() -> None:
    assert together(10.0, 10.0000001) == ("10", "10.0000001")
    assert together(1.0, 1.0) == ("1", "1")
    assert together(0.1 + 0.2, 0.3)[0] != together(0.1 + 0.2, 0.3)[1]
    assert (shown(NAN), shown(-0.0), shown(1234567.0), shown(1e-7)) == ("unknown", "0", "1,234,567", "1e-07")


def test_a_date_of_short_bars_is_its_first_bar_and_a_time_the_bar_open_then() -> None:
    hours = candles([1.0] * 48, every_s=3_600)
    assert (bar_at(hours, "2024-01-02"), bar_at(hours, "2024-01-02T05:59"), bar_at(hours, "2024-01-01T01:00")) == (24, 29, 1)
    assert bar_at(hours, np.datetime64("2024-01-02")) == 24
    with pytest.raises(DataError, match="outside the data, which run from 2024-01-01 to 2024-01-02T23:00:00Z"):
        bar_at(hours, "2024-01-03T00:00")
    assert bar_at(hours, "2024-01-02T23:59:59") == 47


def test_a_protect_says_what_it_has_placed_and_why_it_has_not() -> None:
    lines = (
        "when close == 11\n  buy 10 shares\n"
        'when close > 5\n  protect position\n    stop loss at close - 2\n    trail by 3\n  protect position named "far"\n    take profit at close + 9\n'
        "when close > 13\n  protect position\n    stop loss at close - sma(close, 9)\n"
    )
    close = [10.0, 11.0, 12.0, 13.0, 14.0]
    said = {
        bar: [action.said for rule in rules(lines, close, bar) for action in rule.actions if action.verb == "protect"]
        for bar in (1, 3, 4)
    }
    assert said[1][:2] == ["nothing to protect: no position was open"] * 2
    assert said[3][:2] == ["live from the next bar: stop loss at 11, trail at 10", "live from the next bar: take profit at 22"]
    assert said[4][2] == "refused: a part of the order was unknown"
    (_, _, rule) = rules(lines, close, 4)
    assert rule.actions[0].reasons == ("`close - sma(close, 9)` is unknown: warm-up: `sma(close, 9)` needs 4 more bars",)
