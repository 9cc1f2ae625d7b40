from runtime.engine cimport Engine
from runtime.machine.layout cimport *
from runtime.machine.straight cimport Straight
from runtime.machine.table cimport Table

cdef class Machine(Straight):
    # Prices, from the row `base` on; columns of the row code; slots to write down.
    cdef Py_ssize_t base
    cdef double* opens
    cdef double* highs
    cdef double* lows
    cdef double* closes
    cdef double* volumes  # not read without has_allowance
    cdef long long* times
    cdef double* equities
    cdef double* open_rates  # one a row; not read without has_rates
    cdef double* close_rates
    cdef double* factors  # one a row; not read without has_factors
    cdef bint has_factors
    cdef double** row_loads
    cdef double** records
    cdef bint has_equities
    cdef bint all_closed  # every close is known
    cdef bint extremes  # whether bars without an event count for the extremes of lots and position
    cdef int[::1] record_slots
    cdef int record_count
    # Slots that are true where one column comes below another (`cross`): the columns, the bits of the 64 rows at hand, whether they were not below
    # on the row before, and where it is said for the rules.
    cdef int crossing_count
    cdef int[::1] crossing_slots, crossing_registers, crossing_of
    cdef double** crossing_x
    cdef double** crossing_y
    cdef double* crossing_said
    cdef Py_ssize_t crossing_rows
    cdef unsigned long long[::1] crossing_bits, crossing_before
    cdef object _held_crossings
    # What keeps that memory alive.
    cdef object _held_rates, _held_prices, _held_factors, _held_columns, _held_records, _columns, _row_loads, _records

    cdef Py_ssize_t next_fire(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef unsigned long long crossed_in(self, int k, Py_ssize_t first, Py_ssize_t rows) noexcept nogil
    cdef void say_crossings(self) noexcept nogil
    cdef bint is_light(self) noexcept nogil
    cdef void reach_crossings(self, Engine engine) noexcept nogil
    cdef Py_ssize_t next_touch(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef void pass_over(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef void light_rows(self, Py_ssize_t start, Py_ssize_t n) noexcept nogil
    cdef bint known_row(self, Py_ssize_t j) noexcept nogil
    cdef void advance(self, Py_ssize_t start, Py_ssize_t n) noexcept nogil
