cdef double to_grid(double x, double step, double per_one, int way) noexcept nogil
