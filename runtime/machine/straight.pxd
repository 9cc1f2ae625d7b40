from runtime.machine.layout cimport *
from runtime.machine.rules cimport Rules

cdef class Straight(Rules):
    cdef bint direct  # the program is one whose orders may go straight to their fills
    # The order on its way: 0 none, 1 an entry, 2 an exit. It is made and filled within one `advance`, and never saved.
    cdef int way, way_action, way_side
    cdef double way_quantity, way_id, way_made

    cdef bint sent(self) noexcept nogil
    cdef void send(self, int way, int action, int side, double quantity) noexcept nogil
    cdef void arrive(self) noexcept nogil
    cdef void leave_lot(self, int reason) noexcept nogil
    cdef bint open_lot(self, double price) noexcept nogil
    cdef void keep_arrived(self, int end, double filled, double price) noexcept nogil
