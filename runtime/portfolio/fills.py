"""The fills of one instant over all instruments, by each fill model: the machines' own steps, phase by phase.

What the bars do not tell is the order of events between instruments. So it is a rule: every phase runs over all instruments before the next one does;
exits come before entries, entries in the order they were made, all else in the order of the instruments. A single instrument is filled as it is alone.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from array import array
from typing import Any

import cython
import numpy as np

if cython.compiled:
    from cython.cimports.runtime.machine.core import Machine
    from cython.cimports.runtime.machine.fill_model import FillModel
else:
    from runtime.machine.core import Machine
    from runtime.machine.fill_model import FillModel
    from runtime.machine.layout import AT_OPEN, E_LIMIT, INSIDE, MARKET, O_ENTRY, O_ID, O_KIND, O_SIDE, R_ORDERS_PER_DAY
    from runtime.portfolio.rotation import Rotation

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))
# Which entries a phase takes.
ALL = cython.declare(cython.int, 0)
AT_MARKET = cython.declare(cython.int, 1)
PRICED = cython.declare(cython.int, 2)


class Fills(Rotation):
    """From the bars of an instant and the books to fills. `driver.Portfolio` completes it."""

    def set_fills(self) -> None:
        self.awake = array("i", [0] * self.count)
        self.acting = array("i", [0] * self.count)
        self.standing = array("d", bytes(8 * self.count))
        self.whole = array("d", bytes(32 * self.count))
        self.has_finer = False
        self.group_from = self.group_to = 0
        self._held_finer: Any = None

    def bind_finer(self, instants: Any, groups: Any, who: Any, rows: Any) -> None:
        """For `fills detail`: which finer bars lie inside each instant, in the order of their time; each machine has its own bound by `bind_detail`.

        instants: int64, one more than instants: instant t has the groups instants[t] to instants[t + 1]. groups: int64, one more than groups: finer bars of
        one time are groups[g] to groups[g + 1] of `who` (int32, the instrument, ascending) and `rows` (int64, its finer bar).
        """
        self.has_finer = len(rows) > 0
        if not self.has_finer:
            return
        columns = [np.ascontiguousarray(instants, dtype=np.int64), np.ascontiguousarray(groups, dtype=np.int64)]
        columns += [np.ascontiguousarray(who, dtype=np.int64), np.ascontiguousarray(rows, dtype=np.int64)]
        if cython.compiled:
            at_instants: cython.const[cython.longlong][::1] = columns[0]  # type: ignore[valid-type]
            at_groups: cython.const[cython.longlong][::1] = columns[1]  # type: ignore[valid-type]
            at_who: cython.const[cython.longlong][::1] = columns[2]  # type: ignore[valid-type]
            at_rows: cython.const[cython.longlong][::1] = columns[3]  # type: ignore[valid-type]
            self.group_instants = cython.cast(cython.pointer(cython.longlong), cython.address(at_instants[0]))
            self.group_starts = cython.cast(cython.pointer(cython.longlong), cython.address(at_groups[0]))
            self.group_who = cython.cast(cython.pointer(cython.longlong), cython.address(at_who[0]))
            self.group_rows = cython.cast(cython.pointer(cython.longlong), cython.address(at_rows[0]))
            self._held_finer = [at_instants, at_groups, at_who, at_rows]
        else:
            self.group_instants, self.group_starts, self.group_who, self.group_rows = (column.tolist() for column in columns)

    def look_into(self, instant: int) -> None:
        """The next instant given to `open_half` is this one of those that `bind_finer` knows."""
        at: cython.Py_ssize_t = instant
        if self.has_finer:
            self.group_from, self.group_to = self.group_instants[at], self.group_instants[at + 1]

    def fill_the_bars(self) -> None:
        """All fills of the instant's bars. A bar with an unknown price fills nothing, nor does one that reaches nothing that rests."""
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        m: Machine
        any_awake: cython.bint = False
        for i in range(self.active_count):
            k = self.active[i]
            m = self.machines[k]
            if m.dirty:
                m.rearm()
            self.awake[k] = 0
            if m.o - m.o == 0.0 and m.h - m.h == 0.0 and m.l - m.l == 0.0 and m.c - m.c == 0.0:
                self.awake[k] = m.urgent or m.h >= m.upper or m.o >= m.upper or m.l <= m.lower or m.o <= m.lower or m.bar >= m.due
            self.acting[k] = self.awake[k]
            any_awake = any_awake or self.awake[k] != 0
        if not any_awake:
            return
        m = self.machines[0]
        if m.path:
            self.along_the_paths()
        elif self.group_from < self.group_to:
            self.by_finer_bars()
        else:
            self.phases(m.opens_only)

    def phases(self, opens_only: cython.bint) -> None:
        """The pessimistic model over those that act: the open, exits before entries; then the rest of the bar likewise."""
        self.exits(True)
        self.entries(True, ALL, 0.0)
        if not opens_only:
            self.exits(False)
            self.entries(False, ALL, 0.0)

    def exits(self, at_open: cython.bint) -> None:
        """Resting and attached exits of every instrument that acts, in the order of the instruments."""
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        m: Machine
        for i in range(self.active_count):
            k = self.active[i]
            m = self.machines[k]
            if self.acting[k] == 0 or (m.lots.count == 0 and m.orders.count == 0 and m.flatten == 0.0):
                continue
            self.lend(k, m)
            if at_open:
                m.flatten_at_the_open()
                m.exits_at_the_open()
                if m.platform:
                    m.spent_trails_at_the_open()
                m.liquidate_at_the_open()
            else:
                m.exits_inside()
            self.settle(k, m)

    def entries(self, at_open: cython.bint, which: cython.int, side: cython.double) -> None:
        """Resting entries of a kind, of one side (0: of both), that the bars reach, over all instruments in the order they were made."""
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        place: cython.Py_ssize_t
        owner: cython.Py_ssize_t
        m: Machine
        raw: cython.double
        done: cython.double = -1.0
        first: cython.double
        while True:
            first = FAR
            owner = 0
            place = 0
            for i in range(self.active_count):
                k = self.active[i]
                if self.acting[k] == 0:
                    continue
                m = self.machines[k]
                for j in range(m.orders.count):
                    at = j * m.order_width
                    if (
                        m.orders.rows[at + O_ENTRY] != 0.0
                        and done < m.orders.rows[at + O_ID] < first
                        and (which == ALL or (m.orders.rows[at + O_KIND] == MARKET) == (which == AT_MARKET))
                        and (side == 0.0 or m.orders.rows[at + O_SIDE] == side)
                    ):
                        first = m.orders.rows[at + O_ID]
                        owner = k
                        place = j
            if first == FAR:
                return
            done = first
            m = self.machines[owner]
            raw = m.price_at_open(place * m.order_width) if at_open else m.price_inside(place * m.order_width)
            if raw != raw:
                continue
            self.lend(owner, m)
            self.count_others(owner, m)
            m.fill_entry(place, raw, AT_OPEN if at_open else INSIDE)
            if at_open:
                m.liquidate_at_the_open()
            else:
                m.liquidate_after_entry(raw)
            self.settle(owner, m)

    def count_others(self, k: cython.Py_ssize_t, m: Machine) -> None:
        """How many other instruments have a position, for `limit positions` at a fill."""
        j: cython.Py_ssize_t
        other: Machine
        m.others_open = 0.0
        for j in range(self.count):
            other = self.machines[j]
            if j != k and other.lots.count > 0:
                m.others_open += 1.0

    # ------------------------------------------------------------ paths

    def along_the_paths(self) -> None:
        """`ohlc_path` and `tradingview`: all at their open, then all to their nearer extreme, all to the other, all to their close."""
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        leg: cython.int
        m: Machine
        nearer: cython.double
        farther: cython.double
        start: cython.double
        end: cython.double
        for i in range(self.active_count):
            k = self.active[i]
            m = self.machines[k]
            self.standing[k] = m.o
        self.exits(True)
        self.entries(True, AT_MARKET, 0.0)
        self.entries(True, PRICED, 1.0)
        self.entries(True, PRICED, -1.0)
        for leg in range(3):
            for i in range(self.active_count):
                k = self.active[i]
                m = self.machines[k]
                # At a tie the low comes first.
                nearer = m.h if m.h - m.o < m.o - m.l else m.l
                farther = m.l if m.h - m.o < m.o - m.l else m.h
                start = m.o if leg == 0 else nearer if leg == 1 else farther
                end = nearer if leg == 0 else farther if leg == 1 else m.c
                if self.awake[k] != 0:
                    self.lend(k, m)
                    self.count_others(k, m)
                    if leg == 0:
                        m.reach(start)
                    m.walk(start, end)
                    m.walked = True
                    self.settle(k, m)
                self.standing[k] = end

    # ------------------------------------------------------------ finer bars

    def by_finer_bars(self) -> None:
        """`fills detail`: bars without finer ones as a whole, then the finer bars of all instruments in the order of their time."""
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        g: cython.Py_ssize_t
        row: cython.Py_ssize_t
        m: Machine
        for i in range(self.active_count):
            k = self.active[i]
            m = self.machines[k]
            self.whole[4 * k] = m.o
            self.whole[4 * k + 1] = m.h
            self.whole[4 * k + 2] = m.l
            self.whole[4 * k + 3] = m.c
        for j in range(self.group_starts[self.group_from], self.group_starts[self.group_to]):
            self.acting[self.group_who[j]] = 0
        self.phases(False)
        for i in range(self.active_count):
            self.acting[self.active[i]] = 0
        for g in range(self.group_from, self.group_to):
            for j in range(self.group_starts[g], self.group_starts[g + 1]):
                k = self.group_who[j]
                row = self.group_rows[j]
                m = self.machines[k]
                self.acting[k] = self.awake[k]
                m.o = m.fine_opens[row]
                m.h = m.fine_highs[row]
                m.l = m.fine_lows[row]
                m.c = m.fine_closes[row]
                if m.has_allowance:
                    m.allow_part(m.fine_volumes[row])
            self.phases(False)
            for j in range(self.group_starts[g], self.group_starts[g + 1]):
                k = self.group_who[j]
                m = self.machines[k]
                if self.acting[k] != 0:
                    FillModel.stretch(m)
                    m.next_inside()
                    m.walked = True
                self.acting[k] = 0
        for i in range(self.active_count):
            k = self.active[i]
            m = self.machines[k]
            m.o = self.whole[4 * k]
            m.h = self.whole[4 * k + 1]
            m.l = self.whole[4 * k + 2]
            m.c = self.whole[4 * k + 3]
            if m.has_allowance:
                m.allow_rest()

    # ------------------------------------------------------------ after a fill

    def settle(self, k: cython.Py_ssize_t, m: Machine) -> None:
        """Takes the money back; on the platform's rule the fill that reaches `orders_per_day` ends the day for all instruments."""
        before: cython.double = self.orders_today
        self.take_back(k, m)
        if m.platform and before < m.max_orders <= self.orders_today:
            self.end_the_day(k)

    def end_the_day(self, reached: cython.Py_ssize_t) -> None:
        """The other instruments drop their orders and are closed where their price stands; without a bar, at their next open."""
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        m: Machine
        here: cython.bint
        for k in range(self.count):
            if k == reached:
                continue
            m = self.machines[k]
            here = False
            for i in range(self.active_count):
                here = here or self.active[i] == k
            if not here:
                m.bar -= 1.0
            while m.orders.count > 0:
                m.end_order(0, E_LIMIT, 0.0, NAN)
            if not here:
                m.bar += 1.0
            if m.lots.count > 0:
                if here and self.standing[k] - self.standing[k] == 0.0:
                    self.lend(k, m)
                    m.close_everything(self.standing[k], INSIDE, R_ORDERS_PER_DAY)
                    self.take_back(k, m)
                else:
                    m.flatten = R_ORDERS_PER_DAY
            m.dirty = True
