"""What holding a position costs: borrow on shorts, funding of perpetual contracts, interest on borrowed cash.

Charged once a bar, before its fills, on what the close before left: the position at that close's price, for the time from that bar's open to this
one's. So an entry at one open that leaves at another has paid for exactly the time between them.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython

from compiler.plan import Account

if not cython.compiled:
    from runtime.machine.layout import L_HOLDING, L_QUANTITY, LOT_WIDTH
    from runtime.machine.purse import Purse

NAN = cython.declare(cython.double, float("nan"))
# As in runtime/machine/purse.py: so many days are added, so that instants before 1970 count like those after it.
DAYS_BEFORE = cython.declare(cython.longlong, 1_000_000)
DAY = cython.declare(cython.longlong, 86_400_000_000)  # microseconds
YEAR = cython.declare(cython.double, 365.0 * 86_400e6)  # of rates by the year, in microseconds

HOLDING_STATE = ("held_since", "borrow_paid", "funding_paid", "interest_paid")
"""The numbers that `save` keeps beside core.STATE where holding costs something."""


class Holding(Purse):
    """Charges for holding a position. `core.Machine` completes it."""

    def set_holding(self, account: Account) -> None:
        terms = account.terms
        self.borrow_rate, self.interest_rate, self.funding_rate = terms.borrow, terms.interest, terms.funding
        self.funding_every = terms.funding_every * 1_000_000

    def start(self) -> None:
        super().start()
        self.held_since = NAN
        self.borrow_paid = self.funding_paid = self.interest_paid = 0.0

    def instants_between(self, before: cython.longlong, now: cython.longlong) -> cython.double:
        """How many funding instants lie after `before`, up to `now`: whole multiples of their distance, counted from midnight UTC."""
        shift: cython.longlong = DAYS_BEFORE * DAY
        if self.funding_every <= 0:
            return 0.0
        return cython.cast(
            cython.double,
            cython.cast(cython.longlong, (now + shift) // self.funding_every)
            - cython.cast(cython.longlong, (before + shift) // self.funding_every),
        )

    def interest_since(self, gone: cython.double) -> cython.double:
        """What borrowed cash costs for so many microseconds."""
        return -self.cash * self.interest_rate * (gone / YEAR) if self.cash < 0.0 else 0.0

    def charge_holding(self, time: cython.longlong, own_interest: cython.bint) -> None:
        """Before the fills of the bar that opens at `time`. own_interest: the cash is this machine's alone."""
        before: cython.double = self.held_since
        gone: cython.double
        value: cython.double
        borrow: cython.double = 0.0
        funding: cython.double = 0.0
        interest: cython.double = 0.0
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        size: cython.double
        self.held_since = cython.cast(cython.double, time)
        if before != before:
            return
        gone = self.held_since - before
        value = self.size * self.multiplier * self.mark if self.lots.count > 0 else 0.0
        if value < 0.0:
            borrow = -value * self.borrow_rate * (gone / YEAR)
        if self.funding_rate != 0.0:
            funding = value * self.funding_rate * self.instants_between(cython.cast(cython.longlong, before), time)
        if own_interest:
            interest = self.interest_since(gone)
        if borrow == 0.0 and funding == 0.0 and interest == 0.0:
            return
        size = self.size if self.size > 0.0 else -self.size
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            self.lots.rows[at + L_HOLDING] += (borrow + funding) * (self.lots.rows[at + L_QUANTITY] / size)
        if borrow != 0.0:
            self.pay(-borrow)
        if funding != 0.0:
            self.pay(-funding)
        if interest != 0.0:
            self.pay(-interest)
        self.borrow_paid += borrow
        self.funding_paid += funding
        self.interest_paid += interest
        at = self.holding_rows.add()
        self.holding_rows.rows[at] = self.bar
        self.holding_rows.rows[at + 1] = borrow
        self.holding_rows.rows[at + 2] = funding
        self.holding_rows.rows[at + 3] = interest
        self.holding_rows.rows[at + 4] = self.cash
