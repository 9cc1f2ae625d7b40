from runtime.machine.layout cimport *
from runtime.machine.liquidation cimport Liquidation

cdef class FillModel(Liquidation):
    cdef bint targets_first
    # State: see core.STATE.
    cdef public double stopped_day  # no entries on this day (daily loss)
    cdef public double stopped  # no entries any more (drawdown)
    cdef public double ambiguous_bars, ambiguous_bar

    cdef void first_half(self) noexcept nogil
    cdef void fill_the_bar(self) noexcept nogil
    cdef void at_the_open(self) noexcept nogil
    cdef void flatten_at_the_open(self) noexcept nogil
    cdef void exits_at_the_open(self) noexcept nogil
    cdef void exits_inside(self) noexcept nogil
    cdef bint both_touched(self) noexcept nogil
    cdef void stops_inside(self) noexcept nogil
    cdef void lot_stops_inside(self, double level) noexcept nogil
    cdef void targets_inside(self) noexcept nogil
    cdef void lot_targets_inside(self, double level) noexcept nogil
    cdef void entries_inside(self) noexcept nogil
    cdef void expire_orders(self) noexcept nogil
    cdef void limits_at_the_close(self) noexcept nogil
