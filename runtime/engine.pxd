from runtime.rowcode cimport RowRunner

ctypedef void (*KernelFunction)(double** inp, double* par, double* st, double** out, Py_ssize_t n) noexcept nogil

cdef struct Call:
    KernelFunction function
    double** inp
    double* par
    double* st
    double** out

cdef void scan(double** inp, double* par, double* st, double** out, Py_ssize_t n) noexcept nogil
cdef int unclean(double* x, Py_ssize_t n) noexcept nogil
cdef void clean(double* x, double* to, Py_ssize_t n) noexcept nogil
cdef void canonical(double* x, double* to, Py_ssize_t n) noexcept nogil

cdef class Engine:
    # After a chunk, register r holds its n values at regs[r].
    cdef double** regs
    cdef double** own  # the engine's buffer of each register
    cdef double** slots  # the operands of all calls, in order
    cdef double** sources  # attached feeds, NULL where none
    cdef double** sinks  # attached outputs
    cdef int* operands
    cdef int* outputs
    cdef Call* calls
    cdef KernelFunction find_unclean  # stdlib/kernels/shortcuts.py
    cdef KernelFunction make_canonical
    cdef double* params
    cdef double* state
    cdef readonly Py_ssize_t capacity
    cdef readonly Py_ssize_t feeds
    cdef readonly Py_ssize_t registers
    cdef readonly Py_ssize_t state_size
    cdef Py_ssize_t call_count
    cdef Py_ssize_t operand_count
    cdef Py_ssize_t output_count
    cdef Py_ssize_t placed_count  # outputs computed in place come first, feeds and constants to copy after them
    cdef bint trusted  # the attached feeds are clean: for who has seen to it
    cdef bint at_home  # every register is at its own buffer
    cdef object _constants, _runners, _sources, _outputs, _buffer, _fixed
    # Runs rows start .. start + n of the attached feeds (n <= capacity); attached outputs are written in place.
    cdef void touch_next(self, Py_ssize_t row, Py_ssize_t at, Py_ssize_t n) noexcept nogil
    cdef int unclean(self, double* x, Py_ssize_t n) noexcept nogil
    cdef void advance(self, Py_ssize_t start, Py_ssize_t n) noexcept nogil
    cdef void link(self) noexcept nogil
    cdef void go_home(self) noexcept nogil
    cdef void run_calls(self, Py_ssize_t n) noexcept nogil
