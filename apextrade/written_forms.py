"""The forms of the language that no declaration names: variants of lines, schedules, and how expressions are put together.

What has a declaration (compiler/lines.py, compiler/forms.py, compiler/builtins.py, compiler/words.py) is not repeated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal["statement", "action", "attached", "setting", "define", "test", "expression"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A form for the reference. where: what it stands under in a program. example: as it is written. doc: what it means, in one line."""

    section: str
    name: str
    where: Where
    example: str
    doc: str


# fmt: off
WRITTEN: tuple[Entry, ...] = (
    Entry("Statements", "trade several instruments", "statement", 'trade "AAPL", "MSFT" every 1d',
          "Every rule runs for each of them, on one account; all see the state before any of them acted."),
    Entry("Statements", "trade in hours", "statement", 'trade "AAPL" every 15m on session "09:30-12:00" in "America/New_York"',
          "Only bars that open in these hours, on the days of the exchange and until its close on half days; for other calendars on Monday to Friday. "
          "Without `in` the hours are those of the instrument's zone."),
    Entry("Statements", "input with a step", "statement", 'input risk = 1% in 0.5% .. 3% step 0.5% "Risk"',
          "The values from the lower end on, a step apart."),
    Entry("Statements", "input of a truth", "statement", "input trailing = false", "A parameter that is true or false."),
    Entry("Statements", "input of a text", "statement", 'input mode = "slow" in ["slow", "fast"]', "One of a few words, compared with `==`."),
    Entry("Statements", "input from another", "statement", "input first = 3\ninput second = first", "The default is what the other input is."),
    Entry("Statements", "input without a range", "statement", "input level = -3", "A parameter that may be any value of its kind."),
    Entry("Statements", "define with several outputs", "statement",
          "define band(x = close)\n  give upper = x * 1.1, lower = x * 0.9", "Read as `band().upper`."),
    Entry("Statements", "define with state", "statement",
          "define top(x = close)\n  remember most = max(most, x) initially x\n  give most", "Each call has its own state."),
    Entry("Statements", "every month start", "statement", "every month start\n  exit position",
          "Fires on the first bar of the month's first session, not on the first bar of the data."),
    Entry("Statements", "every week end", "statement", "every week end\n  exit position",
          "Fires on the bar that reaches the close of the week's last session."),
    Entry("Statements", "every week start", "statement", "every week start\n  exit position",
          "Fires on the first bar of the week's first session, not on the first bar of the data."),
    Entry("Statements", "every, where", "statement", "every month end where close > open\n  exit position",
          "Fires when the schedule does and the condition is true."),
    Entry("Statements", "comment", "statement", "# of the card below, or of its line\nlet body = close - open", "`#` to the end of the line says nothing."),
    Entry("Statements", "documentation", "statement", "## What the body of the bar is.\nlet body = close - open",
          "`##` first on its line is documentation of the card below."),

    Entry("Actions", "size in money", "action", "buy 5_000 USD", "So much money, divided by the presumed price of the fill."),
    Entry("Actions", "size in units", "action", "buy 0.5 units", "So many units, also parts of one."),
    Entry("Actions", "size of cash", "action", "buy 50% of cash", "A share of the cash that no resting entry has reserved."),
    Entry("Actions", "size of position", "action", "buy 50% of position", "A share of what is held now."),
    Entry("Actions", "size by a value", "action", "buy 1 share * number(close / sma(close, 20))", "Any expression that is a quantity or money."),
    Entry("Actions", "at next open", "action", "buy 10 shares at next open", "As without it: a market order, filled at the open of the next bar."),
    Entry("Actions", "at this close", "action", "buy 10 shares at this close",
          "Filled at the close that made it; a test only, and the result says so."),
    Entry("Actions", "at a stop with a limit", "action", "buy 10 shares at stop high + 1 tick limit high + 3 ticks",
          "Once the stop is touched, a limit order at the second price."),
    Entry("Actions", "named", "action", 'buy 10 shares named "core"',
          "The tag of the order; a new order replaces a pending one of its tag. Without it the line is the tag."),
    Entry("Actions", "sell all", "action", "sell", "Closes an open long; does nothing to a short."),
    Entry("Actions", "cover all", "action", "cover", "Closes an open short; does nothing to a long."),
    Entry("Actions", "exit a tag", "action", 'exit "core"', "Closes what the entries of this tag opened."),
    Entry("Actions", "exit at a price", "action", "exit position at limit close * 1.05", "A resting exit; `at stop` too."),
    Entry("Actions", "protect a part", "action", 'protect 50% of position named "half"\n    take profit at 4%',
          "A bracket on a part of the position, filled once a position; a bracket of the same tag is replaced."),
    Entry("Actions", "cancel a tag", "action", 'cancel "core"', "Takes back the resting orders of this tag, before new ones are made."),
    Entry("Actions", "hold top", "action", "hold top 2 of members by roc(close, 20) weighted equally",
          "Holds the members with the highest scores and sells the others; in scheduled rules of programs that trade a universe or several instruments."),
    Entry("Actions", "hold top, weighted by", "action", "hold top 2 of members by roc(close, 20) where close > open weighted by 1 / atr(14)",
          "As above, of those for which the condition is true, each with its share of the weights."),

    Entry("Lines under an order", "take profit in R", "attached", "stop loss at 2%\n    take profit at 3 R",
          "So many times the distance from the entry to the stop."),
    Entry("Lines under an order", "trail by a share", "attached", "trail by 3%", "The distance as a share of the best price."),

    Entry("Settings", "fills next_open_only", "setting", "fills next_open_only", "Every order fills at an open."),
    Entry("Settings", "fills ohlc_path", "setting", "fills ohlc_path", "Inside a bar prices go from the open to the nearer extreme, the other, the close."),
    Entry("Settings", "fills tradingview", "setting", "fills tradingview", "`ohlc_path` with that platform's rules for sizes, brackets and slippage."),
    Entry("Settings", "fills detail", "setting", "fills detail 1m", "Looks into each bar by finer bars, given by `--detail`."),
    Entry("Settings", "limit position in money", "setting", "limit position 5_000 USD", "The most that a position may be worth after an order."),

    Entry("Tests", "expect no order at a bar", "test", "expect no order at bar 2", "That no order is made at this close."),
    Entry("Tests", "expect another order", "test", "expect exit at bar 2", "Any of `buy`, `sell`, `short`, `cover`, `exit`."),
    Entry("Tests", "expect within", "test", "expect average at bar 2 is 10.5 within 0.01", "How far the value may be off; a share too."),
    Entry("Tests", "expect a position within", "test", "expect position 0 at bar 2 within 0.5", "How far the quantity may be off."),
    Entry("Tests", "given with a gap", "test", "given close = [10, unknown, 12]", "A bar whose price is unknown."),

    Entry("Phrases", "time is within", "expression", 'time is within "09:30-12:00"', "The bar opens in these hours of the instrument's zone, the end excluded."),
    Entry("Phrases", "time is within, in a zone", "expression", 'time is within "09:30-12:00" in "America/New_York"', "The same by the clock of a zone or exchange."),
    Entry("Phrases", "part of the time in a zone", "expression", 'time.hour in "UTC"', "A part of the bar's open by the clock of a zone or exchange."),
    Entry("Operators", "on a finer clock", "expression", "sum_inside(volume on 1h)",
          "All of it on finer bars of the same instrument; what they come to inside each bar is one value."),
    Entry("Operators", "if, else if", "expression", "if close > open then 1 else if close < open then -1 else 0 end",
          "The first branch whose condition is true; one `end` closes them all."),
    Entry("Operators", "named argument", "expression", "sma(close, n = 20)", "An argument by its name, in any order after those by place."),
    Entry("Operators", "argument left out", "expression", "rsi(14)", "A first series with a default may be left out before a number: `rsi(close, 14)`."),
    Entry("Operators", "output of a call", "expression", "macd(close, 12, 26, 9).line", "One of the outputs of a function that has several."),
    Entry("Operators", "parentheses", "expression", "(close - open) * 2", "What is inside is done first."),
)
# fmt: on
"""By section, in the order of the page."""
