"""The order book of the machine: resting orders, what they wake for, where they fill, and what a fill does.

Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from array import array
from typing import Any

import cython

from compiler.plan import MachineCode
from runtime.machine.codes import KINDS, SIZINGS, VERBS

if cython.compiled:
    from cython.cimports.runtime.machine.table import Table
    from cython.cimports.runtime.rowcode import Program, RowRunner, run_program
else:
    from runtime.machine.allowance import Allowance
    from runtime.machine.layout import (
        A_AFTER_SHARE,
        A_STOP,
        A_TARGET,
        A_TRAIL,
        A_TRAIL_SHARE,
        A_VERB,
        ACTION_WIDTH,
        C_MIN_NOTIONAL,
        C_NO_CASH,
        C_ORDERS_PER_DAY,
        C_POSITIONS,
        C_PYRAMIDING,
        C_REDUCED,
        C_UNKNOWN,
        C_VOLUME,
        E_FILLED,
        E_LIMIT,
        E_NOTHING,
        E_REFUSED,
        EVENT_WIDTH,
        FILL_WIDTH,
        HOLD_TOP,
        INSIDE,
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
        ORDER_WIDTH,
        R_ENTRY,
        R_ORDERS_PER_DAY,
        R_REVERSED,
        R_STOP,
        R_TARGET,
        R_TRAIL,
        STOP,
        THIS_CLOSE,
    )
    from runtime.machine.table import Table
    from runtime.rowcode import RowRunner, run_program

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))
# What is left of cash by rounding pays for no more than this share of an order: that is no fill.
DUST = cython.declare(cython.double, 1e-9)


class Book(Allowance):
    """Resting orders and the attached exits of open lots. `core.Machine` completes it."""

    def set_actions(self, code: MachineCode) -> None:
        self.code = code
        tags: dict[str, int] = {}
        rows: list[int] = []
        runners: list[RowRunner] = []
        places: list[int] = []
        slots: list[int] = []
        widest = 0
        entry_tags = {action.tag for action in code.actions if action.verb in ("buy", "short")}
        for at, action in enumerate(code.actions):
            attached: list[int] = []
            width = 0
            for price in (action.stop, action.target):
                if price is None:
                    attached.append(-1)
                    continue
                attached.append(len(runners))
                runners.append(RowRunner(price.code))
                places += [len(slots), len(price.frozen), width]
                slots += price.frozen
                width += len(price.frozen)
            widest = max(widest, width)
            opens = action.verb in ("buy", "short")
            # An order without a tag, and an exit, is pending under its own line.
            own = action.tag if opens or (action.verb in ("sell", "cover") and action.tag) else ""
            pending = tags.setdefault(own or f"\n{at}", len(tags))
            addressed = tags.setdefault(action.tag, len(tags)) if action.tag and action.verb in ("exit", "cancel") else -1
            if action.verb == "protect" and action.tag:
                pending = tags.setdefault(action.tag, len(tags))
                # The tag of an entry: its lines are replaced. Any other is a bracket of its own.
                addressed = pending if action.tag in entry_tags else -1
            rows += [
                VERBS.index(action.verb), action.fires, SIZINGS.index(action.sizing), action.size, KINDS.index(action.entry),
                action.price, action.limit,
                attached[0], attached[1], action.trail, int(action.trail_share), action.trail_after,
                int(action.trail_after_share), action.hold,
                action.expire, pending, addressed,
            ]  # fmt: skip

        def chosen(*verbs: str) -> list[int]:
            return [at for at, action in enumerate(code.actions) if action.verb in verbs]

        cancels, exits, entries, notes = (
            chosen("cancel"),
            chosen("sell", "cover", "exit"),
            chosen("buy", "short"),
            chosen("notify"),
        )
        protects = chosen("protect")
        self.acts = array("i", rows or [0])
        self.cancels, self.cancel_count = array("i", cancels or [0]), len(cancels)
        self.exits, self.exit_count = array("i", exits or [0]), len(exits)
        self.entries, self.entry_count = array("i", entries or [0]), len(entries)
        fires = [action.fires for action in code.actions]
        self.exit_fires = array("i", [fires[at] for at in exits] or [0])
        self.entry_fires = array("i", [fires[at] for at in entries] or [0])
        self.notes, self.note_count = array("i", notes or [0]), len(notes)
        self.protects, self.protect_count = array("i", protects or [0]), len(protects)
        said = [[part for part in action.text if not isinstance(part, str)] for action in code.actions]
        self.note_width = 2 + max((len(parts) for parts in said), default=0)
        starts = [sum(len(parts) for parts in said[:at]) for at in range(len(said) + 1)]
        self.note_slots = array("i", [slot for parts in said for slot in parts] or [0])
        self.note_starts = array("i", starts)
        self.price_places, self.price_slots = array("i", places or [0]), array("i", slots or [0])
        self.order_width = O_FROZEN + widest
        # Of such a program nothing rests once a bar has opened: every order is at the market and filled whole, no lot brings exits along, and nobody liquidates.
        self.bare = (
            not self.has_allowance
            and self.account.terms.maintenance < 0
            and all(
                action.entry == "next_open"
                and action.stop is None
                and action.target is None
                and action.trail < 0
                and action.hold < 0
                and action.expire < 0
                and action.verb in ("buy", "short", "sell", "cover", "exit", "cancel", "notify")
                for action in code.actions
            )
        )
        self.frozen = array("d", bytes(8 * max(1, widest)))
        self.values = array("d", bytes(8 * (3 + max(1, widest))))
        self.price_runners = runners
        self.orders, self.order_rows = Table(self.order_width), Table(ORDER_WIDTH)
        self.open_events, self.event_rows = Table(EVENT_WIDTH), Table(EVENT_WIDTH)
        self.note_rows = Table(self.note_width)
        if cython.compiled:
            pointers: cython.Py_ssize_t[::1] = array("q", [0] * max(1, len(runners)))
            self._prices = pointers
            self.prices = cython.cast(cython.pointer(cython.pointer(Program)), cython.address(pointers[0]))
            k: cython.Py_ssize_t
            runner: RowRunner
            for k in range(len(runners)):
                runner = runners[k]
                self.prices[k] = runner.program
            self.values_at, self.known_at = cython.address(self.values[0]), cython.address(self.known[0])
        else:
            self.prices, self.values_at, self.known_at = runners, self.values, self.known

    def set_slots(self, code: MachineCode) -> None:
        self.row: Any = None if code.row is None else RowRunner(code.row)
        self.has_row = code.row is not None
        self.slot_count = len(code.slots)
        if code.row is not None:
            in_row = [code.row.results[slot.index] if slot.where == "row" else -1 for slot in code.slots]
        else:
            in_row = [-1] * len(code.slots)
        self.slot_row = array("i", in_row or [0])
        self.slot_values = array("d", bytes(8 * max(1, len(code.slots))))
        fires = sorted({action.fires for action in code.actions})
        self.every_bar = self.has_row or self.daily or self.has_holding
        self.fire_slots, self.fire_count = array("i", fires or [0]), len(fires)
        self.fire_from, self.fire_bits = -64, 0
        row_loads = 1 + max((position for _, position in code.row.loads), default=-1) if code.row is not None else 0
        self.row_values = array("d", bytes(8 * max(1, row_loads)))
        self.row_load_count = row_loads
        if cython.compiled:
            self.row_values_at = cython.address(self.row_values[0])
        else:
            self.row_values_at = self.row_values
        self.given = False
        self.at = 0
        if not cython.compiled:
            self.columns: list[Any] = []

    def start(self) -> None:
        super().start()
        self.next_order = self.flatten = 0.0
        self.by_limit = self.urgent = self.trailing = False
        self.upper, self.lower, self.due = FAR, -FAR, FAR
        self.orders.clear()
        # One running event an action.
        self.open_events.clear()
        for _ in range(len(self.code.actions)):
            self.open_events.add()

    def slot(self, k: cython.int) -> cython.double:
        if self.given:
            return self.slot_values[k]
        if self.slot_row[k] >= 0:
            return self.row.regs[self.slot_row[k]]
        return self.columns[k][self.at]

    def freeze(self, k: cython.int) -> cython.bint:
        """Reads the frozen slots of attached price k. False if one is unknown."""
        j: cython.int
        x: cython.double
        for j in range(self.price_places[3 * k + 1]):
            x = self.slot(self.price_slots[self.price_places[3 * k] + j])
            if x != x:
                return False
            self.frozen[self.price_places[3 * k + 2] + j] = x
        return True

    def attached_price(self, k: cython.int, entry: cython.double, side: cython.int, stop: cython.double) -> cython.double:
        """Attached price k for a fill at `entry`, from what `frozen` holds."""
        j: cython.int
        self.values[0] = entry
        self.values[1] = side
        self.values[2] = stop
        for j in range(self.price_places[3 * k + 1]):
            self.values[3 + j] = self.frozen[self.price_places[3 * k + 2] + j]
        run_program(self.prices[k], self.values_at, self.known_at)
        return self.prices[k].regs[self.prices[k].results[0]]

    def close_lot(
        self, k: cython.Py_ssize_t, raw: cython.double, by_limit: cython.bint, place: cython.int, reason: cython.int
    ) -> None:
        """Closes lot k by one of its attached exits."""
        at: cython.Py_ssize_t = k * LOT_WIDTH
        side: cython.int = cython.cast(cython.int, self.lots.rows[at + L_SIDE])
        quantity: cython.double = self.lots.rows[at + L_QUANTITY]
        price: cython.double
        fee: cython.double
        self.as_maker = by_limit and place == INSIDE and raw == self.lots.rows[at + L_TARGET]
        if self.has_allowance and (self.lots.rows[at + L_BEGUN] != 0.0 or self.fillable(quantity) < quantity):
            self.close_part(k, self.fillable(quantity), raw, by_limit, place, reason)
            return
        price = raw if by_limit else self.slipped(-side, raw)
        fee = self.fee(price, quantity)
        self.taken += quantity
        self.record_fill(-1.0, place, -side, quantity, price, fee, reason, self.lots.rows[at + L_ACTION])
        self.record_trade(at, quantity, price, fee, place, reason)
        self.lots.remove(k)
        self.measure()
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = self.size
        self.count_order(raw, place)

    def close_part(
        self,
        k: cython.Py_ssize_t,
        quantity: cython.double,
        raw: cython.double,
        by_limit: cython.bint,
        place: cython.int,
        reason: cython.int,
    ) -> None:
        """Closes as much of lot k as the bar's volume allows. A stop's rest, and that of an exit on time, goes at the next opens; a target waits."""
        at: cython.Py_ssize_t = k * LOT_WIDTH
        side: cython.int = cython.cast(cython.int, self.lots.rows[at + L_SIDE])
        action: cython.int = cython.cast(cython.int, self.lots.rows[at + L_ACTION])
        again: cython.bint = self.lots.rows[at + L_BEGUN] != 0.0
        price: cython.double = raw if by_limit else self.slipped(-side, raw)
        fee: cython.double
        if quantity < self.lots.rows[at + L_QUANTITY]:
            self.held_back(action)
            if not by_limit:
                self.leave(at, reason)
        if not quantity > 0.0:
            return
        # An exit in parts is one order, and pays one fixed fee.
        fee = self.fee(price, quantity) - (self.fee_order if again else 0.0)
        self.taken += quantity
        self.lots.rows[at + L_BEGUN] = 1.0
        self.record_fill(-1.0, place, -side, quantity, price, fee, reason, action)
        self.record_trade(at, quantity, price, fee, place, reason)
        if self.lots.rows[at + L_QUANTITY] <= 0.0:
            self.lots.remove(k)
        self.measure()
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = self.size
        if not again:
            self.count_order(raw, place)

    def keep_rest(self, k: cython.Py_ssize_t, part: cython.double, price: cython.double, begun: cython.bint) -> None:
        """Order k goes on with what the bar's volume did not let fill, at the market if it is triggered. begun: something of it has been filled."""
        at: cython.Py_ssize_t = k * self.order_width
        if begun and self.orders.rows[at + O_WHOLE] == 0.0:
            self.orders.rows[at + O_WHOLE] = self.orders.rows[at + O_QUANTITY]
        self.orders.rows[at + O_WAITS] = 1.0
        self.orders.rows[at + O_QUANTITY] -= part
        self.orders.rows[at + O_FILLED] += part
        if part > 0.0:
            self.orders.rows[at + O_PAID] += price * part
        if self.orders.rows[at + O_KIND] == STOP or self.orders.rows[at + O_KIND] == THIS_CLOSE:
            self.orders.rows[at + O_KIND] = MARKET
        self.dirty = True
        self.held_back(cython.cast(cython.int, self.orders.rows[at + O_ACTION]))

    def held_back(self, action: cython.int) -> None:
        """Says, once a bar, that volume held a fill of an action back."""
        if self.open_events.rows[action * EVENT_WIDTH] != C_VOLUME or self.open_events.rows[action * EVENT_WIDTH + 3] != self.bar:
            self.log(action, C_VOLUME)

    def end_order(self, k: cython.Py_ssize_t, end: cython.int, filled: cython.double, price: cython.double) -> None:
        """Order k leaves the book for the records."""
        at: cython.Py_ssize_t = k * self.order_width
        if self.keeps:
            self.keep_order(at, end, filled, price)
        self.orders.remove(k)
        self.dirty = True

    def keep_order(self, at: cython.Py_ssize_t, end: cython.int, filled: cython.double, price: cython.double) -> None:
        """Records how the order at `at` ended."""
        to: cython.Py_ssize_t = self.order_rows.more()
        paid: cython.double
        self.order_rows.rows[to] = self.orders.rows[at + O_ID]
        self.order_rows.rows[to + 1] = self.orders.rows[at + O_ACTION]
        self.order_rows.rows[to + 2] = self.orders.rows[at + O_MADE]
        self.order_rows.rows[to + 3] = self.orders.rows[at + O_ENTRY]
        self.order_rows.rows[to + 4] = self.orders.rows[at + O_KIND]
        self.order_rows.rows[to + 5] = self.orders.rows[at + O_SIDE]
        self.order_rows.rows[to + 6] = self.orders.rows[at + O_QUANTITY]
        self.order_rows.rows[to + 7] = self.orders.rows[at + O_PRICE]
        self.order_rows.rows[to + 8] = self.orders.rows[at + O_LIMIT]
        self.order_rows.rows[to + 9] = end
        self.order_rows.rows[to + 10] = self.bar
        self.order_rows.rows[to + 11] = filled
        self.order_rows.rows[to + 12] = price
        if self.orders.rows[at + O_WHOLE] != 0.0:
            # Its price is the average of all its fills.
            self.order_rows.rows[to + 6] = self.orders.rows[at + O_WHOLE]
            paid = self.orders.rows[at + O_PAID] + (price * filled if filled > 0.0 else 0.0)
            filled += self.orders.rows[at + O_FILLED]
            self.order_rows.rows[to + 11] = filled
            self.order_rows.rows[to + 12] = paid / filled if filled > 0.0 else NAN

    def log(self, action: cython.int, cause: cython.int) -> None:
        """Says that an order was not made or filled as written. Repeats of one cause are one row."""
        at: cython.Py_ssize_t = action * EVENT_WIDTH
        to: cython.Py_ssize_t
        j: cython.int
        if self.open_events.rows[at] != cause:
            if self.open_events.rows[at] != 0.0:
                to = self.event_rows.add()
                for j in range(EVENT_WIDTH):
                    self.event_rows.rows[to + j] = self.open_events.rows[at + j]
            self.open_events.rows[at] = cause
            self.open_events.rows[at + 1] = action
            self.open_events.rows[at + 2] = self.bar
            self.open_events.rows[at + 4] = 0.0
        self.open_events.rows[at + 3] = self.bar
        self.open_events.rows[at + 4] += 1.0

    def drop_entries(self, end: cython.int) -> None:
        """Ends all resting entries."""
        k: cython.Py_ssize_t = 0
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] != 0.0:
                self.end_order(k, end, 0.0, NAN)
            else:
                k += 1

    def count_order(self, raw: cython.double, place: cython.int) -> None:
        """Counts a filled order of this day. On the platform's rule the last one allowed flattens everything at once."""
        self.orders_today += 1.0
        if self.platform and self.orders_today == self.max_orders:
            while self.orders.count > 0:
                self.end_order(0, E_LIMIT, 0.0, NAN)
            self.close_everything(raw, place, R_ORDERS_PER_DAY)

    def close_everything(self, raw: cython.double, place: cython.int, reason: cython.int) -> None:
        """Closes all lots in one fill, by a market order."""
        side: cython.int
        k: cython.Py_ssize_t
        closed: cython.double
        if self.lots.count > 0:
            self.as_maker = False
            side = 1 if self.size > 0.0 else -1
            closed = self.close_lots(side, FAR, -1, self.slipped(-side, raw), place, reason, -1.0, -1.0)
            if self.has_allowance:
                for k in range(self.lots.count):
                    self.leave(k * LOT_WIDTH, reason)
                    if closed > 0.0:
                        self.lots.rows[k * LOT_WIDTH + L_BEGUN] = 1.0

    def rearm(self) -> None:
        """What the machine must wake for: prices, a bar, or the very next open."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        side: cython.double
        price: cython.double
        until: cython.double
        kind: cython.int
        self.upper = FAR
        self.lower = -FAR
        self.due = FAR
        self.urgent = self.flatten != 0.0
        self.trailing = False
        self.dirty = False
        if self.bare:
            self.urgent = self.urgent or self.orders.count > 0
            return
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            price = self.tight(at)
            if side > 0.0:
                if price > self.lower:
                    self.lower = price
                if self.lots.rows[at + L_TARGET] < self.upper:
                    self.upper = self.lots.rows[at + L_TARGET]
            else:
                if price < self.upper:
                    self.upper = price
                if self.lots.rows[at + L_TARGET] > self.lower:
                    self.lower = self.lots.rows[at + L_TARGET]
            if self.lots.rows[at + L_HOLD] >= 0.0:
                until = self.lots.rows[at + L_BAR] + self.lots.rows[at + L_HOLD] + 1.0
                if until < self.due:
                    self.due = until
            if self.acts[cython.cast(cython.int, self.lots.rows[at + L_LINES]) * ACTION_WIDTH + A_TRAIL] >= 0:
                self.trailing = True
            if self.has_allowance and self.lots.rows[at + L_LEAVING] != 0.0:
                self.urgent = True
        for k in range(self.orders.count):
            at = k * self.order_width
            kind = cython.cast(cython.int, self.orders.rows[at + O_KIND])
            price = self.orders.rows[at + O_PRICE]
            if kind in (MARKET, THIS_CLOSE):
                self.urgent = True
            elif (kind == LIMIT) == (self.orders.rows[at + O_SIDE] > 0.0):
                if price > self.lower:
                    self.lower = price
            elif price < self.upper:
                self.upper = price
            if self.orders.rows[at + O_EXPIRE] >= 0.0:
                until = self.orders.rows[at + O_MADE] + self.orders.rows[at + O_EXPIRE]
                if until < self.due:
                    self.due = until

    def price_at_open(self, at: cython.Py_ssize_t) -> cython.double:
        """Where the order at `at` fills at this open, NaN if it does not; `by_limit` says whether it is free of slippage."""
        side: cython.double = self.orders.rows[at + O_SIDE]
        kind: cython.int = cython.cast(cython.int, self.orders.rows[at + O_KIND])
        beyond: cython.double
        self.by_limit = False
        if kind in (MARKET, THIS_CLOSE):
            return self.o
        beyond = (self.o - self.orders.rows[at + O_PRICE]) * side
        if kind == LIMIT:
            self.by_limit = True
            return self.o if beyond < 0.0 else NAN
        if beyond < 0.0:
            return NAN
        if kind == STOP:
            return self.o
        # A stop limit is a limit from here on; where the market is within the limit, it fills at once.
        self.by_limit = True
        self.orders.rows[at + O_KIND] = LIMIT
        self.orders.rows[at + O_PRICE] = self.orders.rows[at + O_LIMIT]
        self.dirty = True
        return self.o if (self.orders.rows[at + O_LIMIT] - self.o) * side >= 0.0 else NAN

    def price_inside(self, at: cython.Py_ssize_t) -> cython.double:
        """Where the order at `at` fills after this open, NaN if it does not."""
        side: cython.double = self.orders.rows[at + O_SIDE]
        kind: cython.int = cython.cast(cython.int, self.orders.rows[at + O_KIND])
        price: cython.double = self.orders.rows[at + O_PRICE]
        worse: cython.double = self.h if side > 0.0 else self.l
        better: cython.double = self.l if side > 0.0 else self.h
        self.by_limit = False
        if kind in (MARKET, THIS_CLOSE):
            return NAN
        if kind == LIMIT:
            self.by_limit = True
            return price if (better - price) * side < 0.0 and self.orders.rows[at + O_SINCE] != self.bar else NAN
        if (worse - price) * side < 0.0:
            return NAN
        if kind == STOP:
            return price
        # Triggered inside the bar: filled there if the limit allows that price, else a limit from the next bar on.
        self.by_limit = True
        self.orders.rows[at + O_KIND] = LIMIT
        self.orders.rows[at + O_PRICE] = self.orders.rows[at + O_LIMIT]
        self.orders.rows[at + O_SINCE] = self.bar
        self.dirty = True
        return price if (self.orders.rows[at + O_LIMIT] - price) * side >= 0.0 else NAN

    def rested(self, at: cython.Py_ssize_t, raw: cython.double, place: cython.int) -> cython.bint:
        """Whether the order at `at`, about to fill at `raw`, is one that waited at its limit until the market came: no gap, no stop that has just triggered."""
        return (
            self.by_limit
            and place == INSIDE
            and raw == self.orders.rows[at + O_PRICE]
            and self.orders.rows[at + O_SINCE] != self.bar
        )

    def fill_exit(self, k: cython.Py_ssize_t, raw: cython.double, place: cython.int) -> None:
        """Fills resting exit k, as far as there is something to close."""
        at: cython.Py_ssize_t = k * self.order_width
        side: cython.int = cython.cast(cython.int, self.orders.rows[at + O_SIDE])
        tag: cython.int = cython.cast(cython.int, self.orders.rows[at + O_TARGET_TAG])
        reason: cython.int = cython.cast(cython.int, self.orders.rows[at + O_REASON])
        price: cython.double = raw if self.by_limit else self.slipped(side, raw)
        begun: cython.bint = self.orders.rows[at + O_WHOLE] != 0.0
        fixed: cython.double = self.fee_order
        closed: cython.double
        self.as_maker = self.rested(at, raw, place)
        if begun:
            self.fee_order = 0.0  # paid with its first part
        closed = self.close_lots(
            -side,
            self.orders.rows[at + O_QUANTITY],
            tag,
            price,
            place,
            reason,
            self.orders.rows[at + O_ID],
            self.orders.rows[at + O_ACTION],
        )
        self.fee_order = fixed
        if self.has_allowance and self.short_of_volume:
            self.keep_rest(k, closed, price, closed > 0.0)
            if closed > 0.0 and not begun:
                self.count_order(raw, place)
        elif closed > 0.0 or begun:
            self.end_order(k, E_FILLED, closed, price)
            if not begun:
                self.count_order(raw, place)
        else:
            self.end_order(k, E_NOTHING, 0.0, NAN)

    def fill_entry(self, k: cython.Py_ssize_t, raw: cython.double, place: cython.int) -> None:
        """Fills resting entry k: closes what is open on the other side, opens a lot, and rests its attached exits."""
        at: cython.Py_ssize_t = k * self.order_width
        order: cython.double = self.orders.rows[at + O_ID]
        side: cython.int = cython.cast(cython.int, self.orders.rows[at + O_SIDE])
        action: cython.int = cython.cast(cython.int, self.orders.rows[at + O_ACTION])
        tag: cython.double = self.orders.rows[at + O_TAG]
        hold: cython.double = self.orders.rows[at + O_HOLD]
        after: cython.double = self.orders.rows[at + O_AFTER]
        distance: cython.double = self.orders.rows[at + O_TRAIL]
        wanted: cython.double = self.orders.rows[at + O_QUANTITY]
        total: cython.double = self.orders.rows[at + O_TOTAL]
        closed: cython.double = 0.0
        price: cython.double = raw if self.by_limit else self.slipped(side, raw)
        begun: cython.bint = self.orders.rows[at + O_WHOLE] != 0.0
        before: cython.double = self.orders.rows[at + O_FILLED]
        fixed: cython.double = self.fee_order
        fits: cython.double
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        quantity: cython.double
        fee: cython.double
        stop: cython.double = NAN
        target: cython.double = NAN
        trail: cython.double = NAN
        to: cython.Py_ssize_t
        j: cython.int
        self.as_maker = self.rested(at, raw, place)
        if not begun and self.orders_today >= self.max_orders:
            self.log(action, C_ORDERS_PER_DAY)
            self.end_order(k, E_LIMIT, 0.0, NAN)
            return
        if self.max_positions < 1.0 + self.others_open and self.lots.count == 0:
            self.log(action, C_POSITIONS)
            self.end_order(k, E_REFUSED, 0.0, NAN)
            return
        rotates: cython.bint = self.acts[act + A_VERB] == HOLD_TOP
        if not self.platform and not rotates and self.size * side > 0.0 and self.open_entries(order) >= self.pyramiding:
            # Priced entries rest beside each other; those that filled first have used up what was allowed.
            self.log(action, C_PYRAMIDING)
            self.end_order(k, E_REFUSED, 0.0, NAN)
            return
        for j in range(self.order_width - O_FROZEN):
            self.frozen[j] = self.orders.rows[at + O_FROZEN + j]
        if self.acts[act + A_STOP] >= 0:
            stop = self.on_ticks(self.attached_price(self.acts[act + A_STOP], price, side, NAN), -side)
        if self.acts[act + A_TARGET] >= 0:
            target = self.on_ticks(self.attached_price(self.acts[act + A_TARGET], price, side, stop), side)
        if self.acts[act + A_TRAIL] >= 0 and after != after:
            trail = price - side * (price * distance if self.acts[act + A_TRAIL_SHARE] != 0 else distance)
            trail = self.on_ticks(trail, -side)
        if (self.acts[act + A_STOP] >= 0 and stop != stop) or (self.acts[act + A_TARGET] >= 0 and target != target):
            self.log(action, C_UNKNOWN)
            self.end_order(k, E_REFUSED, 0.0, NAN)
            return
        if self.size * side < 0.0:
            if begun:
                self.fee_order = 0.0  # this half has paid it
            closed = self.close_lots(-side, FAR if total != total else total, -1, price, place, R_REVERSED, order, action)
            self.fee_order = fixed
            if self.has_allowance and self.short_of_volume:
                self.keep_rest(k, 0.0, price, closed > 0.0)
                if closed > 0.0 and not begun:
                    self.count_order(raw, place)
                return
        if total == total:
            # Fixed when it was made: what it does not close, it opens.
            wanted = self.on_lots(total - closed)
            if self.size * side < 0.0 or not wanted > 0.0:
                self.end_order(k, E_FILLED, closed, price)
                self.count_order(raw, place)
                return
        fits = self.fillable(wanted)
        if not fits > 0.0:
            self.keep_rest(k, 0.0, price, closed > 0.0)
            if closed > 0.0 and not begun:
                self.count_order(raw, place)
            return
        if before > 0.0:
            self.fee_order = 0.0  # paid with its first part
        quantity = self.affordable(fits, price)
        if quantity < fits * DUST:
            quantity = 0.0
        if quantity < fits:
            self.log(action, C_REDUCED if quantity > 0.0 else C_NO_CASH)
        if quantity > 0.0 and quantity < fits and quantity * price * self.unit < self.min_notional:
            self.log(action, C_MIN_NOTIONAL)
            quantity = 0.0
        if quantity <= 0.0:
            self.fee_order = fixed
            self.end_order(k, E_REFUSED, 0.0, NAN)
            return
        fee = self.fee(price, quantity)
        self.fee_order = fixed
        self.taken += quantity
        self.record_fill(order, place, side, quantity, price, fee, R_ENTRY, action)
        if self.lots.count == 0:
            self.position_bar = self.bar
            self.position_inside = 1.0 if place == INSIDE else 0.0
            self.position_high = price
            self.position_low = price
        to = self.lots.more()
        self.lots.rows[to + L_ID] = self.next_lot
        self.lots.rows[to + L_ACTION] = action
        self.lots.rows[to + L_TAG] = tag
        self.lots.rows[to + L_SIDE] = side
        self.lots.rows[to + L_QUANTITY] = quantity
        self.lots.rows[to + L_PRICE] = price
        self.lots.rows[to + L_BAR] = self.bar
        self.lots.rows[to + L_FEE] = fee
        self.lots.rows[to + L_STOP] = stop
        self.lots.rows[to + L_TARGET] = target
        self.lots.rows[to + L_TRAIL] = trail
        self.lots.rows[to + L_AFTER] = after * price if self.acts[act + A_AFTER_SHARE] != 0 else after
        self.lots.rows[to + L_HOLD] = hold
        self.lots.rows[to + L_HIGH] = price
        self.lots.rows[to + L_LOW] = price
        self.lots.rows[to + L_INSIDE] = 1.0 if place == INSIDE else 0.0
        self.lots.rows[to + L_ORIGINAL] = quantity
        self.lots.rows[to + L_LINES] = action
        self.lots.rows[to + L_DISTANCE] = distance
        self.lots.rows[to + L_UNIT] = self.multiplier
        self.lots.rows[to + L_HOLDING] = 0.0
        self.lots.rows[to + L_ORDER] = order
        self.lots.rows[to + L_LEAVING] = 0.0
        self.lots.rows[to + L_BEGUN] = 0.0
        self.next_lot += 1.0
        if before == 0.0:
            self.entries_today += 1.0
        self.measure()
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = self.size
        if fits < wanted and quantity == fits:
            self.keep_rest(k, quantity, price, True)
        else:
            # What cannot be paid for ends the order.
            self.end_order(k, E_FILLED, quantity, price)
        if not begun:
            self.count_order(raw, place)
        if self.bare:
            return
        # The order may have been the day's last, which closed everything.
        k = self.lots.count - 1
        if k < 0 or self.lots.rows[k * LOT_WIDTH + L_ID] != self.next_lot - 1.0:
            return
        stop = self.tight(k * LOT_WIDTH)
        j = R_STOP if stop == self.lots.rows[k * LOT_WIDTH + L_STOP] else R_TRAIL
        if (raw - stop) * side <= 0.0:
            self.close_lot(k, raw, False, place, j)
        elif place == INSIDE:
            # Along a path the rest of the bar says when it is reached.
            if not self.path and ((self.l if side > 0 else self.h) - stop) * side <= 0.0:
                self.close_lot(k, stop, False, place, j)
        elif (raw - target) * side > 0.0:
            self.close_lot(k, raw, True, place, R_TARGET)
