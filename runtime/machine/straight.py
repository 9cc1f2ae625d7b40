"""Orders that go straight to their fills: made at a close by one rule alone, filled at the next open, with no row in the book between.

A rule of a program at the market mostly fires alone, while one lot or none is open. What becomes of its order is known then but for the price: nothing
can replace it, cancel it or come before it. Whatever is not so goes through the book. Quantities, prices, fees and records are worked out by the
methods that the book calls, in the same order.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython

if not cython.compiled:
    from runtime.machine.layout import (
        A_SIZE,
        A_SIZING,
        A_TAG,
        A_TARGET_TAG,
        A_VERB,
        ACTION_WIDTH,
        AT_OPEN,
        BUY,
        BY_ALL,
        C_MIN_NOTIONAL,
        C_NO_CASH,
        C_REDUCED,
        COVER,
        E_FILLED,
        E_REFUSED,
        FILL_WIDTH,
        L_ACTION,
        L_AFTER,
        L_BAR,
        L_BEGUN,
        L_DISTANCE,
        L_FEE,
        L_HIGH,
        L_HOLD,
        L_HOLDING,
        L_ID,
        L_INSIDE,
        L_LEAVING,
        L_LINES,
        L_LOW,
        L_ORDER,
        L_ORIGINAL,
        L_PRICE,
        L_QUANTITY,
        L_SIDE,
        L_STOP,
        L_TAG,
        L_TARGET,
        L_TRAIL,
        L_UNIT,
        MARKET,
        R_ENTRY,
        R_EXIT,
        R_REVERSED,
        SELL,
    )
    from runtime.machine.rules import Rules

NAN = cython.declare(cython.double, float("nan"))
DUST = cython.declare(cython.double, 1e-9)  # as of a fill from the book
ENTRY = cython.declare(cython.int, 1)
LEAVE = cython.declare(cython.int, 2)


class Straight(Rules):
    """One order without a row. `core.Machine` completes it, and says on which bars it may be used."""

    def set_straight(self) -> None:
        """Which programs: at the market alone, whose rules buy, short and close, without limits. A platform has rules of its own."""
        self.direct = (
            self.bare
            and not self.platform
            and not self.account.limits
            and self.pyramiding >= 1.0
            and all(action.verb in ("buy", "short", "sell", "cover", "exit") for action in self.code.actions)
        )

    def start(self) -> None:
        super().start()
        self.way = 0

    def sent(self) -> cython.bint:
        """Whether nothing is left to do at this close: of its rules none makes an order, or one does, and that is on its way. The next bar's prices must
        be known."""
        k: cython.Py_ssize_t
        act: cython.Py_ssize_t
        action: cython.int = -1
        side: cython.int
        quantity: cython.double
        leaves: cython.bint
        if not self.direct or self.orders.count > 0 or self.lots.count > 1 or self.c - self.c != 0.0:
            return False
        if self.lots.count > 0:  # else exits find nothing
            for k in range(self.exit_count):
                if self.columns[self.exit_fires[k]][self.at] == 2.0:
                    if action >= 0:
                        return False
                    action = self.exits[k]
        leaves = action >= 0
        for k in range(self.entry_count):
            if self.columns[self.entry_fires[k]][self.at] == 2.0:
                if action >= 0:
                    return False
                action = self.entries[k]
        if action < 0:
            return True
        act = action * ACTION_WIDTH
        if leaves:
            side = 1 if self.size_now > 0.0 else -1
            if (self.acts[act + A_VERB] == SELL and side < 0) or (self.acts[act + A_VERB] == COVER and side > 0):
                return True
            if self.acts[act + A_SIZING] != BY_ALL or self.acts[act + A_SIZE] >= 0 or self.acts[act + A_TARGET_TAG] >= 0:
                return False
            self.send(LEAVE, action, -side, self.lots.rows[L_QUANTITY])
            return True
        side = 1 if self.acts[act + A_VERB] == BUY else -1
        if (
            not (self.allow_long if side > 0 else self.allow_short)
            or self.size_now * side > 0.0
            or self.refusal(action, side) != 0
        ):
            return False
        quantity = self.sized(action, side, self.c, NAN)
        if not quantity > 0.0 or quantity * self.c * self.unit < self.min_notional:
            return False
        self.send(ENTRY, action, side, quantity)
        return True

    def send(self, way: cython.int, action: cython.int, side: cython.int, quantity: cython.double) -> None:
        self.way = way
        self.way_action = action
        self.way_side = side
        self.way_quantity = quantity
        self.way_id = self.next_order
        self.way_made = self.bar
        self.next_order += 1.0

    def arrive(self) -> None:
        """The order on its way fills at this open."""
        price: cython.double = self.slipped(self.way_side, self.o)
        filled: cython.double = self.way_quantity
        if self.way == LEAVE:
            self.leave_lot(R_EXIT)
        else:
            if self.lots.count > 0:
                self.leave_lot(R_REVERSED)
            if not self.open_lot(price):
                if self.keeps:
                    self.keep_arrived(E_REFUSED, 0.0, NAN)
                self.way = 0
                return
            filled = self.lots.rows[L_QUANTITY]
        self.orders_today += 1.0
        if self.keeps:
            self.keep_arrived(E_FILLED, filled, price)
        self.way = 0

    def leave_lot(self, reason: cython.int) -> None:
        """Closes the one lot there is."""
        price: cython.double = self.slipped(self.way_side, self.o)
        quantity: cython.double = self.lots.rows[L_QUANTITY]
        fee: cython.double = self.fee(price, quantity)
        self.record_fill(self.way_id, AT_OPEN, self.way_side, quantity, price, fee, reason, self.way_action)
        self.record_trade(0, quantity, price, fee, AT_OPEN, reason)
        self.lots.count = 0
        self.size = 0.0
        self.position_high = NAN
        self.position_low = NAN
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = 0.0

    def open_lot(self, price: cython.double) -> cython.bint:
        """Opens as much as can be paid for. False: nothing can."""
        side: cython.int = self.way_side
        wanted: cython.double = self.way_quantity
        quantity: cython.double = self.affordable(wanted, price)
        fee: cython.double
        k: cython.Py_ssize_t
        if quantity < wanted * DUST:
            quantity = 0.0
        if quantity < wanted:
            self.log(self.way_action, C_REDUCED if quantity > 0.0 else C_NO_CASH)
        if quantity > 0.0 and quantity < wanted and quantity * price * self.unit < self.min_notional:
            self.log(self.way_action, C_MIN_NOTIONAL)
            quantity = 0.0
        if quantity <= 0.0:
            return False
        fee = self.fee(price, quantity)
        self.record_fill(self.way_id, AT_OPEN, side, quantity, price, fee, R_ENTRY, self.way_action)
        self.position_bar = self.bar
        self.position_inside = 0.0
        self.position_high = price
        self.position_low = price
        k = self.lots.more()
        self.lots.rows[k + L_ID] = self.next_lot
        self.lots.rows[k + L_ACTION] = self.way_action
        self.lots.rows[k + L_TAG] = self.acts[self.way_action * ACTION_WIDTH + A_TAG]
        self.lots.rows[k + L_SIDE] = side
        self.lots.rows[k + L_QUANTITY] = quantity
        self.lots.rows[k + L_PRICE] = price
        self.lots.rows[k + L_BAR] = self.bar
        self.lots.rows[k + L_FEE] = fee
        self.lots.rows[k + L_STOP] = NAN
        self.lots.rows[k + L_TARGET] = NAN
        self.lots.rows[k + L_TRAIL] = NAN
        self.lots.rows[k + L_AFTER] = NAN
        self.lots.rows[k + L_HOLD] = -1.0
        self.lots.rows[k + L_HIGH] = price
        self.lots.rows[k + L_LOW] = price
        self.lots.rows[k + L_INSIDE] = 0.0
        self.lots.rows[k + L_ORIGINAL] = quantity
        self.lots.rows[k + L_LINES] = self.way_action
        self.lots.rows[k + L_DISTANCE] = NAN
        self.lots.rows[k + L_UNIT] = self.multiplier
        self.lots.rows[k + L_HOLDING] = 0.0
        self.lots.rows[k + L_ORDER] = self.way_id
        self.lots.rows[k + L_LEAVING] = 0.0
        self.lots.rows[k + L_BEGUN] = 0.0
        self.next_lot += 1.0
        self.entries_today += 1.0
        self.size = side * quantity
        if quantity > self.largest:
            self.largest = quantity
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = self.size
        return True

    def keep_arrived(self, end: cython.int, filled: cython.double, price: cython.double) -> None:
        """Records how the order on its way ended."""
        to: cython.Py_ssize_t = self.order_rows.more()
        self.order_rows.rows[to] = self.way_id
        self.order_rows.rows[to + 1] = self.way_action
        self.order_rows.rows[to + 2] = self.way_made
        self.order_rows.rows[to + 3] = 1.0 if self.way == ENTRY else 0.0
        self.order_rows.rows[to + 4] = MARKET
        self.order_rows.rows[to + 5] = self.way_side
        self.order_rows.rows[to + 6] = self.way_quantity
        self.order_rows.rows[to + 7] = NAN
        self.order_rows.rows[to + 8] = NAN
        self.order_rows.rows[to + 9] = end
        self.order_rows.rows[to + 10] = self.bar
        self.order_rows.rows[to + 11] = filled
        self.order_rows.rows[to + 12] = price
