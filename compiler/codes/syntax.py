"""E01: syntax."""

from __future__ import annotations

from compiler.codes.code import Code

_HEAD = 'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\n'


def _code(code: str, title: str, explanation: str, failing: str, corrected: str) -> Code:
    return Code(code, title, "error", explanation, failing, corrected)


def _under_head(code: str, title: str, explanation: str, failing: str, corrected: str) -> Code:
    return Code(code, title, "error", explanation, _HEAD + failing, _HEAD + corrected)


SYNTAX: tuple[Code, ...] = (
    _code(
        "E0101",
        "The edition is missing",
        "A file begins with the edition of the language it is written in. What a program means never changes inside an "
        "edition, so an old"
        " file keeps its meaning when the language grows.",
        'strategy "Example"\ntrade "SPY" every 1d\nplot close\n',
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot close\n',
    ),
    _code(
        "E0102",
        "Unknown edition",
        "The first line names an edition that this version of ApexTrade does not know. A newer ApexTrade may.",
        'apx 7\nstrategy "Example"\ntrade "SPY" every 1d\nplot close\n',
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot close\n',
    ),
    _code(
        "E0103",
        "The edition is not on the first line",
        "`apx 1` stands before every other statement: it says how to read them. Comments may stand above it.",
        'strategy "Example"\napx 1\ntrade "SPY" every 1d\nplot close\n',
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot close\n',
    ),
    _under_head(
        "E0104",
        "Written twice",
        "`apx`, `strategy` (or `library`), `trade` and `settings` stand once in a file. Put all settings under one `settings`.",
        "settings\n  capital 10_000 USD\nplot close\nsettings\n  commission 0.1%\n",
        "settings\n  capital 10_000 USD\n  commission 0.1%\nplot close\n",
    ),
    _under_head(
        "E0105",
        "A line out of place",
        "Some lines belong under another: actions such as `buy` under a rule, `stop loss` under an order, `otherwise` "
        "after the actions of a"
        " `when`, `give` at the end of a `define`, `expect` in a `test`. Indentation does not decide this; the order of "
        "the lines does.",
        "buy 10% of equity\n",
        "when close > open\n  buy 10% of equity\n",
    ),
    _code(
        "E0106",
        "Not in a library",
        "A library is used by strategies and trades nothing itself. It holds `define`s, `let`s of constants, `use`s and `test`s.",
        'apx 1\nlibrary "Bands" version 1\ndefine middle(n = 20 bars) = sma(close, n)\nwhen close > open\n  exit position\n',
        'apx 1\nlibrary "Bands" version 1\ndefine middle(n = 20 bars) = sma(close, n)\n',
    ),
    _under_head(
        "E0107",
        "A definition that gives nothing",
        "A `define` either has its value after `=`, or lines of `let` and `remember` under it and a closing `give` that "
        "says what comes out.",
        "define spread(n = 20 bars)\n  let middle = sma(close, n)\nplot close\n",
        "define spread(n = 20 bars)\n  let middle = sma(close, n)\n  give close - middle\nplot spread(20)\n",
    ),
    _under_head(
        "E0110",
        "Something else belongs here",
        "What stands here cannot follow what stands before it. The message says what could.",
        "let average = sma(close 20)\nplot average\n",
        "let average = sma(close, 20)\nplot average\n",
    ),
    _under_head(
        "E0111",
        "A line ends too early",
        "Something is missing at the end of the line. A line may go on below, but not past a word that leads a line of its own.",
        "let average =\nplot close\n",
        "let average = sma(close, 20)\nplot average\n",
    ),
    _under_head(
        "E0112",
        "Unknown leading word",
        "Every line begins with a word that says what it is: `let`, `when`, `buy`, `plot` and so on. Words such as "
        "`capital` lead only under"
        " `settings`.",
        "whem close > open\n  exit position\n",
        "when close > open\n  exit position\n",
    ),
    _under_head(
        "E0113",
        "A leading word inside a line",
        "A word that leads a line stands first on it. Put it on a new line.",
        "when close > open exit position\n",
        "when close > open\n  exit position\n",
    ),
    _under_head(
        "E0114",
        "A reserved word as a name",
        "The words of the language cannot name anything, so that one broken line cannot change how the rest is read.",
        "let after = sma(close, 20)\nplot close\n",
        "let later = sma(close, 20)\nplot later\n",
    ),
    _under_head(
        "E0115",
        "Capital letters",
        "Names and the words of the language are written in small letters, digits and `_`. Capitals are for currencies and R.",
        "let Average = sma(close, 20)\nplot close\n",
        "let average = sma(close, 20)\nplot average\n",
    ),
    _under_head(
        "E0116",
        "Naming with `=`, comparing with `==`",
        "`=` gives a value its name; `==` asks whether two values are equal. Other comparisons are `!=`, `<`, `<=`, `>` "
        "and `>=`.",
        "when close = open\n  exit position\n",
        "when close == open\n  exit position\n",
    ),
    _under_head(
        "E0117",
        "Signs for and, or, not",
        "Conditions are joined by the words `and`, `or` and `not`.",
        "when close > open && volume > 0\n  exit position\n",
        "when close > open and volume > 0\n  exit position\n",
    ),
    _under_head(
        "E0118",
        "A name given with `:=`",
        "A name is given with `=`, once. Where a value changes from bar to bar by its own past, `remember` says so.",
        "let average := sma(close, 20)\nplot average\n",
        "let average = sma(close, 20)\nplot average\n",
    ),
    _under_head(
        "E0119",
        "A comment with `//`",
        "Comments begin with `#`, documentation with `##`.",
        "plot close // the close\n",
        "plot close # the close\n",
    ),
    _under_head(
        "E0120",
        "Crossings said another way",
        "A crossing is said `crosses above` or `crosses below`, or `crosses` for either way.",
        "when close crosses over open\n  exit position\n",
        "when close crosses above open\n  exit position\n",
    ),
    _under_head(
        "E0121",
        "A bracket is never closed",
        "Every `(` needs its `)`, every `[` its `]`, on the same line or before the next leading word.",
        "let average = sma(close, 20\nplot average\n",
        "let average = sma(close, 20)\nplot average\n",
    ),
    _under_head(
        "E0122",
        "A bracket that closes nothing",
        "There is a `)` or `]` more than there are brackets to close.",
        "let average = sma(close, 20))\nplot average\n",
        "let average = sma(close, 20)\nplot average\n",
    ),
    _under_head(
        "E0123",
        "Quotes",
        'Text stands between straight double quotes and ends on its line: `"SPY"`. Single and curly quotes are not read as such.',
        "when close > open\n  notify 'up'\n",
        'when close > open\n  notify "up"\n',
    ),
    _under_head(
        "E0124",
        "Not a unit",
        "A number may carry a unit: `%`, `bps`, `bars`, `ticks`, `shares`, `units`, `R` or a currency such as `USD`. A "
        "duration is one word:"
        " `15m`, `4h`, `1d`.",
        "when close is rising for 3 brs\n  exit position\n",
        "when close is rising for 3 bars\n  exit position\n",
    ),
    _under_head(
        "E0125",
        "A space before `%`",
        "`%` is part of its number and stands directly after it.",
        "when close > open\n  buy 10 % of equity\n",
        "when close > open\n  buy 10% of equity\n",
    ),
    _under_head(
        "E0126",
        "An `if` without `else` or `end`",
        "`if … then … else … end` is a value, so it says what it is in either case, and where it ends. A chain of `else "
        "if` needs one `end`.",
        "let way = if close > open then 1 else -1\nplot way\n",
        "let way = if close > open then 1 else -1 end\nplot way\n",
    ),
    _under_head(
        "E0127",
        "Comparisons do not chain",
        "`a < b < c` would compare a truth with a number. Say both comparisons, or `b between a and c`.",
        "when low < open < high\n  exit position\n",
        "when low < open and open < high\n  exit position\n",
    ),
    _under_head(
        "E0128",
        "A character without meaning",
        "The character has no meaning in the language. White space is the space, the tab and the line end; others look "
        "alike and are not.",
        "plot close; open\n",
        "plot close, open\n",
    ),
    _under_head(
        "E0129",
        "A number written another way",
        "A number has digits on both sides of its point, and `_` only between digits: `0.5`, `2`, `10_000`.",
        "plot close * .5\n",
        "plot close * 0.5\n",
    ),
    _under_head(
        "E0130",
        "A rule with nothing to do",
        "A rule names at least one action: an order, `exit`, `protect`, `cancel` or `notify`. So does its `otherwise`.",
        "when close > open\nplot close\n",
        "when close > open\n  buy 10% of equity\nplot close\n",
    ),
    _under_head(
        "E0150",
        "A time of no length",
        "Bars last at least a minute: `1m`, `15m`, `4h`, `1d`, `1w`, `1mo`.",
        "plot close on 0h\n",
        "plot close on 1w\n",
    ),
    _under_head(
        "E0151",
        "A number beyond all numbers",
        "Numbers reach from about 5e-324 to 1.8e308 and keep 17 digits; one beyond, or one of hundreds of digits, is most often a slip.",
        "plot close * 1e400\n",
        "plot close * 1e4\n",
    ),
)
