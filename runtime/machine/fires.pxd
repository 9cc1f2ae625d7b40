# Truths and comparisons as bits, row j as bit j: at most 64 rows. Whatever the vectors, the bits are those of the loops at their ends.
cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define lowest_of_bits(word) ((Py_ssize_t)__builtin_ctzll(word))
    #else
    static Py_ssize_t lowest_of_bits(unsigned long long word) { Py_ssize_t k = 0; while (!(word >> k & 1)) k++; return k; }
    #endif
    #if defined(__AVX__)
    #include <immintrin.h>
    #endif
    #include <string.h>

    static inline unsigned long long true_bits(const double *x, Py_ssize_t first, Py_ssize_t rows) {
        unsigned long long found = 0, bits;
        Py_ssize_t j = 0;
        x += first;
    #if defined(__AVX512F__)
        for (; j + 8 <= rows; j += 8)
            found |= (unsigned long long)_mm512_test_epi64_mask(_mm512_loadu_si512(x + j), _mm512_set1_epi64(1LL << 62)) << j;
    #elif defined(__AVX2__)
        for (; j + 4 <= rows; j += 4) {
            __m256i v = _mm256_slli_epi64(_mm256_loadu_si256((const __m256i *)(x + j)), 1);
            found |= (unsigned long long)_mm256_movemask_pd(_mm256_castsi256_pd(v)) << j;
        }
    #endif
        for (; j < rows; j++) {
            memcpy(&bits, x + j, 8);  /* of 0, 1 and 2 only 2 has this bit, as doubles are written */
            found |= ((bits >> 62) & 1) << j;
        }
        return found;
    }

    static inline unsigned long long less_bits(const double *x, const double *y, Py_ssize_t first, Py_ssize_t rows) {
        unsigned long long found = 0;
        Py_ssize_t j = 0;
        x += first;
        y += first;
    #if defined(__AVX512F__)
        for (; j + 8 <= rows; j += 8)
            found |= (unsigned long long)_mm512_cmp_pd_mask(_mm512_loadu_pd(x + j), _mm512_loadu_pd(y + j), _CMP_LT_OQ) << j;
    #elif defined(__AVX__)
        for (; j + 4 <= rows; j += 4)
            found |= (unsigned long long)_mm256_movemask_pd(
                _mm256_cmp_pd(_mm256_loadu_pd(x + j), _mm256_loadu_pd(y + j), _CMP_LT_OQ)) << j;
    #endif
        for (; j < rows; j++) found |= (unsigned long long)(x[j] < y[j]) << j;
        return found;
    }

    static inline unsigned long long least_bits(const double *x, const double *y, Py_ssize_t first, Py_ssize_t rows) {
        unsigned long long found = 0;
        Py_ssize_t j = 0;
        x += first;
        y += first;
    #if defined(__AVX512F__)
        for (; j + 8 <= rows; j += 8)
            found |= (unsigned long long)_mm512_cmp_pd_mask(_mm512_loadu_pd(x + j), _mm512_loadu_pd(y + j), _CMP_LE_OQ) << j;
    #elif defined(__AVX__)
        for (; j + 4 <= rows; j += 4)
            found |= (unsigned long long)_mm256_movemask_pd(
                _mm256_cmp_pd(_mm256_loadu_pd(x + j), _mm256_loadu_pd(y + j), _CMP_LE_OQ)) << j;
    #endif
        for (; j < rows; j++) found |= (unsigned long long)(x[j] <= y[j]) << j;
        return found;
    }
    """
    Py_ssize_t lowest_of_bits(unsigned long long word) noexcept nogil
    unsigned long long true_bits(double* x, Py_ssize_t first, Py_ssize_t rows) noexcept nogil
    unsigned long long less_bits(double* x, double* y, Py_ssize_t first, Py_ssize_t rows) noexcept nogil
    unsigned long long least_bits(double* x, double* y, Py_ssize_t first, Py_ssize_t rows) noexcept nogil

