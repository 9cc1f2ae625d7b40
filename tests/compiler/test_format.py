"""The canonical layout, by example."""

from __future__ import annotations

import pytest

from compiler.text.format import format_source

MESSY = """

# about the file
apx 1



## Doc.
strategy   "A  b"   # the title
trade "SPY" every 1d
settings
capital 10_000 USD

   # cheap
commission 0.1%
let a=-x[ 1 ]*( 3+b )-f( c,n=2 bar )
let list = if a then b else if c then d else -1 end[3]
when a>b   # first
   # own
 and c<d  # second
buy 10% of equity at limit   (close)-1 ticks
stop loss at entry-2*atr( 14 )


hold at most 1 bars
otherwise
exit position
define f(a,b=14 bar)
let c=a
give c,d=-1
every month end
hold top 5 of members by x weighted equally
test "x"
expect position -3 at bar 4
given x=[ 1,-2 ,3]


# the end


"""
NEAT = """# about the file
apx 1

## Doc.
strategy "A  b"  # the title
trade "SPY" every 1d
settings
  capital 10_000 USD

  # cheap
  commission 0.1%
let a = -x[1] * (3 + b) - f(c, n = 2 bars)
let list = if a then b else if c then d else -1 end[3]
when a > b  # first
    # own
    and c < d  # second
  buy 10% of equity at limit (close) - 1 tick
    stop loss at entry - 2 * atr(14)

    hold at most 1 bar
otherwise
  exit position
define f(a, b = 14 bars)
  let c = a
  give c, d = -1
every month end
  hold top 5 of members by x weighted equally
test "x"
  expect position -3 at bar 4
  given x = [1, -2, 3]

# the end
"""


def test_a_messy_program_becomes_the_canonical_one() -> None:
    assert format_source(MESSY) == NEAT
    assert format_source(NEAT) == NEAT


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_become_line_feeds(end: str) -> None:
    assert format_source(MESSY.replace("\n", end)) == NEAT


def test_a_card_with_a_mistake_keeps_its_text() -> None:
    text = "apx 1\nlet   a  =  )\n\n\nlet   b  =  3\nwhen  a>b\n   buy   of\n"
    assert format_source(text) == "apx 1\nlet   a  =  )\n\nlet b = 3\nwhen  a>b\n   buy   of\n"


def test_a_program_without_its_edition_is_still_laid_out() -> None:
    assert format_source("plot   close") == "plot close\n"
    assert format_source("") == ""
    assert format_source("# only a comment") == "# only a comment\n"
