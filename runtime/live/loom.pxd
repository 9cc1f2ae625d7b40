from runtime.engine cimport KernelFunction

ctypedef void (*GatherFunction)(double* v, int* at, double* w, Py_ssize_t n) noexcept nogil
ctypedef void (*FillFunction)(double x, double* w, Py_ssize_t n) noexcept nogil
ctypedef void (*LaneFunction)(double* v, int* at, double* st, Py_ssize_t to, Py_ssize_t n, Py_ssize_t stride) noexcept nogil
ctypedef void (*BlocksFunction)(Py_ssize_t join, double x, double* h, Py_ssize_t levels, Py_ssize_t room, Py_ssize_t place) noexcept nogil
ctypedef void (*SumFunction)(double* h, int* at, int* counts, Py_ssize_t pieces, double* v, Py_ssize_t to, Py_ssize_t n, Py_ssize_t stride) noexcept nogil
ctypedef void (*SpreadFunction)(double* h, int* at, int* counts, Py_ssize_t pieces, double* v, Py_ssize_t to, Py_ssize_t n, Py_ssize_t stride, Py_ssize_t second, double* par, double* w) noexcept nogil
ctypedef void (*ExtremeFunction)(double* h, int* at, double* v, Py_ssize_t to, Py_ssize_t n, Py_ssize_t stride) noexcept nogil

cdef enum:
    EACH = 0
    LANES = 1
    BLOCKS = 2
    SUMS = 3
    SPREADS = 4
    EXTREMES = 5
    ONE = 6

cdef struct Turn:
    int kind
    void* function
    int* at  # places that lanes read, or where they are among the blocks; of EACH, those of the operands that are not read where they lie
    int* counts  # ways to the operands of EACH; lanes of each turn of SUMS and SPREADS
    double* st  # state, or the levels of blocks
    double* par
    double** inp
    double** out
    Py_ssize_t to, n, stride
    Py_ssize_t pieces  # operands of EACH, turns of SUMS and SPREADS
    Py_ssize_t join, levels

cdef class Mark:
    cdef unsigned long long a, b
    cdef void mix(self, double x) noexcept nogil
    cdef void note(self, long long time, double open, double high, double low, double close, double volume) noexcept nogil

cdef class Loom:
    cdef readonly object values, blocks
    cdef readonly Py_ssize_t feeds, room, rows
    cdef double* v
    cdef double* h
    cdef double* scratch
    cdef Py_ssize_t second
    cdef Turn* turns
    cdef readonly Py_ssize_t turn_count
    cdef Py_ssize_t turn_room
    cdef GatherFunction gather
    cdef FillFunction fill
    cdef object _arena
    cdef Py_ssize_t _used
    cdef list _held
    cdef void weave(self) noexcept nogil
    cdef void turns_with(self, double* w) noexcept nogil
    cdef void take(self, double open, double high, double low, double close, double volume) noexcept nogil
    cdef Turn* turn(self, int kind, object function, object to, object n, object stride)
    cdef double* floats(self, object array)
    cdef int* ints(self, object array)
    cdef object piece(self, object size)
    cdef object keep(self, object array)
    cdef double* floats_at(self, object own)
