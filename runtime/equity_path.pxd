cdef class PathMeter:
    cdef double[::1] returns
    # Of equity so far: highest, lowest since, last; sums of returns; falls, in shares and bars.
    cdef double peak, lowest, last
    cdef double count, mean, squares, below, total, drawdown
    cdef Py_ssize_t under, longest
    cdef bint sound  # equity was above zero wherever a return begins

    cdef void begin(self, double capital) noexcept nogil
    cdef void take(self, double* values, Py_ssize_t m) noexcept nogil
    cdef void end(self) noexcept nogil
