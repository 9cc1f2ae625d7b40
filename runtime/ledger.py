"""The ledger of a run: every movement of money, adding up exactly to the cash that the machine reports.

An amount is the double nearest to price x quantity x multiplier (multiplied in that order), a commission the double that the
machine
charged. Every double is a finite decimal number, so the sums here are exact; the machine's cash is the double nearest to the
exact sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Kind = Literal["capital", "buy", "sell", "commission"]

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
    after the fill.
    """

    capital: float
    multiplier: float | Floats  # one value a fill where instruments differ
    bar: Floats
    side: Floats
    quantity: Floats
    price: Floats
    commission: Floats
    cash: Floats

    def __len__(self) -> int:
        return 1 + len(self.bar) + int(np.count_nonzero(self.commission))

    def amounts(self) -> Floats:
        """What each fill paid (below zero) or brought, without its commission; shape (fills,)."""
        paid: Floats = -self.side * (self.price * self.quantity * self.multiplier)
        return paid

    def entries(self) -> Iterator[Entry]:
        """Every movement in order, in exact decimal numbers."""
        with localcontext() as context:
            context.prec = EXACT_DIGITS
            cash = Decimal(self.capital)
            rows = zip(self.bar.tolist(), self.side.tolist(), self.amounts().tolist(), self.commission.tolist(), strict=True)
        yield Entry(-1, "capital", cash, cash)
        for bar, side, amount, fee in rows:
            kind: Kind = "buy" if side > 0 else "sell"
            movements: tuple[tuple[Kind, float], ...] = ((kind, amount), ("commission", -fee)) if fee else ((kind, amount),)
            for name, value in movements:
                with localcontext() as context:
                    context.prec = EXACT_DIGITS
                    moved = Decimal(value)
                    cash = cash + moved
                yield Entry(int(bar), name, moved, cash)

    def check(self) -> None:
        """Raises LedgerError unless, after each fill, the reported cash is the double nearest to the exact sum."""
        total = Fraction(self.capital)
        rows = zip(self.amounts().tolist(), self.commission.tolist(), self.cash.tolist(), strict=True)
        for at, (amount, fee, cash) in enumerate(rows):
            total += Fraction(amount) - Fraction(fee)
            if float(total) != cash:
                raise LedgerError(f"After fill {at} the movements add up to {float(total)!r}; the machine reports {cash!r}.")
