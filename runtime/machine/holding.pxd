from runtime.machine.layout cimport *
from runtime.machine.purse cimport Purse

cdef class Holding(Purse):
    cdef double borrow_rate, interest_rate, funding_rate
    cdef long long funding_every  # microseconds

    # State: see core.STATE and holding.HOLDING_STATE.
    cdef public double held_since  # the open of the last bar, microseconds since 1970; NaN before the first
    cdef public double borrow_paid, funding_paid, interest_paid

    cdef void charge_holding(self, long long time, bint own_interest) noexcept nogil
    cdef double interest_since(self, double gone) noexcept nogil
    cdef double instants_between(self, long long before, long long now) noexcept nogil
