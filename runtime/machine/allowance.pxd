from runtime.machine.holding cimport Holding
from runtime.machine.layout cimport *

cdef class Allowance(Holding):
    cdef readonly bint has_allowance
    cdef double volume_share
    cdef public double volume  # of the bar at hand; NaN where it is not known
    cdef double allowed, taken  # what this bar may fill in all, and what it has filled
    cdef bint short_of_volume  # the last closing fill was cut by it

    cdef void allow(self) noexcept nogil
    cdef void allow_part(self, double volume) noexcept nogil
    cdef void allow_rest(self) noexcept nogil
    cdef double fillable(self, double quantity) noexcept nogil
    cdef bint spent(self) noexcept nogil
    cdef double closable(self, int side, double quantity, int tag) noexcept nogil
    cdef void leave(self, Py_ssize_t at, int reason) noexcept nogil
    cdef double open_entries(self, double besides) noexcept nogil
    cdef bint has_part(self, double order) noexcept nogil
    cdef double close_lots(self, int side, double quantity, int tag, double price, int place, int reason, double order, double action) noexcept nogil
