cdef class RowRunner:
    cdef readonly object code
    # The arrays that own the memory below; `state` may be pointed at memory of another owner (see `adopt`).
    cdef object _registers, _state, _instructions, _params, _loads, _results, _plain
    cdef double* regs
    cdef double* state
    cdef double* params
    cdef int* instructions
    cdef int* loads
    cdef int* results
    cdef readonly int instruction_count
    cdef readonly int load_count
    cdef readonly int result_count
    cdef readonly int state_size
    # One row: `values` are the caller's inputs by position, `facts` those of plan.FACTS (may be NULL if none is read).
    # Afterwards result k is regs[results[k]].
    cdef void run(self, double* values, double* facts) noexcept nogil
    # A chunk of rows: inputs and outputs are columns.
    cdef void scan(self, double** inp, double** out, Py_ssize_t n) noexcept nogil
    # The state lives at `state` from now on (state_size doubles, kept alive by the caller); it is not copied.
    cdef void adopt(self, double* state) noexcept nogil
    cdef void execute(self, double* facts) noexcept nogil
