"""Programs made to hurt the compiler: each is generated, one idea a program, several of them a megabyte or more."""

from __future__ import annotations

HEAD = 'apx 1\nstrategy "Hostile"\ntrade "SPY" every 1d\n'
MANY = 100_000


def lines(form: str, count: int, start: int = 0) -> str:
    """A form once for each number; `{i}` and `{before}` are filled in."""
    return "\n".join(form.replace("{i}", str(i)).replace("{before}", str(i - 1)) for i in range(start, count)) + "\n"


def tower(levels: int, calls: int) -> str:
    """Defines that each call the one before several times."""
    body = "define f0(x) = x + 1\n"
    for i in range(1, levels):
        body += f"define f{i}(x) = " + " + ".join([f"f{i - 1}(x + {k})" for k in range(calls)]) + "\n"
    return body + f"plot f{levels - 1}(close)\n"


HOSTILE: dict[str, str] = {
    "a window of a billion bars": HEAD + "plot sma(close, 1_000_000_000), highest(high, 1e300)\n",
    "parentheses a hundred thousand deep": HEAD + "plot " + "(" * MANY + "close" + ")" * MANY + "\n",
    "a hundred thousand statements": HEAD + lines("let a{i} = close + {i}", MANY),
    "a hundred thousand rules": HEAD + lines("when close > {i}\n  buy 1 share", MANY),
    "a hundred thousand inputs of a thousand values": HEAD + lines("input a{i} = 1 in 0 .. 1_000", MANY),
    "billions of combinations of inputs": HEAD + lines("input a{i} = 5 bars in 1 .. 1_000", 12) + "plot " + ", ".join(f"sma(close, a{i})" for i in range(12)) + "\n",
    "a tower of defines, ten calls a level": HEAD + tower(60, 10),
    "a tower of defines, two calls a level": HEAD + tower(59, 2),
    "lets that double sixty times": HEAD + "let a0 = close\n" + lines("let a{i} = a{before} * 0.5 + a{before}[1] - a{before}", 60, 1) + "plot a59\n",
    "conditions that double sixty times": HEAD + "let c0 = close > open\n" + lines("let c{i} = (c{before} and c{before}[1]) or not c{before}", 60, 1) + "when c59\n  buy 1 share\n",
    "a string of five megabytes": HEAD + 'when close > open\n  notify "' + "x" * 5_000_000 + '"\n',
    "a comment of five megabytes": HEAD + "# " + "long " * 1_000_000 + "\nplot close\n",
    "a hundred thousand strings without an end": HEAD + lines('plot close "label {i}', MANY),
    "a hundred thousand quotation marks on one line": HEAD + "plot close " + '"' * (MANY + 1) + "\n",
    "a hundred thousand names that nobody knows": HEAD + lines("plot nobody_{i}", MANY),
    "a sum of a hundred thousand names that nobody knows": HEAD + "plot " + " + ".join(f"nobody_{i}" for i in range(MANY)) + "\n",
    "a hundred thousand parts joined by and": HEAD + "when " + " and ".join(f"close > {i}" for i in range(MANY)) + "\n  buy 1 share\n",
    "a hundred alternatives of a hundred parts": HEAD + "let a = " + " or ".join("(" + " and ".join(f"close > {100 * k + i}" for i in range(100)) + ")" for k in range(100)) + "\nwhen a\n  buy 1 share\n",
    "sixteen choices of two, all joined": HEAD + "when " + " and ".join(f"(close[{i}] > {100 + i} or open[{i}] < {50 + i})" for i in range(16)) + " and close < 1\n  buy 1 share\n",
    "an if of fifty thousand branches": HEAD + "plot " + "".join(f"if close > {i} then {i} else " for i in range(50_000)) + "0 end\n",
    "ten thousand different lags": HEAD + lines("plot close[{i}]", 10_000, 1),
    "ten thousand lags of each other": HEAD + "let a0 = close\n" + lines("let a{i} = a{before}[9] + 1", 10_000, 1) + "plot a9999\n",
    "a number of a million digits": HEAD + "plot close * " + "9" * 1_000_000 + "\n",
    "a hundred thousand numbers beyond any number": HEAD + lines("plot close * 1e999 - {i}", MANY),
    "a test with a list of a million values": HEAD + 'plot close\ntest "long"\n  given close = [' + ", ".join(["10"] * 1_000_000) + "]\n  expect no order\n",
    "a choice among a hundred thousand values": HEAD + "input a = 1 in [" + ", ".join(str(i) for i in range(MANY)) + "]\nplot close * a\n",
    "a flood of signs from everywhere": HEAD + "plot close " + "\u202e\u0301\U0001f600\u4e2d\u0000\ufeff" * 20_000 + "\n",
    "a hundred thousand lines of marks above letters": HEAD + "\n".join("a" + "\u0301" * 20 for _ in range(20_000)) + "\n",
    "a word that almost ends, over and over": HEAD + "plot " + "crosses above " * 50_000 + "\n",
    "a hundred thousand leading words on one line": HEAD + "when " * MANY + "\n",
    "digits and underscores without an end": HEAD + "plot close * " + "1_" * 200_000 + "\n",
    "a hundred thousand dots": HEAD + "plot close" + "." * MANY + "\n",
    "only blanks and tabs, a million": HEAD + " \t" * 1_000_000 + "\nplot close\n",
    "a million empty lines": HEAD + "\n" * 1_000_000 + "plot close\n",
    "a ring of ten thousand states": HEAD + "remember s0 = s9999[1] + 1 initially 0\n" + lines("remember s{i} = s{before} + 1 initially 0", 10_000, 1) + "plot s9999\n",
    "a rule with ten thousand actions": HEAD + "when close > open\n" + lines("  buy 1 share named \"t{i}\"\n    stop loss at entry - 2 * atr({i})", 10_000, 1),
    "median windows until the cost is too high": HEAD + lines("plot median(close, {i})", 5_000, 1),
    "a name of a million letters": HEAD + "let " + "a" * 1_000_000 + " = close\nplot " + "a" * 1_000_000 + "\n",
    "a hundred thousand mistakes of every kind": HEAD + lines("plot sma(close, 0) +\nlet x{i} = = 3\nwhen close >\n  buy", 25_000),
    # The same ideas just short of what is read at all.
    "seven thousand statements": HEAD + lines("let a{i} = close + {i}", 7_000),
    "four thousand rules": HEAD + lines("when close > {i}\n  buy 1 share", 4_000),
    "five thousand inputs of a thousand values": HEAD + lines("input a{i} = 1 in 0 .. 1_000", 5_000),
    "nine thousand strings without an end": HEAD + lines('plot close "x{i}', 9_000),
    "nine thousand names that nobody knows": HEAD + lines("plot nobody_{i}", 9_000),
    "twelve thousand parts joined by and": HEAD + "when " + " and ".join(f"close > {i}" for i in range(12_000)) + "\n  buy 1 share\n",
    "an if of six thousand branches": HEAD + "plot " + "".join(f"if close > {i} then {i} else " for i in range(6_000)) + "0 end\n",
    "a test with a list of twenty thousand values": HEAD + 'plot close\ntest "long"\n  given close = [' + ", ".join(["10"] * 20_000) + "]\n  expect no order\n",
    "a choice among twenty thousand values": HEAD + "input a = 1 in [" + ", ".join(str(i) for i in range(20_000)) + "]\nplot close * a\n",
    "a ring of four thousand states": HEAD + "remember s0 = s3999[1] + 1 initially 0\n" + lines("remember s{i} = s{before} + 1 initially 0", 4_000, 1) + "plot s3999\n",
    "a rule with two thousand actions": HEAD + "when close > open\n" + lines("  buy 1 share named \"t{i}\"\n    stop loss at entry - 2 * atr({i})", 2_000, 1),
    "eight thousand mistakes of every kind": HEAD + lines("plot sma(close, 0) +\nlet x{i} = = 3\nwhen close >\n  buy", 2_000),
    "twenty thousand closing brackets": HEAD + ")]}" * 15_000 + "\n",
    "a string of nine hundred thousand letters": HEAD + 'when close > open\n  notify "' + "x" * 900_000 + '"\n',
    "a number of nine hundred thousand digits": HEAD + "plot close * " + "9" * 900_000 + "\n",
    "a name of four hundred thousand letters": HEAD + "let " + "a" * 400_000 + " = close\nplot " + "a" * 400_000 + "\n",
    "nothing but closing brackets": HEAD + ")]}" * MANY + "\n",
}  # fmt: skip
