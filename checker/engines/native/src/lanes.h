/* Sets of the lanes of a batch. */
#ifndef TEAMCHECK_LANES_H
#define TEAMCHECK_LANES_H

#include "kernel.h"

static inline lane_set set_and(lane_set a, lane_set b)
{
    for (int g = 0; g < GROUPS; g++)
        a.group[g] &= b.group[g];
    return a;
}

static inline lane_set set_without(lane_set a, lane_set b)
{
    for (int g = 0; g < GROUPS; g++)
        a.group[g] &= ~b.group[g];
    return a;
}

static inline lane_set set_or(lane_set a, lane_set b)
{
    for (int g = 0; g < GROUPS; g++)
        a.group[g] |= b.group[g];
    return a;
}

static inline int set_empty(lane_set a)
{
    uint64_t any = 0;
    for (int g = 0; g < GROUPS; g++)
        any |= a.group[g];
    return any == 0;
}

static inline uint32_t set_size(lane_set a)
{
    uint32_t n = 0;
    for (int g = 0; g < GROUPS; g++)
        n += (uint32_t)__builtin_popcountll(a.group[g]);
    return n;
}

/* The lowest lane of a set that is not empty. */
static inline uint32_t set_first(lane_set a)
{
    uint32_t g = 0;
    while (a.group[g] == 0)
        g++;
    return g * 64 + (uint32_t)__builtin_ctzll(a.group[g]);
}

/* The lanes 0 .. n-1. */
static inline lane_set set_below(uint64_t n)
{
    lane_set a;
    for (uint64_t g = 0; g < GROUPS; g++)
        a.group[g] = n >= g * 64 + 64 ? ~0ull : n <= g * 64 ? 0 : (1ull << (n - g * 64)) - 1;
    return a;
}

#endif
