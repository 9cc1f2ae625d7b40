"""What is said of orders before a run: distances where prices belong, rotations that hold nothing, brackets that do nothing, in rules of every kind."""

from __future__ import annotations

import pytest

from compiler.pipeline import check
from stdlib.library import load
from tests.compiler.test_codes import applied

HEAD = 'apx 1\nstrategy "Lints"\ntrade "SPY" every 1d\nsettings\n  commission 0.1%\n'
BUY = "when close > open\n  buy 10% of equity\n"
VIEW = HEAD + "  fills tradingview\n"


def warned(text: str, code: str) -> list[str]:
    """What is written where this warning is given. The program has no error."""
    found = check(text, load()).diagnostics
    assert [d.message for d in found if d.severity == "error"] == []
    return [text[d.span.start : d.span.end] for d in found if d.code == code]


@pytest.mark.parametrize(
    ("verb", "line", "meant"),
    [
        ("buy", "stop loss at 2 * atr(14)", "entry - 2 * atr(14)"),
        ("short", "stop loss at 2 * atr(14)", None),
        ("buy", "take profit at stdev(close, 20)", "entry + stdev(close, 20)"),
        ("short", "take profit at high - low", "entry - (high - low)"),
        ("buy", "stop loss at 5 ticks", "entry - 5 ticks"),
        ("buy", "take profit at n * 1 tick", "entry + n * 1 tick"),
        ("buy", "stop loss at gap", "entry - gap"),
        ("buy", "take profit at sma(close, 5) - sma(close, 20)", "entry + (sma(close, 5) - sma(close, 20))"),
        (
            "buy",
            "stop loss at (if close > open then atr(5) else atr(9) end)",
            "entry - (if close > open then atr(5) else atr(9) end)",
        ),
    ],
)
def test_a_distance_as_a_price_is_said_and_put_beside_the_entry(verb: str, line: str, meant: str | None) -> None:
    for head in ("when close > open", "every month end", "every week start where close > open"):
        text = f"{HEAD}input n = 5 in 1 .. 9\nlet gap = 3 * atr(9)\n{head}\n  {verb} 10% of equity\n    {line}\nplot gap * n\n"
        found = [d for d in check(text, load()).diagnostics if d.code == "W0540"]
        assert len(found) == 1, line
        if meant is not None:
            (fix,) = found[0].fixes
            assert line.split(" at ")[0] + " at " + meant in applied(text, fix)
            assert warned(applied(text, fix), "W0540") == []


@pytest.mark.parametrize(
    "line",
    [
        "stop loss at 95", "stop loss at entry - 2 * atr(14)", "stop loss at low", "stop loss at lowest(low, 20) - 5 ticks",
        "stop loss at sma(close, 20) - 2 * stdev(close, 20)", "stop loss at 100 - 5 ticks", "stop loss at bollinger(close, 20, 2).lower",
        "take profit at 4%", "take profit at close * (1 + 0.02)", "take profit at number(10) * 1 tick + high", "stop loss at last",
        "take profit at highest(high, 20) - lowest(low, 20) + close", "stop loss at min(low, low[1])", "trail by atr(14)",
        "trail by 3%", "trail by high - low", "trail by 5 ticks", "stop loss at close on 1w",
    ],
)  # fmt: skip
def test_prices_and_distances_in_their_places_are_not_spoken_of(line: str) -> None:
    state = "remember last = if close > open then low else last end initially low\n"
    text = f"{HEAD}{state}when close > open\n  buy 10% of equity\n    {line}\n"
    assert (warned(text, "W0540"), warned(text, "W0541")) == ([], [])


def test_the_price_of_an_entry_or_an_exit_is_no_distance_either() -> None:
    for action, meant in (
        ("buy 1 share at limit 3 ticks", "close - 3 ticks"), ("buy 1 share at stop atr(9)", "close + atr(9)"),
        ("short 1 share at limit atr(9)", "close + atr(9)"), ("buy 1 share at stop high limit 2 ticks", "close - 2 ticks"),
    ):  # fmt: skip
        (found,) = [d for d in check(f"{HEAD}when close > open\n  {action}\n", load()).diagnostics if d.code == "W0540"]
        assert found.fixes[0].edits[0].text == meant


def test_a_trail_at_a_price_is_said() -> None:
    for price in ("high - 3 * atr(14)", "highest(high, 20)", "low", "sma(close, 9)"):
        assert warned(f"{HEAD}when close > open\n  buy 1 share\n    trail by {price}\n", "W0541") == [price]


@pytest.mark.parametrize(
    ("code", "rule", "said"),
    [
        ("W0310", "every month end where rsi(14) > 130\n  buy 10% of equity\n", "rsi(14) > 130"),
        ("W0520", "every day at \"15:45\"\n  buy 10% of equity\n    stop loss at entry + 2 * atr(14)\n", "entry + 2 * atr(14)"),
        ("W0521", "every week start\n  short 10% of equity\n    take profit at entry + 2 * atr(14)\n", "entry + 2 * atr(14)"),
        ("W0522", "every week end\n  buy (lowest(close, 5) - close) / close of equity\n", "(lowest(close, 5) - close) / close of equity"),
        ("W0522", BUY + "every week end\n  sell (lowest(close, 5) - close) / close of position\n", "(lowest(close, 5) - close) / close of position"),
        ("W0522", BUY + "every week end\n  exit (lowest(close, 5) - close) / close of position\n", "(lowest(close, 5) - close) / close"),
        ("W0523", "every month start\n  buy 250% of equity\n", "250% of equity"),
        ("W0524", BUY + "every month start\n  exit position at limit low - high\n", "at limit low - high"),
        ("W0543", BUY + "every month start\n  protect position\n    stop loss at high + atr(14)\n", "high + atr(14)"),
        ("W0543", BUY + "when close < open\n  protect position\n    take profit at low\n", "low"),
    ],
)  # fmt: skip
def test_scheduled_rules_and_exits_are_looked_at_as_others_are(code: str, rule: str, said: str) -> None:
    assert warned(HEAD.replace("1d", "15m") + rule, code) == [said]


@pytest.mark.parametrize(
    "line",
    ["stop loss at entry", "stop loss at entry + atr(14)", "stop loss at low", "take profit at 4%", "take profit at high + atr(9)", "stop loss at 2%\n    take profit at 3 R"],
)  # fmt: skip
def test_a_bracket_that_the_market_has_still_to_reach_is_not_spoken_of(line: str) -> None:
    assert warned(f"{HEAD}{BUY}when position.profit > 0\n  protect position\n    {line}\n", "W0543") == []


def test_a_bracket_is_behind_the_market_only_if_it_is_so_for_both_sides() -> None:
    both = BUY + "when close < open\n  short 10% of equity\n"
    assert warned(f"{HEAD}{both}when position.profit > 0\n  protect position\n    stop loss at high + atr(14)\n", "W0543") == []


def test_a_bracket_that_the_entries_lines_leave_nothing_is_said_and_named_after_the_entry() -> None:
    entry = 'when close > open\n  buy 10% of equity named "core"\n    stop loss at 2%\n'
    protect = "when position.profit > 0\n  protect position\n    stop loss at entry\n"
    (found,) = [d for d in check(VIEW + entry + protect, load()).diagnostics if d.code == "W0544"]
    corrected = applied(VIEW + entry + protect, found.fixes[0])
    assert 'protect position named "core"\n' in corrected
    assert warned(corrected, "W0544") == []
    assert warned(HEAD + entry + protect, "W0544") == []  # elsewhere both stand beside each other
    assert warned(VIEW + BUY + protect, "W0544") == []
    assert warned(VIEW + entry + BUY.replace(">", "<") + protect, "W0544") == []  # one entry has no line of its own
    other = protect.replace("position\n", 'position named "half"\n')
    (found,) = [d for d in check(VIEW + entry + other, load()).diagnostics if d.code == "W0544"]
    assert 'protect position named "core"\n' in applied(VIEW + entry + other, found.fixes[0])


@pytest.mark.parametrize(
    ("hold", "code", "said"),
    [
        ("hold top 1 of members by close where rsi(14) > 120 weighted equally", "W0542", "rsi(14) > 120"),
        (
            "hold top 1 of members by close where rsi(14) > 70 and rsi(14) < 30 weighted equally",
            "W0312",
            "rsi(14) > 70 and rsi(14) < 30",
        ),
        ("hold top 1 of members by sqrt(0 - number(close)) weighted equally", "W0542", "sqrt(0 - number(close))"),
        ("hold top 1 of members by close weighted by 0 * number(close)", "W0542", "0 * number(close)"),
        ("hold top 1 of members by close weighted by 0 - rsi(14)", "W0542", "0 - rsi(14)"),
        ("hold top 3 of members by close weighted equally", "W0545", "3"),
    ],
)
def test_a_rotation_that_holds_nothing_or_too_much_is_said(hold: str, code: str, said: str) -> None:
    text = HEAD.replace('"SPY"', '"SPY", "QQQ"') + f"every month end\n  {hold}\n"
    assert warned(text, code) == [said]


def test_a_rotation_that_can_hold_is_not_spoken_of() -> None:
    hold = "hold top 2 of members by roc(close, 20) where close > sma(close, 20) weighted by 1 / atr(14)"
    text = HEAD.replace('"SPY"', '"SPY", "QQQ"') + f"every month end\n  {hold}\n"
    assert [d.message for d in check(text, load()).diagnostics] == []


@pytest.mark.parametrize(
    ("line", "meant"),
    [("stop loss 2%", "stop loss at 2%"), ("take profit 3 R", "take profit at 3 R"), ("stop loss low", "stop loss at low")],
)
def test_the_price_of_a_stop_or_target_has_one_spelling(line: str, meant: str) -> None:
    text = f"{HEAD}when close > open\n  buy 10% of equity\n    stop loss at 2%\n    {line}\n".replace(
        "    stop loss at 2%\n    stop", "    stop"
    )
    (found,) = [d for d in check(text, load()).diagnostics if d.severity == "error"]
    (fix,) = found.fixes
    assert (found.code, fix.safe) == ("E0110", True)
    assert meant in applied(text, fix)
    assert [d for d in check(applied(text, fix), load()).diagnostics if d.severity == "error"] == []


@pytest.mark.parametrize(
    ("number", "corrected"),
    [
        ("1e999", None),
        ("9" * 900_000, None),
        ("1e-400", "0"),
        ("0." + "0" * 400 + "1", "0"),
        ("3." + "14159265" * 40, "3.1415926514159267"),
    ],
)
def test_a_number_that_no_double_is_near_is_an_error(number: str, corrected: str | None) -> None:
    text = f"{HEAD}plot close * {number}\n"
    (found,) = [d for d in check(text, load()).diagnostics if d.severity == "error"]
    assert found.code == "E0151"
    assert len(found.message) < 200
    if corrected is not None:
        assert f"close * {corrected}\n" in applied(text, found.fixes[0])
    for fine in ("0.000", "0e999", "1e308", "1e-320", "1" * 100, "1_000_000.5"):
        assert [d for d in check(f"{HEAD}plot close * {fine}\n", load()).diagnostics if d.severity == "error"] == []
