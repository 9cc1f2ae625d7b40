"""The first half of a bar: its fills by the pessimistic model, then the risk limits at its close.

The order of things: gaps at the open, resting exits, resting entries, limits. `fills next_open_only` ends after the open.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython

if not cython.compiled:
    from runtime.machine.layout import (
        AT_OPEN,
        B_TARGET,
        BRACKET_WIDTH,
        C_DAILY_LOSS,
        C_DRAWDOWN,
        E_EXPIRED,
        E_LIMIT,
        INSIDE,
        L_BAR,
        L_HOLD,
        L_LEAVING,
        L_SIDE,
        L_STOP,
        L_TARGET,
        LIMIT,
        LOT_WIDTH,
        O_ENTRY,
        O_EXPIRE,
        O_KIND,
        O_MADE,
        O_PRICE,
        O_SIDE,
        R_DAILY_LOSS,
        R_DRAWDOWN,
        R_HOLD,
        R_STOP,
        R_TARGET,
        R_TRAIL,
        STOP,
        STOP_LIMIT,
    )
    from runtime.machine.liquidation import Liquidation

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))


class FillModel(Liquidation):
    """From a bar's prices and the book to fills. `core.Machine` completes it."""

    def set_order_of_exits(self, take: str) -> None:
        """take: 'stops' or 'targets', which of the two comes first on a bar that reaches both."""
        self.targets_first = take == "targets"

    def start(self) -> None:
        super().start()
        self.stopped_day = self.ambiguous_bar = -1.0
        self.stopped = self.ambiguous_bars = 0.0

    def first_half(self) -> None:
        """Fills of this bar, then its risk limits. A bar with an unknown price fills nothing."""
        known: cython.bint
        up: cython.bint
        down: cython.bint
        if self.dirty:
            self.rearm()
        if self.has_allowance:
            self.allow()
        known = self.o - self.o == 0.0 and self.h - self.h == 0.0 and self.l - self.l == 0.0 and self.c - self.c == 0.0
        up = self.h >= self.upper or self.o >= self.upper
        down = self.l <= self.lower or self.o <= self.lower
        if known and (self.urgent or up or down or self.bar >= self.due):
            self.fill_the_bar()
        if self.bar >= self.due:
            self.expire_orders()
        if self.has_rates:
            self.turn_to(self.rate_close)
        if self.c - self.c == 0.0:
            self.mark = self.c
        self.stretch()
        self.limits_at_the_close()

    def fill_the_bar(self) -> None:
        """All fills of a bar whose prices are known, by the pessimistic model."""
        self.at_the_open()
        if not self.opens_only and not self.bare:
            self.exits_inside()
            self.entries_inside()

    def at_the_open(self) -> None:
        """Exits, then entries in the order they were made, at the open's price."""
        k: cython.Py_ssize_t = 0
        count: cython.Py_ssize_t
        raw: cython.double
        self.flatten_at_the_open()
        self.exits_at_the_open()
        self.liquidate_at_the_open()
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] != 0.0:
                raw = self.price_at_open(k * self.order_width)
                if raw == raw:
                    count = self.orders.count
                    self.fill_entry(k, raw, AT_OPEN)
                    self.liquidate_at_the_open()
                    if self.orders.count < count:
                        continue
            k += 1

    def flatten_at_the_open(self) -> None:
        """What a limit has decided at a close."""
        if self.flatten != 0.0:
            self.close_everything(self.o, AT_OPEN, cython.cast(cython.int, self.flatten))
            self.flatten = 0.0
            self.dirty = True

    def exits_at_the_open(self) -> None:
        """Resting exits that the open reaches, then attached exits that it gaps through or that are due."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        side: cython.double
        stop: cython.double
        raw: cython.double
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] == 0.0:
                raw = self.price_at_open(k * self.order_width)
                if raw == raw:
                    count = self.orders.count
                    self.fill_exit(k, raw, AT_OPEN)
                    if self.orders.count < count:
                        continue
            k += 1
        if self.bare:
            return
        k = 0
        while k < self.lots.count:
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            stop = self.tight(at)
            count = self.lots.count
            if self.has_allowance and self.lots.rows[at + L_LEAVING] != 0.0:
                self.close_lot(k, self.o, False, AT_OPEN, cython.cast(cython.int, self.lots.rows[at + L_LEAVING]))
            elif (self.o - stop) * side <= 0.0:
                self.close_lot(k, self.o, False, AT_OPEN, R_STOP if stop == self.lots.rows[at + L_STOP] else R_TRAIL)
            elif (self.o - self.lots.rows[at + L_TARGET]) * side > 0.0:
                self.close_lot(k, self.o, True, AT_OPEN, R_TARGET)
            elif (
                self.lots.rows[at + L_HOLD] >= 0.0 and self.bar >= self.lots.rows[at + L_BAR] + self.lots.rows[at + L_HOLD] + 1.0
            ):
                self.close_lot(k, self.o, False, AT_OPEN, R_HOLD)
            if self.lots.count == count:
                k += 1
        self.brackets_at_the_open()

    def exits_inside(self) -> None:
        """Resting exits and attached exits that the bar reaches after its open; stops first, in the scenario targets first."""
        if self.lots.count == 0 and self.orders.count == 0:
            return
        if self.ambiguous_bar != self.bar and self.both_touched():
            self.ambiguous_bar = self.bar
            self.ambiguous_bars += 1.0
        if self.targets_first:
            self.targets_inside()
            self.stops_inside()
        else:
            self.stops_inside()
            self.targets_inside()

    def both_touched(self) -> cython.bint:
        """Whether the bar could have ended a lot at a loss and at a gain, and its prices do not say which came first."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        side: cython.double
        kind: cython.int
        stop: cython.bint
        target: cython.bint
        lot_stop: cython.bint = False
        lot_target: cython.bint = False
        order_stop: cython.bint = False
        order_target: cython.bint = False
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            stop = ((self.l if side > 0.0 else self.h) - self.tight(at)) * side <= 0.0
            target = ((self.h if side > 0.0 else self.l) - self.lots.rows[at + L_TARGET]) * side > 0.0
            if stop and target:
                return True
            lot_stop = lot_stop or stop
            lot_target = lot_target or target
        for k in range(self.orders.count):
            at = k * self.order_width
            side = -self.orders.rows[at + O_SIDE]
            if self.orders.rows[at + O_ENTRY] == 0.0 and self.size * side > 0.0:
                kind = cython.cast(cython.int, self.orders.rows[at + O_KIND])
                if kind == LIMIT and ((self.h if side > 0.0 else self.l) - self.orders.rows[at + O_PRICE]) * side > 0.0:
                    order_target = True
                elif (
                    kind in (STOP, STOP_LIMIT)
                    and ((self.l if side > 0.0 else self.h) - self.orders.rows[at + O_PRICE]) * side <= 0.0
                ):
                    order_stop = True
        for k in range(self.brackets.count):
            order_stop = order_stop or self.bracket_stop_touched(k)
            order_target = order_target or self.bracket_target_passed(k)
        order_stop = order_stop or self.liquidation_touched()
        return (order_target and (lot_stop or order_stop)) or (order_stop and lot_target)

    def stops_inside(self) -> None:
        """Stops of entries and brackets, the nearer to the market before the farther, then those of rules."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        raw: cython.double
        if self.has_maintenance:
            self.liquidate_inside()
        k = self.next_bracket(True)
        while k >= 0:
            self.lot_stops_inside(self.nearest_stop(k * BRACKET_WIDTH))
            if self.bracket_stop_touched(k):
                at = k * BRACKET_WIDTH
                self.fill_bracket(k, self.nearest_stop(at), False, INSIDE, self.reason_of_stop(at))
            k = self.next_bracket(True)
        self.lot_stops_inside(-FAR if self.size > 0.0 else FAR)
        k = 0
        while k < self.orders.count:
            at = k * self.order_width
            if self.orders.rows[at + O_ENTRY] == 0.0 and self.orders.rows[at + O_KIND] != LIMIT:
                raw = self.price_inside(at)
                if raw == raw:
                    count = self.orders.count
                    self.fill_exit(k, raw, INSIDE)
                    if self.orders.count < count:
                        continue
            k += 1

    def lot_stops_inside(self, level: cython.double) -> None:
        """Closes the lots whose stop or trail the bar touches, as far as it stands at `level` or nearer."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        side: cython.double
        stop: cython.double
        while k < self.lots.count:
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            stop = self.tight(at)
            count = self.lots.count
            if ((self.l if side > 0.0 else self.h) - stop) * side <= 0.0 and (stop - level) * side >= 0.0:
                self.close_lot(k, stop, False, INSIDE, R_STOP if stop == self.lots.rows[at + L_STOP] else R_TRAIL)
            if self.lots.count == count:
                k += 1

    def targets_inside(self) -> None:
        """Targets of entries and brackets, the nearer to the market before the farther, then the limits of rules."""
        k: cython.Py_ssize_t = self.next_bracket(False)
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        raw: cython.double
        while k >= 0:
            self.lot_targets_inside(self.brackets.rows[k * BRACKET_WIDTH + B_TARGET])
            if self.bracket_target_passed(k):
                self.fill_bracket(k, self.brackets.rows[k * BRACKET_WIDTH + B_TARGET], True, INSIDE, R_TARGET)
            k = self.next_bracket(False)
        self.lot_targets_inside(FAR if self.size > 0.0 else -FAR)
        k = 0
        while k < self.orders.count:
            at = k * self.order_width
            if self.orders.rows[at + O_ENTRY] == 0.0 and self.orders.rows[at + O_KIND] == LIMIT:
                raw = self.price_inside(at)
                if raw == raw:
                    count = self.orders.count
                    self.fill_exit(k, raw, INSIDE)
                    if self.orders.count < count:
                        continue
            k += 1

    def lot_targets_inside(self, level: cython.double) -> None:
        """Closes the lots whose target the bar passes, as far as it stands at `level` or nearer."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        side: cython.double
        target: cython.double
        while k < self.lots.count:
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            target = self.lots.rows[at + L_TARGET]
            count = self.lots.count
            if ((self.h if side > 0.0 else self.l) - target) * side > 0.0 and (target - level) * side <= 0.0:
                self.close_lot(k, target, True, INSIDE, R_TARGET)
            if self.lots.count == count:
                k += 1

    def entries_inside(self) -> None:
        """Resting entries that the bar reaches after its open, in the order they were made."""
        k: cython.Py_ssize_t = 0
        count: cython.Py_ssize_t
        raw: cython.double
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] != 0.0:
                raw = self.price_inside(k * self.order_width)
                if raw == raw:
                    count = self.orders.count
                    self.fill_entry(k, raw, INSIDE)
                    self.liquidate_after_entry(raw)
                    if self.orders.count < count:
                        continue
            k += 1

    def expire_orders(self) -> None:
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        while k < self.orders.count:
            at = k * self.order_width
            if (
                self.orders.rows[at + O_EXPIRE] >= 0.0
                and self.bar >= self.orders.rows[at + O_MADE] + self.orders.rows[at + O_EXPIRE]
            ):
                self.end_order(k, E_EXPIRED, 0.0, NAN)
            else:
                k += 1

    def limits_at_the_close(self) -> None:
        """Daily loss and drawdown, by equity at this close: entries are dropped, and the next open closes everything."""
        equity: cython.double = self.equity(self.mark)
        cause: cython.int = 0
        to: cython.Py_ssize_t
        if equity > self.peak:
            self.peak = equity
        self.last_equity = equity
        if not self.daily:
            return
        if self.max_daily_loss < FAR and self.stopped_day != self.day and equity <= self.day_equity * (1.0 - self.max_daily_loss):
            self.stopped_day = self.day
            cause = C_DAILY_LOSS
        if self.max_drawdown < FAR and self.stopped == 0.0 and equity <= self.peak * (1.0 - self.max_drawdown):
            self.stopped = 1.0
            cause = C_DRAWDOWN
        if cause != 0:
            self.drop_entries(E_LIMIT)
            if self.lots.count > 0:
                self.flatten = R_DRAWDOWN if cause == C_DRAWDOWN else R_DAILY_LOSS
            self.dirty = True
            to = self.event_rows.add()
            self.event_rows.rows[to] = cause
            self.event_rows.rows[to + 1] = -1.0
            self.event_rows.rows[to + 2] = self.bar
            self.event_rows.rows[to + 3] = self.bar
            self.event_rows.rows[to + 4] = 1.0
