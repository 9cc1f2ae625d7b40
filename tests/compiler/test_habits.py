"""What traders write from habit is read as what they mean: one diagnostic, whose fix gives what is written here."""

from __future__ import annotations

import pytest

from compiler.pipeline import check
from compiler.text.habits import BEGINNINGS
from compiler.words import LEADING, SETTINGS_WORDS
from stdlib.library import load
from tests.compiler.test_codes import applied

HEAD = (
    'apx 1\nstrategy "x"\ntrade "AAPL" every 5m on session "09:30-16:00" in "America/New_York"\n'
    "settings\n  commission 0.1%\n  slippage 1 tick\nwhen close > open\n  buy 10 shares\n    stop loss at 2%\n"
)


def rule(line: str) -> str:
    return f"when close < open[1]\n  {line}\n    stop loss at 3%\n"


WRITTEN: tuple[tuple[str, str], ...] = (
    (rule("buy 10% equity"), rule("buy 10% of equity")),
    (rule("buy 0.5 equity"), rule("buy 0.5 of equity")),
    (rule("buy risk 1% of equity"), rule("buy risking 1% of equity")),
    (rule("buy risking 1% equity"), rule("buy risking 1% of equity")),
    (rule("buy 5 shares at market"), rule("buy 5 shares at next open")),
    (rule("buy 5 shares at open"), rule("buy 5 shares at next open")),
    (rule("sell short 5 shares"), rule("short 5 shares")),
    (rule("buy $1_000"), rule("buy 1_000 USD")),
    ("when close < open\n  exit all\n", "when close < open\n  exit position\n"),
    ("when close < open\n  sell 50% position\n", "when close < open\n  sell 50% of position\n"),
    (rule("buy 5 shares").replace("loss at", "at"), rule("buy 5 shares")),
    ("when close > open for 3 bars\n  exit position\n", "when close > open has held for 3 bars\n  exit position\n"),
    ("when close is above open[1]\n  exit position\n", "when close > open[1]\n  exit position\n"),
    ("when close is less than open[1]\n  exit position\n", "when close < open[1]\n  exit position\n"),
    ('plot close as "Close"\n', 'plot close "Close"\n'),
    ("input n = 20 bars from 10 to 50\nplot sma(close, n)\n", "input n = 20 bars in 10 .. 50\nplot sma(close, n)\n"),
    ("input n = 20 bars from 10 .. 50\nplot sma(close, n)\n", "input n = 20 bars in 10 .. 50\nplot sma(close, n)\n"),
    ('alert "up" when close > open\n', 'alert when close > open "up"\n'),
    ("let x = close if close > open else open[1]\nplot x\n", "let x = if close > open then close else open[1] end\nplot x\n"),
    (
        'plot max(high, close + 1 if close > open and volume > 2 else open * 2), low "Low"\n',
        'plot max(high, if close > open and volume > 2 then close + 1 else open * 2 end), low "Low"\n',
    ),
    (
        "when close > open within 3 bars and high > low\n  exit position\n",
        "when close > open within last 3 bars and high > low\n  exit position\n",
    ),
    ("when close > open within the last 3 bars\n  exit position\n", "when close > open within last 3 bars\n  exit position\n"),
    (rule("buy 5 shares") + "    hold for 5 bars\n", rule("buy 5 shares") + "    hold at most 5 bars\n"),
    (rule("buy 5 shares") + "    hold 5 bars\n", rule("buy 5 shares") + "    hold at most 5 bars\n"),
    ("plot time.day_count % 2\n".replace("time.day_count", "volume"), "plot (volume - 2 * floor(volume / 2))\n"),
    ('every friday at "15:45"\n  exit position\n', 'every day at "15:45" where time.weekday == 5\n  exit position\n'),
    ("plot highest(20)\n", "plot highest(high, 20)\n"),
    ("input n = 20 bars in 5 .. 50\nplot lowest(n) + 1\n", "input n = 20 bars in 5 .. 50\nplot lowest(low, n) + 1\n"),
    ("every day at 15:45\n  exit position\n", 'every day at "15:45"\n  exit position\n'),
    (
        'when time is within 9:30-16:00 in "America/New_York" and close < open\n  exit position\n',
        'when time is within "09:30-16:00" in "America/New_York" and close < open\n  exit position\n',
    ),
)


@pytest.mark.parametrize(("written", "meant"), WRITTEN)
def test_one_mistake_whose_fix_is_what_is_written_here(written: str, meant: str) -> None:
    errors = [d for d in check(HEAD + written, load()).diagnostics if d.severity == "error"]
    assert len(errors) == 1, [d.message for d in errors]
    (fix,) = errors[0].fixes
    assert applied(HEAD + written, fix) == HEAD + meant
    assert [d.message for d in check(HEAD + meant, load()).diagnostics if d.severity == "error"] == []


def test_a_clock_time_in_a_comparison_is_one_mistake() -> None:
    """Without the colon it would be another number, so nothing offers to remove it."""
    found = check(HEAD + "when time.hour == 9:30\n  exit position\n", load()).diagnostics
    assert [(d.code, d.fixes) for d in found if d.severity == "error"] == [("E0128", ())]


@pytest.mark.parametrize("word", BEGINNINGS)
def test_a_line_of_another_language_is_told_how_it_begins_here(word: str) -> None:
    found = check(HEAD + f"when close < open\n  exit position\n{word} position\n", load()).diagnostics
    assert [d.hint for d in found if d.code == "E0112"] == [BEGINNINGS[word]]


def test_words_that_begin_lines_here_are_not_among_them() -> None:
    assert not set(BEGINNINGS) & (LEADING | SETTINGS_WORDS)


@pytest.mark.parametrize(
    "line", ["let a = (close > open) for", "let a = close by 3", "let a = close > open at 3", "let a = close of"]
)
def test_a_word_of_the_language_is_no_slip_of_a_finger(line: str) -> None:
    """`for` is not a misspelt `or`: a fix that put another operator there would change the meaning."""
    found = check(HEAD + line + "\n", load()).diagnostics
    assert not [d.message for d in found if "Did you mean" in d.message]
    assert [d for d in found if d.severity == "error"]


def errors_of(line: str) -> list[tuple[str, str, int]]:
    """Code, hint and number of fixes of every error."""
    return [(d.code, d.hint, len(d.fixes)) for d in check(HEAD + line, load()).diagnostics if d.severity == "error"]


@pytest.mark.parametrize(("sign", "instead"), [("^", "pow(x, 3)"), ("**", "pow(x, 3)"), ("?", "if condition then")])
def test_an_operator_of_another_language_is_not_removed(sign: str, instead: str) -> None:
    ((code, hint, fixes),) = errors_of(f"let a = close {sign} 2\nplot a\n")
    assert code == "E0128"
    assert instead in hint
    assert fixes == 0


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("average", "sma(x, 20)"),
        ("prev", "x[1]"),
        ("engulfing", "`bearish_engulfing` and `bullish_engulfing`"),
        ("bollinger_bands", "bollinger("),
    ],
)
def test_a_function_under_another_name_is_found(name: str, instead: str) -> None:
    ((code, hint, _),) = errors_of(f"when {name}(close, 20) > 3\n  exit position\n")
    assert code == "E0202"
    assert instead in hint


def test_a_fact_without_its_owner_is_found() -> None:
    written = "when equity > 5_000 USD\n  exit position\n"
    (found,) = [d for d in check(HEAD + written, load()).diagnostics if d.severity == "error"]
    assert applied(HEAD + written, found.fixes[0]) == HEAD + written.replace("equity", "account.equity")


def test_a_distance_compared_with_a_share_becomes_a_share_of_the_close() -> None:
    """A share of the distance itself would be a comparison that is always true."""
    written = "when atr(14) > 2%\n  exit position\n"
    (found,) = [d for d in check(HEAD + written, load()).diagnostics if d.severity == "error"]
    assert applied(HEAD + written, found.fixes[0]) == HEAD + written.replace("2%", "2% * close")


@pytest.mark.parametrize("condition", ["close > 2%", "position.profit > 5%", "volume > 10%"])
def test_no_fix_makes_a_share_a_bare_number(condition: str) -> None:
    """`number(position.profit) > 5%` would fire on a profit of five cents."""
    ((code, _, fixes),) = errors_of(f"when {condition}\n  exit position\n")
    assert (code, fixes) == ("E0301", 0)


ONE_EACH = (
    ('when close > open\nalert "up"\n', "E0110", "notify"),
    ("let sma = sma(close, 10)\nplot sma\n", "E0204", "my_sma"),
    ("every friday\n  exit position\n", "E0110", "time.weekday == 5"),
    ("every mondays where close > open\n  exit position\n", "E0110", "time.weekday == 1"),
    ("plot (close + open) % 2\n", "E0110", "floor(a / b)"),
    ("plot atr(14) % close * 2\n", "E0110", "floor(a / b)"),
    ("plot close * volume % 2\n", "E0110", "floor(a / b)"),
    ("plot close % sma(close, 3)\n", "E0110", "floor(a / b)"),
    ("plot median(20)\n", "E0216", "median(close, 20)"),
    ("when close > open\n  exit position\nplot close if close > open\n", "E0110", "if"),
)


@pytest.mark.parametrize(("written", "code", "said"), ONE_EACH)
def test_a_mistake_that_has_more_than_one_meaning_is_told_once_and_what_to_write(written: str, code: str, said: str) -> None:
    (found,) = [d for d in check(HEAD + written, load()).diagnostics if d.severity == "error"]
    assert found.code == code
    assert said in " ".join([found.message, found.hint, *(fix.title for fix in found.fixes)])


def test_a_value_that_is_no_single_word_is_not_rewritten_by_guess() -> None:
    for written in ("plot atr(14) % 2\n", "plot close / open % 2\n", "plot close % open[1]\n", "plot time.hour % 2\n"):
        (found,) = [d for d in check(HEAD + written, load()).diagnostics if d.severity == "error"]
        assert found.fixes == ()


@pytest.mark.parametrize("written", [text for text, _ in WRITTEN] + [text for text, _, _ in ONE_EACH])
def test_a_line_that_is_still_being_typed_is_read_without_a_fault(written: str) -> None:
    for end in range(len(written)):
        check('apx 1\nstrategy "x"\ntrade "AAPL" every 1h\n' + written[:end], load())
