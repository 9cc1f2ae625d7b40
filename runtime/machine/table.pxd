cdef class Table:
    cdef readonly Py_ssize_t width
    cdef readonly Py_ssize_t count
    cdef Py_ssize_t capacity
    cdef double[::1] rows
    # Offset of a new row of zeros in `rows`.
    cdef Py_ssize_t add(self) noexcept nogil
    # Offset of a new row, for who writes every number of it.
    cdef Py_ssize_t more(self) noexcept nogil
    cdef void make_room(self) noexcept nogil
    # Row k goes, later rows move up.
    cdef void remove(self, Py_ssize_t k) noexcept nogil
