"""One mistake is told once: what only follows from it is not, and what stands beside it still is."""

from __future__ import annotations

import pytest

from compiler.pipeline import check
from compiler.source import Source
from stdlib.library import load
from tests.compiler.test_codes import applied

HEAD = 'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nsettings\n  commission 0.1%\n'


def errors(text: str) -> list[tuple[str, int]]:
    """(code, line of the part after HEAD, counted from 1) of every error."""
    source = Source(HEAD + text)
    found = [d for d in check(source.text, load()).diagnostics if d.severity == "error"]
    return [(d.code, source.position(d.span.start).line - HEAD.count("\n") + 1) for d in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A definition without a readable name explains every unknown name.
        ("let = sma(close, 20)\nplot fast", [("E0110", 1)]),
        ("let position = 5\nplot fast", [("E0204", 1)]),
        # A line that cannot be read explains the names in it, and no others.
        ("m let = macd()\nplot m.line", [("E0112", 1)]),
        ("plot close + * 3\nplot fast", [("E0110", 1), ("E0201", 2)]),
        ('use "Trend filters" version 1 s filters\nlet calm = filters.directness(n = 9)\nplot calm', [("E0124", 1)]),
        # What was read by guessing has no type to be judged.
        ("let bands = bollinger(1lose, 20, 2)\nwhen close < bands.lower\n  exit position", [("E0124", 1)]),
        ('let trend = "ma(close, 20)\nplot trend + 1', [("E0123", 1)]),
        # A card whose line is lost misses what the line would have given.
        ("when close > open\n  buy risking 1% of equity\n    >top loss at entry - 2 * atr(14)", [("E0112", 3)]),
        ("let a = 1\n-hen close > open\n  buy 10% of equity", [("E0110", 2)]),
        # A block without its first or last line.
        ("let span = atr(n)\ngive span / close\nplot close", [("E0105", 2)]),
        ("define f(n = 14 bars)\nlet a = 5\nlet b = account.equity\nwhen a > 3 and b > f()\n  exit position", [("E0107", 1)]),
        ("define f(n)\n  let a = n\n  igve a\nlet b = account.equity\nwhen f(close) > 3 and b > 3 USD\n  exit position", [("E0112", 3)]),
        # Quotes that do not pair are one mistake, whatever they leave outside.
        ('when close > open\n  notify ""up on {symbol} at {close}"', [("E0123", 2)]),
        ('when close > open\n  notify up on {symbol} at {close}"', [("E0123", 2)]),
        # A condition of two wrong parts says so of each part, not of the whole.
        ("plot close + (open and high)", [("E0302", 1), ("E0302", 1)]),
        # Two slips in two lines are two.
        ("let a = sma(close 20)\nlet b = open +\nplot a, b", [("E0110", 1), ("E0111", 2)]),
        ('when close > open\n  exit "long"\n-hen close > open\n  buy 1 share named "long"', [("E0110", 3)]),
        # A leading word amid the settings leads nothing; after the last of them it may, and what was cut off is not judged.
        ("let a = 1\nplot close when open > close\n  exit position", [("E0113", 2)]),
        ("let a = sma(close, 20) when open\nplot a", [("E0113", 1)]),
        ("when close > open\n  buy 10 shares\n    stop loss at entry when 3 * close\n    hold at most 3 bars", [("E0113", 3)]),
        ("when close > open and open when low\n  exit position", [("E0113", 1)]),
        ("when close > cloze exit position", [("E0201", 1), ("E0113", 1)]),
        # A closing bracket that belongs to one further out leaves the inner one open.
        ("define spread(x, n = 2 bars) = (x - x[n) / x\nplot spread(open, 3 bars) + true", [("E0121", 1), ("E0306", 2)]),
        # What stands after `//` may have been part of the value.
        ("let ratio = close // open\nwhen ratio > 0.5\n  exit position", [("E0119", 1)]),
        # Without the line above, the lines below miss the same thing; two tests run together have everything twice.
        ("plot close\nbuy 10 shares\n  stop loss at 2%\n  hold at most 3 bars", [("E0105", 2)]),
        ('test "a"\n  given close = [1, 2]\n  given open = [1, 2]\n  expect no order\n'
         '  given close = [1, 2]\n  given open = [1, 2]\n  expect no order at bar 1', [("E0703", 5)]),
        ('test "a"\n  length = 3 bars\n  given close = [1, 2]\n  expect no order', [("E0112", 2)]),
        # A second slip on a line is told where the line was read well in between.
        ("plot sma(close 20), close, high - low, ema(close 10)", [("E0110", 1), ("E0110", 1)]),
    ],
)  # fmt: skip
def test_what_follows_from_a_mistake_is_not_told(text: str, expected: list[tuple[str, int]]) -> None:
    assert errors(text + "\n") == expected


@pytest.mark.parametrize("word", ["when", "buy", "let", "plot", "stop", "give"])
def test_a_leading_word_inside_a_setting_is_one_mistake(word: str) -> None:
    rest = "when close > open\n  buy 10 shares\n"
    head = HEAD.removesuffix("settings\n  commission 0.1%\n")
    for setting in (f"commission 0.005 USD {word} unit", f"slippage {word} tick", f"flat 5m {word} close", f"limit {word} 3%"):
        for text in (f"settings\n  {setting}\n  capital 1_000 USD\n", f"settings\n  capital 1_000 USD\n  {setting}\n"):
            found = check(head.replace("1d", "1h") + text + rest, load()).diagnostics
            assert len([d for d in found if d.severity == "error"]) == 1, (text, [d.message for d in found])


def test_settings_under_a_misspelt_settings_are_read() -> None:
    for word in ("ssettings", "setings", "esttings"):
        found = check(HEAD.replace("settings", word) + "plot close\n", load()).diagnostics
        assert [d.code for d in found if d.severity == "error"] == ["E0112"], word


def test_the_misspelt_one_of_declaration_and_uses_is_the_one_that_stands_alone() -> None:
    text = HEAD + "let aclm = close > open\nplot calm, not calm\n"
    (found,) = [d for d in check(text, load()).diagnostics if d.severity == "error"]
    assert text[found.span.start : found.span.end] == "aclm"
    (fix,) = found.fixes
    assert check(applied(text, fix), load()).program is not None
    assert errors("let calm = close > open\nplot calm, clam, clam\n") == [("E0201", 2)]


@pytest.mark.parametrize("word", ["hello", "hi", "xyzzy", "lol", "foo bar", "world peace"])
def test_a_wholly_foreign_line_gets_no_odd_suggestion(word: str) -> None:
    found = [d for d in check(f"{HEAD}let a = 1\n{word}\nplot close\n", load()).diagnostics if d.severity == "error"]
    assert [d.code for d in found][:1] == ["E0112"]
    assert "Did you mean" not in found[0].message, found[0].message


@pytest.mark.parametrize(
    ("text", "code", "meant"),
    [
        ("when close > open\n  buy 10 shares limit 99", "E0110", "at limit 99"),
        ("when close > open\n  buy 10 shares stop high + 1", "E0110", "at stop high + 1"),
        ("when close > open\n  buy USD 5_000", "E0124", "5_000 USD"),
        ("when close > open\n  exit position\nplot close > 3 aand open > 3", "E0110", "and"),
    ],
)
def test_habits_from_elsewhere_are_understood(text: str, code: str, meant: str) -> None:
    whole = f"{HEAD}{text}\n"
    (found,) = [d for d in check(whole, load()).diagnostics if d.severity == "error"]
    assert found.code == code
    mended = applied(whole, found.fixes[0])
    assert meant in mended
    assert check(mended, load()).program is not None


def test_a_plot_of_several_outputs_with_a_mistake_inside_says_the_mistake() -> None:
    text = 'apx 1\nstrategy "x"\ntrade "SPY" every 1d\nplot bollinger(close, 5, high[1])\n'
    assert [d.severity for d in check(text, load()).diagnostics] == ["error"]
