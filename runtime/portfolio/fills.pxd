from runtime.machine.core cimport Machine
from runtime.machine.layout cimport *
from runtime.portfolio.rotation cimport Rotation

cdef class Fills(Rotation):
    cdef int[::1] awake  # of each instrument: its bar reaches something that rests
    cdef int[::1] acting  # of each instrument: it takes part in the phase at hand
    cdef double[::1] standing  # where the price of each stands on its path
    cdef double[::1] whole  # prices of the bars, while the machines look at finer ones
    cdef bint has_finer
    cdef long long* group_instants
    cdef long long* group_starts
    cdef long long* group_who
    cdef long long* group_rows
    cdef object _held_finer  # keeps that memory alive
    cdef Py_ssize_t group_from, group_to  # of the instant at hand

    cdef void fill_the_bars(self) except *
    cdef void phases(self, bint opens_only) except *
    cdef void exits(self, bint at_open) except *
    cdef void entries(self, bint at_open, int which, double side) except *
    cdef void count_others(self, Py_ssize_t k, Machine m) noexcept
    cdef void along_the_paths(self) except *
    cdef void by_finer_bars(self) except *
    cdef void settle(self, Py_ssize_t k, Machine m) except *
    cdef void end_the_day(self, Py_ssize_t reached) except *
