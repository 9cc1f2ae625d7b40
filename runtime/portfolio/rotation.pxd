from runtime.machine.core cimport Machine
from runtime.machine.layout cimport *
from runtime.machine.table cimport Table
from runtime.portfolio.till cimport Till

cdef class Rotation(Till):
    cdef readonly Table rotation_rows
    cdef int[::1] counts, scores, wheres, weights  # a slot an action, -1 where it has none
    cdef double[::1] shares, targets
    cdef public object members  # a truth an instrument: whether it belongs to the universe at this instant
    cdef int[::1] active
    cdef int active_count

    cdef void choose(self, int action) except *
    cdef double target(self, Py_ssize_t k, Machine m, int action, double share, double fee) noexcept
    cdef void reduce_to_targets(self, int action) except *
    cdef void increase_to_targets(self, int action) except *
