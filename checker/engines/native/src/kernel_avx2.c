/* The tier for x86-64 with AVX2 (2013 and later). */
#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define KERNEL kernel_avx2
#define TIER_NAME "avx2"
#include <stdint.h>

TARGET static inline uint32_t nonzero_8(const int32_t *column, uint32_t mask)
{
    __m256i bits = _mm256_and_si256(_mm256_load_si256((const __m256i *)column), _mm256_set1_epi32((int)mask));
    __m256i zero = _mm256_cmpeq_epi32(bits, _mm256_setzero_si256());
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(zero)) ^ 0xffu;
}
#define NONZERO_16(column, mask) (nonzero_8(column, mask) | nonzero_8((column) + 8, mask) << 8)
#include "kernel_body.h"
#else
typedef int kernel_avx2_is_for_x86_64;
#endif
