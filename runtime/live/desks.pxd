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
    cdef readonly long long time  # of the last bar
    cdef readonly list machines
    cdef readonly Loom loom
    cdef readonly Mark marked
    cdef Py_ssize_t found  # how often a seat was waked by the bar at hand
    cdef Desks following  # who weaves after this one in the same thread
    cdef double[5] given  # the bar to weave: open, high, low, close, volume
    cdef long long given_time
    # What machines did on the last bar: seat, kind, how many numbers, and those; one after another.
    cdef double* news
    cdef readonly Py_ssize_t news_count
    cdef Py_ssize_t news_room
    # One a seat.
    cdef readonly object _upper, _lower, _due, _always, _busy, _fresh, _done, _start, _woken
    cdef double[::1] upper, lower, due
    cdef signed char[::1] always, busy, woken, fresh
    cdef Py_ssize_t[::1] done, start
    cdef Py_ssize_t seats
    cdef int[::1] armed  # seats that hold, rest or watch something
    cdef Py_ssize_t armed_count
    cdef bint stale  # other seats are armed than before
    # Truths that make a machine act by themselves, and whose; those that act on what is held or rests, in order of seats.
    cdef int[::1] open_place, open_seat, close_place, close_from
    cdef Py_ssize_t opens_count
    cdef void weave(self, double open, double high, double low, double close, double volume, long long time) noexcept nogil
    cdef void act_on(self)
    cdef void weave_given(self, Py_ssize_t count) noexcept nogil
    cdef void begin(self, Machine machine, Py_ssize_t k) noexcept nogil
    cdef double mark_before(self, Py_ssize_t k) noexcept nogil
    cdef void collect(self, Machine machine, Py_ssize_t k, double first_order) noexcept nogil
    cdef double* room_for(self, double seat, int kind, Py_ssize_t count) noexcept nogil
    cdef Py_ssize_t look(self, double* values) noexcept nogil
    cdef void arm(self) noexcept nogil
    cdef void catch_up(self, Machine machine, Py_ssize_t seat) noexcept nogil
    cdef void refresh(self, Machine machine, Py_ssize_t seat) noexcept nogil
