"""The words of the language that are not free: those that lead a line, those that never are names, and units."""

from __future__ import annotations

# fmt: off

# Statements: each begins a card.
STATEMENT_WORDS = frozenset((
    "apx", "strategy", "library", "use", "trade", "input", "require", "let", "define", "remember", "when", "every",
    "settings", "plot", "alert", "test",
))
# Lines under a statement.
LINE_WORDS = frozenset((
    "otherwise", "give", "with", "given", "expect", "buy", "sell", "short", "cover", "exit", "cancel", "notify", "stop",
    "take", "trail", "hold", "expire", "protect",
))
LEADING = STATEMENT_WORDS | LINE_WORDS
# These lead only under `settings`.
SETTINGS_WORDS = frozenset((
    "capital", "commission", "maker", "slippage", "fills", "pyramiding", "margin", "maintenance", "borrow", "interest", "funding",
    "flat", "limit",
))
# Reserved inside a line.
INNER = frozenset((
    "or", "and", "not", "is", "has", "within", "between", "crosses", "or_else", "on", "from", "in", "at", "of", "by",
    "for", "after", "where", "weighted", "initially", "if", "then", "else", "end", "bars", "since", "risking", "above",
    "below", "rising", "falling", "true", "false", "unknown",
))
RESERVED = LEADING | INNER

# How a unit is written in the tree, by its spellings.
UNITS = {
    "%": "%", "bps": "bps", "bar": "bars", "bars": "bars", "tick": "ticks", "ticks": "ticks",
    "share": "shares", "shares": "shares",
    "unit": "units", "units": "units", "R": "R",
}
# fmt: on
SINGULAR = {"bars": "bar", "ticks": "tick", "shares": "share", "units": "unit"}
UNIT_NAMES: dict[str, str] = {
    "%": "a share: 2% is 0.02",
    "bps": "a share in hundredths of a percent: 10 bps is 0.1%",
    "bars": "a number of bars",
    "ticks": "a price distance: so many of the smallest steps of the instrument's price",
    "shares": "a quantity",
    "units": "a quantity, also a part of one",
    "R": "in a `take profit`: so many times the distance from the entry to the stop",
}
"""What each unit is, by how it is written in the tree."""
DURATION_UNITS = ("m", "h", "d", "w", "mo")

MAX_DEPTH = 200  # of nested expressions; more is refused (E0601)
