"""The money of an account with several instruments, which goes round: the machine that acts has it, and gives it back.

Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import cython

from compiler.plan import Account

if cython.compiled:
    from cython.cimports.runtime.machine.core import Machine
    from cython.cimports.runtime.machine.table import Table
else:
    from runtime.machine.core import Machine
    from runtime.machine.layout import (
        EVENT_WIDTH,
        MARKET,
        O_ENTRY,
        O_KIND,
        O_PRESUMED,
        O_QUANTITY,
        O_SIDE,
    )
    from runtime.machine.table import Table

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))


class Till:
    """Cash, counts and limits that belong to the account, not to an instrument. `driver.Portfolio` completes it."""

    def set_account(self, machines: Sequence[Machine], account: Account, symbols: Sequence[str]) -> None:
        limits = dict(account.limits)
        self.machines, self.account, self.symbols = list(machines), account, tuple(symbols)
        self.count = len(self.machines)
        self.capital = account.capital
        self.max_daily_loss, self.max_drawdown = limits.get("daily_loss", FAR), limits.get("drawdown", FAR)
        self.max_exposure, self.max_positions = limits.get("exposure", FAR), limits.get("positions", FAR)
        self.daily = self.max_daily_loss < FAR or self.max_drawdown < FAR
        self.event_rows, self.fill_order, self.interest_rows = Table(EVENT_WIDTH), Table(2), Table(2)
        self.has_holding = account.terms.charges
        self.values = array("d", bytes(8 * max(1, self.count)))
        self.filled = array("q", [0] * max(1, self.count))

    def start(self) -> None:
        self.cash = self.peak = self.day_equity = self.last_equity = self.capital
        self.cash_low = self.cash_rest = self.entries_today = self.orders_today = self.closed_trades = 0.0
        self.next_order = self.next_lot = self.stopped = self.instant = 0.0
        self.last_profit = NAN
        self.day = self.stopped_day = -1.0
        self.held_since, self.interest_paid = NAN, 0.0

    def worth(self) -> cython.double:
        """The account's equity: cash, plus each position at its last known close, in the order of the instruments."""
        k: cython.Py_ssize_t
        total: cython.double = self.cash
        for k in range(self.count):
            total += self.values[k]
        return total

    def value(self, k: cython.Py_ssize_t, m: Machine) -> None:
        """Takes down what position k is worth, at its last known close and the rate of its last bar."""
        unit: cython.double = m.mark_unit if m.has_rates else m.multiplier
        self.values[k] = 0.0 if m.lots.count == 0 else m.size * unit * m.mark

    def lend(self, k: cython.Py_ssize_t, m: Machine) -> None:
        """Before machine k acts: the money, the counts, and what the other instruments are worth."""
        j: cython.Py_ssize_t
        value: cython.double = 0.0
        gross: cython.double = 0.0
        for j in range(self.count):
            if j != k:
                value += self.values[j]
                gross += self.values[j] if self.values[j] > 0.0 else -self.values[j]
        m.others_value = value
        m.others_gross = gross
        m.cash = self.cash
        m.cash_low = self.cash_low
        m.cash_rest = self.cash_rest
        m.entries_today = self.entries_today
        m.orders_today = self.orders_today
        m.closed_trades = self.closed_trades
        m.last_profit = self.last_profit
        m.next_order = self.next_order
        m.next_lot = self.next_lot
        m.day = self.day
        m.stopped_day = self.stopped_day
        m.stopped = self.stopped

    def take_back(self, k: cython.Py_ssize_t, m: Machine) -> None:
        """After machine k acted: the money and the counts, and its fills in their place among those of all."""
        at: cython.Py_ssize_t
        self.cash = m.cash
        self.cash_low = m.cash_low
        self.cash_rest = m.cash_rest
        self.entries_today = m.entries_today
        self.orders_today = m.orders_today
        self.closed_trades = m.closed_trades
        self.last_profit = m.last_profit
        self.next_order = m.next_order
        self.next_lot = m.next_lot
        self.value(k, m)
        while self.filled[k] < m.fill_rows.count:
            at = self.fill_order.add()
            self.fill_order.rows[at] = k
            self.fill_order.rows[at + 1] = self.filled[k]
            self.filled[k] += 1

    def charge_interest(self, k: cython.Py_ssize_t, m: Machine, time: cython.longlong) -> None:
        """Interest on borrowed cash since the instant before, through machine k, whose it is not. Comes before the instant's fills."""
        before: cython.double = self.held_since
        amount: cython.double
        at: cython.Py_ssize_t
        self.held_since = cython.cast(cython.double, time)
        if before != before:
            return
        self.lend(k, m)
        amount = m.interest_since(self.held_since - before)
        if amount == 0.0:
            return
        m.pay(-amount)
        self.take_back(k, m)
        self.interest_paid += amount
        at = self.interest_rows.add()
        self.interest_rows.rows[at] = self.instant
        self.interest_rows.rows[at + 1] = amount

    def is_open(self, m: Machine, on_its_way: cython.bint) -> cython.bint:
        """Whether an instrument has a position, or will by the next open."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        if m.lots.count > 0:
            return True
        if on_its_way:
            for k in range(m.orders.count):
                at = k * m.order_width
                if m.orders.rows[at + O_ENTRY] != 0.0 and m.orders.rows[at + O_KIND] == MARKET:
                    return True
        return False

    def look_round(self, k: cython.Py_ssize_t, m: Machine, side: cython.int) -> None:
        """Before machine k makes an entry of a side: what the others hold and have on their way."""
        j: cython.Py_ssize_t
        i: cython.Py_ssize_t
        at: cython.Py_ssize_t
        other: Machine
        value: cython.double
        m.others_open = 0.0
        m.others_exposed = 0.0
        m.others_reserved = 0.0
        for j in range(self.count):
            if j == k:
                continue
            other = self.machines[j]
            if self.is_open(other, True):
                m.others_open += 1.0
            m.others_exposed += self.values[j] if self.values[j] > 0.0 else -self.values[j]
            for i in range(other.orders.count):
                at = i * other.order_width
                if other.orders.rows[at + O_ENTRY] != 0.0:
                    value = other.orders.rows[at + O_QUANTITY] * other.orders.rows[at + O_PRESUMED] * other.multiplier
                    m.others_exposed += value
                    if other.orders.rows[at + O_SIDE] == side:
                        m.others_reserved += value

    def know(self, m: Machine) -> None:
        """The facts of an instrument at this close: the position's are its own, the account's are the account's."""
        m.cash = self.cash
        m.entries_today = self.entries_today
        m.closed_trades = self.closed_trades
        m.last_profit = self.last_profit
        m.know()
        m.known[8] = self.last_equity
        m.known[13] = (self.peak - self.last_equity) / self.peak if self.peak > 0.0 else NAN
