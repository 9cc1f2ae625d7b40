from runtime.machine.core cimport Machine
from runtime.machine.layout cimport *
from runtime.machine.table cimport Table

cdef class Till:
    cdef readonly list machines
    cdef readonly object account, symbols
    cdef readonly int count
    cdef double capital, max_daily_loss, max_drawdown, max_exposure, max_positions
    cdef bint daily

    # State: see driver.STATE. What goes round is lent to the machine that acts.
    cdef public double cash, cash_low, cash_rest, entries_today, orders_today, closed_trades, last_profit, next_order, next_lot
    cdef public double day, day_equity, last_equity, peak, stopped_day, stopped
    cdef public double instant
    cdef bint has_holding
    cdef public double held_since, interest_paid  # see holding.HOLDING_STATE
    cdef readonly Table interest_rows
    cdef readonly Table event_rows, fill_order
    cdef double[::1] values  # of each position, at its last known close
    cdef Py_ssize_t[::1] filled  # fills of each machine that have their place in fill_order

    cdef double worth(self) noexcept
    cdef void value(self, Py_ssize_t k, Machine m) noexcept
    cdef void lend(self, Py_ssize_t k, Machine m) noexcept
    cdef void take_back(self, Py_ssize_t k, Machine m) noexcept
    cdef bint is_open(self, Machine m, bint on_its_way) noexcept
    cdef void look_round(self, Py_ssize_t k, Machine m, int side) noexcept
    cdef void charge_interest(self, Py_ssize_t k, Machine m, long long time) noexcept
    cdef void know(self, Machine m) noexcept
