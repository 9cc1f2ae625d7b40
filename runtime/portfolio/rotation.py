"""`hold top`: which instruments of the run a rotation holds, how much of each, and the orders that lead there.

Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from array import array

import cython

from compiler.plan import MachineCode

if cython.compiled:
    from cython.cimports.runtime.machine.core import Machine
    from cython.cimports.runtime.machine.table import Table
else:
    from runtime.machine.core import Machine
    from runtime.machine.layout import (
        A_FIRES,
        A_TAG,
        ACTION_WIDTH,
        C_DAILY_LOSS,
        C_DIRECTION,
        C_DRAWDOWN,
        C_MIN_NOTIONAL,
        C_NO_RATE,
        C_ORDER_VALUE,
        C_ORDERS_PER_DAY,
        C_POSITION,
        E_REPLACED,
        MARKET,
        O_TAG,
    )
    from runtime.machine.table import Table
    from runtime.portfolio.till import Till

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))
# A change of a position by less than this share of it is none: rounding, not a decision.
NEAR = cython.declare(cython.double, 1e-9)
ROTATION_WIDTH = cython.declare(cython.int, 8)

ROTATION_COLUMNS = ("instant", "action", "instrument", "rank", "score", "share", "held", "target")
"""A row for each instrument that took part in a rotation: rank 0 is not held, NaN not ranked (its score unknown, or `where` not true)."""


class Rotation(Till):
    """From scores at a close to orders for the next open. `driver.Portfolio` completes it."""

    def set_rotations(self, code: MachineCode) -> None:
        self.rotation_rows = Table(len(ROTATION_COLUMNS))
        self.counts = array("i", [action.size for action in code.actions] or [0])
        self.scores = array("i", [action.score for action in code.actions] or [0])
        self.wheres = array("i", [action.where for action in code.actions] or [0])
        self.weights = array("i", [action.weight for action in code.actions] or [0])
        self.shares = array("d", bytes(8 * max(1, self.count)))
        self.targets = array("d", bytes(8 * max(1, self.count)))
        self.members = None
        self.active, self.active_count = array("i", [0] * self.count), 0

    def choose(self, action: cython.int) -> None:
        """The share of equity that each instrument gets: NaN for one that takes no part, 0 for one that is not held.

        Takes part: whoever's rule fires at this close. Is ranked: whoever of them is a member, has a known score and close, fulfils `where` and
        has a weight that is known and not negative. Held are the highest scores; equal scores are ordered by symbol.
        """
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        m: Machine
        most: cython.double = NAN
        score: cython.double
        weight: cython.double
        total: cython.double = 0.0
        ranked: list = []  # type: ignore[type-arg]
        for k in range(self.count):
            self.shares[k] = NAN
        for i in range(self.active_count):
            k = self.active[i]
            m = self.machines[k]
            if m.slot(m.acts[action * ACTION_WIDTH + A_FIRES]) != 2.0:
                continue
            if most != most:
                most = m.slot(self.counts[action])
            self.shares[k] = 0.0
            score = m.slot(self.scores[action])
            weight = m.slot(self.weights[action]) if self.weights[action] >= 0 else 1.0
            if m.multiplier != m.multiplier:
                m.log(action, C_NO_RATE)
            if (
                score == score
                and weight >= 0.0
                and m.c * m.multiplier > 0.0
                and (self.wheres[action] < 0 or m.slot(self.wheres[action]) == 2.0)
                and (self.members is None or self.members[k])
            ):
                ranked.append((-score, self.symbols[k], k))
        ranked.sort()
        if most == most and self.max_positions < most:
            most = self.max_positions
        chosen = [k for _, _, k in ranked[: int(most)]] if most >= 1.0 else []
        for k in sorted(chosen):
            m = self.machines[k]
            self.shares[k] = m.slot(self.weights[action]) if self.weights[action] >= 0 else 1.0
            total += self.shares[k]
        for k in chosen:
            self.shares[k] = self.shares[k] / total if total > 0.0 else 0.0
        places = {k: place for place, (_, _, k) in enumerate(ranked, 1)}
        for k in range(self.count):
            if self.shares[k] == self.shares[k]:
                m = self.machines[k]
                at = self.rotation_rows.add()
                self.rotation_rows.rows[at] = self.instant
                self.rotation_rows.rows[at + 1] = action
                self.rotation_rows.rows[at + 2] = k
                self.rotation_rows.rows[at + 3] = places[k] if k in chosen else 0.0 if k in places else NAN
                self.rotation_rows.rows[at + 4] = m.slot(self.scores[action])
                self.rotation_rows.rows[at + 5] = self.shares[k]
                self.rotation_rows.rows[at + 6] = m.size
                self.rotation_rows.rows[at + 7] = self.target(k, m, action, self.shares[k], 0.0)

    def target(
        self, k: cython.Py_ssize_t, m: Machine, action: cython.int, share: cython.double, fee: cython.double
    ) -> cython.double:
        """The quantity that a share of equity at this close buys at it, less a fixed fee, down to the lot."""
        value: cython.double = m.c * m.multiplier
        money: cython.double = (share * self.max_exposure if self.max_exposure < 1.0 else share) * self.last_equity
        if not share > 0.0:
            return 0.0
        if m.max_position < FAR and m.max_position * self.last_equity < money:
            money = m.max_position * self.last_equity
        if m.max_position_value < money:
            money = m.max_position_value
        money -= fee
        return m.on_lots(money / value) if money > 0.0 else 0.0

    def reduce_to_targets(self, action: cython.int) -> None:
        """Chooses, ends what the line still had on its way, and sells what is above its target, all at the next open."""
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        m: Machine
        tag: cython.double
        target: cython.double
        self.choose(action)
        for i in range(self.active_count):
            k = self.active[i]
            if self.shares[k] != self.shares[k]:
                continue
            m = self.machines[k]
            tag = m.acts[action * ACTION_WIDTH + A_TAG]
            j = 0
            while j < m.orders.count:
                if m.orders.rows[j * m.order_width + O_TAG] == tag:
                    m.end_order(j, E_REPLACED, 0.0, NAN)
                    m.dirty = True
                else:
                    j += 1
            target = self.target(k, m, action, self.shares[k], 0.0)
            self.targets[k] = target
            self.lend(k, m)
            if m.size > 0.0 and target < m.size * (1.0 - NEAR):
                m.place_order(action, 0, -1, MARKET, m.size - target if target > 0.0 else m.size, NAN, NAN)
            elif m.size < 0.0 and target <= 0.0:
                m.place_order(action, 0, 1, MARKET, -m.size, NAN, NAN)
            self.take_back(k, m)

    def increase_to_targets(self, action: cython.int) -> None:
        """Buys what is below its target at the next open. Comes after `reduce_to_targets` of the same close."""
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        m: Machine
        held: cython.double
        quantity: cython.double
        room: cython.double
        for i in range(self.active_count):
            k = self.active[i]
            if not self.shares[k] > 0.0:
                continue
            m = self.machines[k]
            held = m.size if m.size > 0.0 else 0.0
            if not self.targets[k] > held * (1.0 + NEAR):
                continue
            # The fixed fee comes off; what is left may be rounding.
            quantity = self.target(k, m, action, self.shares[k], m.fee_order) - held
            if not quantity > held * NEAR:
                continue
            if not m.allow_long:
                m.log(action, C_DIRECTION)
            elif self.stopped != 0.0:
                m.log(action, C_DRAWDOWN)
            elif self.stopped_day == self.day:
                m.log(action, C_DAILY_LOSS)
            elif self.orders_today >= m.max_orders:
                m.log(action, C_ORDERS_PER_DAY)
            else:
                if m.max_position < FAR and self.shares[k] > m.max_position:
                    m.log(action, C_POSITION)
                room = m.max_order_value / (m.c * m.multiplier)
                if room < quantity:
                    quantity = m.on_lots(room)
                    m.log(action, C_ORDER_VALUE)
                if quantity * m.c * m.unit < m.min_notional:
                    m.log(action, C_MIN_NOTIONAL)
                elif quantity > 0.0:
                    self.lend(k, m)
                    m.place_order(action, 1, 1, MARKET, quantity, NAN, NAN)
                    self.take_back(k, m)
