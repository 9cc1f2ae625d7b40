from runtime.machine.detail_model cimport DetailModel
from runtime.machine.layout cimport *

cdef class PathModel(DetailModel):
    # What the price meets next on its way.
    cdef int met
    cdef Py_ssize_t met_row
    cdef double met_price
    cdef bint met_buys

    cdef void fill_the_bar(self) noexcept nogil
    cdef void at_the_open(self) noexcept nogil
    cdef void rearm(self) noexcept nogil
    cdef void entries_at_the_open(self, bint market, double side) noexcept nogil
    cdef void spent_trails_at_the_open(self) noexcept nogil
    cdef void reach(self, double price) noexcept nogil
    cdef void trail_along(self, double price) noexcept nogil
    cdef void walk(self, double start, double end) noexcept nogil
    cdef void look_ahead(self, double start, double end, int up) noexcept nogil
    cdef double activation(self, double entry, int side, double after) noexcept nogil
    cdef void meet(self, int what, Py_ssize_t row, int side, double price, bint stop, double start, int up) noexcept nogil
    cdef void act_on(self, double price) noexcept nogil
