"""What could stand at a place in a program, in a trader's words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from compiler.text.tokens import LEAD, WORD, Token
from grammar.tables import load

SIZE = "a size such as `10% of equity`"
PRICE = "a price such as `close * 0.99`"
CONDITION = "a condition such as `close > open`"
LENGTH = "a length such as `3 bars`"
VALUE = "a value such as `close` or `sma(close, 20)`"
PLAIN_VALUE = "a plain value such as `14 bars`"

_AFTER_LEAD = {
    "buy": SIZE, "short": SIZE, "sell": SIZE, "cover": SIZE,
    "when": CONDITION, "require": CONDITION,
    "exit": "`position`, a share such as `50% of position`, or a tag in quotes",
    "protect": "`position` or a share such as `50% of position`",
    "capital": "an amount such as `10_000 USD`",
    "commission": "a rate such as `0.1%` or `1 USD per order`",
    "maker": "a share such as `0.02%`",
    "slippage": "a distance such as `1 tick`",
    "pyramiding": "a number such as `3`",
    "margin": "a share such as `50%`",
    "maintenance": "a share such as `25%`",
    "borrow": "a rate such as `3% per year`",
    "interest": "a rate such as `8% per year`",
    "funding": "a rate such as `0.01% per 8h`",
    "every": "a time such as `month end` or `day at \"15:45\"`",
    "hold": "`top 10 of …` or `at most 20 bars`",
    "strategy": 'a title in quotes such as `"Golden cross"`',
    "library": 'a title in quotes such as `"Bands"`',
    "use": 'a library\'s title in quotes such as `"Bands"`',
    "test": 'a title in quotes',
    "trade": 'a symbol in quotes such as `"SPY"`, or `universe` and its name',
    "notify": "a text in quotes",
    "apx": "the edition: `1`",
    "expect": "what should happen, such as `buy at bar 5` or `no order`",
    "fills": "a fill model such as `pessimistic`",
    "flat": "a duration such as `5m`",
    "limit": "what to limit, such as `daily_loss`",
}  # fmt: skip
_AFTER = {
    "and": CONDITION, "or": CONDITION, "not": CONDITION, "if": CONDITION, "since": "a condition: a name, a call or parentheses",
    "where": CONDITION, "for": LENGTH, "last": LENGTH, "most": LENGTH, "risking": "a share such as `1%`",
    "limit": PRICE, "stop": PRICE, "from": 'a symbol in quotes such as `"SPY"`', "on": "a duration such as `4h`",
    "of": "`equity`, `cash` or `position`", "every": "a duration such as `1d`", "version": "a version number",
    "named": "a tag in quotes", "[": "a number of bars such as `1`", "bar": "a bar's number, counted from 0",
    "session": 'a session in quotes such as `"09:30-16:00"`', "is": "`rising for`, `falling for`, `new`, `available` or `within`",
    "crosses": "`above`, `below` or a value",
}  # fmt: skip
_ATTACHED = {
    "loss": "`at` and a price or a distance such as `2%`", "profit": "`at` and a price or a distance such as `3 R`",
    "by": "a distance such as `2 * atr(14)`", "after": LENGTH,
}  # fmt: skip


@cache
def spelling() -> dict[str, str]:
    """Terminals of the grammar that are always written the same way, with that writing."""
    tables = load()
    said = {terminal: word for word, terminals in tables.words.items() for terminal in terminals}
    for name, pattern in tables.patterns:
        plain = pattern.replace("\\", "")
        if len(plain) <= 2 and not plain.isalnum():
            said[name] = plain
    return said


def keywords(expected: frozenset[str]) -> list[str]:
    """The words, in alphabetical order, among terminals."""
    said = spelling()
    return sorted({said[name] for name in expected if name in said and said[name][0].isalpha()})


def wanted(tokens: Sequence[Token], index: int, expected: frozenset[str]) -> str | None:
    """What is missing before tokens[index]; None where the line was complete and more follows."""
    before, lead = tokens[index - 1] if index else None, tokens[0]
    word = before.text if before is not None else ""
    if "$END" in expected:
        return None
    value = {"NUMBER", "LPAR"} <= expected
    if before is not None and before.kind == LEAD and word in _AFTER_LEAD:
        return _AFTER_LEAD[word]
    if lead.text in ("stop", "take", "trail", "expire") and word in _ATTACHED:
        if lead.text == "trail" and word == "after":
            return "a distance such as `1 R`"
        return _ATTACHED[word]
    if word == "at" and lead.text in ("stop", "take"):
        return "a price such as `entry - 2 * atr(14)`, or a distance such as `2%`"
    if word == "of" and lead.text in ("exit", "protect"):
        return "`position`"
    if before is not None and before.kind in (WORD, "LSQB") and word in _AFTER and (value or word not in ("limit", "stop")):
        return _AFTER[word]
    if value:
        return VALUE
    if "NUMBER" in expected and "STRING" in expected:
        return PLAIN_VALUE
    if expected == {"NAME"}:
        return "a name"
    if expected == {"STRING"}:
        return "a text in quotes"
    if expected == {"DURATION"}:
        return "a duration such as `1h`"
    if expected == {"NUMBER"}:
        return "a number"
    said = spelling()
    # Where a value could go on in many ways, the operators are not worth naming.
    narrow = (expected if len(expected) <= 5 else expected - _OPERATORS) - {"LPAR", "DOT", "LSQB"} or expected
    words = sorted({said[name] for name in narrow if name in said}, key=lambda text: (not text.isalpha(), text))
    if not words or len(words) > 6:
        return VALUE if not words else _listed(words[:6])
    return _listed(words)


_OPERATORS = frozenset(
    [
        "OR",
        "AND",
        "WITHIN",
        "HAS",
        "COMPARE",
        "BETWEEN",
        "CROSSES",
        "IS",
        "OR_ELSE",
        "PLUS",
        "MINUS",
        "STAR",
        "SLASH",
        "ON",
        "FROM",
        "IN",
        "LSQB",
        "DOT",
        "LPAR",
        "BARS",
        "TICK",
        "TICKS",
        "BPS",
        "BAR",
        "SHARE",
        "SHARES",
        "UNIT",
        "UNITS",
        "R",
        "CURRENCY",
        "PERCENT",
    ]
)


def _listed(words: list[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
