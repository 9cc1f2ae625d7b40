"""The second half of a bar: trails move, then the rules act on what is known at the close.

Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython
from cython.cimports.libc.math import floor

if not cython.compiled:
    from runtime.machine.layout import (
        A_AFTER,
        A_EXPIRE,
        A_FIRES,
        A_HOLD,
        A_KIND,
        A_LIMIT,
        A_PRICE,
        A_SIZE,
        A_SIZING,
        A_STOP,
        A_TAG,
        A_TARGET,
        A_TARGET_TAG,
        A_TRAIL,
        A_VERB,
        ACTION_WIDTH,
        AT_CLOSE,
        BUY,
        BY_ALL,
        BY_CASH,
        BY_EQUITY,
        BY_MONEY,
        BY_POSITION,
        BY_QUANTITY,
        BY_RISK,
        C_DAILY_LOSS,
        C_DIRECTION,
        C_DRAWDOWN,
        C_EXPOSURE,
        C_MIN_NOTIONAL,
        C_NO_RATE,
        C_ORDER_VALUE,
        C_ORDERS_PER_DAY,
        C_POSITION,
        C_POSITIONS,
        C_PYRAMIDING,
        C_SIZE,
        C_UNKNOWN,
        C_WRONG_SIDE,
        COVER,
        E_CANCELLED,
        E_REPLACED,
        L_DISTANCE,
        L_LINES,
        L_QUANTITY,
        L_SIDE,
        L_TAG,
        LIMIT,
        LOT_WIDTH,
        MARKET,
        O_ACTION,
        O_AFTER,
        O_ENTRY,
        O_EXPIRE,
        O_FILLED,
        O_FROZEN,
        O_HOLD,
        O_ID,
        O_KIND,
        O_LIMIT,
        O_MADE,
        O_PAID,
        O_PRESUMED,
        O_PRICE,
        O_QUANTITY,
        O_REASON,
        O_SIDE,
        O_SINCE,
        O_TAG,
        O_TARGET_TAG,
        O_TOTAL,
        O_TRAIL,
        O_WAITS,
        O_WHOLE,
        R_DIRECTION,
        R_EXIT,
        SELL,
        STOP,
        STOP_LIMIT,
        THIS_CLOSE,
    )
    from runtime.machine.path_model import PathModel

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))


class Rules(PathModel):
    """From slots at the close to orders. `core.Machine` completes it."""

    def start(self) -> None:
        super().start()
        self.equity_now, self.cash_now, self.size_now = self.capital, self.capital, 0.0

    def second_half(self) -> None:
        """Trails move, then the rules act: cancels, exits, entries, brackets in text order, each by what was known before any of them."""
        if (self.trailing or self.dirty) and not self.bare:
            self.move_trails()
        self.equity_now = self.equity(self.mark)
        self.cash_now = self.cash
        self.size_now = self.size
        self.act()

    def act(self) -> None:
        """The rules that fire at this close."""
        k: cython.Py_ssize_t
        for k in range(self.cancel_count):
            if self.slot(self.acts[self.cancels[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.cancel_orders(self.cancels[k])
        for k in range(self.exit_count):
            if self.slot(self.acts[self.exits[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.make_exit(self.exits[k])
        for k in range(self.entry_count):
            if self.slot(self.acts[self.entries[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.make_entry(self.entries[k])
        for k in range(self.protect_count):
            if self.slot(self.acts[self.protects[k] * ACTION_WIDTH + A_FIRES]) == 2.0 and self.size * self.size_now > 0.0:
                self.make_protect(self.protects[k])
        for k in range(self.note_count):
            if self.slot(self.acts[self.notes[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.take_note(self.notes[k])

    def move_trails(self) -> None:
        """Each trail follows its lot's best price so far, never backwards; it is live from the next bar."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        lines: cython.int
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            lines = cython.cast(cython.int, self.lots.rows[at + L_LINES])
            if self.acts[lines * ACTION_WIDTH + A_TRAIL] >= 0:
                self.lots.rows[at + L_DISTANCE] = self.slot(self.acts[lines * ACTION_WIDTH + A_TRAIL])
                self.trail_lot(at, lines, cython.cast(cython.int, self.lots.rows[at + L_SIDE]))
        self.move_bracket_trails()

    def cancel_orders(self, action: cython.int) -> None:
        k: cython.Py_ssize_t = 0
        tag: cython.double = self.acts[action * ACTION_WIDTH + A_TARGET_TAG]
        at: cython.Py_ssize_t
        while k < self.orders.count:
            at = k * self.order_width
            if tag < 0.0 or self.orders.rows[at + O_TAG] == tag or self.orders.rows[at + O_TARGET_TAG] == tag:
                self.end_order(k, E_CANCELLED, 0.0, NAN)
            else:
                k += 1
        if tag >= 0.0:
            self.cancel_bracket(tag)

    def held(self, side: cython.int, tag: cython.int) -> cython.double:
        """Quantity of the open lots of a side, and of a tag unless -1."""
        k: cython.Py_ssize_t
        total: cython.double = 0.0
        for k in range(self.lots.count):
            if self.lots.rows[k * LOT_WIDTH + L_SIDE] == side and (tag < 0 or self.lots.rows[k * LOT_WIDTH + L_TAG] == tag):
                total += self.lots.rows[k * LOT_WIDTH + L_QUANTITY]
        return total

    def reserved(self, side: cython.int) -> cython.double:
        """What the resting entries of a side are presumed to cost."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        total: cython.double = 0.0
        for k in range(self.orders.count):
            at = k * self.order_width
            if self.orders.rows[at + O_ENTRY] != 0.0 and self.orders.rows[at + O_SIDE] == side:
                total += self.orders.rows[at + O_QUANTITY] * self.orders.rows[at + O_PRESUMED] * self.multiplier
        return total

    def order_price(self, slot: cython.int, kind: cython.int, side: cython.int) -> cython.double:
        """An order's price on the tick grid: buy stops and sell limits up, sell stops and buy limits down."""
        if slot < 0:
            return NAN
        return self.on_ticks(self.slot(slot), -side if kind == LIMIT else side)

    def place_order(
        self,
        action: cython.int,
        entry: cython.int,
        side: cython.int,
        kind: cython.int,
        quantity: cython.double,
        price: cython.double,
        limit: cython.double,
    ) -> cython.Py_ssize_t:
        """A new order rests, in place of the one pending under its tag. Returns its offset."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        tag: cython.double = self.acts[action * ACTION_WIDTH + A_TAG]
        while k < self.orders.count:
            at = k * self.order_width
            if self.orders.rows[at + O_TAG] == tag and self.orders.rows[at + O_ENTRY] == entry:
                self.end_order(k, E_REPLACED, 0.0, NAN)
            else:
                k += 1
        at = self.orders.more()
        for k in range(O_FROZEN, self.order_width):
            self.orders.rows[at + k] = 0.0
        self.orders.rows[at + O_ID] = self.next_order
        self.orders.rows[at + O_ACTION] = action
        self.orders.rows[at + O_TAG] = tag
        self.orders.rows[at + O_ENTRY] = entry
        self.orders.rows[at + O_SIDE] = side
        self.orders.rows[at + O_KIND] = kind
        self.orders.rows[at + O_QUANTITY] = quantity
        self.orders.rows[at + O_PRICE] = price
        self.orders.rows[at + O_LIMIT] = limit
        self.orders.rows[at + O_MADE] = self.bar
        self.orders.rows[at + O_EXPIRE] = -1.0
        self.orders.rows[at + O_HOLD] = -1.0
        self.orders.rows[at + O_AFTER] = NAN
        self.orders.rows[at + O_TRAIL] = NAN
        self.orders.rows[at + O_TARGET_TAG] = -1.0
        self.orders.rows[at + O_PRESUMED] = self.c
        self.orders.rows[at + O_REASON] = R_EXIT
        self.orders.rows[at + O_SINCE] = -1.0
        self.orders.rows[at + O_TOTAL] = NAN
        self.orders.rows[at + O_FILLED] = 0.0
        self.orders.rows[at + O_PAID] = 0.0
        self.orders.rows[at + O_WHOLE] = 0.0
        self.orders.rows[at + O_WAITS] = 0.0
        self.next_order += 1.0
        self.dirty = True
        return at

    def make_exit(self, action: cython.int) -> None:
        """An order to close, for what is held now; nothing held, nothing made."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        verb: cython.int = self.acts[act + A_VERB]
        side: cython.int = 1 if self.size_now > 0.0 else -1
        tag: cython.int = self.acts[act + A_TARGET_TAG]
        kind: cython.int = self.acts[act + A_KIND]
        sizing: cython.int = self.acts[act + A_SIZING]
        held: cython.double
        amount: cython.double = 0.0
        price: cython.double = NAN
        limit: cython.double = NAN
        expire: cython.double = -1.0
        presumed: cython.double = self.c
        quantity: cython.double
        at: cython.Py_ssize_t
        if self.has_allowance and (sizing == BY_ALL or (sizing == BY_POSITION and self.slot(self.acts[act + A_SIZE]) >= 1.0)):
            self.drop_rests(1.0 if verb == SELL else -1.0 if verb == COVER else 0.0, tag)
        if self.size_now == 0.0 or (verb == SELL and side < 0) or (verb == COVER and side > 0):
            return
        held = self.held(side, tag)
        if held <= 0.0:
            return
        if kind in (LIMIT, STOP, STOP_LIMIT):
            price = self.order_price(
                self.acts[act + A_PRICE] if kind != LIMIT or self.acts[act + A_PRICE] >= 0 else self.acts[act + A_LIMIT],
                kind,
                -side,
            )
            presumed = price
            if kind == STOP_LIMIT:
                limit = self.order_price(self.acts[act + A_LIMIT], LIMIT, -side)
                presumed = limit
        if self.acts[act + A_SIZE] >= 0:
            amount = self.slot(self.acts[act + A_SIZE])
        if self.acts[act + A_EXPIRE] >= 0:
            expire = floor(self.slot(self.acts[act + A_EXPIRE])) if self.slot(self.acts[act + A_EXPIRE]) >= 1.0 else NAN
        needs_price: cython.bint = kind == THIS_CLOSE or sizing in (BY_EQUITY, BY_CASH, BY_MONEY)
        if (
            amount != amount
            or expire != expire
            or (price != price and kind != MARKET and kind != THIS_CLOSE)
            or (needs_price and presumed != presumed)
        ):
            self.log(action, C_UNKNOWN)
            return
        if kind == STOP_LIMIT and limit != limit:
            self.log(action, C_UNKNOWN)
            return
        if sizing == BY_ALL or (sizing == BY_POSITION and amount >= 1.0):
            quantity = held
        else:
            if sizing == BY_POSITION:
                quantity = amount * held
            elif sizing == BY_QUANTITY:
                quantity = amount
            elif presumed * self.multiplier <= 0.0:
                quantity = 0.0
            elif sizing == BY_EQUITY:
                quantity = amount * self.equity_now / (presumed * self.multiplier)
            elif sizing == BY_CASH:
                quantity = amount * self.cash_now / (presumed * self.multiplier)
            else:
                quantity = amount / (presumed * self.multiplier)
            quantity = self.on_lots(quantity)
            if not quantity > 0.0:
                self.log(action, C_SIZE)
                return
            if quantity > held:
                quantity = held
        at = self.place_order(action, 0, -side, kind, quantity, price, limit)
        self.orders.rows[at + O_EXPIRE] = expire
        self.orders.rows[at + O_TARGET_TAG] = tag
        if kind == THIS_CLOSE:
            self.by_limit = False
            self.fill_exit(self.orders.count - 1, self.c, AT_CLOSE)

    def drop_rests(self, side: cython.double, tag: cython.int) -> None:
        """Who leaves a position does not go on buying it: entries at the market, of a side (0: of both) and of a tag unless -1, that wait for volume."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        while k < self.orders.count:
            at = k * self.order_width
            if (
                self.orders.rows[at + O_WAITS] != 0.0
                and self.orders.rows[at + O_ENTRY] != 0.0
                and self.orders.rows[at + O_KIND] == MARKET
                and (side == 0.0 or self.orders.rows[at + O_SIDE] == side)
                and (tag < 0 or self.orders.rows[at + O_TAG] == tag)
            ):
                self.end_order(k, E_CANCELLED, 0.0, NAN)
            else:
                k += 1

    def refusal(self, action: cython.int, side: cython.int) -> cython.int:
        """Why no entry of this side may be made now, whatever its size; 0 if it may."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        tag: cython.double = self.acts[action * ACTION_WIDTH + A_TAG]
        entries: cython.double = 0.0
        if self.multiplier != self.multiplier:
            return C_NO_RATE
        if self.stopped != 0.0:
            return C_DRAWDOWN
        if self.stopped_day == self.day:
            return C_DAILY_LOSS
        if self.orders_today >= self.max_orders:
            return C_ORDERS_PER_DAY
        if self.max_positions < 1.0 + self.others_open and self.size_now == 0.0:
            return C_POSITIONS
        if self.has_allowance:
            entries = self.open_entries(-1.0) if self.size * side > 0.0 else 0.0
        else:
            for k in range(self.lots.count):
                if self.lots.rows[k * LOT_WIDTH + L_SIDE] == side:
                    entries += 1.0
        for k in range(self.orders.count):
            # A market entry of this close is on its way; the one that this replaces is not.
            at = k * self.order_width
            if (
                self.orders.rows[at + O_ENTRY] != 0.0
                and self.orders.rows[at + O_KIND] == MARKET
                and self.orders.rows[at + O_SIDE] == side
                and self.orders.rows[at + O_TAG] != tag
                and not self.has_part(self.orders.rows[at + O_ID])
            ):
                entries += 1.0
        return C_PYRAMIDING if entries >= self.pyramiding else 0

    def sized(self, action: cython.int, side: cython.int, presumed: cython.double, stop: cython.double) -> cython.double:
        """An entry's quantity from this close's equity and the presumed entry, on the lot grid; NaN if its size is unknown."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        sizing: cython.int = self.acts[act + A_SIZING]
        amount: cython.double = self.slot(self.acts[act + A_SIZE]) if self.acts[act + A_SIZE] >= 0 else NAN
        value: cython.double = presumed * self.multiplier
        fee: cython.double = 0.0 if self.platform else self.fee_order
        quantity: cython.double
        if amount != amount:
            return NAN
        if sizing == BY_QUANTITY:
            quantity = amount
        elif sizing == BY_POSITION:
            quantity = amount * (self.size_now if self.size_now > 0.0 else -self.size_now)
        elif sizing == BY_RISK:
            quantity = (amount * self.equity_now - fee) / ((presumed - stop) * side * self.multiplier)
        elif value <= 0.0:
            return 0.0
        elif sizing == BY_EQUITY:
            quantity = (amount * self.equity_now - fee) / value
        elif sizing == BY_CASH:
            quantity = (amount * (self.cash_now - self.others_reserved - self.reserved(side)) - fee) / value
        else:
            quantity = (amount - fee) / value
        if quantity - quantity != 0.0:
            return NAN
        return self.on_lots(quantity)

    def on_the_way(self, side: cython.int, tag: cython.double) -> cython.double:
        """What market entries of a side still wait for because a bar had not the volume; not the one of `tag`, which a new order replaces."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        total: cython.double = 0.0
        for k in range(self.orders.count):
            at = k * self.order_width
            if (
                self.orders.rows[at + O_ENTRY] != 0.0
                and self.orders.rows[at + O_WAITS] != 0.0
                and self.orders.rows[at + O_KIND] == MARKET
                and self.orders.rows[at + O_SIDE] == side
                and self.orders.rows[at + O_TAG] != tag
            ):
                total += self.orders.rows[at + O_QUANTITY]
        return total

    def capped(self, action: cython.int, side: cython.int, quantity: cython.double, presumed: cython.double) -> cython.double:
        """The quantity after the limits on one order and on the position; says which of them acted."""
        value: cython.double = presumed * self.multiplier
        size: cython.double = self.size_now * side if self.size_now * side > 0.0 else 0.0
        room: cython.double
        cause: cython.int = 0
        if value <= 0.0:
            return quantity
        if self.has_allowance:
            size += self.on_the_way(side, self.acts[action * ACTION_WIDTH + A_TAG])
        room = self.max_order_value / value
        if room < quantity:
            quantity = room
            cause = C_ORDER_VALUE
        room = self.max_position * self.equity_now / value - size if self.max_position < FAR else FAR
        if room < quantity:
            quantity = room
            cause = C_POSITION
        room = self.max_position_value / value - size
        if room < quantity:
            quantity = room
            cause = C_POSITION
        room = (self.max_exposure * self.equity_now - self.others_exposed) / value - size if self.max_exposure < FAR else FAR
        if room < quantity:
            quantity = room
            cause = C_EXPOSURE
        if cause != 0:
            quantity = self.on_lots(quantity)
            self.log(action, cause)
        return quantity

    def make_entry(self, action: cython.int) -> None:
        """An order to open, all of it known, sized now; or a row in the trace that says why not."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        side: cython.int = 1 if self.acts[act + A_VERB] == BUY else -1
        kind: cython.int = self.acts[act + A_KIND]
        stop_at: cython.int = self.acts[act + A_STOP]
        target_at: cython.int = self.acts[act + A_TARGET]
        closing: cython.bint = not (self.allow_long if side > 0 else self.allow_short)
        price: cython.double = NAN
        limit: cython.double = NAN
        presumed: cython.double = self.c
        stop: cython.double = NAN
        trail: cython.double = NAN
        after: cython.double = NAN
        hold: cython.double = -1.0
        expire: cython.double = -1.0
        quantity: cython.double
        cause: cython.int
        known: cython.bint
        at: cython.Py_ssize_t
        j: cython.int
        if closing and not self.size_now * side < 0.0:
            self.log(action, C_DIRECTION)
            return
        if kind == LIMIT:
            price = self.order_price(
                self.acts[act + A_PRICE] if self.acts[act + A_PRICE] >= 0 else self.acts[act + A_LIMIT], LIMIT, side
            )
            presumed = price
        elif kind in (STOP, STOP_LIMIT):
            price = self.order_price(self.acts[act + A_PRICE], STOP, side)
            presumed = price
            if kind == STOP_LIMIT:
                limit = self.order_price(self.acts[act + A_LIMIT], LIMIT, side)
                presumed = limit
        known = presumed == presumed and (price == price or kind in (MARKET, THIS_CLOSE))
        if stop_at >= 0:
            known = self.freeze(stop_at) and known
        if target_at >= 0:
            known = self.freeze(target_at) and known
        if self.acts[act + A_TRAIL] >= 0:
            trail = self.slot(self.acts[act + A_TRAIL])
            known = known and trail >= 0.0
            if self.acts[act + A_AFTER] >= 0:
                after = self.slot(self.acts[act + A_AFTER])
                known = known and after == after
        if self.acts[act + A_HOLD] >= 0:
            hold = self.slot(self.acts[act + A_HOLD])
            known = known and hold >= 0.0
        if self.acts[act + A_EXPIRE] >= 0:
            expire = self.slot(self.acts[act + A_EXPIRE])
            known = known and expire >= 1.0
        if known and stop_at >= 0:
            stop = self.on_ticks(self.attached_price(stop_at, presumed, side, NAN), -side)
            known = stop == stop
        if known and target_at >= 0:
            known = self.attached_price(target_at, presumed, side, stop) - presumed < FAR
        if not known:
            self.log(action, C_UNKNOWN)
            return
        if closing:
            at = self.place_order(action, 0, side, kind, self.held(-side, -1), price, limit)
            self.orders.rows[at + O_REASON] = R_DIRECTION
            self.orders.rows[at + O_EXPIRE] = floor(expire)
            if kind == THIS_CLOSE:
                self.by_limit = False
                self.fill_exit(self.orders.count - 1, self.c, AT_CLOSE)
            return
        if stop_at >= 0 and (presumed - stop) * side <= 0.0:
            self.log(action, C_WRONG_SIDE)
            return
        cause = self.refusal(action, side)
        if cause != 0:
            self.log(action, cause)
            if self.platform and self.size_now * side > 0.0 and self.has_lines(action):
                # On the platform the lines of a refused entry still move those of its tag.
                self.move_lines(action, self.acts[act + A_TAG], side)
            return
        quantity = self.sized(action, side, presumed, stop)
        if not quantity > 0.0:
            self.log(action, C_SIZE if quantity == quantity else C_UNKNOWN)
            return
        quantity = self.capped(action, side, quantity, presumed)
        if not quantity > 0.0:
            return
        if quantity * presumed * self.unit < self.min_notional:
            self.log(action, C_MIN_NOTIONAL)
            return
        at = self.place_order(action, 1, side, kind, quantity, price, limit)
        self.orders.rows[at + O_EXPIRE] = floor(expire)
        self.orders.rows[at + O_HOLD] = floor(hold)
        self.orders.rows[at + O_AFTER] = after
        self.orders.rows[at + O_TRAIL] = trail
        self.orders.rows[at + O_PRESUMED] = presumed
        if self.platform and kind in (LIMIT, STOP, STOP_LIMIT):
            self.orders.rows[at + O_TOTAL] = quantity + self.still_opposite(action, side)
        for j in range(self.order_width - O_FROZEN):
            self.orders.rows[at + O_FROZEN + j] = self.frozen[j]
        if kind == THIS_CLOSE:
            self.by_limit = False
            self.fill_entry(self.orders.count - 1, self.c, AT_CLOSE)

    def still_opposite(self, action: cython.int, side: cython.int) -> cython.double:
        """The position on the other side, less the exits at the market that earlier lines have made at this close."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        rest: cython.double = -self.size_now * side
        for k in range(self.orders.count):
            at = k * self.order_width
            if (
                self.orders.rows[at + O_ENTRY] == 0.0
                and self.orders.rows[at + O_KIND] == MARKET
                and self.orders.rows[at + O_MADE] == self.bar
                and self.orders.rows[at + O_SIDE] == side
                and self.orders.rows[at + O_ACTION] < action
            ):
                rest -= self.orders.rows[at + O_QUANTITY]
        return rest if rest > 0.0 else 0.0

    def has_lines(self, action: cython.int) -> cython.bint:
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        return self.acts[act + A_STOP] >= 0 or self.acts[act + A_TARGET] >= 0 or self.acts[act + A_TRAIL] >= 0

    def take_note(self, action: cython.int) -> None:
        """Records that a notify fired, with the values of its text."""
        j: cython.int
        to: cython.Py_ssize_t = self.note_rows.add()
        self.note_rows.rows[to] = self.bar
        self.note_rows.rows[to + 1] = action
        for j in range(self.note_starts[action], self.note_starts[action + 1]):
            self.note_rows.rows[to + 2 + j - self.note_starts[action]] = self.slot(self.note_slots[j])
