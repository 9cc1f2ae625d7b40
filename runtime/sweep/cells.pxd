from runtime.engine cimport Engine
from runtime.figures cimport Figures
from runtime.machine.core cimport Machine
from runtime.machine.layout cimport *

cdef class Cells:
    cdef Py_ssize_t rows
    cdef Engine engine
    cdef Machine machine
    cdef Figures figures
    cdef double[::1] equity  # of the chunk at hand
    cdef int[::1] own_at, slots, loads
    cdef readonly object own
    # Of the run at hand: bars that closed with a position, since when there is the present one, and whether there is one.
    cdef double exposed, since, liquidations
    cdef bint holds
    cdef bint borrows, funds, lends, forces  # which charges the account's terms ask for

    cdef void one(self) noexcept nogil
    cdef void count_records(self) noexcept nogil
    cdef void hold_until(self, double bar) noexcept nogil
    cdef void count(self) noexcept nogil
    cdef void charge(self, double* out) noexcept nogil
