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
WHOLES = {"GBX": "GBP", "ILA": "ILS", "ZAC": "ZAR"}
"""Currencies that are a hundredth of another; nothing trades as a pair of them."""
# fmt: on


def pair_of(symbol: str) -> tuple[str, str] | None:
    """What a pair trades and what it is quoted in: (EUR, USD) of `EURUSD`, `EUR/USD` or `FX:EURUSD`; None for what is no pair."""
    name = _bare(symbol)
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


def is_pair(symbol: str, traded: str, quote: str) -> bool:
    """Whether a symbol is the pair of two currencies, which need not be among those that are known: `TWDUSD` of TWD and USD."""
    return pair_of(symbol) == (traded, quote) or re.sub(r"[/\-_]", "", _bare(symbol)) == traded + quote


def may_be_pair(symbol: str) -> bool:
    """Whether a symbol may be a pair: one half of it is a currency that is known, the other has the form of one."""
    name = re.sub(r"[/\-_]", "", _bare(symbol))
    rests = (name.removeprefix(c) if name.startswith(c) else name.removesuffix(c) for c in (*CURRENCIES, *STABLE) if c in name)
    return pair_of(symbol) is not None or any(rest != name and re.fullmatch(r"[A-Z]{3,5}", rest) for rest in rests)


def _bare(symbol: str) -> str:
    """A symbol in capitals, without its exchange and what marks a kind of contract."""
    name = symbol.upper().rpartition(":")[2].removesuffix("=X")
    return re.sub(r"(\.P|[-_]?PERP|[-_]SWAP)$", "", name)


def pegged(one: str, other: str) -> bool:
    """Whether two currencies are meant to be worth the same: a US dollar and the coins that stand for it."""
    return all(name == "USD" or name in STABLE for name in (one, other))
