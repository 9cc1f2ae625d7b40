cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define lowest_of_bits(word) ((Py_ssize_t)__builtin_ctzll(word))
    #else
    static Py_ssize_t lowest_of_bits(unsigned long long word) { Py_ssize_t k = 0; while (!(word >> k & 1)) k++; return k; }
    #endif
    """
    Py_ssize_t lowest_of_bits(unsigned long long word) noexcept nogil

cdef unsigned long long fires_in(double* column, Py_ssize_t first, Py_ssize_t rows) noexcept nogil
