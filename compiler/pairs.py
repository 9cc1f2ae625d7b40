"""Symbols of pairs, such as `EURUSD` and `BTC-USDT`: what they trade, and the currency that they are quoted in."""

from __future__ import annotations

import re

# fmt: off
CURRENCIES = frozenset((
    "AUD", "BRL", "CAD", "CHF", "CNH", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS", "INR", "JPY", "KRW", "MXN", "NOK",
    "NZD", "PLN", "RUB", "SEK", "SGD", "THB", "TRY", "USD", "ZAR", "XAU", "XAG",
))
COINS = frozenset((
    "ADA", "ATOM", "AVAX", "BCH", "BNB", "BTC", "DOGE", "DOT", "ETC", "ETH", "LINK", "LTC", "MATIC", "SHIB", "SOL", "TRX", "UNI",
    "USDC", "USDT", "XBT", "XLM", "XMR", "XRP",
))
METALS = frozenset(("XAU", "XAG"))
STABLE = ("FDUSD", "USDT", "USDC", "BUSD")
"""Coins that many others are quoted in and nothing else ends with, each meant to be worth a US dollar."""
QUOTES = frozenset((*(CURRENCIES - METALS), *STABLE, "BTC", "ETH", "BNB"))
"""What a pair can be quoted in."""
# fmt: on


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


def pegged(one: str, other: str) -> bool:
    """Whether two currencies are meant to be worth the same: a US dollar and the coins that stand for it."""
    return all(name == "USD" or name in STABLE for name in (one, other))
