"""Programs that the tests of the server send."""

from __future__ import annotations

HEAD = 'apx 1\n\nstrategy "T"\n\ntrade "AAPL" every 1d\n\n'

GOOD = (
    HEAD
    + """\
input fast = 20 bars in 5 .. 60 "Fast average"
input share = 2% in 1% .. 5% step 0.5%
input side = "long" in ["long", "both"]

settings
  commission 0.1%

let quick = sma(close, fast)
let strong = volume > sma(volume, 10)
remember peak = max(close, peak) initially close

# Only when it is strong \U0001f40e.
when quick crosses above peak * 0.9 and strong  # now
  buy share of equity
    stop loss at 5%

when close < quick
  exit position

plot quick "Quick"

test "does nothing on three bars"
  given close = [1, 2, 3]
  expect no order

test "fails"
  given close = [1, 2, 3]
  expect buy at bar 1
"""
)

BROKEN = HEAD + "let a = rsi(14) > close\nlet b = nobody\nwhen \U0001f40e close >\n  buy 1 share\n"

LIBRARY = 'apx 1\n\nlibrary "Bands" version 2\n\ndefine upper(x, n = 20 bars) = sma(x, n) + 2 * stdev(x, n)\n'
USER = (
    HEAD
    + 'use "Bands" version 2\n\nsettings\n  commission 0.1%\n\nwhen close > upper(close)\n  buy 10% of equity\n\nwhen close < sma(close, 20)\n  exit position\n'
)
