"""E03: types and units."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import mistake

TYPES: tuple[Code, ...] = (
    mistake(
        "E0301", "Units that do not go together",
        "Prices are compared with prices and oscillators with oscillators. A bare number takes the unit it meets; `number(x)` drops a unit on purpose.",
        "when rsi(14) > close\n  exit position\n", "when rsi(14) > 70\n  exit position\n",
    ),
    mistake(
        "E0302", "A condition is needed",
        "Rules, `and`, `or`, `not` and `if` take conditions: something that is true, false or unknown. A number is none of these.",
        "when close\n  exit position\n", "when close > open\n  exit position\n",
    ),
    mistake(
        "E0303", "Two kinds of value",
        "Both sides must be of one kind: two numbers, or two conditions.",
        "plot if close > open then 1 else close > open end\n", "plot if close > open then 1 else 0 end\n",
    ),
    mistake(
        "E0304", "Arguments that a definition can't use",
        "Each call of a `define` is checked with the units of its arguments; inside, two of them do not go together.",
        "define spread(a, b) = a - b\nplot spread(close, volume)\n", "define spread(a, b) = a - b\nplot spread(close, open)\n",
    ),
    mistake(
        "E0305", "A plain number is needed",
        "`log`, `exp`, powers and angles are defined for plain numbers. A price divided by a price is one.",
        "plot log(close)\n", "plot log(close / close[1])\n",
    ),
    mistake(
        "E0306", "A number is needed",
        "Arithmetic and comparison take numbers. To use a condition as a number, count it or choose numbers by it.",
        "plot (close > open) + 1\n", "plot count(close > open, 10) + 1\n",
    ),
    mistake(
        "E0307", "No such output",
        "A function with several outputs has names for them; other values have no parts.",
        "plot macd(close, 12, 26, 9).sygnal\n", "plot macd(close, 12, 26, 9).signal\n",
    ),
    mistake(
        "E0308", "Which output?",
        "A function with several outputs gives several values; say which one is meant.",
        "when macd(close, 12, 26, 9) > 0\n  exit position\n", "when macd(close, 12, 26, 9).line > 0\n  exit position\n",
    ),
    mistake(
        "E0309", "The wrong unit",
        "Orders and some functions need a certain unit, most often a price.",
        "when close > open\n  buy 10 shares at limit rsi(14)\n", "when close > open\n  buy 10 shares at limit close * 0.99\n",
    ),
    mistake(
        "E0310", "A number of bars is needed",
        "Windows and phrases count bars. A plain whole number is taken as bars; a price or percentage is not.",
        "plot highest(high, 2%)\n", "plot highest(high, 20 bars)\n",
    ),
    mistake(
        "E0311", "A text where a number is needed",
        "Texts can be compared with `==` and `!=`, and filled into notes; they can't be plotted or calculated with.",
        'plot "close"\n', "plot close\n",
    ),
    mistake(
        "E0312", "One name, two units",
        "An input or `let` of a bare number takes its unit from its uses, and has one unit only.",
        "input level = 50\nwhen close > level and rsi(14) > level\n  exit position\n",
        "input level = 50\ninput strength = 50\nwhen close > level and rsi(14) > strength\n  exit position\n",
    ),
    mistake(
        "E0313", "A length of time where a number is needed",
        "Durations such as `15m` name the clock of a program (`every 15m`). Windows and waits are counted in bars.",
        "when close > open within last 15m\n  exit position\n", "when close > open within last 15 bars\n  exit position\n",
    ),
    mistake(
        "E0314", "Texts have no order",
        "Two texts are the same or not: `==` and `!=` compare them, letter by letter. They are not greater or smaller, and not added.",
        'when symbol >= "SPY"\n  exit position\n', 'when symbol == "SPY"\n  exit position\n',
    ),
    mistake(
        "E0350", "Two currencies",
        "An account counts in one currency, that of its `capital`. Amounts in another would need a rate, and a program is read before any is "
        "known. Prices may be in another currency: bars of the pair convert them.",
        "settings\n  capital 10_000 USD\n  commission 0.1%\nwhen close > open\n  buy 500 EUR\n",
        "settings\n  capital 10_000 USD\n  commission 0.1%\nwhen close > open\n  buy 500 USD\n",
    ),
)  # fmt: skip
