"""Money of the account and money of prices in one expression: the same while prices are in the account's currency, and wrong where they are not."""

from __future__ import annotations

from compiler.currencies import account_currency, states_currency
from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.inference import infer
from compiler.pairs import pair_of, pegged
from compiler.resolve import Names
from compiler.types import ACCOUNT_MONEY

HINT = "Compare and size by shares of equity, or by amounts such as `5_000 USD` as a size of an order: these are converted."


def mixed_money(names: Names) -> tuple[Diagnostic, ...]:
    """Where a program without errors takes one for the other, as the mistakes of units that these are."""
    found = Diagnostics()
    infer(names, found, ACCOUNT_MONEY)
    return tuple(diagnostic for diagnostic in found if diagnostic.severity == "error")


def warn_of_mixed_money(names: Names, found: Diagnostics) -> None:
    """Warns where the `trade` line alone tells that prices are in another currency than the account."""
    if names.trade is None or not states_currency(names):
        return
    own = account_currency(names)
    pairs = (pair_of(symbol.value) for symbol in names.trade.symbols)
    quote = next((pair[1] for pair in pairs if pair is not None and not (pair[1] == own or pegged(pair[1], own))), None)
    if quote is None:
        return
    for mistake in mixed_money(names):
        found.warn(
            "W0345",
            mistake.span,
            f"Prices are in {quote} and the account is in {own}, so here is a wrong unit: {mistake.message}",
            HINT,
        )
