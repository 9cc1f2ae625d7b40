"""Money of the account is told apart from price times quantity where prices are in another currency, and nowhere else."""

from __future__ import annotations

import pytest

from compiler.pipeline import check
from compiler.two_currencies import mixed_money
from stdlib.library import load

HEAD = 'apx 1\nstrategy "s"\ntrade "{symbol}" every 1d\nsettings\n  capital 10_000 USD\n  commission 0.1%\n'
PLAIN = """input amount = 500 USD in 100 USD .. 5_000 USD
input part = 10% in 1% .. 50%
let swing = atr(14)
define room(x, y) = x - y
when position.profit > 2% * account.equity and account.drawdown < 20% and room(account.equity, account.cash) > 0
  exit position
when close > open and account.last_profit / account.equity < 5%
  buy risking 1% of equity
    stop loss at entry - 2 * swing
when close < open and position.size < 100 units
  buy amount
when volume > 2 * position.size
  buy min(amount, part * account.equity)
when close > open[1]
  buy 2 * 50 shares
"""
MIXED = (
    "when close * position.size > 5_000 USD\n  exit position\n",
    "when position.profit > close * position.size * 2%\n  exit position\n",
    "when close > open\n  buy 1% * account.equity / close\n",
    "when close > open\n  buy account.equity * 1% / (close - low)\n",
    "when close > open\n  buy close * 100 shares\n",
    "when close > account.equity / 100 shares\n  exit position\n",
    "let value = close * position.size\nlet owned = value + account.cash\nwhen owned > 0\n  exit position\n",
    "define times(x, y) = x * y\nwhen times(close, position.size) > account.cash\n  exit position\n",
    "plot if close > open then close * position.size else account.equity end\n",
)


def warned(text: str) -> list[str]:
    checked = check(text, load())
    assert checked.program is not None, [d.message for d in checked.diagnostics]
    return [d.message for d in checked.diagnostics if d.code == "W0345"]


@pytest.mark.parametrize("rule", MIXED)
def test_money_of_the_prices_is_no_money_of_the_account(rule: str) -> None:
    (message, *_) = warned(HEAD.format(symbol="EURJPY") + rule)
    assert message.startswith("Prices are in JPY and the account is in USD")


@pytest.mark.parametrize("rule", MIXED)
def test_in_one_currency_they_are_one_money(rule: str) -> None:
    assert warned(HEAD.format(symbol="EURUSD") + rule) == []
    assert warned(HEAD.format(symbol="SAP") + rule) == []


def test_what_keeps_them_apart_is_fine_in_any_currency() -> None:
    text = HEAD.format(symbol="EURJPY") + PLAIN
    assert warned(text) == []
    program = check(text, load()).program
    assert program is not None
    assert mixed_money(program.typed.names) == ()
