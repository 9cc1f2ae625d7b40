cdef enum:
    GRAIN = 16  # as in equity_path.py
    LANES = 8

cdef class PathMeter:
    cdef double[::1] returns
    # Of equity so far: highest, lowest since, last; sums of returns; falls, in shares and bars.
    cdef double peak, lowest, last
    cdef double count, mean, squares, below, total, drawdown
    cdef Py_ssize_t under, longest
    cdef bint sound  # equity was above zero wherever a return begins

    cdef void begin(self, double capital) noexcept nogil
    cdef void take(self, double* values, Py_ssize_t first, Py_ssize_t m) noexcept nogil
    cdef void follow(self, double v) noexcept nogil
    cdef void join(self, Py_ssize_t c, double still) noexcept nogil
    cdef void end(self) noexcept nogil

cdef double ratio(double a, double b) noexcept nogil
cdef bint differs(double* v, Py_ssize_t i, double x) noexcept nogil
cdef bint reaches(double* v, Py_ssize_t i, double x) noexcept nogil
cdef double sum_of(double* lanes) noexcept nogil
cdef double lowest_of(double* lanes) noexcept nogil
