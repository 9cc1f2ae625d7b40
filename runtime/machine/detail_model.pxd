from runtime.machine.fill_model cimport FillModel
from runtime.machine.layout cimport *

cdef class DetailModel(FillModel):
    cdef bint walked  # lots have been shown this bar's prices on the way
    cdef bint has_detail
    cdef double* fine_opens
    cdef double* fine_highs
    cdef double* fine_lows
    cdef double* fine_closes
    cdef double* fine_volumes
    cdef long long* fine_starts
    cdef object _held_detail  # keeps that memory alive
    cdef Py_ssize_t fine_from, fine_to  # the finer bars of the bar at hand

    cdef void fill_the_bar(self) noexcept nogil
    cdef void next_inside(self) noexcept nogil
    cdef void stretch(self) noexcept nogil
