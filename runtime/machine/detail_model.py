"""The first half of a bar from the finer bars inside it (`fills detail 1m`): each by the pessimistic model, one after another.

A bar without finer bars is filled as a whole. Trails, limits and rules see the close of the bar only.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from typing import Any

import cython
import numpy as np

NAN = cython.declare(cython.double, float("nan"))

if not cython.compiled:
    from runtime.machine.fill_model import FillModel
    from runtime.machine.layout import L_INSIDE, LOT_WIDTH, O_SINCE


class DetailModel(FillModel):
    """From the prices of finer bars and the book to fills. `core.Machine` completes it."""

    def start(self) -> None:
        super().start()
        self.walked = False
        self.fine_from = self.fine_to = 0

    def bind_detail(self, open: Any, high: Any, low: Any, close: Any, starts: Any, volume: Any = None) -> None:
        """The finer bars: float64 columns of one length. Row i of the bars holds those from starts[i] to starts[i + 1] (int64).
        volume: theirs, for `limit volume`; None: unknown.

        They must add up to their bar: a bar is only looked into where its own prices reach what rests.
        """
        if volume is None:
            volume = np.full(len(open), NAN)
        columns = [np.ascontiguousarray(column, dtype=np.float64) for column in (open, high, low, close, volume)]
        rows = np.ascontiguousarray(starts, dtype=np.int64)
        self.has_detail = len(columns[0]) > 0
        if not self.has_detail:
            return
        if cython.compiled:
            opens: cython.const[cython.double][::1] = columns[0]  # type: ignore[valid-type]
            highs: cython.const[cython.double][::1] = columns[1]  # type: ignore[valid-type]
            lows: cython.const[cython.double][::1] = columns[2]  # type: ignore[valid-type]
            closes: cython.const[cython.double][::1] = columns[3]  # type: ignore[valid-type]
            volumes: cython.const[cython.double][::1] = columns[4]  # type: ignore[valid-type]
            places: cython.const[cython.longlong][::1] = rows  # type: ignore[valid-type]
            self.fine_opens = cython.cast(cython.p_double, cython.address(opens[0]))
            self.fine_highs = cython.cast(cython.p_double, cython.address(highs[0]))
            self.fine_lows = cython.cast(cython.p_double, cython.address(lows[0]))
            self.fine_closes = cython.cast(cython.p_double, cython.address(closes[0]))
            self.fine_volumes = cython.cast(cython.p_double, cython.address(volumes[0]))
            self.fine_starts = cython.cast(cython.pointer(cython.longlong), cython.address(places[0]))
            self._held_detail = [opens, highs, lows, closes, volumes, places]
        else:
            self.fine_opens, self.fine_highs, self.fine_lows, self.fine_closes, self.fine_volumes = (
                column.tolist() for column in columns
            )
            self.fine_starts = rows.tolist()

    def look_into(self, row: int) -> None:
        """The next bar given to `open_half` is this row of those that `bind_detail` knows."""
        at: cython.Py_ssize_t = row
        if self.has_detail:
            self.fine_from, self.fine_to = self.fine_starts[at], self.fine_starts[at + 1]

    def fill_the_bar(self) -> None:
        """All fills of a bar whose prices are known: of its finer bars in turn, or else of the bar."""
        o: cython.double = self.o
        h: cython.double = self.h
        l: cython.double = self.l  # noqa: E741
        c: cython.double = self.c
        i: cython.Py_ssize_t
        if self.fine_from >= self.fine_to:
            FillModel.fill_the_bar(self)
            return
        for i in range(self.fine_from, self.fine_to):
            self.o = self.fine_opens[i]
            self.h = self.fine_highs[i]
            self.l = self.fine_lows[i]
            self.c = self.fine_closes[i]
            if self.has_allowance:
                self.allow_part(self.fine_volumes[i])
            FillModel.fill_the_bar(self)
            FillModel.stretch(self)
            self.next_inside()
        self.o = o
        self.h = h
        self.l = l
        self.c = c
        self.walked = True
        if self.has_allowance:
            self.allow_rest()

    def next_inside(self) -> None:
        """What happened inside a finer bar lies before the next one."""
        k: cython.Py_ssize_t
        for k in range(self.lots.count):
            self.lots.rows[k * LOT_WIDTH + L_INSIDE] = 0.0
        self.position_inside = 0.0
        for k in range(self.orders.count):
            self.orders.rows[k * self.order_width + O_SINCE] = -1.0

    def stretch(self) -> None:
        """Where the way through the bar is known, it has shown its lots what they saw of it."""
        if not self.walked:
            FillModel.stretch(self)
        self.walked = False
