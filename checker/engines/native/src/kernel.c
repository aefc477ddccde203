/* Which tier runs here. */
#include "kernel.h"

#include <stddef.h>

#include "teamcheck.h"

#if defined(__x86_64__)
static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2");
}

static int has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

const kernel *choose_kernel(uint32_t tier)
{
    __builtin_cpu_init();
    if ((tier == TC_TIER_BEST || tier == TC_TIER_AVX512) && has_avx512())
        return &kernel_avx512;
    if ((tier == TC_TIER_BEST || tier == TC_TIER_AVX2) && has_avx2())
        return &kernel_avx2;
    return tier == TC_TIER_BEST || tier == TC_TIER_PORTABLE ? &kernel_portable : NULL;
}
#else
const kernel *choose_kernel(uint32_t tier)
{
    return tier == TC_TIER_BEST || tier == TC_TIER_PORTABLE ? &kernel_portable : NULL;
}
#endif
