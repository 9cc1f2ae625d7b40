"""What a bar's volume lets orders fill (`limit volume 10%`): a share of it, for all orders of the bar together, in the order in which they fill.

What does not fit rests: of an order in the book, of an attached exit in its lot, which then leaves at the market.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython

from compiler.plan import Account

if not cython.compiled:
    from runtime.machine.holding import Holding
    from runtime.machine.layout import (
        L_AFTER,
        L_HOLD,
        L_LEAVING,
        L_ORDER,
        L_QUANTITY,
        L_SIDE,
        L_STOP,
        L_TAG,
        L_TARGET,
        L_TRAIL,
        LOT_WIDTH,
    )

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))
# What rounding leaves of an allowance fills nothing.
DUST = cython.declare(cython.double, 1e-9)


class Allowance(Holding):
    """Counts what this bar has filled against what it may. `core.Machine` completes it."""

    def set_allowance(self, account: Account) -> None:
        self.volume_share = dict(account.limits).get("volume", FAR)
        self.has_allowance = self.volume_share < FAR

    def start(self) -> None:
        super().start()
        self.volume = NAN
        self.allowed = self.taken = 0.0
        self.short_of_volume = False

    def allow(self) -> None:
        """A bar begins; `volume` is its own. One without known volume fills nothing."""
        self.allowed = self.volume_share * self.volume if self.volume > 0.0 else 0.0
        self.taken = 0.0

    def allow_part(self, volume: cython.double) -> None:
        """A finer bar inside the bar begins, with what its own volume allows."""
        self.allowed = self.taken + (self.volume_share * volume if volume > 0.0 else 0.0)

    def allow_rest(self) -> None:
        """After the finer bars: what the bar's own volume leaves for its close."""
        self.allowed = self.volume_share * self.volume if self.volume > 0.0 else 0.0

    def fillable(self, quantity: cython.double) -> cython.double:
        """How much of a quantity may still be filled on this bar: all of it, or a part on the lot grid."""
        room: cython.double
        if not self.has_allowance:
            return quantity
        room = self.allowed - self.taken
        if quantity <= room:
            return quantity
        if not room > DUST * self.allowed:
            return 0.0
        room = self.on_lots(room)
        return room if room < quantity else quantity

    def spent(self) -> cython.bint:
        """Whether this bar fills nothing any more."""
        return self.has_allowance and not self.fillable(FAR) > 0.0

    def closable(self, side: cython.int, quantity: cython.double, tag: cython.int) -> cython.double:
        """How much of a quantity is open on a side, and of a tag unless -1."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        held: cython.double = 0.0
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            if self.lots.rows[at + L_SIDE] == side and (tag < 0 or self.lots.rows[at + L_TAG] == tag):
                held += self.lots.rows[at + L_QUANTITY]
        return held if held < quantity else quantity

    def close_lots(
        self,
        side: cython.int,
        quantity: cython.double,
        tag: cython.int,
        price: cython.double,
        place: cython.int,
        reason: cython.int,
        order: cython.double,
        action: cython.double,
    ) -> cython.double:
        """As far as the bar's volume allows; `short_of_volume` says whether it cut the fill."""
        open: cython.double
        fits: cython.double
        closed: cython.double
        if not self.has_allowance:
            return Holding.close_lots(self, side, quantity, tag, price, place, reason, order, action)
        open = self.closable(side, quantity, tag)
        fits = self.fillable(open)
        self.short_of_volume = fits < open
        if self.short_of_volume:
            quantity = fits
        closed = Holding.close_lots(self, side, quantity, tag, price, place, reason, order, action)
        self.taken += closed
        return closed

    def leave(self, at: cython.Py_ssize_t, reason: cython.int) -> None:
        """What is left of the lot at `at` goes at the market, at the next opens; its lines count no more."""
        self.lots.rows[at + L_LEAVING] = reason
        self.lots.rows[at + L_STOP] = NAN
        self.lots.rows[at + L_TARGET] = NAN
        self.lots.rows[at + L_TRAIL] = NAN
        self.lots.rows[at + L_AFTER] = FAR  # no price starts its trail again
        self.lots.rows[at + L_HOLD] = -1.0
        self.dirty = True

    def open_entries(self, besides: cython.double) -> cython.double:
        """How many entries are open: what one order filled in parts is one. besides: an order that does not count."""
        k: cython.Py_ssize_t
        j: cython.Py_ssize_t
        order: cython.double
        found: cython.double = 0.0
        if not self.has_allowance:
            return cython.cast(cython.double, self.lots.count)
        for k in range(self.lots.count):
            order = self.lots.rows[k * LOT_WIDTH + L_ORDER]
            j = 0
            while self.lots.rows[j * LOT_WIDTH + L_ORDER] != order:
                j += 1
            if j == k and order != besides:
                found += 1.0
        return found

    def has_part(self, order: cython.double) -> cython.bint:
        """Whether a part of an order is open."""
        k: cython.Py_ssize_t
        found: cython.bint = False
        if self.has_allowance:
            for k in range(self.lots.count):
                found = found or self.lots.rows[k * LOT_WIDTH + L_ORDER] == order
        return found
