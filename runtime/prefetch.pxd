# Asks for rows of a column before they are read.
cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define APX_TOUCH(p) __builtin_prefetch((p), 0, 2)
    #else
    #define APX_TOUCH(p) ((void) (p))
    #endif
    static inline void touch(const double *x, Py_ssize_t first, Py_ssize_t to) {
        for (Py_ssize_t i = first; i < to; i += 8) APX_TOUCH(x + i);
    }
    """
    void touch(double* x, Py_ssize_t first, Py_ssize_t to) noexcept nogil
