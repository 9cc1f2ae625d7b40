from runtime.equity_path cimport PathMeter

cdef class TradeSums:
    cdef Py_ssize_t count, wins
    cdef double gained, lost, profit, share, bars, best, worst

    cdef void begin(self) noexcept nogil
    cdef void take(self, double profit, double entry_value, double bars) noexcept nogil

cdef class Figures:
    cdef readonly PathMeter path
    cdef readonly TradeSums trades
    cdef Py_ssize_t bars
    cdef double per_year, hold
    # Of the run at hand.
    cdef double capital, final, traded, commission, ambiguous
    cdef Py_ssize_t exposed, open_trades

    cdef void compute(self, double* out) noexcept nogil

cdef double over(double a, double b) noexcept nogil
