"""Broken programs: which mistake is found, on which line, and that one mistake is one diagnostic."""

from __future__ import annotations

import cProfile
import random
import re

import pytest

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text.parse import parse

EXAMPLE = """apx 1
## Buys strength, leaves on weakness.
strategy "Golden cross"
trade "SPY" every 1d
input fast = 50 bars in 2 .. 100 "Fast average"
input risk = 1% in 0.25% .. 3% step 0.25%
require fast < 200
settings
  capital 100_000 USD
  commission 0.1%
  limit daily_loss 3%
let quick = sma(close, fast)
let state = if close > quick then 1 else if close < quick[1] then -1 else 0 end
when quick crosses above close and volume > sma(volume, 20)
  buy risking risk of equity
    stop loss at entry - 2 * atr(14)
    take profit at 3 R
  notify "golden cross on {symbol}"
when quick crosses below close
  exit position
plot quick, state
test "buys on the bar after the cross"
  with fast = 2 bars
  given close = [10, 9, 8, 9]
  expect buy at bar 3
"""


def found(text: str) -> list[tuple[str, int]]:
    """(code, line counted from 0) of every diagnostic."""
    source, diagnostics = Source(text), Diagnostics()
    parse(source, diagnostics)
    return [(d.code, source.position(d.span.start).line) for d in diagnostics]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("let a = sma(close, 20", "E0121", 1),
        ("let a = close[1\nplot a", "E0121", 1),
        ("let a = (5 + 3]", "E0121", 1),
        ("let a = sma(close, 20))", "E0122", 1),
        ("let a = sma(close 20)", "E0110", 1),
        ("when close = 5\n  exit position", "E0116", 1),
        ("let a == 5", "E0116", 1),
        ("when close > 5 && open > 3\n  exit position", "E0117", 1),
        ("when close > 5 || open > 3\n  exit position", "E0117", 1),
        ("when !(close > 5)\n  exit position", "E0117", 1),
        ("when close crosses over open\n  exit position", "E0120", 1),
        ("let a := 5", "E0118", 1),
        ("let a = 5 // five", "E0119", 1),
        ('when close > open\n  notify "abc', "E0123", 2),
        ("strategy 'Golden'", "E0123", 1),
        ("strategy Golden cross", "E0123", 1),
        ("trade SPY every 1d", "E0123", 1),
        ("let Fast = 3", "E0115", 1),
        ("LET a = 3", "E0115", 1),
        ("when close > open AND open > low\n  exit position", "E0115", 1),
        ("when close > open\n  buy 10 %of equity", "E0125", 2),
        ("let when = 5", "E0114", 1),
        ("define f(in, b) = b", "E0114", 1),
        ("let a = if close > open then 1 else if close > 3 then 2 else 3", "E0126", 1),
        ("let a = if close > open then 1 end", "E0126", 1),
        ("let a = close[-1]", "E0401", 1),
        ("when a is rising for 5 brs\n  exit position", "E0124", 1),
        ("let a = 4 h", "E0124", 1),
        ("let a = 3 percent", "E0124", 1),
        ("whem close > open\n  exit position", "E0112", 1),
        ("let a = 1\nwhem close > open\n  exit position", "E0112", 2),
        ("let a = 1\nb = 2", "E0112", 2),
        ("settings\n  capitol 10 USD\n  commission 0%", "E0112", 2),
        ("plot close\ncapital 10 USD", "E0112", 2),
        ("when close > open buy 10% of equity", "E0113", 1),
        ("buy 10% of equity\n  stop loss at 2%", "E0105", 1),
        ("otherwise\n  exit position", "E0105", 1),
        ("give 5", "E0105", 1),
        ("plot close\nexpect buy at bar 3", "E0105", 2),
        ("when close > open\n  stop loss at 5", "E0105", 2),
        ("when close > open\n  hold top 5 of members by x weighted equally", "E0105", 2),
        ("when close > open\n  exit position\notherwise\n  cancel\notherwise\n  cancel", "E0105", 5),
        ("when close > open\n  buy", "E0508", 2),
        ("when close > open\n  buy 10% of", "E0111", 2),
        ("when close > open\n  buy 1 unit at limit", "E0111", 2),
        ("when close >\n  exit position", "E0111", 1),
        ("when close > open\nplot close", "E0130", 1),
        ("let a = 1 < 2 < 3", "E0127", 1),
        ("let a = .5", "E0129", 1),
        ("let a = €", "E0128", 1),
        ("let a = close\u00a0+ 1", "E0128", 1),
        ("apx 1", "E0104", 1),
        ('library "x" version 1\nwhen close > open\n  exit position', "E0106", 2),
        ("define f(a)\n  let b = a", "E0107", 1),
        ("every month\n  exit position", "E0111", 1),
        ("when close is risng for 3 bars\n  exit position", "E0110", 1),
        ("let let a = 5", "E0110", 1),
        ("let a = close + * 3", "E0110", 1),
        ("plot " + "(" * 300 + "close" + ")" * 300, "E0601", 1),
    ],
)
def test_one_mistake_is_one_diagnostic_on_its_line(text: str, code: str, line: int) -> None:
    assert found(f"apx 1\n{text}\n") == [(code, line)]


def test_the_edition_is_asked_for() -> None:
    assert found("plot close\n") == [("E0101", 0)]
    assert found("") == [("E0101", 0)]
    assert found("apx 2\nplot close\n") == [("E0102", 0)]
    assert found("plot close\napx 1\n") == [("E0103", 1)]


def test_separate_mistakes_are_all_found() -> None:
    text = (
        "apx 1\nsettings\n  capital\n  slippage 1 tik\n  margin 50%\nlet a = sma(close 20)\nwhen a >\n  buy\n    stop loss at\n"
        "    take profit at 3 R R\n  exit positon\n  notify 'x'\nplot a +\n"
    )
    assert [line for _, line in found(text)] == [2, 3, 5, 6, 7, 8, 9, 10, 11, 12]


def test_a_broken_line_still_defines_its_name_and_keeps_its_neighbours() -> None:
    file = parse(Source("apx 1\nlet a = sma(\nwhen close > )\n  buy 1 unit\n    stop loss at\n  cancel\n"), Diagnostics())
    let, when = file.statements[1:]
    assert isinstance(let, s.Let)
    assert let.name.name == "a"
    assert isinstance(when, s.When)
    assert isinstance(when.condition, s.ErrorExpr)
    buy, cancel = when.actions
    assert isinstance(buy, s.OrderAction)
    assert [line.kind for line in buy.attached] == ["stop_at"]
    assert isinstance(cancel, s.CancelAction)


def test_a_misspelt_rule_becomes_the_rule_that_was_meant() -> None:
    text = "apx 1\nlet a = 1\n# why\nwhem close > open\n  exit position\n"
    file = parse(Source(text), Diagnostics())
    assert [type(node).__name__ for node in file.statements] == ["Edition", "Let", "When"]
    assert "".join(text[card.span.start : card.span.end] for card in file.cards) == text


def test_messages_speak_of_trading_not_of_tokens() -> None:
    def message(line: str) -> str:
        diagnostics = Diagnostics()
        parse(Source(f"apx 1\nwhen close > open\n  {line}\n"), diagnostics)
        return next(iter(diagnostics)).message

    assert "a size such as `10% of equity`" in message("buy")
    assert "a price such as" in message("buy 1 unit at limit")
    assert "`equity`, `cash` or `position`" in message("buy 10% of")
    assert "a distance" in message("buy 1 unit\n    trail by")
    terminals = re.compile(r"\b[A-Z][A-Z_]{2,}\b|__|\$END")
    for line in ("buy", "buy 1 unit at", "exit", "hold", "hold top", "notify", "protect 5 of", "cancel 5", "buy 1 unit named"):
        assert not terminals.search(message(line)), message(line)


def test_one_wrong_token_gives_about_one_diagnostic_on_its_line() -> None:
    lines = EXAMPLE.split("\n")
    assert found(EXAMPLE) == []
    pick = random.Random(20)
    pool = [
        "sma",
        "(",
        ")",
        ",",
        "+",
        "when",
        "=",
        "5",
        '"x"',
        "and",
        "bars",
        "position",
        "else",
        "%",
        "[",
        "]",
        "<",
        "crosses",
        "let",
        "of",
    ]
    counts, on_line = [], 0
    for _ in range(1_500):
        number = pick.randrange(len(lines))
        tokens = list(re.finditer(r'"[^"]*"|[A-Za-z_0-9.]+|[^\s]', lines[number].split("#")[0]))
        if not tokens:
            continue
        token = pick.choice(tokens)
        instead = pick.choice(["", f"{token[0]} {token[0]}", pick.choice(pool)])
        line = lines[number][: token.start()] + instead + lines[number][token.end() :]
        diagnostics = found("\n".join([*lines[:number], line, *lines[number + 1 :]]))
        if diagnostics:  # some changes leave a program that reads
            counts.append(len(diagnostics))
            on_line += diagnostics[0][1] == number
    assert len(counts) > 900
    assert sum(counts) / len(counts) <= 1.1
    assert max(counts) <= 3
    assert on_line / len(counts) >= 0.96


@pytest.mark.parametrize(
    "text",
    [
        "let a = " + "(" * 100_000,
        "let a = " + "1 + " * 50_000 + "1",
        "let a = " + "-" * 100_000 + "1",
        "let a = " + "if a then " * 20_000,
        "let a = " + "if a then b else " * 20_000 + "c" + " end" * 20_000,
        "let a = " + "f(" * 50_000 + ")" * 50_000,
        '"' * 100_000,
        "&" * 100_000,
        "\n" * 200_000,
        "#" + " " * 200_000 + "\n" + " " * 200_000,
        "when a\n" * 20_000,
        "buy\n" * 20_000,
        "whem\n" * 20_000,
        "x " * 50_000,
    ],
    ids=lambda text: text[:24].strip() or "blank",
)
def test_huge_and_hostile_texts_are_refused_in_linear_time(text: str) -> None:
    profile = cProfile.Profile()
    assert profile.runcall(found, f"apx 1\n{text}\n") or not text.strip("# \n")
    assert sum(entry.callcount for entry in profile.getstats()) < 100 * len(text)
