"""E02: names."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import mistake

NAMES: tuple[Code, ...] = (
    mistake(
        "E0201", "Unknown name",
        "A name must be declared in the program (`input`, `let`, `remember`), or be a name of the language such as `close`.",
        "plot cloze\n", "plot close\n",
    ),
    mistake(
        "E0202", "Unknown function",
        "The library has no function of this name, and the program does not define one. `apx doc` lists the functions.",
        "plot smaa(close, 20)\n", "plot sma(close, 20)\n",
    ),
    mistake(
        "E0203", "A name with two meanings",
        "Every name of a program has one meaning, wherever it stands; otherwise a reader could not tell which is meant.",
        "let level = 10\nlet level = 20\nplot close - level\n", "let level = 10\nlet floor_level = 20\nplot close - level, close - floor_level\n",
    ),
    mistake(
        "E0204", "A name of the language redefined",
        "Names of market data, built-in functions and library functions mean the same in every program, so they can't be used for something else.",
        "let close = 10\n", "let my_close = 10\nplot close - my_close\n",
    ),
    mistake(
        "E0205", "A value that needs itself",
        "A `let` is computed from other values of the same bar; it can't be computed from itself. What builds on its own past is a `remember`.",
        "let total = total + volume\nplot total\n", "remember total = total + volume initially 0 shares\nplot total\n",
    ),
    mistake(
        "E0206", "A define that reads the program's names",
        "A `define` gives the same for the same arguments, in every program; so it sees its own parameters, market data and functions only.",
        "input n = 20 bars\ndefine middle(x) = sma(x, n)\nplot middle(close)\n", "input n = 20 bars\ndefine middle(x, length) = sma(x, length)\nplot middle(close, n)\n",
    ),
    mistake(
        "E0207", "Too many arguments",
        "The call has more arguments than the function has parameters.",
        "plot sma(close, 20, 3)\n", "plot sma(close, 20)\n",
    ),
    mistake(
        "E0208", "No such part",
        "`position`, `account` and `time` have a fixed set of parts.",
        "when position.sise > 0\n  exit position\n", "when position.size > 0\n  exit position\n",
    ),
    mistake(
        "E0209", "A part is missing",
        "`position`, `account` and `session` are no values by themselves; one of their parts is.",
        "when position > 0\n  exit position\n", "when position.size > 0\n  exit position\n",
    ),
    mistake(
        "E0210", "A function without its arguments",
        "A function is a value only when it is called.",
        "plot sma\n", "plot sma(close, 20)\n",
    ),
    mistake(
        "E0211", "A value called like a function",
        "Only functions are called. History is read with brackets: `close[3]` is the close three bars ago.",
        "plot close(3)\n", "plot close[3]\n",
    ),
    mistake(
        "E0212", "Unknown argument",
        "The function has no parameter of this name.",
        "plot sma(close, lenth = 20)\n", "plot sma(close, n = 20)\n",
    ),
    mistake(
        "E0213", "An argument given twice",
        "Each parameter takes one argument, by place or by name.",
        "plot sma(close, 20, n = 30)\n", "plot sma(close, n = 30)\n",
    ),
    mistake(
        "E0214", "The entry price outside an order",
        "`entry` is the fill price of the order it stands under. Before the fill it does not exist; afterwards it is `position.entry_price`.",
        "when close < entry\n  exit position\n", "when close < position.entry_price\n  exit position\n",
    ),
    mistake(
        "E0215", "A define that reads the position",
        "A `define` is pure: position and account come in as arguments, so that the same call always means the same.",
        "define doubled(x) = x * position.size\nplot doubled(2)\n", "define doubled(x, size) = x * size\nplot doubled(2, position.size)\n",
    ),
    mistake(
        "E0216", "An argument is missing",
        "A parameter without a default needs an argument.",
        "plot highest(high)\n", "plot highest(high, 20)\n",
    ),
    mistake(
        "E0217", "A define that calls itself",
        "Every program ends, and its cost is known before it runs; so definitions can't call themselves, directly or in a ring.",
        "define deeper(x) = deeper(x) + 1\nplot deeper(close)\n", "define deeper(x) = x + 1\nplot deeper(close)\n",
    ),
    mistake(
        "E0218", "Nothing to fill in",
        "`{name}` in a text is replaced by the value of that name when the text is sent. Only names can stand there, not calculations.",
        'when close > open\n  notify "up at {cloze}"\n', 'when close > open\n  notify "up at {close}"\n',
    ),
    mistake(
        "E0250", "An output without a name",
        "A define that gives several values gives each a name, by which a call reads it: `bands(close).upper`.",
        "define bands(x)\n  give highest(x, 20), lowest(x, 20)\nplot bands(close)\n",
        "define bands(x)\n  give upper = highest(x, 20), lower = lowest(x, 20)\nplot bands(close).upper\n",
    ),
    mistake(
        "E0251", "A name that is empty",
        "Bars of an instrument, and the text of a library, are looked up by name, so there must be one.",
        'plot close from ""\n', 'plot close from "SPY"\n',
    ),
)  # fmt: skip
