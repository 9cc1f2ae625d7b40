"""Liquidation: a position is closed by force at the price at which equity has fallen to the maintenance share of what is held.

That price works like a stop of the whole position: stops that stand nearer to the market go first, and a gap past it closes at the open.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython

from compiler.plan import Account

if not cython.compiled:
    from runtime.machine.brackets import Brackets
    from runtime.machine.layout import (
        AT_OPEN,
        BRACKET_WIDTH,
        C_LIQUIDATION,
        E_LIQUIDATED,
        INSIDE,
        L_LEAVING,
        L_STOP,
        LIMIT,
        LOT_WIDTH,
        MARKET,
        O_ENTRY,
        O_KIND,
        O_PRICE,
        O_SIDE,
        R_LIQUIDATION,
        R_STOP,
        R_TRAIL,
        THIS_CLOSE,
    )

NAN = cython.declare(cython.double, float("nan"))


class Liquidation(Brackets):
    """Watches what maintenance asks for. `core.Machine` completes it."""

    def set_maintenance(self, account: Account) -> None:
        self.maintenance = account.terms.maintenance
        self.has_maintenance = self.maintenance >= 0.0

    def rearm(self) -> None:
        """Cash, rates and the account's other positions move the price of a liquidation, so every bar with a position is looked at."""
        Brackets.rearm(self)
        if self.has_maintenance and self.lots.count > 0:
            self.urgent = True

    def liquidation_price(self) -> cython.double:
        """The price at which equity is the maintenance share of all that is held; the account's other positions at their last close."""
        unit: cython.double = self.size * self.multiplier
        free: cython.double = self.cash + self.others_value - self.maintenance * self.others_gross
        if self.lots.count == 0 or self.all_leave():
            return NAN
        if unit > 0.0:
            return -free / (unit * (1.0 - self.maintenance))
        return free / (-unit * (1.0 + self.maintenance))

    def all_leave(self) -> cython.bint:
        """Whether all that is held goes at the market already, and only waits for volume."""
        k: cython.Py_ssize_t
        found: cython.bint = self.has_allowance
        if self.has_allowance:
            for k in range(self.lots.count):
                found = found and self.lots.rows[k * LOT_WIDTH + L_LEAVING] != 0.0
        return found

    def liquidation_touched(self) -> cython.bint:
        """Whether this bar reaches it."""
        worst: cython.double = self.l if self.size > 0.0 else self.h
        return self.has_maintenance and self.lots.count > 0 and (worst - self.liquidation_price()) * self.size <= 0.0

    def liquidate(self, raw: cython.double, place: cython.int) -> None:
        """Ends all that rests, and closes the position by a market order."""
        to: cython.Py_ssize_t
        while self.orders.count > 0:
            self.end_order(0, E_LIQUIDATED, 0.0, NAN)
        self.close_everything(raw, place, R_LIQUIDATION)
        self.flatten = 0.0
        self.dirty = True
        to = self.event_rows.add()
        self.event_rows.rows[to] = C_LIQUIDATION
        self.event_rows.rows[to + 1] = -1.0
        self.event_rows.rows[to + 2] = self.bar
        self.event_rows.rows[to + 3] = self.bar
        self.event_rows.rows[to + 4] = 1.0

    def liquidate_at_the_open(self) -> None:
        """An open at or past the price closes at the open."""
        if self.has_maintenance and self.lots.count > 0 and (self.o - self.liquidation_price()) * self.size <= 0.0:
            self.liquidate(self.o, AT_OPEN)

    def liquidate_inside(self) -> None:
        """Stops that the bar reaches before the price of a liquidation, nearest first; then the liquidation."""
        level: cython.double
        while self.liquidation_touched():
            level = self.liquidation_price()
            if not self.nearer_stop(level, 1 if self.size > 0.0 else -1):
                self.liquidate(level, INSIDE)

    def liquidate_after_entry(self, raw: cython.double) -> None:
        """After an entry inside the bar at `raw`: its worst price may have come later."""
        level: cython.double
        if self.liquidation_touched():
            level = self.liquidation_price()
            self.liquidate(level if (level - raw) * self.size < 0.0 else raw, INSIDE)

    def nearer_stop(self, level: cython.double, side: cython.int) -> cython.bint:
        """Carries out the stop of this position that stands nearest to the market, at `level` or nearer. False if there is none."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        price: cython.double
        first: cython.double = NAN
        kind: cython.int
        what: cython.int = 0  # 1: of a lot, 2: of a bracket, 3: of a rule
        row: cython.Py_ssize_t = 0
        for k in range(self.lots.count):
            price = self.tight(k * LOT_WIDTH)
            if (price - level) * side >= 0.0 and not (price - first) * side <= 0.0:
                first = price
                what = 1
                row = k
        for k in range(self.brackets.count):
            price = self.nearest_stop(k * BRACKET_WIDTH)
            if self.free_quantity(k) > 0.0 and (price - level) * side >= 0.0 and not (price - first) * side <= 0.0:
                first = price
                what = 2
                row = k
        for k in range(self.orders.count):
            at = k * self.order_width
            kind = cython.cast(cython.int, self.orders.rows[at + O_KIND])
            price = self.orders.rows[at + O_PRICE]
            if (
                self.orders.rows[at + O_ENTRY] == 0.0
                and self.orders.rows[at + O_SIDE] == -side
                and kind not in (MARKET, LIMIT, THIS_CLOSE)
                and (price - level) * side >= 0.0
                and not (price - first) * side <= 0.0
            ):
                first = price
                what = 3
                row = k
        if what == 1:
            at = row * LOT_WIDTH
            self.close_lot(row, first, False, INSIDE, R_STOP if first == self.lots.rows[at + L_STOP] else R_TRAIL)
        elif what == 2:
            self.fill_bracket(row, first, False, INSIDE, self.reason_of_stop(row * BRACKET_WIDTH))
        elif what == 3:
            price = self.price_inside(row * self.order_width)
            if price == price:
                self.fill_exit(row, price, INSIDE)
        return what != 0
