"""The first half of a bar by a path: open, nearer extreme, other extreme, close (`fills ohlc_path`, `fills tradingview`).

On its way the price meets what rests one order at a time; what an order brings along rests from its fill on.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython

if not cython.compiled:
    from runtime.machine.detail_model import DetailModel
    from runtime.machine.layout import (
        A_TRAIL,
        ACTION_WIDTH,
        AT_OPEN,
        B_AFTER,
        B_BEST,
        B_DISTANCE,
        B_ENTRY,
        B_TARGET,
        B_TRAIL,
        BRACKET_WIDTH,
        INSIDE,
        L_AFTER,
        L_DISTANCE,
        L_HIGH,
        L_LINES,
        L_LOW,
        L_PRICE,
        L_SIDE,
        L_STOP,
        L_TARGET,
        L_TRAIL,
        LIMIT,
        LOT_WIDTH,
        MARKET,
        O_ENTRY,
        O_KIND,
        O_LIMIT,
        O_PRICE,
        O_SIDE,
        O_SINCE,
        R_STOP,
        R_TARGET,
        R_TRAIL,
        STOP,
        STOP_LIMIT,
    )

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))

# What the price may meet.
NOTHING = cython.declare(cython.int, 0)
LOT_STOP = cython.declare(cython.int, 1)
LOT_TARGET = cython.declare(cython.int, 2)
LOT_ACTIVATION = cython.declare(cython.int, 3)  # of a trail of distance 0
BRACKET_STOP = cython.declare(cython.int, 4)
BRACKET_TARGET = cython.declare(cython.int, 5)
BRACKET_ACTIVATION = cython.declare(cython.int, 6)
RESTING_EXIT = cython.declare(cython.int, 7)
RESTING_ENTRY = cython.declare(cython.int, 8)
LIQUIDATION = cython.declare(cython.int, 9)


class PathModel(DetailModel):
    """From a bar's prices, met in the order of a path, to fills. `core.Machine` completes it."""

    def fill_the_bar(self) -> None:
        nearer: cython.double
        farther: cython.double
        if not self.path:
            DetailModel.fill_the_bar(self)
            return
        self.at_the_open()
        # At a tie the low comes first.
        if self.h - self.o < self.o - self.l:
            nearer = self.h
            farther = self.l
        else:
            nearer = self.l
            farther = self.h
        self.reach(self.o)
        self.walk(self.o, nearer)
        self.walk(nearer, farther)
        self.walk(farther, self.c)
        self.walked = True

    def at_the_open(self) -> None:
        """As in the other models, but of entries first those at the market, then priced ones that are passed, buys first."""
        if not self.path:
            DetailModel.at_the_open(self)
            return
        self.flatten_at_the_open()
        self.exits_at_the_open()
        if self.platform:
            self.spent_trails_at_the_open()
        self.liquidate_at_the_open()
        self.entries_at_the_open(True, 0.0)
        self.entries_at_the_open(False, 1.0)
        self.entries_at_the_open(False, -1.0)

    def entries_at_the_open(self, market: cython.bint, side: cython.double) -> None:
        """Entries of a kind, of one side (0: of both), in the order they were made."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        raw: cython.double
        while k < self.orders.count:
            at = k * self.order_width
            if (
                self.orders.rows[at + O_ENTRY] != 0.0
                and (self.orders.rows[at + O_KIND] == MARKET) == market
                and (side == 0.0 or self.orders.rows[at + O_SIDE] == side)
            ):
                raw = self.price_at_open(at)
                if raw == raw:
                    count = self.orders.count
                    self.fill_entry(k, raw, AT_OPEN)
                    self.liquidate_at_the_open()
                    if self.orders.count < count:
                        continue
            k += 1

    def spent_trails_at_the_open(self) -> None:
        """Trails of distance 0 that a close found beyond their activation leave at the open, whatever it is."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        while k < self.lots.count:
            at = k * LOT_WIDTH
            if self.lots.rows[at + L_DISTANCE] == 0.0 and self.lots.rows[at + L_TRAIL] == self.lots.rows[at + L_TRAIL]:
                self.close_lot(k, self.o, False, AT_OPEN, R_TRAIL)
            else:
                k += 1
        for k in range(self.brackets.count):
            at = k * BRACKET_WIDTH
            if (
                k < self.brackets.count
                and self.brackets.rows[at + B_DISTANCE] == 0.0
                and self.brackets.rows[at + B_TRAIL] == self.brackets.rows[at + B_TRAIL]
                and self.free_quantity(k) > 0.0
            ):
                self.fill_bracket(k, self.o, False, AT_OPEN, R_TRAIL)

    def reach(self, price: cython.double) -> None:
        """Open lots have seen this price."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            if price > self.lots.rows[at + L_HIGH]:
                self.lots.rows[at + L_HIGH] = price
            if price < self.lots.rows[at + L_LOW]:
                self.lots.rows[at + L_LOW] = price
        if self.lots.count > 0:
            if price > self.position_high:
                self.position_high = price
            if price < self.position_low:
                self.position_low = price
        if self.platform and self.trailing:
            self.trail_along(price)

    def trail_along(self, price: cython.double) -> None:
        """On the platform trails follow the price inside the bar, at the distance read at the last close."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        lines: cython.int
        side: cython.int = 1 if self.size > 0.0 else -1
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            lines = cython.cast(cython.int, self.lots.rows[at + L_LINES])
            if self.acts[lines * ACTION_WIDTH + A_TRAIL] >= 0:
                self.trail_lot(at, lines, side)
        for k in range(self.brackets.count):
            at = k * BRACKET_WIDTH
            if (price - self.brackets.rows[at + B_BEST]) * side > 0.0:
                self.brackets.rows[at + B_BEST] = price
            self.trail_bracket(at, side)

    def walk(self, start: cython.double, end: cython.double) -> None:
        """Everything the price meets from `start` to `end`, in the order it meets it."""
        at: cython.double = start
        up: cython.int = 1 if end >= start else -1
        while True:
            self.look_ahead(at, end, up)
            if self.met == NOTHING:
                break
            at = self.met_price
            self.act_on(at)
        self.reach(end)

    def look_ahead(self, start: cython.double, end: cython.double, up: cython.int) -> None:
        """What the price meets first from `start` to `end`: `met`, `met_row`, `met_price`. Buys first, then exits, at one price."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        side: cython.int
        kind: cython.int
        price: cython.double
        # What rests at a limit waits for the next bar once this one fills nothing any more; a stop is triggered all the same.
        spent: cython.bint = self.spent()
        self.met = NOTHING
        self.met_price = end
        self.met_buys = False
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            side = cython.cast(cython.int, self.lots.rows[at + L_SIDE])
            self.meet(LOT_STOP, k, -side, self.tight(at), True, start, up)
            if not spent:
                self.meet(LOT_TARGET, k, -side, self.lots.rows[at + L_TARGET], False, start, up)
            if self.platform and self.lots.rows[at + L_DISTANCE] == 0.0:
                price = self.activation(self.lots.rows[at + L_PRICE], side, self.lots.rows[at + L_AFTER])
                self.meet(LOT_ACTIVATION, k, -side, price, False, start, up)
        side = 1 if self.size > 0.0 else -1
        for k in range(self.brackets.count):
            at = k * BRACKET_WIDTH
            if not self.free_quantity(k) > 0.0:
                continue
            self.meet(BRACKET_STOP, k, -side, self.nearest_stop(at), True, start, up)
            self.meet(BRACKET_TARGET, k, -side, self.brackets.rows[at + B_TARGET], False, start, up)
            if self.platform and self.brackets.rows[at + B_DISTANCE] == 0.0:
                price = self.activation(self.brackets.rows[at + B_ENTRY], side, self.brackets.rows[at + B_AFTER])
                self.meet(BRACKET_ACTIVATION, k, -side, price, False, start, up)
        if self.has_maintenance and self.lots.count > 0:
            self.meet(LIQUIDATION, 0, -side, self.liquidation_price(), True, start, up)
        for k in range(self.orders.count):
            at = k * self.order_width
            kind = cython.cast(cython.int, self.orders.rows[at + O_KIND])
            if kind in (LIMIT, STOP, STOP_LIMIT) and not (spent and kind == LIMIT):
                self.meet(
                    RESTING_ENTRY if self.orders.rows[at + O_ENTRY] != 0.0 else RESTING_EXIT,
                    k,
                    cython.cast(cython.int, self.orders.rows[at + O_SIDE]),
                    self.orders.rows[at + O_PRICE],
                    kind != LIMIT,
                    start,
                    up,
                )

    def activation(self, entry: cython.double, side: cython.int, after: cython.double) -> cython.double:
        """The price that starts a trail, on the tick grid as a target is."""
        return self.on_ticks(entry + side * after, side)

    def meet(
        self, what: cython.int, row: cython.Py_ssize_t, side: cython.int, price: cython.double, stop: cython.bint,
        start: cython.double, up: cython.int,
    ) -> None:  # fmt: skip
        """Takes note of something that acts at `price`, if the way from `start` comes to it before what was found so far.

        A buy stop and a sell limit are met from below, the others from above; what is passed already is met at `start`.
        """
        way: cython.int = side if stop else -side
        at: cython.double = start
        if price != price:
            return
        if (start - price) * way < 0.0:
            if way != up:
                return
            at = price
        # Nearer, or as near and a buy before a sell, an exit before an entry, the earlier before the later.
        if (self.met_price - at) * up < 0.0:
            return
        if self.met != NOTHING and at == self.met_price:
            if self.met_buys and side < 0:
                return
            if self.met_buys == (side > 0) and not (self.met == RESTING_ENTRY and what != RESTING_ENTRY):
                return
        self.met = what
        self.met_row = row
        self.met_price = at
        self.met_buys = side > 0

    def act_on(self, price: cython.double) -> None:
        """What was met acts at this price."""
        k: cython.Py_ssize_t = self.met_row
        at: cython.Py_ssize_t = k * LOT_WIDTH
        kind: cython.int
        self.reach(price)
        if self.met == LOT_STOP:
            self.close_lot(k, price, False, INSIDE, R_STOP if self.tight(at) == self.lots.rows[at + L_STOP] else R_TRAIL)
        elif self.met == LOT_TARGET:
            self.close_lot(k, price, True, INSIDE, R_TARGET)
        elif self.met == LOT_ACTIVATION:
            self.close_lot(k, price, False, INSIDE, R_TRAIL)
        elif self.met == BRACKET_STOP:
            self.fill_bracket(k, price, False, INSIDE, self.reason_of_stop(k * BRACKET_WIDTH))
        elif self.met == BRACKET_TARGET:
            self.fill_bracket(k, price, True, INSIDE, R_TARGET)
        elif self.met == BRACKET_ACTIVATION:
            self.fill_bracket(k, price, False, INSIDE, R_TRAIL)
        elif self.met == LIQUIDATION:
            self.liquidate(price, INSIDE)
        else:
            at = k * self.order_width
            kind = cython.cast(cython.int, self.orders.rows[at + O_KIND])
            if kind == STOP_LIMIT:
                # A limit from here on; where the market is within it, it is met at once.
                self.orders.rows[at + O_KIND] = LIMIT
                self.orders.rows[at + O_PRICE] = self.orders.rows[at + O_LIMIT]
                if (self.orders.rows[at + O_LIMIT] - price) * self.orders.rows[at + O_SIDE] >= 0.0:
                    self.orders.rows[at + O_SINCE] = self.bar
                self.dirty = True
                return
            self.by_limit = kind == LIMIT
            if self.met == RESTING_EXIT:
                self.fill_exit(k, price, INSIDE)
            else:
                self.fill_entry(k, price, INSIDE)

    def rearm(self) -> None:
        """On the platform a trail may act inside the bar that moves it, so every bar is walked."""
        DetailModel.rearm(self)
        if self.platform and self.trailing:
            self.urgent = True
