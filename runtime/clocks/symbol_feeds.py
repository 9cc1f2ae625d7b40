"""Feeds that say what the instrument is called: `symbol == "SPY"` is the feed `symbol.is@SPY`."""

from __future__ import annotations

from compiler.building import SYMBOL_FEED


def is_symbol_feed(name: str) -> bool:
    return name.startswith(SYMBOL_FEED)


def symbol_feed(name: str, symbol: str) -> float:
    """The same truth on every bar: 2 if the instrument has the name, 0 if it has another, 1 (unknown) if it has none."""
    return 1.0 if not symbol else 2.0 if symbol == name.removeprefix(SYMBOL_FEED) else 0.0
