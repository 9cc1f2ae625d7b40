from runtime.machine.brackets cimport Brackets
from runtime.machine.layout cimport *

cdef class Liquidation(Brackets):
    cdef readonly bint has_maintenance
    cdef double maintenance

    cdef double liquidation_price(self) noexcept nogil
    cdef bint all_leave(self) noexcept nogil
    cdef bint liquidation_touched(self) noexcept nogil
    cdef void liquidate(self, double raw, int place) noexcept nogil
    cdef void liquidate_at_the_open(self) noexcept nogil
    cdef void liquidate_inside(self) noexcept nogil
    cdef void liquidate_after_entry(self, double raw) noexcept nogil
    cdef bint nearer_stop(self, double level, int side) noexcept nogil
    cdef void rearm(self) noexcept nogil
