"""W03 and W052: what the ranges of values decide before anything runs."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import caution

_COSTS = "settings\n  commission 0.1%\n"
_VIEW = (
    'settings\n  commission 0.1%\n  fills tradingview\nwhen close > open\n  buy 10% of equity named "core"\n    stop loss at 2%\n'
)
_RULE = "when close > open\n  buy 10% of equity\n"


def _when(condition: str, rest: str = "") -> str:
    return _COSTS + f"when {condition}\n  buy 10% of equity\n" + rest


DECIDED: tuple[Code, ...] = (
    caution(
        "W0310", "A rule that never fires",
        "The values that this condition compares can never be so: an oscillator has its range, a window holds this bar's own value.",
        _when("close > highest(high, 20)"), _when("close > highest(high, 20)[1]"),
    ),
    caution(
        "W0311", "A rule that fires on every bar",
        "The condition is true whenever it is known, so it chooses nothing.",
        _when("rsi(14) >= 0"), _when("rsi(14) >= 70"),
    ),
    caution(
        "W0312", "A condition that contradicts itself",
        "Each part can be true, but never both on one bar. Perhaps `or` was meant.",
        _when("rsi(14) < 30 and rsi(14) > 70"), _when("rsi(14) < 30 or rsi(14) > 70"),
    ),
    caution(
        "W0313", "A branch that is never taken",
        "What an earlier branch has taken, or what no value can be, never reaches this one.",
        "let zone = if rsi(14) > 50 then 1 else if rsi(14) > 70 then 2 else 0 end\nplot zone\n",
        "let zone = if rsi(14) > 70 then 2 else if rsi(14) > 50 then 1 else 0 end\nplot zone\n",
    ),
    caution(
        "W0314", "A part with one answer",
        "This part of a condition has the same answer on every bar on which it is known, so it decides nothing.",
        _when("close > sma(close, 20) and volume >= 0"), _when("close > sma(close, 20) and volume > 1_000"),
    ),
    caution(
        "W0315", "`otherwise` never runs",
        "The condition is never false, so what comes under `otherwise` is never done.",
        _when("stochastic(14).k >= 0", "otherwise\n  exit position\n"), _when("stochastic(14).k >= 50", "otherwise\n  exit position\n"),
    ),
    caution(
        "W0316", "Two rules that always fire together",
        "Two conditions that are the same, however they are spelled, make one rule in two places.",
        _when("close > open", "when open < close\n  notify \"up\"\n"), _when("close > open", "  notify \"up\"\n"),
    ),
    caution(
        "W0317", "The same rule twice",
        "A rule that repeats another with its actions adds nothing, or doubles an order.",
        _when("close > open", _RULE), _when("close > open"),
    ),
    caution(
        "W0318", "A phrase that looks at one bar",
        "Over a single bar `has held for` and `within last` say no more than their condition.",
        _when("(close > open) has held for 1 bar"), _when("(close > open) has held for 3 bars"),
    ),
    caution(
        "W0319", "An input that changes nothing",
        "The input is read, but whatever its value, rules, orders and plots stay the same.",
        "input weight = 2 in 1 .. 5\n" + _COSTS + "when close > open + weight * 0 * close\n  buy 10% of equity\n",
        "input weight = 2 in 1 .. 5\n" + _COSTS + "when close > open + weight * 0.01 * close\n  buy 10% of equity\n",
    ),
    caution(
        "W0321", "A value that is never known",
        "The root or logarithm of a negative, or a division by zero, is unknown on every bar, and so is all that is made of it.",
        "let depth = sqrt(0 - volume_oscillator(5, 10) * volume_oscillator(5, 10) - 1)\nplot depth\n",
        "let depth = sqrt(volume_oscillator(5, 10) * volume_oscillator(5, 10) + 1)\nplot depth\n",
    ),
    caution(
        "W0322", "A part that adds nothing",
        "Whenever the other parts of the condition are true this one is, so it is not what it was meant to be, or not needed.",
        _when("rsi(14) < 30 and rsi(14) < 50"), _when("rsi(14) < 30"),
    ),
    caution(
        "W0520", "A stop on the wrong side",
        "A stop loss stands where the trade loses: below the entry of a long, above that of a short. Anywhere else the order is refused.",
        _when("close > open", "    stop loss at entry + 2 * atr(14)\n"), _when("close > open", "    stop loss at entry - 2 * atr(14)\n"),
    ),
    caution(
        "W0330", "A remembered value that is never known",
        "An unknown next value keeps the one before, and the first value is read on the first bar only. Where that is still unknown, as an average is in its "
        "warm-up, and each next value needs the one before, the state stays unknown for ever.",
        _COSTS + "let m = sma(close, 20)\nremember top = max(top, m) initially m\n" + _RULE + "plot top\n",
        _COSTS + "let m = sma(close, 20)\nremember top = max(top or_else m, m) initially m\n" + _RULE + "plot top\n",
    ),
    caution(
        "W0521", "A target on the wrong side",
        "A target stands where the trade wins: above the entry of a long, below that of a short.",
        _when("close > open", "    take profit at entry - 3 * atr(14)\n"), _when("close > open", "    take profit at entry + 3 * atr(14)\n"),
    ),
    caution(
        "W0522", "A size that is never above zero",
        "An order needs a size above zero; this one never has it.",
        _COSTS + "when close > open\n  buy (lowest(close, 5) - close) / close of equity\n",
        _COSTS + "when close > open\n  buy (highest(close, 5) - close) / close of equity\n",
    ),
    caution(
        "W0523", "A size that the account can't pay for",
        "More than the whole equity needs borrowed money, which only `margin` allows.",
        _COSTS + "when close > open\n  buy 250% of equity\n", _COSTS + "when close > open\n  buy 25% of equity\n",
    ),
    caution(
        "W0524", "A price that is never above zero",
        "Nothing trades at zero or below, so an order at such a price never fills.",
        _COSTS + "when close > open\n  buy 10% of equity at limit low - high\n", _COSTS + "when close > open\n  buy 10% of equity at limit low\n",
    ),
    caution(
        "W0526", "An addition without room",
        "`pyramiding` counts open entries. With room for one, an order that adds to an open position is always refused.",
        _COSTS + _RULE + "when position.size > 0 and close > position.entry_price\n  buy 5% of equity\n",
        "settings\n  commission 0.1%\n  pyramiding 2\n" + _RULE + "when position.size > 0 and close > position.entry_price\n  buy 5% of equity\n",
    ),
    caution(
        "W0527", "An exit of what is never open",
        "`sell` reduces a long position and `cover` a short one. No rule of this program opens such a position.",
        _COSTS + _RULE + "when close < open\n  cover\n", _COSTS + _RULE + "when close < open\n  sell\n",
    ),
    caution(
        "W0540", "A distance where a price belongs",
        "A stop, a target and the price of an order are prices. What stays the same when the whole market moves, such as `2 * atr(14)` or `5 ticks`, is a "
        "distance: as a price it lies far below every bar.",
        _when("close > open", "    stop loss at 2 * atr(14)\n"), _when("close > open", "    stop loss at entry - 2 * atr(14)\n"),
    ),
    caution(
        "W0541", "A price where a distance belongs",
        "A trail follows the best price at a distance. A distance as large as a price never stops anything.",
        _when("close > open", "    trail by high - 3 * atr(14)\n"), _when("close > open", "    trail by 3 * atr(14)\n"),
    ),
    caution(
        "W0543", "A bracket that leaves at once",
        "A `protect` stands from the next bar. A stop that the market has passed by then, or a target that it has reached, closes the position at its open.",
        _COSTS + _RULE + "when position.profit > 0\n  protect position\n    stop loss at high + atr(14)\n",
        _COSTS + _RULE + "when position.profit > 0\n  protect position\n    stop loss at low - atr(14)\n",
    ),
    caution(
        "W0544", "A bracket that gets nothing",
        "With `fills tradingview` a bracket gets what the lines of the entries leave. An entry with a stop, a target or a trail leaves nothing; a `protect` of "
        "the entry's own name takes their place.",
        _VIEW + "when position.profit > 0\n  protect position\n    stop loss at entry\n",
        _VIEW + "when position.profit > 0\n  protect position named \"core\"\n    stop loss at entry\n",
    ),
)  # fmt: skip
