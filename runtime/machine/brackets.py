"""Brackets of `protect`: stops, targets and trails of the position as a whole, and the lines of an entry when they move.

Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

import cython

if cython.compiled:
    from cython.cimports.runtime.machine.table import Table
else:
    from runtime.machine.book import Book
    from runtime.machine.layout import (
        A_AFTER,
        A_AFTER_SHARE,
        A_SIZE,
        A_STOP,
        A_TAG,
        A_TARGET,
        A_TARGET_TAG,
        A_TRAIL,
        A_TRAIL_SHARE,
        ACTION_WIDTH,
        AT_OPEN,
        B_ACTION,
        B_AFTER,
        B_BEST,
        B_DISTANCE,
        B_ENTRY,
        B_FILLED,
        B_QUANTITY,
        B_SHARE,
        B_STOP,
        B_TAG,
        B_TARGET,
        B_TRAIL,
        BRACKET_WIDTH,
        C_SIZE,
        C_UNKNOWN,
        INSIDE,
        L_AFTER,
        L_DISTANCE,
        L_HIGH,
        L_LINES,
        L_LOW,
        L_ORIGINAL,
        L_PRICE,
        L_QUANTITY,
        L_SIDE,
        L_STOP,
        L_TAG,
        L_TARGET,
        L_TRAIL,
        LOT_WIDTH,
        R_STOP,
        R_TARGET,
        R_TRAIL,
    )
    from runtime.machine.purse import Purse
    from runtime.machine.table import Table

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))


class Brackets(Book):
    """The exits that `protect` rests beside those of the entries. `core.Machine` completes it."""

    def set_brackets(self) -> None:
        self.brackets = Table(BRACKET_WIDTH)

    def start(self) -> None:
        super().start()
        self.brackets.clear()

    def measure(self) -> None:
        """Brackets end with the position they protect."""
        Purse.measure(self)
        if self.lots.count == 0:
            self.brackets.count = 0

    def rearm(self) -> None:
        """What the machine must wake for: what the book rests, and the brackets."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        Book.rearm(self)
        for k in range(self.brackets.count):
            at = k * BRACKET_WIDTH
            if self.brackets.rows[at + B_FILLED] == 0.0:
                self.wake_for(self.nearest_stop(at), self.brackets.rows[at + B_TARGET])
                if self.acts[cython.cast(cython.int, self.brackets.rows[at + B_ACTION]) * ACTION_WIDTH + A_TRAIL] >= 0:
                    self.trailing = True

    def wake_for(self, stop: cython.double, target: cython.double) -> None:
        """Prices at which the open position may be left; NaN where there is none."""
        if self.size > 0.0:
            if stop > self.lower:
                self.lower = stop
            if target < self.upper:
                self.upper = target
        else:
            if stop < self.upper:
                self.upper = stop
            if target > self.lower:
                self.lower = target

    def nearest_stop(self, at: cython.Py_ssize_t) -> cython.double:
        """The nearer of a bracket's stop and trail; NaN if it has neither."""
        stop: cython.double = self.brackets.rows[at + B_STOP]
        trail: cython.double = self.brackets.rows[at + B_TRAIL]
        if stop != stop:
            return trail
        if trail != trail:
            return stop
        return trail if (trail - stop) * self.size > 0.0 else stop

    def reason_of_stop(self, at: cython.Py_ssize_t) -> cython.int:
        return R_STOP if self.nearest_stop(at) == self.brackets.rows[at + B_STOP] else R_TRAIL

    def share_of_entries(self, k: cython.Py_ssize_t) -> cython.double:
        """Bracket k's share of what the open entries bought or sold, on the lot grid (`fills tradingview`)."""
        j: cython.Py_ssize_t
        total: cython.double = 0.0
        share: cython.double = self.brackets.rows[k * BRACKET_WIDTH + B_SHARE]
        if share >= 1.0:
            return FAR
        for j in range(self.lots.count):
            total += self.lots.rows[j * LOT_WIDTH + L_ORIGINAL]
        return self.on_lots(share * total)

    def free_quantity(self, k: cython.Py_ssize_t) -> cython.double:
        """What bracket k may close now: its quantity, at most what is open; on the platform, what earlier brackets leave."""
        j: cython.Py_ssize_t
        at: cython.Py_ssize_t
        free: cython.double = self.size if self.size > 0.0 else -self.size
        wanted: cython.double
        if self.brackets.rows[k * BRACKET_WIDTH + B_FILLED] != 0.0:
            return 0.0
        if not self.platform:
            wanted = self.brackets.rows[k * BRACKET_WIDTH + B_QUANTITY]
            return wanted if wanted < free else free
        for j in range(self.lots.count):
            at = j * LOT_WIDTH
            if (
                self.lots.rows[at + L_STOP] == self.lots.rows[at + L_STOP]
                or self.lots.rows[at + L_TARGET] == self.lots.rows[at + L_TARGET]
                or self.acts[cython.cast(cython.int, self.lots.rows[at + L_LINES]) * ACTION_WIDTH + A_TRAIL] >= 0
            ):
                free -= self.lots.rows[at + L_QUANTITY]
        for j in range(k):
            if self.brackets.rows[j * BRACKET_WIDTH + B_FILLED] == 0.0:
                free -= self.share_of_entries(j)
        wanted = self.share_of_entries(k)
        wanted = wanted if wanted < free else free
        return wanted if wanted > 0.0 else 0.0

    def fill_bracket(
        self, k: cython.Py_ssize_t, raw: cython.double, by_limit: cython.bint, place: cython.int, reason: cython.int
    ) -> None:
        """Bracket k closes its part of the position, once."""
        at: cython.Py_ssize_t = k * BRACKET_WIDTH
        quantity: cython.double = self.free_quantity(k)
        side: cython.int = 1 if self.size > 0.0 else -1
        price: cython.double = raw if by_limit else self.slipped(-side, raw)
        self.as_maker = by_limit and place == INSIDE and raw == self.brackets.rows[at + B_TARGET]
        self.brackets.rows[at + B_FILLED] = 1.0
        self.close_lots(side, quantity, -1, price, place, reason, -1.0, self.brackets.rows[at + B_ACTION])
        self.dirty = True
        self.count_order(raw, place)

    def brackets_at_the_open(self) -> None:
        """Brackets that the open gaps through, in the order they were first placed."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        side: cython.double
        for k in range(self.brackets.count):
            at = k * BRACKET_WIDTH
            if k >= self.brackets.count or not self.free_quantity(k) > 0.0:
                continue
            side = self.size
            if (self.o - self.nearest_stop(at)) * side <= 0.0:
                self.fill_bracket(k, self.o, False, AT_OPEN, self.reason_of_stop(at))
            elif (self.o - self.brackets.rows[at + B_TARGET]) * side > 0.0:
                self.fill_bracket(k, self.o, True, AT_OPEN, R_TARGET)

    def bracket_stop_touched(self, k: cython.Py_ssize_t) -> cython.bint:
        worst: cython.double = self.l if self.size > 0.0 else self.h
        if k >= self.brackets.count or not self.free_quantity(k) > 0.0:
            return False
        return (worst - self.nearest_stop(k * BRACKET_WIDTH)) * self.size <= 0.0

    def bracket_target_passed(self, k: cython.Py_ssize_t) -> cython.bint:
        best: cython.double = self.h if self.size > 0.0 else self.l
        if k >= self.brackets.count or not self.free_quantity(k) > 0.0:
            return False
        return (best - self.brackets.rows[k * BRACKET_WIDTH + B_TARGET]) * self.size > 0.0

    def next_bracket(self, stops: cython.bint) -> cython.Py_ssize_t:
        """The bracket whose stop (or target) this bar reaches first, which is the nearest to the market; -1 if none."""
        k: cython.Py_ssize_t
        found: cython.Py_ssize_t = -1
        level: cython.double
        first: cython.double = NAN
        for k in range(self.brackets.count):
            if stops and self.bracket_stop_touched(k):
                level = -self.nearest_stop(k * BRACKET_WIDTH)
            elif not stops and self.bracket_target_passed(k):
                level = self.brackets.rows[k * BRACKET_WIDTH + B_TARGET]
            else:
                continue
            if found < 0 or (level - first) * self.size < 0.0:
                found = k
                first = level
        return found

    def average_entry(self) -> cython.double:
        k: cython.Py_ssize_t
        cost: cython.double = 0.0
        for k in range(self.lots.count):
            cost += self.lots.rows[k * LOT_WIDTH + L_PRICE] * self.lots.rows[k * LOT_WIDTH + L_QUANTITY]
        return cost / (self.size if self.size > 0.0 else -self.size)

    def read_lines(self, action: cython.int, entry: cython.double, side: cython.int) -> cython.bint:
        """Reads the lines of an action for a position from `entry`, at this close. False if a part is unknown."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        known: cython.bint = True
        self.new_stop = self.new_target = self.new_distance = self.new_after = NAN
        if self.acts[act + A_STOP] >= 0:
            known = self.freeze(self.acts[act + A_STOP])
        if self.acts[act + A_TARGET] >= 0:
            known = self.freeze(self.acts[act + A_TARGET]) and known
        if known and self.acts[act + A_STOP] >= 0:
            self.new_stop = self.attached_price(self.acts[act + A_STOP], entry, side, NAN)
            self.new_stop = self.on_ticks(self.new_stop, -side)
            known = self.new_stop - self.new_stop == 0.0
        if known and self.acts[act + A_TARGET] >= 0:
            self.new_target = self.attached_price(self.acts[act + A_TARGET], entry, side, self.new_stop)
            self.new_target = self.on_ticks(self.new_target, side)
            known = self.new_target - self.new_target == 0.0
        if self.acts[act + A_TRAIL] >= 0:
            self.new_distance = self.slot(self.acts[act + A_TRAIL])
            known = known and self.new_distance >= 0.0
            if self.acts[act + A_AFTER] >= 0:
                self.new_after = self.slot(self.acts[act + A_AFTER])
                known = known and self.new_after == self.new_after
                if self.acts[act + A_AFTER_SHARE] != 0:
                    self.new_after = self.new_after * entry
        return known

    def make_protect(self, action: cython.int) -> None:
        """Places or replaces a bracket on the open position; nothing open, nothing made."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        side: cython.int = 1 if self.size > 0.0 else -1
        share: cython.double = 1.0
        quantity: cython.double = FAR
        entry: cython.double
        best: cython.double
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        if self.size == 0.0:
            return
        if self.acts[act + A_TARGET_TAG] >= 0:
            self.move_lines(action, self.acts[act + A_TARGET_TAG], side)
            return
        entry = self.average_entry()
        if self.acts[act + A_SIZE] >= 0:
            share = self.slot(self.acts[act + A_SIZE])
        if share != share or not self.read_lines(action, entry, side):
            self.log(action, C_UNKNOWN)
            return
        if share < 1.0:
            quantity = self.on_lots(share * self.size * side)
            if not quantity > 0.0:
                self.log(action, C_SIZE)
                return
        k = 0
        while k < self.brackets.count and self.brackets.rows[k * BRACKET_WIDTH + B_TAG] != self.acts[act + A_TAG]:
            k += 1
        if k == self.brackets.count:
            at = self.brackets.add()
            self.brackets.rows[at + B_TAG] = self.acts[act + A_TAG]
            self.brackets.rows[at + B_BEST] = NAN
            self.brackets.rows[at + B_TRAIL] = NAN
        at = k * BRACKET_WIDTH
        if self.brackets.rows[at + B_FILLED] != 0.0:
            return
        self.brackets.rows[at + B_ACTION] = action
        self.brackets.rows[at + B_SHARE] = share
        self.brackets.rows[at + B_QUANTITY] = quantity
        self.brackets.rows[at + B_STOP] = self.new_stop
        self.brackets.rows[at + B_TARGET] = self.new_target
        self.brackets.rows[at + B_ENTRY] = entry
        self.brackets.rows[at + B_AFTER] = self.new_after
        self.brackets.rows[at + B_DISTANCE] = self.new_distance
        best = self.brackets.rows[at + B_BEST]
        if self.acts[act + A_TRAIL] < 0:
            self.brackets.rows[at + B_BEST] = NAN
            self.brackets.rows[at + B_TRAIL] = NAN
        elif best != best:
            self.brackets.rows[at + B_BEST] = self.mark
        self.trail_bracket(at, side)
        self.dirty = True

    def cancel_bracket(self, tag: cython.double) -> None:
        """Takes back the bracket of a tag; one that has filled stays, so that it does not arm again."""
        k: cython.Py_ssize_t = 0
        while k < self.brackets.count:
            if self.brackets.rows[k * BRACKET_WIDTH + B_TAG] == tag and self.brackets.rows[k * BRACKET_WIDTH + B_FILLED] == 0.0:
                self.brackets.remove(k)
                self.dirty = True
            else:
                k += 1

    def trail_bracket(self, at: cython.Py_ssize_t, side: cython.int) -> None:
        """Moves a bracket's trail to its distance from the best price, once that is as far ahead as it must be."""
        best: cython.double = self.brackets.rows[at + B_BEST]
        trail: cython.double = self.brackets.rows[at + B_TRAIL]
        after: cython.double = self.brackets.rows[at + B_AFTER]
        if trail != trail and after == after and not (best - self.brackets.rows[at + B_ENTRY]) * side >= after:
            return
        trail = self.trail_level(
            cython.cast(cython.int, self.brackets.rows[at + B_ACTION]), side, best, self.brackets.rows[at + B_DISTANCE], trail
        )
        if trail == trail and trail != self.brackets.rows[at + B_TRAIL]:
            self.brackets.rows[at + B_TRAIL] = trail
            self.dirty = True

    def trail_level(
        self, action: cython.int, side: cython.int, best: cython.double, distance: cython.double, trail: cython.double
    ) -> cython.double:
        """Where a trail stands that stood at `trail` (NaN: nowhere): never further back; an unknown distance leaves it."""
        level: cython.double
        if self.acts[action * ACTION_WIDTH + A_TRAIL_SHARE] != 0:
            distance = best * distance
        level = self.on_ticks(best - side * distance, -side)
        return level if level == level and not (level - trail) * side <= 0.0 else trail

    def move_bracket_trails(self) -> None:
        """At a close: each bracket's best price so far, and its trail behind it."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        act: cython.Py_ssize_t
        side: cython.int = 1 if self.size > 0.0 else -1
        best: cython.double
        for k in range(self.brackets.count):
            at = k * BRACKET_WIDTH
            act = cython.cast(cython.int, self.brackets.rows[at + B_ACTION]) * ACTION_WIDTH
            if self.acts[act + A_TRAIL] < 0 or self.brackets.rows[at + B_FILLED] != 0.0:
                continue
            best = self.h if side > 0 else self.l
            if (best - self.brackets.rows[at + B_BEST]) * side > 0.0:
                self.brackets.rows[at + B_BEST] = best
            self.brackets.rows[at + B_DISTANCE] = self.slot(self.acts[act + A_TRAIL])
            self.trail_bracket(at, side)

    def move_lines(self, action: cython.int, tag: cython.int, side: cython.int) -> None:
        """The lines of an action in place of those that the open entries of a tag have, each from its own entry price."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            if self.lots.rows[at + L_TAG] != tag or self.lots.rows[at + L_SIDE] != side:
                continue
            if not self.read_lines(action, self.lots.rows[at + L_PRICE], side):
                self.log(action, C_UNKNOWN)
                return
            self.lots.rows[at + L_LINES] = action
            self.lots.rows[at + L_STOP] = self.new_stop
            self.lots.rows[at + L_TARGET] = self.new_target
            self.lots.rows[at + L_AFTER] = self.new_after
            self.lots.rows[at + L_DISTANCE] = self.new_distance
            self.dirty = True
            if self.acts[act + A_TRAIL] < 0:
                self.lots.rows[at + L_TRAIL] = NAN
            else:
                self.trail_lot(at, action, side)

    def trail_lot(self, at: cython.Py_ssize_t, lines: cython.int, side: cython.int) -> None:
        """Moves a lot's trail to its distance from the lot's best price, once that is as far ahead as it must be."""
        best: cython.double = self.lots.rows[at + L_HIGH] if side > 0 else self.lots.rows[at + L_LOW]
        trail: cython.double = self.lots.rows[at + L_TRAIL]
        after: cython.double = self.lots.rows[at + L_AFTER]
        if trail != trail and after == after and not (best - self.lots.rows[at + L_PRICE]) * side >= after:
            return
        trail = self.trail_level(lines, side, best, self.lots.rows[at + L_DISTANCE], trail)
        if trail == trail and trail != self.lots.rows[at + L_TRAIL]:
            self.lots.rows[at + L_TRAIL] = trail
            self.dirty = True
