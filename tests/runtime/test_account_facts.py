"""What a program reads of closed trades, bar by bar, without costs."""

from __future__ import annotations

from compiler.pipeline import compile_text
from runtime.filetests import run_tests
from stdlib.library import load

PROGRAM = """apx 1

strategy "Facts"
trade "SPY" every 1d

settings
  capital 10_000 USD
  commission 0%
  slippage 0%

when close == 11
  buy 10 shares

when close == 15
  exit position

test "two trades"
  given close = [10, 11, 12, 15, 14, 11, 13, 15, 9, 9]
"""
# fills at the next open, the close before: bought at 11 on bar 2, sold at 15 on bar 4; bought at 11 on bar 6, sold at 15 on bar 8


def failures(*expected: str) -> list[str]:
    results = run_tests(compile_text(PROGRAM + "".join(f"  expect {line}\n" for line in expected), load(), "facts.apx"))
    return [failure.happened for result in results for failure in result.failures]


def test_closed_trades_and_the_profit_of_the_last_one() -> None:
    assert not failures(
        "account.closed_trades at bar 3 is 0",
        "account.last_profit at bar 3 is unknown",
        "account.closed_trades at bar 4 is 1",
        "account.last_profit at bar 4 is 40",
        "account.closed_trades at bar 7 is 1",
        "account.closed_trades at bar 8 is 2",
        "account.last_profit at bar 9 is 40",
    )


def test_bars_since_the_last_exit_count_from_the_first_bar_where_there_was_none() -> None:
    assert not failures(
        "position.last_exit_bars_ago at bar 3 is 3",
        "position.last_exit_bars_ago at bar 4 is 0",
        "position.last_exit_bars_ago at bar 7 is 3",
    )


def test_trades_today_are_entries_of_the_day() -> None:
    assert not failures(
        "account.trades_today at bar 1 is 0", "account.trades_today at bar 2 is 1", "account.trades_today at bar 3 is 0"
    )


def test_a_wrong_fact_is_noticed() -> None:
    assert failures("account.closed_trades at bar 4 is 2") != []
