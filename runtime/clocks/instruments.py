"""Which calendar an instrument follows, where nobody says: read off its symbol."""

from __future__ import annotations

import re

from compiler.pairs import COINS, CURRENCIES
from runtime.clocks.sessions import ALWAYS, FOREX


def usual_calendar(symbol: str) -> str:
    """The calendar that instruments of such a symbol usually follow; `24/7` where there is no symbol.

    Two currencies (EURUSD, EUR/USD) follow the currency week; what holds a coin, or is quoted in a stable coin, trades always;
    a name of letters alone is a share in New York, one with a digit or another sign trades always.
    """
    name = symbol.upper().partition(":")[2] or symbol.upper()
    name = re.sub(r"(\.P|[-_]?PERP|[-_]SWAP)$", "", name)
    parts = [part for part in re.split(r"[/\-_]", name) if part]
    if len(parts) == 1 and len(name) == 6 and name[:3] in CURRENCIES and name[3:] in CURRENCIES:
        return FOREX
    if len(parts) == 2 and all(part in CURRENCIES for part in parts):
        return FOREX
    if any(part in COINS for part in parts) or any(
        name.startswith(coin) or name.endswith(coin) for coin in COINS if len(name) > 5
    ):
        return ALWAYS
    return "XNYS" if re.fullmatch(r"[A-Z]{1,5}([.\-][A-Z]{1,2})?", name) else ALWAYS
