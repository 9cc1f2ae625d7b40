from runtime.machine.book cimport Book
from runtime.machine.layout cimport *
from runtime.machine.purse cimport Purse
from runtime.machine.table cimport Table

cdef class Brackets(Book):
    cdef readonly Table brackets
    # The lines that `read_lines` has read.
    cdef double new_stop, new_target, new_distance, new_after

    cdef void measure(self) noexcept nogil
    cdef void rearm(self) noexcept nogil
    cdef void wake_for(self, double stop, double target) noexcept nogil
    cdef double nearest_stop(self, Py_ssize_t at) noexcept nogil
    cdef int reason_of_stop(self, Py_ssize_t at) noexcept nogil
    cdef double share_of_entries(self, Py_ssize_t k) noexcept nogil
    cdef double free_quantity(self, Py_ssize_t k) noexcept nogil
    cdef void fill_bracket(self, Py_ssize_t k, double raw, bint by_limit, int place, int reason) noexcept nogil
    cdef void brackets_at_the_open(self) noexcept nogil
    cdef bint bracket_stop_touched(self, Py_ssize_t k) noexcept nogil
    cdef bint bracket_target_passed(self, Py_ssize_t k) noexcept nogil
    cdef Py_ssize_t next_bracket(self, bint stops) noexcept nogil
    cdef double average_entry(self) noexcept nogil
    cdef bint read_lines(self, int action, double entry, int side) noexcept nogil
    cdef void make_protect(self, int action) noexcept nogil
    cdef void cancel_bracket(self, double tag) noexcept nogil
    cdef void trail_bracket(self, Py_ssize_t at, int side) noexcept nogil
    cdef double trail_level(self, int action, int side, double best, double distance, double trail) noexcept nogil
    cdef void move_bracket_trails(self) noexcept nogil
    cdef void trail_lot(self, Py_ssize_t at, int lines, int side) noexcept nogil
    cdef void move_lines(self, int action, int tag, int side) noexcept nogil
