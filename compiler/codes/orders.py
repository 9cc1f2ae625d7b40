"""E05: orders, risk and settings."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import mistake

ORDERS: tuple[Code, ...] = (
    mistake(
        "E0501", "A size without a unit",
        "`buy 10` could mean ten shares, ten dollars or ten percent. The unit says which.",
        "when close > open\n  buy 10\n", "when close > open\n  buy 10 shares\n",
    ),
    mistake(
        "E0502", "Not a size",
        "A size is an amount of money (`5_000 USD`), a quantity (`50 shares`) or a share of something (`10% of equity`).",
        "when close > open\n  buy close\n", "when close > open\n  buy 5_000 USD\n",
    ),
    mistake(
        "E0503", "Not a share",
        "Before `of equity` stands a percentage or another ratio.",
        "when close > open\n  buy rsi(14) of equity\n", "when close > open\n  buy 10% of equity\n",
    ),
    mistake(
        "E0504", "Risk without a stop",
        "`risking 1% of equity` sizes the order so that being stopped out costs that much; without a stop there is no such size.",
        "when close > open\n  buy risking 1% of equity\n", "when close > open\n  buy risking 1% of equity\n    stop loss at 2%\n",
    ),
    mistake(
        "E0505", "R without a stop",
        "R is the distance from the entry to the stop loss, so a target in R needs one.",
        "when close > open\n  buy 10% of equity\n    take profit at 3 R\n",
        "when close > open\n  buy 10% of equity\n    stop loss at 2%\n    take profit at 3 R\n",
    ),
    mistake(
        "E0506", "The same line twice under an order",
        "An order has at most one stop loss, one target, one trail, one time exit and one expiry.",
        "when close > open\n  buy 10% of equity\n    stop loss at 2%\n    stop loss at 3%\n", "when close > open\n  buy 10% of equity\n    stop loss at 2%\n",
    ),
    mistake(
        "E0507", "A protective line under a closing order",
        "Stops, targets, trails and time exits protect an open position, so they stand under the order that opens it.",
        "when close > open\n  buy 10% of equity\nwhen close < open\n  exit position\n    stop loss at 2%\n",
        "when close > open\n  buy 10% of equity\n    stop loss at 2%\nwhen close < open\n  exit position\n",
    ),
    mistake(
        "E0508", "An order without a size",
        "An order that opens a position says how much: a share of the account, an amount of money or a quantity.",
        "when close > open\n  buy at next open\n", "when close > open\n  buy 10% of equity at next open\n",
    ),
    mistake(
        "E0509", "A setting given twice",
        "Each setting has one value.",
        "settings\n  capital 10_000 USD\n  capital 20_000 USD\nplot close\n", "settings\n  capital 20_000 USD\nplot close\n",
    ),
    mistake(
        "E0510", "A setting that makes no sense",
        "Each setting takes a value of its own unit and range, fixed before the run.",
        "settings\n  commission 3 bars\nplot close\n", "settings\n  commission 0.1%\nplot close\n",
    ),
    mistake(
        "E0513", "An order that can't be made",
        "A size is above zero, no more than the whole position can be closed, and a tag has a name.",
        "when close > open\n  buy 0 shares\n", "when close > open\n  buy 10 shares\n",
    ),
    mistake(
        "E0514", "A line under an order that makes no sense",
        "A stop lies on the losing side of the entry and a target on the winning side; waits are whole numbers of bars.",
        "when close > open\n  buy 10 shares\n    stop loss at entry + 1\n", "when close > open\n  buy 10 shares\n    stop loss at entry - 1\n",
    ),
    mistake(
        "E0515", "A tag that no order has",
        "`exit` and `cancel` with a tag address the orders that were given this name; with a name that no order has they would never do anything.",
        'when close > open\n  buy 10 shares named "core"\nwhen close < open\n  exit "coer"\n',
        'when close > open\n  buy 10 shares named "core"\nwhen close < open\n  exit "core"\n',
    ),
    mistake(
        "E0511", "Unknown fill model",
        "The fill model says how orders meet the bars of the past. `pessimistic` is the default.",
        "settings\n  fills optimistic\nplot close\n", "settings\n  fills pessimistic\nplot close\n",
    ),
    mistake(
        "E0512", "Unknown limit",
        "Only what is listed can be limited.",
        "settings\n  limit daily_los 3%\nplot close\n", "settings\n  limit daily_loss 3%\nplot close\n",
    ),
    mistake(
        "E0520", "A protect without a line",
        "`protect` rests the stop, target and trail lines under it; without one it does nothing.",
        "when close > open\n  buy 10% of equity\nwhen position.profit > 0\n  protect position\n",
        "when close > open\n  buy 10% of equity\nwhen position.profit > 0\n  protect position\n    stop loss at entry\n",
    ),
    mistake(
        "E0521", "A time exit under protect",
        "`protect` takes stop, target and trail lines. `hold at most` counts from an entry, `expire after` ends an order that waits.",
        "when close > open\n  buy 10% of equity\nwhen position.profit > 0\n  protect position\n    stop loss at entry\n    hold at most 5 bars\n",
        "when close > open\n  buy 10% of equity\n    hold at most 5 bars\nwhen position.profit > 0\n  protect position\n    stop loss at entry\n",
    ),
    mistake(
        "E0522", "A share under the name of an order",
        "A `protect` with the name of an order replaces that order's own stop, target and trail; with a share, the rest would be left without.",
        'when close > open\n  buy 10% of equity named "core"\n    stop loss at 2%\n'
        'when position.profit > 0\n  protect 50% of position named "core"\n    take profit at 4%\n',
        'when close > open\n  buy 10% of equity named "core"\n    stop loss at 2%\n'
        'when position.profit > 0\n  protect 50% of position named "half"\n    take profit at 4%\n',
    ),
    mistake(
        "E0523", "A detail no finer than the bars",
        "`fills detail 1m` looks into each bar by the finer bars inside it, so their length is shorter than that of the bars traded.",
        "settings\n  fills detail 1w\nplot close\n", "settings\n  fills detail 1h\nplot close\n",
    ),
)  # fmt: skip
