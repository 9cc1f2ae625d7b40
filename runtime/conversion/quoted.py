"""The currency that an instrument is quoted in: as its bars say, else read off its symbol or its exchange where that is sure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runtime.clocks.instruments import COINS, CURRENCIES

if TYPE_CHECKING:
    from runtime.candles import Candles

# fmt: off
METALS = frozenset(("XAU", "XAG"))
STABLE = ("FDUSD", "USDT", "USDC", "BUSD")
"""Coins that many others are quoted in and nothing else ends with. None of them is the US dollar."""
QUOTES = frozenset((*(CURRENCIES - METALS), *STABLE, "BTC", "ETH", "BNB"))
"""What a pair can be quoted in."""
EXCHANGES: dict[str, str] = {
    "AMEX": "USD", "ARCA": "USD", "NASDAQ": "USD", "NYSE": "USD",
    "BVMF": "BRL", "XBOM": "INR", "XKRX": "KRW", "XNYS": "USD", "XTKS": "JPY",
}
"""Exchanges where everything is quoted in one currency. London is none of them (pence and pounds), nor is one that also lists in a foreign currency."""
HUNDREDTHS: dict[str, str] = {"GBp": "GBX", "ZAc": "ZAC", "ILa": "ILA"}
"""Spellings of a hundredth of a currency, which capitals would turn into the whole."""
# fmt: on


def currency_code(text: str) -> str:
    """A currency's code as the language writes it, three to five capitals; '' for what is none."""
    name = HUNDREDTHS.get(text.strip(), text.strip().upper())
    return name if re.fullmatch(r"[A-Z]{3,5}", name) else ""


def pair_of(symbol: str) -> tuple[str, str] | None:
    """What a pair trades and what it is quoted in: (EUR, USD) of `EURUSD`, `EUR/USD` or `FX:EURUSD`; None for what is no pair."""
    name = symbol.upper().rpartition(":")[2].removesuffix("=X")
    name = re.sub(r"(\.P|[-_]?PERP|[-_]SWAP)$", "", name)
    parts = re.split(r"[/\-_]", name)
    if len(parts) == 2 and re.fullmatch(r"[A-Z0-9]{2,10}", parts[0]) and parts[1] in QUOTES:
        return parts[0], parts[1]
    if len(parts) != 1:
        return None
    for quote in sorted(QUOTES, key=lambda quote: (-len(quote), quote)):
        traded = name.removesuffix(quote)
        known = traded in CURRENCIES or traded in COINS or (quote in STABLE and len(traded) >= 2)
        if traded != name and known:
            return traded, quote
    return None


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
