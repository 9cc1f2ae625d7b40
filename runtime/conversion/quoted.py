"""The currency that an instrument is quoted in: as its bars say, else read off its symbol or its exchange where that is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.pairs import pair_of

if TYPE_CHECKING:
    from runtime.candles import Candles

# fmt: off
EXCHANGES: dict[str, str] = {
    "AMEX": "USD", "ARCA": "USD", "NASDAQ": "USD", "NYSE": "USD",
    "BVMF": "BRL", "XBOM": "INR", "XKRX": "KRW", "XNYS": "USD", "XTKS": "JPY",
}
"""Exchanges where everything is quoted in one currency. London is none of them (pence and pounds), nor is one that also lists in a foreign currency."""
# fmt: on


def quote_currency(candles: Candles) -> str:
    """The currency of an instrument's prices: what its bars say, else what its symbol or its exchange tells; '' where it is not known."""
    return candles.currency or told_by(candles.symbol, candles.calendar)


def told_by(symbol: str, calendar: str = "") -> str:
    """The currency that a symbol tells, or the exchange that is named before it or whose calendar its bars are said to follow; '' for none."""
    pair = pair_of(symbol)
    if pair is not None:
        return pair[1]
    exchange, colon, _ = symbol.upper().partition(":")
    return EXCHANGES.get(exchange if colon else calendar, "")
