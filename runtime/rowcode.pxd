cdef struct Program:
    double* regs
    double* state
    double* params
    int* instructions
    int* loads
    int* results
    int instruction_count
    int load_count
    int result_count

cdef long long ring_place(long long seen, int size) noexcept nogil
cdef double held_so_far(double truth, long long row, int n, double* s, int at) noexcept nogil
cdef double since_true(double truth, long long row, double* s, int at) noexcept nogil
cdef void execute(Program* program, double* facts) noexcept nogil
cdef void run_program(Program* program, double* values, double* facts) noexcept nogil
cdef void scan_program(Program* program, double** inp, double** out, Py_ssize_t n) noexcept nogil

cdef class RowRunner:
    cdef readonly object code
    # The arrays that own the program's memory; its state may be pointed at memory of another owner (see `adopt`).
    cdef object _registers, _state, _params, _instructions, _loads, _results
    cdef Program _program
    cdef Program* program
    cdef double* regs
    cdef readonly int state_size
    # One row: `values` are the caller's inputs by position, `facts` those of plan.FACTS (may be NULL if none is read).
    # Afterwards result k is regs[results[k]].
    cdef void run(self, double* values, double* facts) noexcept nogil
    # The state lives at `state` from now on (state_size doubles, kept alive by the caller); it is not copied.
    cdef void adopt(self, double* state) noexcept nogil
    cdef double result(self, int k) noexcept nogil
