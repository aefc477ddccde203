/* The tier for x86-64 with AVX-512 (F, BW, DQ, VL). */
#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi,bmi2,popcnt")))
#define KERNEL kernel_avx512
#define TIER_NAME "avx512"
#include <stdint.h>

TARGET static inline uint32_t nonzero_16(const int32_t *column, uint32_t mask)
{
    return _mm512_test_epi32_mask(_mm512_load_si512(column), _mm512_set1_epi32((int)mask));
}
#define NONZERO_16 nonzero_16
#include "kernel_body.h"
#else
typedef int kernel_avx512_is_for_x86_64;
#endif
