"""The machines of the strategies on one series of bars: each is stepped only on bars on which something happens for it. Needs its binary.

A machine is waked by a rule that fires, by a price that reaches what rests, by a bar that something was to end on. The bars in between it passes
over later, all at once, as a backtest does: the prices since then are kept in rings.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

import cython
import numpy as np

from runtime.live.loom import Floats
from runtime.machine.codes import FILL_COLUMNS

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.libc.stdlib import free, realloc
    from cython.cimports.libc.string import memcpy
    from cython.cimports.runtime.live.loom import Loom, Mark
    from cython.cimports.runtime.machine.core import Machine
    from cython.cimports.runtime.machine.layout import O_ACTION, O_ID, O_KIND, O_LIMIT, O_PRICE, O_QUANTITY, O_SIDE
else:
    from math import nan as NAN

    from runtime.live.loom import Loom, Mark
    from runtime.machine.core import Machine
    from runtime.machine.layout import O_ACTION, O_ID, O_KIND, O_LIMIT, O_PRICE, O_QUANTITY, O_SIDE

ROOM = 1024
"""Bars that a machine may be behind."""

FILL = cython.declare(cython.int, 0)
ORDER = cython.declare(cython.int, 1)
NOTE = cython.declare(cython.int, 2)
F_SIDE = cython.declare(cython.Py_ssize_t, FILL_COLUMNS.index("side"))
F_QUANTITY = cython.declare(cython.Py_ssize_t, FILL_COLUMNS.index("quantity"))
F_PRICE = cython.declare(cython.Py_ssize_t, FILL_COLUMNS.index("price"))
F_COMMISSION = cython.declare(cython.Py_ssize_t, FILL_COLUMNS.index("commission"))
F_ACTION = cython.declare(cython.Py_ssize_t, FILL_COLUMNS.index("action"))
F_REASON = cython.declare(cython.Py_ssize_t, FILL_COLUMNS.index("reason"))


class Desks:
    """Machines by seat.

    rows: bars taken before. mark: the last known close of them, and its row. time: of the last of them.
    """

    def __init__(self, rows: int, mark: float, mark_row: int, time: int = -1) -> None:
        if not cython.compiled:
            self.given: list[float] = []
            self.news: Any = None
            raise RuntimeError("The desks need their binary: run `python setup.py build_ext --inplace`.")
        self.room, self.at, self.rows, self.mark, self.mark_row = ROOM, 0, rows, mark, mark_row
        self.old_mark, self.old_row = mark, mark_row
        self.time = time
        self.opens, self.highs, self.lows, self.closes = (np.full(ROOM, np.nan) for _ in range(4))
        self.times = np.zeros(ROOM, dtype=np.int64)
        self.o, self.h, self.l, self.c, self.t = self.opens, self.highs, self.lows, self.closes, self.times
        self.machines: list[Machine | None] = []
        self.news_room = 0
        self.seat([], [], [], [], None, None)

    def seat(
        self,
        machines: Sequence[Machine | None],
        fresh: Sequence[bool],
        starts: Sequence[int],
        fires: Sequence[tuple[int, int, bool]],
        loom: Loom | None,
        marked: Mark | None,
    ) -> None:
        """Seats machines anew; each must be up to date, and bound to the rings and to the values of the loom. None: a strategy without orders.

        fresh: whether a machine has had nothing to do yet: it is as at its beginning, but for the bars it has seen. starts: the row that each account
        began at. fires: (place of a truth, seat, whether it can act without anything held or resting). marked: takes the bars too.
        """
        self.loom: Any = loom
        self.marked: Any = marked
        self.found, self.news_count = 0, 0
        seats = len(machines)
        size = max(1, seats)
        self.machines = list(machines)
        self.seats = seats
        self._upper, self._lower, self._due = np.full(size, inf), np.full(size, -inf), np.full(size, inf)
        self._always, self._busy, self._woken = (np.zeros(size, dtype=np.int8) for _ in range(3))
        self._fresh = np.array([*fresh, False][:size], dtype=np.int8)
        self._done, self._start = np.full(size, self.rows, dtype=np.intp), np.array([*starts, 0][:size], dtype=np.intp)
        self.upper, self.lower, self.due = self._upper, self._lower, self._due
        self.always, self.busy, self.woken, self.fresh = self._always, self._busy, self._woken, self._fresh
        self.done, self.start = self._done, self._start
        opening = [(place, at) for place, at, opens in fires if opens]
        closing = [(place, at) for place, at, opens in fires if not opens]
        self.opens_count = len(opening)
        self.open_place = np.array([place for place, _ in opening] or [0], dtype=np.int32)
        self.open_seat = np.array([at for _, at in opening] or [0], dtype=np.int32)
        self.close_place = np.array([place for place, _ in closing] or [0], dtype=np.int32)
        self.close_from = np.searchsorted([at for _, at in closing], np.arange(seats + 1)).astype(np.int32)
        self.armed = np.zeros(size, dtype=np.int32)
        self.armed_count, self.stale = 0, True
        for at, machine in enumerate(machines):
            if machine is not None and not fresh[at]:
                self.refresh(machine, at)

    def take(self, open: float, high: float, low: float, close: float, volume: float, time: int) -> None:
        """Takes a bar: the loom computes what rules say. `act` before the next."""
        self.prepare()
        self.weave(open, high, low, close, volume, time)

    def prepare(self) -> None:
        """There is room in the rings for a bar."""
        if self.at == self.room:
            self.up_to_date()

    def weave(
        self,
        open: cython.double,
        high: cython.double,
        low: cython.double,
        close: cython.double,
        volume: cython.double,
        time: cython.longlong,
    ) -> None:
        self.o[self.at], self.h[self.at], self.l[self.at], self.c[self.at], self.t[self.at] = open, high, low, close, time
        self.loom.take(open, high, low, close, volume)
        self.marked.note(time, open, high, low, close, volume)
        self.found = self.look(self.loom.v)

    def give(self, open: float, high: float, low: float, close: float, volume: float, time: int, following: Desks) -> None:
        """The bar that `weave_on` takes. following: who is next in its thread."""
        self.prepare()
        self.given[0], self.given[1], self.given[2], self.given[3], self.given[4] = open, high, low, close, volume
        self.given_time, self.following = time, following

    def weave_on(self, count: int) -> None:
        """Takes the bar that was given, and so do those that follow, `count` in all, without the interpreter."""
        c: cython.Py_ssize_t = count
        with cython.nogil:
            self.weave_given(c)

    def weave_given(self, count: cython.Py_ssize_t) -> None:
        self.weave(self.given[0], self.given[1], self.given[2], self.given[3], self.given[4], self.given_time)
        if count > 1:
            self.following.weave_given(count - 1)

    def act(self) -> None:
        self.act_on()

    def act_on(self) -> None:
        """Whoever has something to do on the bar that was taken does it. What machines did is then in the news."""
        k: cython.Py_ssize_t
        machine: Machine
        before: cython.double
        close: cython.double = self.c[self.at]
        self.news_count = 0
        if self.found:
            for k in range(self.seats):
                if self.woken[k]:
                    self.woken[k] = 0
                    machine = self.machines[k]
                    if self.fresh[k]:
                        self.begin(machine, k)
                    else:
                        self.catch_up(machine, k)
                    before = machine.next_order
                    machine.advance(self.at, 1)
                    self.done[k] = self.rows + 1
                    self.refresh(machine, k)
                    self.collect(machine, k, before)
        if close - close == 0.0:
            self.mark, self.mark_row = close, self.rows
        self.time = self.t[self.at]
        self.at += 1
        self.rows += 1

    def begin(self, machine: Machine, k: cython.Py_ssize_t) -> None:
        """A machine that has had nothing to do since its account began is as if it had passed over those bars."""
        self.fresh[k] = 0
        machine.bar = self.rows - self.start[k]
        machine.mark = self.mark_before(k)

    def mark_before(self, k: cython.Py_ssize_t) -> cython.double:
        """The last known close before the bar at hand, since the account of a seat began."""
        j: cython.Py_ssize_t = self.at - 1
        least: cython.Py_ssize_t = self.at - (self.rows - self.start[k])
        while j >= 0 and j >= least:
            if self.c[j] - self.c[j] == 0.0:
                return self.c[j]
            j -= 1
        return self.old_mark if least < 0 and self.old_row >= self.start[k] else NAN

    def collect(self, machine: Machine, k: cython.Py_ssize_t, first_order: cython.double) -> None:
        """What a machine did becomes news, orders from `first_order` on that still rest too; its records are cleared."""
        j: cython.Py_ssize_t
        i: cython.Py_ssize_t
        at: cython.Py_ssize_t
        row: cython.p_double
        width: cython.Py_ssize_t = machine.fill_rows.width
        for j in range(machine.fill_rows.count):
            at = j * width
            row = self.room_for(k, FILL, 6)
            row[0], row[1] = machine.fill_rows.rows[at + F_SIDE], machine.fill_rows.rows[at + F_QUANTITY]
            row[2], row[3] = machine.fill_rows.rows[at + F_PRICE], machine.fill_rows.rows[at + F_COMMISSION]
            row[4], row[5] = machine.fill_rows.rows[at + F_ACTION], machine.fill_rows.rows[at + F_REASON]
        if machine.next_order != first_order:
            width = machine.orders.width
            for j in range(machine.orders.count):
                at = j * width
                if machine.orders.rows[at + O_ID] >= first_order:
                    row = self.room_for(k, ORDER, 6)
                    row[0], row[1] = machine.orders.rows[at + O_SIDE], machine.orders.rows[at + O_KIND]
                    row[2], row[3] = machine.orders.rows[at + O_QUANTITY], machine.orders.rows[at + O_PRICE]
                    row[4], row[5] = machine.orders.rows[at + O_LIMIT], machine.orders.rows[at + O_ACTION]
        width = machine.note_rows.width
        for j in range(machine.note_rows.count):
            row = self.room_for(k, NOTE, width - 1)
            for i in range(width - 1):  # without the bar
                row[i] = machine.note_rows.rows[j * width + 1 + i]
        machine.fill_rows.count = machine.trade_rows.count = machine.order_rows.count = machine.event_rows.count = 0
        machine.note_rows.count = machine.fill_units.count = machine.trade_units.count = 0
        machine.holding_rows.count = machine.trade_holding.count = 0

    def room_for(self, seat: cython.double, kind: cython.int, count: cython.Py_ssize_t) -> cython.p_double:
        """Room for the numbers of one more piece of news, its head written."""
        at: cython.Py_ssize_t = self.news_count
        if at + 3 + count > self.news_room:
            self.news_room = 2 * (at + 3 + count) + 1024
            self.news = cython.cast(cython.p_double, realloc(self.news, self.news_room * cython.sizeof(cython.double)))
        self.news[at], self.news[at + 1], self.news[at + 2] = seat, kind, count
        self.news_count += 3 + count
        return self.news + at + 3

    def told(self) -> Floats:
        """A copy of the news of the last bar."""
        found: Floats = np.empty(self.news_count)
        if self.news_count:
            into: cython.double[::1] = found
            memcpy(cython.address(into[0]), self.news, self.news_count * cython.sizeof(cython.double))
        return found

    def __dealloc__(self) -> None:
        free(self.news)

    def up_to_date(self) -> None:
        """Every machine passes over the bars that it has not looked at; the rings begin anew."""
        k: cython.Py_ssize_t
        machine: Machine
        for k in range(self.seats):
            if self.machines[k] is not None and not self.fresh[k]:
                machine = self.machines[k]
                self.catch_up(machine, k)
        self.old_mark, self.old_row = self.mark, self.mark_row
        self.at = 0

    def equity(self, seat: int) -> float:
        """The equity of a seat's machine at the last close."""
        k: cython.Py_ssize_t = seat
        machine: Machine = self.machines[k]
        self.catch_up(machine, k)
        return float(machine.equity(machine.mark))

    def slot(self, seat: int, slot: int) -> float:
        """What a slot of a seat's machine was at the last close."""
        machine: Machine = self.machines[seat]
        return float(machine.slot(slot))

    def catch_up(self, machine: Machine, seat: cython.Py_ssize_t) -> None:
        behind: cython.Py_ssize_t = self.rows - self.done[seat]
        if behind > 0:
            machine.base = self.at - behind
            machine.pass_over(0, behind)
            self.done[seat] = self.rows

    def refresh(self, machine: Machine, seat: cython.Py_ssize_t) -> None:
        """What wakes a machine from now on."""
        if machine.dirty:
            machine.rearm()
        self.upper[seat], self.lower[seat] = machine.upper, machine.lower
        self.due[seat] = self.start[seat] + machine.due
        always: cython.bint = machine.every_bar or machine.urgent or machine.trailing
        busy: cython.bint = machine.lots.count + machine.orders.count + machine.brackets.count > 0
        if always != self.always[seat] or busy != self.busy[seat]:
            self.stale = True
        self.always[seat], self.busy[seat] = always, busy

    def arm(self) -> None:
        k: cython.Py_ssize_t
        self.armed_count = 0
        for k in range(self.seats):
            if self.always[k] or self.busy[k]:
                self.armed[self.armed_count] = k
                self.armed_count += 1
        self.stale = False

    def look(self, values: cython.p_double) -> cython.Py_ssize_t:
        """Marks the seats that are waked by the bar at hand. Returns how often one was."""
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        found: cython.Py_ssize_t = 0
        open: cython.double = self.o[self.at]
        high: cython.double = self.h[self.at]
        low: cython.double = self.l[self.at]
        row: cython.double = self.rows
        if self.stale:
            self.arm()
        for j in range(self.armed_count):
            k = self.armed[j]
            if (
                self.always[k]
                or self.due[k] <= row
                or high >= self.upper[k]
                or low <= self.lower[k]
                or open >= self.upper[k]
                or open <= self.lower[k]
            ):
                self.woken[k] = 1
                found += 1
            else:
                for i in range(self.close_from[k], self.close_from[k + 1]):
                    if values[self.close_place[i]] == 2.0:
                        self.woken[k] = 1
                        found += 1
        for j in range(self.opens_count):
            if values[self.open_place[j]] == 2.0:
                self.woken[self.open_seat[j]] = 1
                found += 1
        return found


def take_all(desks: list[Desks], bars: list[Any]) -> None:
    """Each takes its bar and acts on it. bars: candles."""
    k: cython.Py_ssize_t
    one: Desks
    for k in range(len(desks)):
        one, bar = desks[k], bars[k]
        if one.at == one.room:
            one.up_to_date()
        one.weave(bar.open, bar.high, bar.low, bar.close, bar.volume, bar.time)
        one.act_on()


def act_all(desks: list[Desks]) -> None:
    """Each acts on the bar that it has taken."""
    k: cython.Py_ssize_t
    one: Desks
    for k in range(len(desks)):
        one = desks[k]
        one.act_on()
