"""Several instruments on one account, instant by instant: the same two halves as the machine's, phase by phase over all of them.

At an instant: fills of the bars (`runtime/portfolio/fills.py`), risk limits on the account's equity, then the rules.
Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import cython
import numpy as np

from compiler.plan import Account
from runtime.machine.codes import EVENT_COLUMNS
from runtime.machine.core import MachineError

if cython.compiled:
    from cython.cimports.runtime.machine.core import Machine
else:
    from runtime.machine.core import Machine
    from runtime.machine.layout import (
        A_FIRES,
        A_VERB,
        ACTION_WIDTH,
        BUY,
        C_DAILY_LOSS,
        C_DRAWDOWN,
        C_NOT_A_MEMBER,
        E_LIMIT,
        HOLD_TOP,
        R_DAILY_LOSS,
        R_DRAWDOWN,
    )
    from runtime.portfolio.fills import Fills

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))
# As in runtime/machine/purse.py: so many days are added, so that days before 1970 count like those after it.
DAYS_BEFORE = cython.declare(cython.longlong, 1_000_000)
DAY = cython.declare(cython.longlong, 86_400_000_000)  # microseconds

STATE = (
    "cash", "cash_low", "cash_rest", "entries_today", "orders_today", "closed_trades", "last_profit", "next_order", "next_lot",
    "day", "day_equity", "last_equity", "peak", "stopped_day", "stopped", "instant",
)  # fmt: skip
"""The numbers that `save` keeps, beside the state of each machine."""


class PortfolioError(MachineError):
    """A program or account that cannot be run on several instruments, in plain words."""


class Portfolio(Fills):
    """An account that trades several instruments by one program: a machine for each, in the order of the instruments.

    Drive it with `run` over instants, or with `open_half`, `facts` and `close_half` instant by instant. The machines must be fresh, of one program and
    one account. Raises PortfolioError where they have not each a symbol of their own.
    """

    def __init__(self, machines: Sequence[Machine], account: Account, symbols: Sequence[str]) -> None:
        if not machines or len(set(symbols)) != len(machines):
            raise PortfolioError("Each instrument of a portfolio needs a symbol of its own.")
        self.set_account(machines, account, symbols)
        code = self.machines[0].code
        self.set_rotations(code)

        def chosen(*verbs: str) -> Any:
            """Where the list ends, then the actions of these verbs in text order."""
            places = [at for at, action in enumerate(code.actions) if action.verb in verbs]
            return array("i", [1 + len(places), *places])

        self.cancelling, self.noting = chosen("cancel"), chosen("notify")
        self.closing, self.opening = chosen("sell", "cover", "exit", "hold top"), chosen("buy", "short", "hold top")
        self.protecting = chosen("protect")
        self.set_fills()
        self.start()

    # ------------------------------------------------------------ the first half: fills and limits

    def new_day(self, time: cython.longlong) -> None:
        self.time = time
        day: cython.double = cython.cast(cython.longlong, (time + DAYS_BEFORE * DAY) // DAY)
        if day != self.day:
            self.day = day
            self.entries_today = 0.0
            self.orders_today = 0.0
            self.day_equity = self.last_equity

    def first_half(self) -> None:
        """Fills of this instant's bars, then the risk limits. A bar with an unknown price fills nothing."""
        i: cython.Py_ssize_t
        k: cython.Py_ssize_t
        m: Machine
        for i in range(self.active_count):
            m = self.machines[self.active[i]]
            if m.has_rates:
                m.turn_to(m.rate_open)
            if m.has_allowance:
                m.allow()
        if self.has_holding and self.active_count > 0:
            self.charge_interest(self.active[0], self.machines[self.active[0]], self.time)
            for i in range(self.active_count):
                k = self.active[i]
                m = self.machines[k]
                self.lend(k, m)
                m.charge_holding(self.time, False)
                self.take_back(k, m)
        self.fill_the_bars()
        for i in range(self.active_count):
            k = self.active[i]
            m = self.machines[k]
            if m.bar >= m.due:
                m.expire_orders()
            if m.has_rates:
                m.turn_to(m.rate_close)
                m.mark_unit = m.multiplier
            if m.c - m.c == 0.0:
                m.mark = m.c
            m.stretch()
            self.value(k, m)
        self.limits_at_the_close()

    def limits_at_the_close(self) -> None:
        """Daily loss and drawdown of the account: entries of all instruments are dropped, and each one's next open closes it."""
        k: cython.Py_ssize_t
        m: Machine
        cause: cython.int = 0
        at: cython.Py_ssize_t
        equity: cython.double = self.worth()
        late: cython.double
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
        if cause == 0:
            return
        for k in range(self.count):
            m = self.machines[k]
            # Without a bar at this instant, it is its last bar on which this happens.
            late = 1.0
            for at in range(self.active_count):
                if self.active[at] == k:
                    late = 0.0
            m.bar -= late
            m.drop_entries(E_LIMIT)
            m.bar += late
            if m.lots.count > 0:
                m.flatten = R_DRAWDOWN if cause == C_DRAWDOWN else R_DAILY_LOSS
            m.dirty = True
        at = self.event_rows.add()
        self.event_rows.rows[at] = cause
        self.event_rows.rows[at + 1] = -1.0
        self.event_rows.rows[at + 2] = self.instant
        self.event_rows.rows[at + 3] = self.instant
        self.event_rows.rows[at + 4] = 1.0

    # ------------------------------------------------------------ the second half: rules

    def second_half(self) -> None:
        """Trails move, then the rules act by what was known before any of them: cancels, exits, entries, brackets; text order, then instrument order."""
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        action: cython.int
        m: Machine
        cash: cython.double = self.cash
        for i in range(self.active_count):
            m = self.machines[self.active[i]]
            if m.trailing or m.dirty:
                m.move_trails()
            m.equity_now = self.last_equity
            m.cash_now = cash
            m.size_now = m.size
        for j in range(1, self.cancelling[0]):
            action = self.cancelling[j]
            for i in range(self.active_count):
                m = self.machines[self.active[i]]
                if m.slot(m.acts[action * ACTION_WIDTH + A_FIRES]) == 2.0:
                    m.cancel_orders(action)
        for j in range(1, self.closing[0]):
            action = self.closing[j]
            for i in range(self.active_count):
                k = self.active[i]
                m = self.machines[k]
                if m.slot(m.acts[action * ACTION_WIDTH + A_FIRES]) == 2.0:
                    if m.acts[action * ACTION_WIDTH + A_VERB] == HOLD_TOP:
                        self.reduce_to_targets(action)
                        break
                    self.lend(k, m)
                    m.make_exit(action)
                    self.take_back(k, m)
        for j in range(1, self.opening[0]):
            action = self.opening[j]
            for i in range(self.active_count):
                k = self.active[i]
                m = self.machines[k]
                if m.slot(m.acts[action * ACTION_WIDTH + A_FIRES]) == 2.0:
                    if m.acts[action * ACTION_WIDTH + A_VERB] == HOLD_TOP:
                        self.increase_to_targets(action)
                        break
                    if self.may_enter(k):
                        self.lend(k, m)
                        self.look_round(k, m, 1 if m.acts[action * ACTION_WIDTH + A_VERB] == BUY else -1)
                        m.make_entry(action)
                        self.take_back(k, m)
                    else:
                        m.log(action, C_NOT_A_MEMBER)
        for j in range(1, self.protecting[0]):
            action = self.protecting[j]
            for i in range(self.active_count):
                m = self.machines[self.active[i]]
                if m.slot(m.acts[action * ACTION_WIDTH + A_FIRES]) == 2.0 and m.size * m.size_now > 0.0:
                    m.make_protect(action)
        for j in range(1, self.noting[0]):
            action = self.noting[j]
            for i in range(self.active_count):
                m = self.machines[self.active[i]]
                if m.slot(m.acts[action * ACTION_WIDTH + A_FIRES]) == 2.0:
                    m.take_note(action)

    def may_enter(self, k: cython.Py_ssize_t) -> cython.bint:
        """Whether an instrument belongs to the universe now; without one each does."""
        return self.members is None or bool(self.members[k])

    # ------------------------------------------------------------ driving it

    def run(
        self,
        times: Any,
        starts: Any,
        who: Any,
        rows: Any,
        equity: Any,
        first: int,
        last: int,
        members: Any = None,
        cash: Any = None,
    ) -> None:
        """Takes instants `first` to `last` (excluded); each machine has its prices and columns bound over all of its rows.

        times: int64 microseconds of each instant. starts: int64, one more than instants: instant t has the bars starts[t] to starts[t + 1] of `who`
        (int32, the instrument, ascending) and `rows` (int64, its row). equity, cash: float64 columns that take both at each close. members: uint8 of
        shape (instants, instruments), or None.
        """
        t: cython.Py_ssize_t
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        row: cython.Py_ssize_t
        m: Machine
        begin: cython.Py_ssize_t = first
        end: cython.Py_ssize_t = last
        if cython.compiled:
            at_times: cython.const[cython.longlong][::1] = times  # type: ignore[valid-type]
            at_starts: cython.const[cython.longlong][::1] = starts  # type: ignore[valid-type]
            at_who: cython.const[cython.int][::1] = who  # type: ignore[valid-type]
            at_rows: cython.const[cython.longlong][::1] = rows  # type: ignore[valid-type]
            equities: cython.double[::1] = equity
            cashes: cython.double[::1] = cash if cash is not None else np.empty(0)
        else:
            at_times, at_starts, at_who, at_rows = times.tolist(), starts.tolist(), who.tolist(), rows.tolist()
            equities, cashes = equity, cash
        has_cash: cython.bint = cash is not None
        for t in range(begin, end):
            self.active_count = 0
            if members is not None:
                self.members = members[t]
            if self.has_finer:
                self.look_into(t)
            for j in range(at_starts[t], at_starts[t + 1]):
                k = at_who[j]
                row = at_rows[j]
                m = self.machines[k]
                self.active[self.active_count] = k
                self.active_count += 1
                m.at = row
                m.o = m.opens[row]
                m.h = m.highs[row]
                m.l = m.lows[row]
                m.c = m.closes[row]
                if m.has_rates:
                    m.rate_open = m.open_rates[row]
                    m.rate_close = m.close_rates[row]
                if m.has_factors:
                    m.factor = m.factors[row]
                if m.has_allowance:
                    m.volume = m.volumes[row]
            self.new_day(at_times[t])
            self.first_half()
            for i in range(self.active_count):
                m = self.machines[self.active[i]]
                if m.has_row:
                    self.know(m)
                    for j in range(m.row_load_count):
                        m.row_values[j] = m.row_loads[j][m.at]
                    m.row.run(m.row_values_at, m.known_at)
                for j in range(m.record_count):
                    m.records[j][m.at] = m.slot(m.record_slots[j])
            self.second_half()
            equities[t] = self.worth()
            if has_cash:
                cashes[t] = self.cash
            for i in range(self.active_count):
                m = self.machines[self.active[i]]
                m.bar += 1.0
            self.instant += 1.0

    def open_half(self, bars: Mapping[int, tuple[float, float, float, float]], time: int, members: Any = None) -> None:
        """The instant up to its close: fills and risk limits. bars: (open, high, low, close) of each instrument that has one."""
        self.active_count = 0
        self.members = members
        for k in sorted(bars):
            m: Machine = self.machines[k]
            m.o, m.h, m.l, m.c = bars[k]
            self.active[self.active_count] = k
            self.active_count += 1
        self.new_day(time)
        self.first_half()
        self.group_from = self.group_to = 0

    def facts(self, k: int) -> list[float]:
        """The facts of plan.FACTS of instrument k at this close; between `open_half` and `close_half`."""
        m: Machine = self.machines[k]
        self.know(m)
        return list(m.known)

    def close_half(self, slots: Mapping[int, Sequence[float]]) -> float:
        """The rules at the close, from the values of each active instrument's slots. Returns the account's equity at this close."""
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        m: Machine
        for i in range(self.active_count):
            m = self.machines[self.active[i]]
            given = slots[self.active[i]]
            for j in range(m.slot_count):
                m.slot_values[j] = given[j]
            m.given = True
        self.second_half()
        for i in range(self.active_count):
            m = self.machines[self.active[i]]
            m.given = False
            m.bar += 1.0
        self.instant += 1.0
        equity: float = self.worth()
        return equity

    # ------------------------------------------------------------ afterwards

    def events(self) -> list[list[float]]:
        """When a limit of the account was reached, as rows of EVENT_COLUMNS whose bars are instants."""
        assert self.event_rows.width == len(EVENT_COLUMNS)
        found: list[list[float]] = self.event_rows.values().tolist()
        return found

    def state_names(self) -> tuple[str, ...]:
        return (*STATE, "held_since", "interest_paid") if self.has_holding else STATE

    def save(self) -> bytes:
        """Everything that decides what comes next, as bytes; the records of what was are not part of it."""
        numbers = [float(getattr(self, name)) for name in self.state_names()]
        parts = [array("d", numbers).tobytes(), *(machine.save() for machine in self.machines)]
        return b"".join(len(part).to_bytes(8, "big") + part for part in parts)

    def restore(self, saved: bytes) -> None:
        """Continues where `save` was called. Raises PortfolioError for bytes of another portfolio, MachineError for another program."""
        parts: list[bytes] = []
        while saved:
            size = int.from_bytes(saved[:8], "big")
            parts.append(saved[8 : 8 + size])
            saved = saved[8 + size :]
        if len(parts) != 1 + self.count or len(parts[0]) != 8 * len(self.state_names()):
            raise PortfolioError("The saved state does not belong to this portfolio.")
        numbers = array("d")
        numbers.frombytes(parts[0])
        for name, number in zip(self.state_names(), numbers, strict=True):
            setattr(self, name, number)
        for k, part in enumerate(parts[1:]):
            m: Machine = self.machines[k]
            m.restore(part)
            self.value(k, m)
