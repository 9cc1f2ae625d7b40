from runtime.machine.core cimport Machine
from runtime.machine.layout cimport *
from runtime.portfolio.fills cimport Fills

cdef class Portfolio(Fills):
    cdef long long time  # of the instant at hand
    cdef int[::1] cancelling, closing, opening, protecting, noting

    cdef void new_day(self, long long time) noexcept
    cdef void first_half(self) except *
    cdef void limits_at_the_close(self) except *
    cdef void second_half(self) except *
    cdef bint may_enter(self, Py_ssize_t k) except *
