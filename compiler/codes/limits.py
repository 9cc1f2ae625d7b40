"""E06: limits."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import HEAD, mistake
from compiler.limits import Limits

LIMITS: tuple[Code, ...] = (
    Code(
        "E0601",
        "Expressions nested too deep",
        "error",
        "An expression inside an expression inside an expression: more than 200 deep no reader follows. Name parts of it "
        "with `let`.",
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot ' + "(" * 250 + "close" + ")" * 250 + "\n",
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot (close)\n',
    ),
    mistake(
        "E0602", "A program that grows too large",
        "Definitions are written out at each call. This program would grow beyond what may run; its dearest expression is named.",
        "define f0(x) = x + 1\n" + "".join(f"define f{i}(x) = f{i - 1}(x) + f{i - 1}(x + 1)\n" for i in range(1, 21)) + "plot f20(close)\n",
        "define f0(x) = x + 1\ndefine f1(x) = f0(x) + f0(x + 1)\nplot f1(close)\n",
    ),
    mistake(
        "E0603", "Not a possible number of bars",
        "A window has a whole number of bars, at least one. History is read a whole number of bars back.",
        "plot sma(close, 0)\n", "plot sma(close, 10)\n",
    ),
    mistake(
        "E0604", "A window too long",
        "A window longer than 100,000 bars is more than any price history here can fill.",
        "plot highest(high, 5_000_000)\n", "plot highest(high, 5_000)\n",
    ),
    mistake(
        "E0605", "Definitions too deep",
        "Definitions may call definitions, up to 60 levels deep.",
        "define f0(x) = x + 1\n" + "".join(f"define f{i}(x) = f{i - 1}(x)\n" for i in range(1, 80)) + "plot f79(close)\n",
        "define f0(x) = x + 1\ndefine f1(x) = f0(x)\nplot f1(close)\n",
    ),
    mistake(
        "E0606", "A range that makes no sense",
        "A range goes from its smaller end to its larger end, in steps above zero.",
        "input n = 20 bars in 50 .. 5\nplot sma(close, n)\n", "input n = 20 bars in 5 .. 50\nplot sma(close, n)\n",
    ),
    mistake(
        "E0607", "A default outside its range",
        "The default of an input must itself be allowed.",
        "input n = 200 bars in 5 .. 50\nplot sma(close, n)\n", "input n = 20 bars in 5 .. 50\nplot sma(close, n)\n",
    ),
    mistake(
        "E0608", "Defaults that do not meet a requirement",
        "`require` must hold for the inputs' own defaults, so that the program runs as it stands.",
        "input fast = 50 bars\ninput slow = 20 bars\nrequire fast < slow\nplot sma(close, fast), sma(close, slow)\n",
        "input fast = 20 bars\ninput slow = 50 bars\nrequire fast < slow\nplot sma(close, fast), sma(close, slow)\n",
    ),
    mistake(
        "E0609", "A requirement that is not about inputs",
        "`require` is settled before a run, from the inputs alone: it rules out combinations of them. A condition on the market is a rule.",
        "require close > open\nplot close\n", "alert when close > open \"up\"\nplot close\n",
    ),
    mistake(
        "E0610", "A program that takes too long or keeps too much",
        "What a program costs for each bar, and what it must remember from bar to bar, is known before it runs and bounded. The dearest part is named.",
        "plot " + ", ".join(f"mean_deviation(close, {100_000 - i})" for i in range(8)) + "\n", "plot mean_deviation(close, 100)\n",
    ),
    Code(
        "E0611", "Dearer than is allowed here", "error",
        "Who runs a program may cap what it costs for each bar (`most_cost`, `apx check --most-cost`; here 500 steps: values read or written). It follows "
        "from the costs that its functions declare.",
        HEAD + "plot sma(close, 20), median(close, 500)\n", HEAD + "plot sma(close, 20)\n", limits=Limits(most_cost=500.0),
    ),
    Code(
        "E0612", "More kept than is allowed here", "error",
        "Who runs a program may cap what it keeps from bar to bar (`most_state`, `apx check --most-state`; here 2,000 bytes).",
        HEAD + "plot sma(close, 20), highest(high, 500)\n", HEAD + "plot sma(close, 20)\n", limits=Limits(most_state=2_000),
    ),
    Code(
        "E0613", "A text too long", "error",
        "A program of more than 10,000 lines, 50,000 words or a million characters is no strategy that anyone could check; it is not read.",
        HEAD + "# " + "long " * 200_000 + "\nplot close\n", HEAD + "# short\nplot close\n",
    ),
)  # fmt: skip
