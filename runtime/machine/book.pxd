from runtime.machine.layout cimport *
from runtime.machine.allowance cimport Allowance
from runtime.machine.table cimport Table
from runtime.rowcode cimport Program, RowRunner

cdef class Book(Allowance):
    # The program.
    cdef readonly object code
    cdef int[::1] exit_fires, entry_fires  # the slots that say where exits and entries fire
    cdef int[::1] acts, cancels, exits, entries, notes, protects, note_slots, note_starts, price_places, price_slots
    cdef int cancel_count, exit_count, entry_count, note_count, protect_count, order_width, note_width
    cdef readonly RowRunner row
    cdef bint has_row, every_bar
    cdef bint bare  # orders at the market and nothing else
    cdef object price_runners, _prices
    cdef Program** prices
    cdef double[::1] values, slot_values, frozen, row_values
    cdef double* values_at
    cdef double* known_at
    cdef double* row_values_at
    cdef int row_load_count
    cdef int[::1] slot_row
    cdef readonly int slot_count
    cdef bint given  # slots come from `close_half`, not from columns
    cdef Py_ssize_t at  # row of the columns
    cdef double** columns  # one a slot
    cdef int[::1] fire_slots
    cdef Py_ssize_t fire_from  # the 64 rows whose fires are in `fire_bits` start here
    cdef unsigned long long fire_bits
    cdef int fire_count

    # State: see core.STATE.
    cdef public double next_order
    cdef public double flatten  # the reason to close everything at the next open, or 0
    cdef readonly Table orders, open_events, order_rows, event_rows, note_rows

    # The order at hand fills by its limit, free of slippage.
    cdef bint by_limit
    # What wakes the machine while it rests.
    cdef bint urgent, trailing
    cdef double upper, lower, due

    cdef double slot(self, int k) noexcept nogil
    cdef bint freeze(self, int k) noexcept nogil
    cdef double attached_price(self, int k, double entry, int side, double stop) noexcept nogil
    cdef void close_lot(self, Py_ssize_t k, double raw, bint by_limit, int place, int reason) noexcept nogil
    cdef void close_part(self, Py_ssize_t k, double quantity, double raw, bint by_limit, int place, int reason) noexcept nogil
    cdef void keep_rest(self, Py_ssize_t k, double part, double price, bint begun) noexcept nogil
    cdef void held_back(self, int action) noexcept nogil
    cdef void end_order(self, Py_ssize_t k, int end, double filled, double price) noexcept nogil
    cdef void keep_order(self, Py_ssize_t at, int end, double filled, double price) noexcept nogil
    cdef void log(self, int action, int cause) noexcept nogil
    cdef void drop_entries(self, int end) noexcept nogil
    cdef void count_order(self, double raw, int place) noexcept nogil
    cdef void close_everything(self, double raw, int place, int reason) noexcept nogil
    cdef void rearm(self) noexcept nogil
    cdef double price_at_open(self, Py_ssize_t at) noexcept nogil
    cdef double price_inside(self, Py_ssize_t at) noexcept nogil
    cdef bint rested(self, Py_ssize_t at, double raw, int place) noexcept nogil
    cdef void fill_exit(self, Py_ssize_t k, double raw, int place) noexcept nogil
    cdef void fill_entry(self, Py_ssize_t k, double raw, int place) noexcept nogil
