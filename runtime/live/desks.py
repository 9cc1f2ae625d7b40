"""The machines of the strategies on one series of bars: each is stepped only on bars on which something happens for it. Needs its binary.

A machine is waked by a rule that fires, by a price that reaches what rests, by a bar that something was to end on. The bars in between it passes
over later, all at once, as a backtest does: the prices since then are kept in rings.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import cython
import numpy as np

from runtime.feeds import Candle

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.runtime.live.loom import Loom, Mark
    from cython.cimports.runtime.machine.core import Machine
else:
    from math import nan as NAN

    from runtime.live.loom import Loom, Mark
    from runtime.machine.core import Machine

ROOM = 1024
"""Bars that a machine may be behind."""


class Desks:
    """Machines by seat; None for one that has had nothing to do yet: it is as at the beginning, but for the bars it has seen.

    rows: bars taken before. mark: the last known close of them, and its row.
    """

    def __init__(self, rows: int, mark: float, mark_row: int) -> None:
        if not cython.compiled:
            raise RuntimeError("The desks need their binary: run `python setup.py build_ext --inplace`.")
        self.room, self.at, self.rows, self.mark, self.mark_row = ROOM, 0, rows, mark, mark_row
        self.old_mark, self.old_row = mark, mark_row
        self.opens, self.highs, self.lows, self.closes = (np.full(ROOM, np.nan) for _ in range(4))
        self.times = np.zeros(ROOM, dtype=np.int64)
        self.o, self.h, self.l, self.c, self.t = self.opens, self.highs, self.lows, self.closes, self.times
        self.machines: list[Machine | None] = []
        self.seat([], [], [])

    def seat(self, machines: Sequence[Machine | None], starts: Sequence[int], fires: Sequence[tuple[int, int, bool]]) -> None:
        """Seats machines anew; each must be up to date, and bound to the rings and to the values of the loom.

        starts: the row that each account began at. fires: (place of a truth, seat, whether it can act without anything held or resting).
        """
        seats = len(machines)
        size = max(1, seats)
        self.machines = list(machines)
        self.seats = seats
        self._upper, self._lower, self._due = np.full(size, inf), np.full(size, -inf), np.full(size, inf)
        self._always, self._busy, self._woken = (np.zeros(size, dtype=np.int8) for _ in range(3))
        self._done, self._start = np.full(size, self.rows, dtype=np.intp), np.array([*starts, 0][:size], dtype=np.intp)
        self.upper, self.lower, self.due = self._upper, self._lower, self._due
        self.always, self.busy, self.woken = self._always, self._busy, self._woken
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
            if machine is not None:
                self.refresh(machine, at)

    def bar(self, bar: Candle, loom: Loom, mark: Mark) -> Sequence[int]:
        """Takes a bar: the loom computes what rules say, and whoever has something to do does it. mark: of the series, which takes it too.

        Returns the seats at which something happened, or that need a machine: see `begin`.
        """
        k: cython.Py_ssize_t
        machine: Machine
        before: cython.double
        counted: cython.Py_ssize_t
        open: cython.double = bar.open
        high: cython.double = bar.high
        low: cython.double = bar.low
        close: cython.double = bar.close
        volume: cython.double = bar.volume
        time: cython.longlong = bar.time
        told: list[int] = []
        if self.at == self.room:
            self.up_to_date()
        self.o[self.at], self.h[self.at], self.l[self.at], self.c[self.at], self.t[self.at] = open, high, low, close, time
        loom.take(open, high, low, close, volume)
        mark.note(time, open, high, low, close, volume)
        if self.look(loom.v):
            for k in range(self.seats):
                if self.woken[k]:
                    self.woken[k] = 0
                    found = self.machines[k]
                    if found is None:
                        told.append(k)
                        continue
                    machine = found
                    before, counted = machine.next_order, machine.fill_rows.count + machine.note_rows.count
                    self.catch_up(machine, k)
                    machine.advance(self.at, 1)
                    self.done[k] = self.rows + 1
                    self.refresh(machine, k)
                    if machine.next_order != before or machine.fill_rows.count + machine.note_rows.count != counted:
                        told.append(k)
        if close - close == 0.0:
            self.mark, self.mark_row = close, self.rows
        self.at += 1
        self.rows += 1
        return told

    def begin(self, seat: int, machine: Machine) -> None:
        """A machine for a seat that has none and was waked on the last bar: it takes that bar.

        It comes bound, and as at the beginning.
        """
        k: cython.Py_ssize_t = seat
        own: Machine = machine
        own.bar = self.rows - 1 - self.start[k]
        # The close of the last bar may be the mark itself; of the bar before only the rings know, and what was before them is not needed.
        own.mark = self.mark_before(k)
        self.machines[k] = own
        own.advance(self.at - 1, 1)
        self.done[k] = self.rows
        self.refresh(own, k)

    def mark_before(self, seat: int) -> float:
        """The last known close before the last bar, since the account of a seat began."""
        j: cython.Py_ssize_t = self.at - 2
        least: cython.Py_ssize_t = self.at - (self.rows - self.start[seat])
        while j >= 0 and j >= least:
            if self.c[j] - self.c[j] == 0.0:
                return float(self.c[j])
            j -= 1
        return float(self.old_mark) if least < 0 and self.old_row >= self.start[seat] else NAN

    def up_to_date(self) -> None:
        """Every machine passes over the bars that it has not looked at; the rings begin anew."""
        k: cython.Py_ssize_t
        machine: Machine
        for k in range(self.seats):
            found = self.machines[k]
            if found is not None:
                machine = found
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
