from runtime.live.loom cimport Loom, Mark
from runtime.machine.core cimport Machine

cdef class Desks:
    cdef readonly object opens, highs, lows, closes, times
    cdef double[::1] o, h, l, c
    cdef long long[::1] t
    cdef readonly Py_ssize_t room, at, rows  # rows of the rings; the next one; bars taken
    cdef readonly double mark  # the last known close
    cdef readonly Py_ssize_t mark_row
    cdef readonly double old_mark  # the same where the rings began
    cdef readonly Py_ssize_t old_row
    cdef readonly list machines
    # One a seat.
    cdef readonly object _upper, _lower, _due, _always, _busy, _done, _start, _woken
    cdef double[::1] upper, lower, due
    cdef signed char[::1] always, busy, woken
    cdef Py_ssize_t[::1] done, start
    cdef Py_ssize_t seats
    cdef int[::1] armed  # seats that hold, rest or watch something
    cdef Py_ssize_t armed_count
    cdef bint stale  # other seats are armed than before
    # Truths that make a machine act by themselves, and whose; those that act on what is held or rests, in order of seats.
    cdef int[::1] open_place, open_seat, close_place, close_from
    cdef Py_ssize_t opens_count
    cdef Py_ssize_t look(self, double* values) noexcept nogil
    cdef void arm(self) noexcept nogil
    cdef void catch_up(self, Machine machine, Py_ssize_t seat) noexcept nogil
    cdef void refresh(self, Machine machine, Py_ssize_t seat) noexcept nogil
