from runtime.engine cimport Engine
from runtime.machine.layout cimport *
from runtime.machine.rules cimport Rules
from runtime.machine.table cimport Table

cdef class Machine(Rules):
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
    # What keeps that memory alive.
    cdef object _held_rates, _held_prices, _held_factors, _held_columns, _held_records, _columns, _row_loads, _records

    cdef Py_ssize_t next_fire(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef Py_ssize_t next_touch(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef void pass_over(self, Py_ssize_t i, Py_ssize_t n) noexcept nogil
    cdef void light_bar(self, bint fires) noexcept nogil
    cdef void advance(self, Py_ssize_t start, Py_ssize_t n) noexcept nogil
