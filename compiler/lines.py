"""The lines a program is made of: for each way to begin one, what it says and a text to start from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Where = Literal["statement", "action", "attached", "setting", "define", "test"]


@dataclass(frozen=True, slots=True)
class LineForm:
    """A line, or a statement with the lines it cannot do without.

    word: its leading word. snippet: the text, each part to fill in as `${1:what it is to begin with}`; filled in as it stands it is valid
    where `where` says: on its own, under a rule, under an order, under `settings`, in a `define`, in a `test`.
    """

    word: str
    label: str
    where: Where
    snippet: str
    doc: str

    @property
    def filled(self) -> str:
        """The text with every part as it begins."""
        return filled(self.snippet)


def filled(snippet: str) -> str:
    """A snippet with every part as it begins."""
    return re.sub(r"\$\{\d+:([^}]*)\}|\$\d+", lambda part: part[1] or "", snippet)


LINES: tuple[LineForm, ...] = (
    LineForm("apx", "apx 1", "statement", "apx 1", "The edition of the language; always the first line."),
    LineForm("strategy", "strategy", "statement", 'strategy "${1:My strategy}"', "What the program is called."),
    LineForm(
        "library",
        "library",
        "statement",
        'library "${1:My functions}" version ${2:1}',
        "A file that holds functions for others to use.",
    ),
    LineForm("use", "use", "statement", 'use "${1:My functions}" version ${2:1}', "Brings in the functions of a library."),
    LineForm(
        "use",
        "use as",
        "statement",
        'use "${1:My functions}" version ${2:1} as ${3:mine}',
        "Brings in a library's functions under a name.",
    ),
    LineForm(
        "trade",
        "trade",
        "statement",
        'trade "${1:SPY}" every ${2:1d}',
        "The instrument and the bars it is made for; a run may take others.",
    ),
    LineForm(
        "trade", "trade universe", "statement", "trade universe ${1:us_large} every ${2:1d}", "Trades the members of a universe."
    ),
    LineForm(
        "input",
        "input with a range",
        "statement",
        'input ${1:length} = ${2:14 bars} in ${3:2} .. ${4:50} "${5:Length}"',
        "A parameter; its range bounds warm-up, cost and sweeps.",
    ),
    LineForm(
        "input",
        "input with choices",
        "statement",
        "input ${1:factor} = ${2:2} in [${3:1}, ${4:2}, ${5:3}]",
        "A parameter that is one of a few values.",
    ),
    LineForm("require", "require", "statement", "require ${1:2 < 3}", "What inputs must fulfil together."),
    LineForm("let", "let", "statement", "let ${1:average} = ${2:sma(close, 20)}", "Names a value of each bar."),
    LineForm(
        "define",
        "define",
        "statement",
        "define ${1:gap}(${2:x = close}, ${3:n = 20 bars}) = ${4:x - sma(x, n)}",
        "A function; each call has its own state.",
    ),
    LineForm(
        "define",
        "define with lines",
        "statement",
        "define ${1:gap}(${2:x = close}, ${3:n = 20 bars})\n  let ${4:middle} = ${5:sma(x, n)}\n  give ${6:x - middle}",
        "A function in several steps.",
    ),
    LineForm(
        "remember",
        "remember",
        "statement",
        "remember ${1:peak} = ${2:max(peak, close)} initially ${3:close}",
        "A value carried from bar to bar; inside its own line its name is the value of the bar before.",
    ),
    LineForm(
        "when",
        "when",
        "statement",
        "when ${1:close crosses above sma(close, 20)}\n  ${2:exit position}",
        "A rule, evaluated at the close of each bar.",
    ),
    LineForm(
        "when",
        "when, otherwise",
        "statement",
        "when ${1:close > sma(close, 20)}\n  ${2:buy 10% of equity}\notherwise\n  ${3:exit position}",
        "A rule with what to do where the condition is known to be false.",
    ),
    LineForm(
        "every",
        "every month end",
        "statement",
        "every ${1:month end}\n  ${2:exit position}",
        "A rule on the calendar of sessions.",
    ),
    LineForm("every", "every day at", "statement", 'every day at "${1:15:45}"\n  ${2:exit position}', "A rule at a time of day."),
    LineForm(
        "settings",
        "settings",
        "statement",
        "settings\n  capital ${1:10_000 USD}\n  commission ${2:0.1%}\n  slippage ${3:1 tick}",
        "Capital, costs, fills and limits.",
    ),
    LineForm("plot", "plot", "statement", 'plot ${1:sma(close, 20)} "${2:Average}"', "Draws values; trades nothing."),
    LineForm(
        "alert",
        "alert",
        "statement",
        'alert when ${1:close crosses above sma(close, 20)} "${2:up} at {close}"',
        "Tells of a condition; trades nothing.",
    ),
    LineForm(
        "test",
        "test",
        "statement",
        'test "${1:buys on strength}"\n  given close = [${2:10, 9, 12}]\n  expect ${3:no order}',
        "A check of the program that stands in it.",
    ),
    LineForm("buy", "buy a share of equity", "action", "buy ${1:10%} of equity", "Opens a long; closes an open short first."),
    LineForm("buy", "buy a quantity", "action", "buy ${1:50 shares}", "Opens a long of so many shares, units, or so much money."),
    LineForm(
        "buy", "buy at a limit", "action", "buy ${1:10%} of equity at limit ${2:close * 0.99}", "Buys at this price or below it."
    ),
    LineForm(
        "buy", "buy at a stop", "action", "buy ${1:10%} of equity at stop ${2:high + 1 tick}", "Buys once the price is touched."
    ),
    LineForm(
        "buy",
        "buy by risk",
        "action",
        "buy risking ${1:1%} of equity\n    stop loss at ${2:entry - 2 * atr(14)}",
        "So much that being stopped out costs this share.",
    ),
    LineForm(
        "short", "short a share of equity", "action", "short ${1:10%} of equity", "Opens a short; closes an open long first."
    ),
    LineForm("sell", "sell", "action", "sell ${1:50%} of position", "Reduces a long; without a size closes it."),
    LineForm("cover", "cover", "action", "cover ${1:50%} of position", "Reduces a short; without a size closes it."),
    LineForm("exit", "exit position", "action", "exit position", "Closes what is open."),
    LineForm("exit", "exit a part", "action", "exit ${1:50%} of position", "Closes a part of what is open."),
    LineForm(
        "protect",
        "protect position",
        "action",
        "protect position\n    stop loss at ${1:position.entry_price}",
        "Places or replaces the stop and target of the open position.",
    ),
    LineForm("cancel", "cancel", "action", "cancel", "Takes back what is resting."),
    LineForm("notify", "notify", "action", 'notify "${1:up} at {close}"', "A note in the result; names in braces are filled in."),
    LineForm(
        "stop",
        "stop loss at a price",
        "attached",
        "stop loss at ${1:entry - 2 * atr(14)}",
        "Leaves at a loss; `entry` is the order's own fill price.",
    ),
    LineForm("stop", "stop loss at a share", "attached", "stop loss at ${1:2%}", "Leaves this share from the entry."),
    LineForm("take", "take profit", "attached", "take profit at ${1:entry + 4 * atr(14)}", "Leaves with a profit."),
    LineForm("take", "take profit at a share", "attached", "take profit at ${1:4%}", "Leaves this share from the entry."),
    LineForm("trail", "trail by", "attached", "trail by ${1:3 * atr(14)}", "A stop that follows the best price."),
    LineForm(
        "trail",
        "trail by, after",
        "attached",
        "trail by ${1:3 * atr(14)} after ${2:2 * atr(14)}",
        "A stop that follows the best price once the trade is so far ahead.",
    ),
    LineForm("hold", "hold at most", "attached", "hold at most ${1:20 bars}", "Leaves at the open after so many bars."),
    LineForm(
        "expire", "expire after", "attached", "expire after ${1:5 bars}", "Takes the order back if it has not filled by then."
    ),
    LineForm("give", "give", "define", "give ${1:x}", "What a define is worth; several outputs as `give line = …, signal = …`."),
    LineForm("with", "with", "test", "with ${1:length} = ${2:3 bars}", "The test's own value of an input."),
    LineForm(
        "given", "given", "test", "given ${1:close} = [${2:10, 9, 12}]", "The bars of a test; other prices follow from `close`."
    ),
    LineForm("expect", "expect an order", "test", "expect ${1:buy} at bar ${2:2}", "What must happen; bars count from 0."),
    LineForm("expect", "expect no order", "test", "expect no order", "That nothing is ordered."),
    LineForm("expect", "expect a value", "test", "expect ${1:average} at bar ${2:2} is ${3:10.5}", "What a name must be."),
    LineForm("expect", "expect a position", "test", "expect position ${1:0} at bar ${2:2}", "What must be held."),
    LineForm(
        "otherwise",
        "otherwise",
        "action",
        "otherwise\n  ${1:exit position}",
        "What a rule does where its condition is known to be false.",
    ),
    LineForm("capital", "capital", "setting", "capital ${1:10_000 USD}", "The money a run begins with; above zero."),
    LineForm(
        "commission",
        "commission as a share",
        "setting",
        "commission ${1:0.1%}",
        "Costs of each fill, a share of its value; from 0% to below 100%.",
    ),
    LineForm(
        "commission", "commission per order", "setting", "commission ${1:1 USD} per order", "Costs of each fill; 0 or more."
    ),
    LineForm(
        "commission",
        "commission per unit",
        "setting",
        "commission ${1:0.005 USD} per unit",
        "Costs of each unit traded; 0 or more.",
    ),
    LineForm(
        "maker",
        "maker",
        "setting",
        "maker ${1:0.02%}",
        "The commission, in place of its share, of a fill that waited at its limit until the market came; below 0% it is paid out; from -1% to below 100%.",
    ),
    LineForm(
        "slippage",
        "slippage in ticks",
        "setting",
        "slippage ${1:1 tick}",
        "How much worse than the price a market order fills; 0 or more.",
    ),
    LineForm(
        "slippage",
        "slippage as a share",
        "setting",
        "slippage ${1:0.05%}",
        "How much worse than the price a market order fills; from 0% to below 100%.",
    ),
    LineForm("fills", "fills", "setting", "fills ${1:pessimistic}", "How orders fill inside a bar."),
    LineForm(
        "pyramiding",
        "pyramiding",
        "setting",
        "pyramiding ${1:1}",
        "How many entries may be open at once; a whole number, 1 or more.",
    ),
    LineForm(
        "margin", "margin", "setting", "margin ${1:50%}", "The share of a position that must be paid; above 0% and at most 100%."
    ),
    LineForm(
        "maintenance",
        "maintenance",
        "setting",
        "maintenance ${1:25%}",
        "The share of what is held that equity must stay above, or all is closed by force; from 0% to below `margin`.",
    ),
    LineForm(
        "borrow",
        "borrow",
        "setting",
        "borrow ${1:3%} per year",
        "What a year of a short costs, a share of its value; from 0% to below 1000%.",
    ),
    LineForm(
        "interest",
        "interest",
        "setting",
        "interest ${1:8%} per year",
        "What a year of borrowed money costs, where `margin` lends it; from 0% to below 1000%.",
    ),
    LineForm(
        "funding",
        "funding",
        "setting",
        "funding ${1:0.01%} per ${2:8h}",
        "What longs pay shorts at each funding instant of a perpetual contract, a share of the value; below 0% shorts pay; above -100% and below 100%.",
    ),
    LineForm(
        "flat",
        "flat before the close",
        "setting",
        "flat ${1:5m} before close",
        "Closes everything so long before a session ends.",
    ),
    LineForm(
        "limit",
        "limit daily_loss",
        "setting",
        "limit daily_loss ${1:3%}",
        "Once this share is lost since the day before, all is closed at the next open, and nothing new until the next day; above zero.",
    ),
    LineForm(
        "limit",
        "limit drawdown",
        "setting",
        "limit drawdown ${1:20%}",
        "Once equity is so far below its highest close, all is closed at the next open, for good; above zero.",
    ),
    LineForm(
        "limit",
        "limit exposure",
        "setting",
        "limit exposure ${1:100%}",
        "The value of all that is open or resting, against equity; a larger order is reduced or refused; above zero.",
    ),
    LineForm(
        "limit",
        "limit positions",
        "setting",
        "limit positions ${1:5}",
        "How many positions may be open; further entries are refused; a whole number above zero.",
    ),
    LineForm(
        "limit",
        "limit orders_per_day",
        "setting",
        "limit orders_per_day ${1:10}",
        "How many orders may fill in a day; then entries are refused; a whole number above zero.",
    ),
    LineForm(
        "limit",
        "limit position",
        "setting",
        "limit position ${1:30%}",
        "The value of the position after an order, a share of equity or money; a larger order is reduced or refused; above zero.",
    ),
    LineForm(
        "limit",
        "limit order_value",
        "setting",
        "limit order_value ${1:5_000 USD}",
        "The most that one order may be worth; a larger one is reduced or refused; above zero.",
    ),
    LineForm(
        "limit",
        "limit volume",
        "setting",
        "limit volume ${1:10%}",
        "The share of its volume that a bar fills at most, all orders together; the rest goes on at the next bars; above 0%, at most 100%.",
    ),
    LineForm(
        "limit",
        "limit direction",
        "setting",
        "limit direction ${1:long}",
        "`long`, `short` or `both`: an entry of the other side only closes what is open.",
    ),
)
