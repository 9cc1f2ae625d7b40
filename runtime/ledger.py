"""The ledger of a run: every movement of money, adding up exactly to the cash that the machine reports.

An amount is the double nearest to price x quantity x multiplier (multiplied in that order), a commission the double that the
machine
charged. Every double is a finite decimal number, so the sums here are exact; the machine's cash is the double nearest to the
exact sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from runtime.charged import no_charges

Floats = NDArray[np.float64]

Kind = Literal["capital", "buy", "sell", "commission", "borrow", "funding", "interest"]

# The most digits that a sum of doubles can need: 309 before the point, 1074 after it.
EXACT_DIGITS = 1400


class LedgerError(ArithmeticError):
    """The movements of money do not add up to the cash that was reported."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement. bar: number of the run's bar (-1: before the first). amount, cash: account currency, exact; cash after it."""

    bar: int
    kind: Kind
    amount: Decimal
    cash: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Fills as movements of money.

    bar, side (+1 buys, -1 sells), quantity, price, commission, cash: one value a fill, shape (fills,); cash is the machine's,
    after the fill. charges: what was charged for holding, as HOLDING_COLUMNS, before the fills of its bar.
    """

    capital: float
    multiplier: float | Floats  # one value a fill where instruments differ
    bar: Floats
    side: Floats
    quantity: Floats
    price: Floats
    commission: Floats
    cash: Floats
    charges: Floats = field(default_factory=no_charges)

    def __len__(self) -> int:
        return 1 + len(self.bar) + int(np.count_nonzero(self.commission)) + int(np.count_nonzero(self.charges[:, 1:4]))

    def amounts(self) -> Floats:
        """What each fill paid (below zero) or brought, without its commission; shape (fills,)."""
        paid: Floats = -self.side * (self.price * self.quantity * self.multiplier)
        return paid

    def movements(self) -> Iterator[tuple[int, tuple[tuple[Kind, float], ...], float]]:
        """In order: the bar, what was moved on it by one fill or charge, and the cash that the machine reports after it."""
        charges = self.charges.tolist()
        at = 0
        fills = (self.bar, self.side, self.amounts(), self.commission, self.cash)
        for bar, side, amount, fee, cash in zip(*(column.tolist() for column in fills), strict=True):
            while at < len(charges) and charges[at][0] <= bar:
                yield _charge(charges[at])
                at += 1
            kind: Kind = "buy" if side > 0 else "sell"
            yield int(bar), ((kind, amount), ("commission", -fee)) if fee else ((kind, amount),), cash
        yield from (_charge(row) for row in charges[at:])

    def entries(self) -> Iterator[Entry]:
        """Every movement in order, in exact decimal numbers."""
        with localcontext() as context:
            context.prec = EXACT_DIGITS
            cash = Decimal(self.capital)
        yield Entry(-1, "capital", cash, cash)
        for bar, moves, _ in self.movements():
            for name, value in moves:
                with localcontext() as context:
                    context.prec = EXACT_DIGITS
                    moved = Decimal(value)
                    cash = cash + moved
                yield Entry(bar, name, moved, cash)

    def check(self) -> None:
        """Raises LedgerError unless, after each fill and charge, the reported cash is the double nearest to the exact sum."""
        total = Fraction(self.capital)
        for at, (_, moves, cash) in enumerate(self.movements()):
            total += sum(Fraction(value) for _, value in moves)
            if float(total) != cash and cash == cash:
                raise LedgerError(f"After movement {at} they add up to {float(total)!r}; the machine reports {cash!r}.")


def _charge(row: list[float]) -> tuple[int, tuple[tuple[Kind, float], ...], float]:
    """A row of HOLDING_COLUMNS as movements; what a short is paid is above zero."""
    bar, borrow, funding, interest, cash = row
    paid: tuple[tuple[Kind, float], ...] = (("borrow", borrow), ("funding", funding), ("interest", interest))
    return int(bar), tuple((kind, -amount) for kind, amount in paid if amount), cash
