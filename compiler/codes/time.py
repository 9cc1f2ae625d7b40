"""E04: time, history and states."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import HEAD, mistake

_HOURLY = HEAD.replace("every 1d", "every 1h")

TIME: tuple[Code, ...] = (
    mistake(
        "E0401", "Looking ahead",
        "A program is evaluated at the close of a bar and can read that bar and the ones before it. Nothing later is known, so it can't be written.",
        "when close[-1] > close\n  exit position\n", "when close > close[1]\n  exit position\n",
    ),
    mistake(
        "E0402", "A place in history that changes",
        "How far back a value is read must be the same on every bar, so that warm-up and cost are known before the run.",
        "plot close[bars since (close > open)]\n", "plot value_when(close > open, close, 0)\n",
    ),
    mistake(
        "E0403", "A length that changes",
        "The length of a window must be the same on every bar: a number, an input, or arithmetic of these.",
        "plot highest(high, bars since (close > open))\n", "plot highest(high, 20)\n",
    ),
    mistake(
        "E0404", "A default that is not fixed",
        "An input is a number that is known before the run; a value that changes from bar to bar is a `let`.",
        "input level = close\nplot level\n", "let level = close\nplot level\n",
    ),
    mistake(
        "E0405", "States that need each other on one bar",
        "Two remembered values may read each other's past, not each other's present: neither could be computed first.",
        "remember a = b + 1 initially 0\nremember b = a + 1 initially 0\nplot a, b\n",
        "remember a = b[1] + 1 initially 0\nremember b = a + 1 initially 0\nplot a, b\n",
    ),
    mistake(
        "E0406", "A window over the position",
        "Windows and filters run over data that is the same for every run; the position depends on the fills of this run.",
        "when sma(position.size, 10) > 0\n  exit position\n", "when (position.size > 0) has held for 10\n  exit position\n",
    ),
    mistake(
        "E0407", "A window over a value that is being computed",
        "Inside the rule for its own next value a remembered value has single past bars, no windows.",
        "remember level = sma(level, 3) + 1 initially 0\nplot level\n", "remember level = (level + level[1] + level[2]) / 3 + 1 initially 0\nplot level\n",
    ),
    Code(
        "E0408", "Longer bars of nothing", "error",
        "`on 4h` builds bars of four hours from the program's own. How long those are is said by the `trade` line.",
        'apx 1\nstrategy "Example"\nplot close on 1w\n', HEAD + "plot close on 1w\n",
    ),
    mistake(
        "E0409", "Bars that can't be built",
        "Longer bars are built from whole shorter ones. Many bars of a finer clock lie in one of the program's own, so such a clock stands inside an "
        "aggregate, which makes one value of them. Days, weeks and months follow the instrument's calendar, one at a time.",
        "plot sma(close, 20) on 4h\n", "plot sma(close, 20) on 1w\n",
    ),
    mistake(
        "E0410", "The position on another clock",
        "The position and the account change with the fills of this run, on its own bars; on longer bars, or those of another instrument, there is none.",
        "when (position.profit > 0) on 1w\n  exit position\n", "when position.profit > 0\n  exit position\n",
    ),
    Code(
        "E0411", "Not a time", "error",
        "Clock times are hours and minutes of a day, spans of hours two of them, and zones the names of the IANA time zone database or of an exchange.",
        _HOURLY + 'when time is within "9.30-16.00" in "America/New_York"\n  exit position\n',
        _HOURLY + 'when time is within "09:30-16:00" in "America/New_York"\n  exit position\n',
    ),
    Code(
        "E0412", "A time at which no bar closes", "error",
        "A rule is evaluated when a bar closes, so its clock time must be one at which a bar of the program closes.",
        HEAD.replace("every 1d", "every 15m") + 'every day at "15:50"\n  exit position\n',
        HEAD.replace("every 1d", "every 15m") + 'every day at "15:45"\n  exit position\n',
    ),
    mistake(
        "E0430", "An aggregate of no finer bars",
        "What happened inside a bar is made of finer ones, and how long these are stands behind the value: `sum_inside(volume on 5m)`. All of the value "
        "runs on them, so a sum or comparison stands in parentheses.",
        "plot count_inside(close > open on 5m)\n", "plot count_inside((close > open) on 5m)\n",
    ),
    mistake(
        "E0431", "Finer bars that do not fill a bar",
        "An aggregate takes bars that are shorter than those around it, and of which a whole number makes one of them.",
        "plot highest_inside(close on 1w)\n", "plot highest_inside(close on 1h)\n",
    ),
    mistake(
        "E0432", "Finer bars of another instrument",
        "A run is given finer bars of its own instrument; of those that it reads with `from` it has bars as long as its own.",
        'plot sum_inside(volume on 1h) from "QQQ"\n', 'plot volume from "QQQ"\n',
    ),
)  # fmt: skip
