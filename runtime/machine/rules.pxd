from runtime.machine.path_model cimport PathModel
from runtime.machine.layout cimport *

cdef class Rules(PathModel):
    # What was known before any rule of this close acted.
    cdef double equity_now, cash_now, size_now

    cdef void second_half(self) noexcept nogil
    cdef void act(self) noexcept nogil
    cdef void move_trails(self) noexcept nogil
    cdef void cancel_orders(self, int action) noexcept nogil
    cdef double held(self, int side, int tag) noexcept nogil
    cdef double reserved(self, int side) noexcept nogil
    cdef double order_price(self, int slot, int kind, int side) noexcept nogil
    cdef Py_ssize_t place_order(self, int action, int entry, int side, int kind, double quantity, double price, double limit) noexcept nogil
    cdef void make_exit(self, int action) noexcept nogil
    cdef int refusal(self, int action, int side) noexcept nogil
    cdef double sized(self, int action, int side, double presumed, double stop) noexcept nogil
    cdef void drop_rests(self, double side, int tag) noexcept nogil
    cdef double on_the_way(self, int side, double tag) noexcept nogil
    cdef double capped(self, int action, int side, double quantity, double presumed) noexcept nogil
    cdef void make_entry(self, int action) noexcept nogil
    cdef double still_opposite(self, int action, int side) noexcept nogil
    cdef bint has_lines(self, int action) noexcept nogil
    cdef void take_note(self, int action) noexcept nogil
