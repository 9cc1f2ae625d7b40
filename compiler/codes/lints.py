"""W: what is allowed and still worth a word."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import HEAD, caution

_RULE = "when close > open\n  buy 10% of equity\n"
_COSTS = "settings\n  commission 0.1%\n"
_DOLLARS = "settings\n  capital 10_000 USD\n  commission 0.1%\n"

LINTS: tuple[Code, ...] = (
    caution(
        "W0201", "An input without effect",
        "Nothing reads this input, so a search over it would give the same result for every value.",
        "input n = 20 bars\nplot close\n", "input n = 20 bars\nplot sma(close, n)\n",
    ),
    caution(
        "W0202", "A value that nothing uses",
        "Nothing reads this `let`. It is still computed and shown as a column.",
        _COSTS + "let middle = sma(close, 20)\n" + _RULE, _COSTS + "let middle = sma(close, 20)\n" + _RULE + "plot middle\n",
    ),
    Code(
        "W0203", "An instrument that is not traded", "warning",
        "`symbol` is what the instrument of the run is called, and by the `trade` line no instrument has this name. A run may be given other "
        "instruments, so it is only a warning.",
        HEAD.replace('"SPY"', '"SPY", "QQQ"') + _COSTS + 'when symbol == "QQQQ" and close > open\n  buy 10% of equity\n',
        HEAD.replace('"SPY"', '"SPY", "QQQ"') + _COSTS + 'when symbol == "QQQ" and close > open\n  buy 10% of equity\n',
    ),
    Code(
        "W0345", "Money of two currencies", "warning",
        "Price times quantity is money in the currency of the prices; amounts and facts of the account are in the account's. Where the two differ "
        "they are not to be compared, added or divided as if they were one: a run that converts money refuses such a program.",
        HEAD.replace('"SPY"', '"EURJPY"') + _DOLLARS + "when close * position.size < 1_000 USD\n  buy 10% of equity\n",
        HEAD.replace('"SPY"', '"EURJPY"') + _DOLLARS + "when position.size < 100 units\n  buy 10% of equity\n",
    ),
    caution(
        "W0401", "`on` takes what stands before it, no more",
        "`on` and `from` bind closer than arithmetic: `close - open on 1w` is this bar's close minus the week's open.",
        "plot close - open on 1w\n", "plot (close - open) on 1w\n",
    ),
    Code(
        "W0402", "Orders after the close", "warning",
        "The last bar of a week or month is the last of its session, so what a rule orders then fills at the next session's open.",
        HEAD.replace("every 1d", "every 15m") + _COSTS + _RULE + "every week end\n  exit position\n",
        HEAD.replace("every 1d", "every 15m") + _COSTS + _RULE + 'every day at "15:45" where time.weekday == 5\n  exit position\n',
    ),
    caution(
        "W0301", "A condition with one answer",
        "This condition has the same answer on every bar, so the rule fires always or never.",
        _COSTS + "when 3 > 2\n  buy 10% of equity\n", _COSTS + _RULE,
    ),
    caution(
        "W0501", "Trading for free",
        "A commission of zero makes results look better than any market allows.",
        "settings\n  commission 0%\n" + _RULE, _COSTS + _RULE,
    ),
    caution(
        "W0502", "No commission set",
        "Costs decide whether a strategy survives. Set the commission that the broker charges, or say `commission 0%` on purpose.",
        _RULE, _COSTS + _RULE,
    ),
    caution(
        "W0503", "A strategy without rules",
        "Without a rule nothing is ever traded.",
        "plot close\n", _COSTS + _RULE,
    ),
    caution(
        "W0504", "No rule opens a position",
        "Rules that only exit have nothing to close.",
        _COSTS + "when close < open\n  exit position\n", _COSTS + _RULE + "when close < open\n  exit position\n",
    ),
    caution(
        "W0505", "Filled at the price that made the decision",
        "At the close of a bar its close is already gone. `at this close` is for tests; live trading refuses it.",
        _COSTS + "when close > open\n  buy 10% of equity at this close\n", _COSTS + _RULE,
    ),
)  # fmt: skip
