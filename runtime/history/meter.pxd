from runtime.figures cimport Figures

cdef class Meter:
    cdef Figures figures
    cdef readonly double capital
    cdef object rest  # equity that does not fill a block yet
