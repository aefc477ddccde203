/* The kernel itself. The including file defines TARGET (the attribute of its tier), KERNEL (the name of its table), TIER_NAME, and, where the
 * machine has an instruction for it, NONZERO_16 (which of 16 lanes have a bit of a mask, as 16 bits).
 * Vectors are the compilers' generic ones (gcc, clang): on machines with shorter registers each operation becomes several. A destination may be
 * one of the operands: columns are the same or disjoint, so lane by lane is safe. */
#include <string.h>

#include "kernel.h"

typedef int32_t i32x16 __attribute__((vector_size(64), may_alias));
typedef uint32_t u32x16 __attribute__((vector_size(64), may_alias));
typedef uint64_t u64x8 __attribute__((vector_size(64), may_alias));
typedef uint32_t u32x8 __attribute__((vector_size(32), may_alias));
typedef int8_t i8x16 __attribute__((vector_size(16), may_alias));

/* Floor of a / b. The quotient in doubles is off by less than 2^-22 / |b|, and a quotient that is no integer is at least 1 / |b| from any, so
 * truncation is right; -1 is apart because -2^31 / -1 does not fit. */
TARGET static inline int32_t floor_divide(int32_t a, int32_t b)
{
    int32_t divisor = b == 0 || b == -1 ? 1 : b;
    int32_t quotient = (int32_t)((double)a / (double)divisor);
    int32_t rest = (int32_t)((uint32_t)a - (uint32_t)quotient * (uint32_t)divisor);
    quotient -= (rest != 0) & ((rest ^ divisor) < 0);
    quotient = b == -1 ? (int32_t)(0u - (uint32_t)quotient) : quotient;
    return b == 0 ? 0 : quotient;
}

TARGET static void divide(const int32_t *a, const int32_t *b, int32_t *d)
{
    int32_t result[LANES];
    for (int i = 0; i < LANES; i++)
        result[i] = floor_divide(a[i], b[i]);
    memcpy(d, result, sizeof result);
}

TARGET static void modulo(const int32_t *a, const int32_t *b, int32_t *d)
{
    int32_t result[LANES];
    for (int i = 0; i < LANES; i++)
        result[i] = b[i] == 0 ? 0 : (int32_t)((uint32_t)a[i] - (uint32_t)b[i] * (uint32_t)floor_divide(a[i], b[i]));
    memcpy(d, result, sizeof result);
}

TARGET static void count_bits(const u32x16 *a, u32x16 *d)
{
    for (int k = 0; k < LANES / 16; k++) {
        u32x16 x = a[k] - ((a[k] >> 1) & 0x55555555u);
        x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
        x = (x + (x >> 4)) & 0x0f0f0f0fu;
        d[k] = (x * 0x01010101u) >> 24;
    }
}

/* One case of `run`: EXPRESSION over the k-th vectors of the operands, signed A, B, C or unsigned UA, UB. */
#define COLUMN(r) (registers + (size_t)(r) * LANES)
#define A (((const i32x16 *)a)[k])
#define B (((const i32x16 *)b)[k])
#define C (((const i32x16 *)c)[k])
#define UA (((const u32x16 *)a)[k])
#define UB (((const u32x16 *)b)[k])
#define EACH(EXPRESSION)                      \
    for (int k = 0; k < LANES / 16; k++)      \
        ((i32x16 *)d)[k] = (i32x16)(EXPRESSION); \
    break

TARGET static void run(const tc_instruction *code, uint32_t n, int32_t *registers)
{
    for (const tc_instruction *i = code, *end = code + n; i < end; i++) {
        /* operands that the operation does not have may be any number: their address is computed, never used */
        const int32_t *a = COLUMN(i->a), *b = COLUMN(i->b), *c = COLUMN(i->c);
        int32_t *d = COLUMN(i->d);
        switch ((tc_operation)i->op) {
        case TC_ADD: EACH(UA + UB);
        case TC_SUB: EACH(UA - UB);
        case TC_MUL: EACH(UA * UB);
        case TC_DIV: divide(a, b, d); break;
        case TC_MOD: modulo(a, b, d); break;
        case TC_EQ: EACH((A == B) & 1);
        case TC_LT: EACH((A < B) & 1);
        case TC_AND: EACH((A != 0) & (B != 0) & 1);
        case TC_OR: EACH(((A | B) != 0) & 1);
        case TC_NOT: EACH((A == 0) & 1);
        case TC_SELECT: EACH((B & (A != 0)) | (C & (A == 0)));
        case TC_BITAND: EACH(A & B);
        case TC_BITOR: EACH(A | B);
        case TC_BITCLEAR: EACH(A & ~B);
        case TC_SHL: EACH(UA << (UB & 31));
        case TC_SHR: EACH(A >> (B & 31));
        case TC_POPCOUNT: count_bits((const u32x16 *)a, (u32x16 *)d); break;
        case TC_MIN: EACH((A & (A < B)) | (B & (A >= B)));
        case TC_MAX: EACH((A & (A > B)) | (B & (A <= B)));
        case TC_COPY: EACH(A);
        case TC_OPERATIONS: break;
        }
    }
}

#ifndef NONZERO_16
/* Each byte of what is found is 0 or -1, and keeps one bit of its own; the multiplication adds the 8 bytes of a half up in the highest one. A sum
 * is the same in any order, and so on machines of either byte order. */
TARGET static inline uint32_t nonzero_16(const int32_t *column, uint32_t mask)
{
    const i8x16 own = {1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128};
    const i8x16 found = __builtin_convertvector((*(const u32x16 *)column & mask) != 0, i8x16) & own;
    uint64_t halves[2];
    memcpy(halves, &found, sizeof halves);
    return (uint32_t)((halves[0] * 0x0101010101010101u) >> 56 | (halves[1] * 0x0101010101010101u) >> 56 << 8);
}
#define NONZERO_16 nonzero_16
#endif

TARGET static inline lane_set nonzero_under(const int32_t *column, uint32_t mask)
{
    lane_set result;
    for (int g = 0; g < GROUPS; g++) {
        uint64_t bits = 0;
        for (int k = 0; k < 4; k++)
            bits |= (uint64_t)NONZERO_16(column + g * 64 + k * 16, mask) << (k * 16);
        result.group[g] = bits;
    }
    return result;
}

TARGET static lane_set nonzero(const int32_t *column)
{
    return nonzero_under(column, ~0u);
}

TARGET static void test(const tc_test *tests, uint32_t n, const int32_t *registers, lane_set *passed)
{
    for (uint32_t i = 0; i < n; i++) {
        passed[i] = nonzero_under(COLUMN(tests[i].reg), tests[i].mask);
        for (int g = 0; g < GROUPS; g++)
            passed[i].group[g] ^= (uint64_t)0 - tests[i].zero;
    }
}

TARGET static void unpack(const unpacking *fields, uint32_t n, const uint64_t *columns, int32_t *registers)
{
    for (const unpacking *f = fields; f < fields + n; f++) {
        const u64x8 *word = (const u64x8 *)(columns + (size_t)f->word * LANES);
        u32x8 *value = (u32x8 *)COLUMN(f->reg);
        for (int k = 0; k < LANES / 8; k++)
            value[k] = (__builtin_convertvector(word[k] >> f->shift, u32x8) & f->mask) + (uint32_t)f->low;
    }
}

/* Four vectors of a word at once, which stay in registers while its fields are added. Lanes with excess get any bits. */
TARGET static void pack(const packing *fields, uint32_t n, uint64_t keep, uint64_t set, const uint64_t *before, const int32_t *registers,
                        uint64_t *after, int32_t *excess)
{
    for (int k = 0; k < LANES / 8; k += 4) {
        u64x8 word[4];
        u32x8 over[4];
        for (int j = 0; j < 4; j++) {
            word[j] = (((const u64x8 *)before)[k + j] & keep) | set;
            over[j] = ((u32x8 *)excess)[k + j];
        }
        for (const packing *f = fields; f < fields + n; f++)
            for (int j = 0; j < 4; j++) {
                u32x8 value = ((const u32x8 *)COLUMN(f->reg))[k + j] - (uint32_t)f->low;
                over[j] |= value & ~f->mask;
                word[j] |= __builtin_convertvector(value, u64x8) << f->shift;
            }
        for (int j = 0; j < 4; j++) {
            ((u64x8 *)after)[k + j] = word[j];
            ((u32x8 *)excess)[k + j] = over[j];
        }
    }
}

const kernel KERNEL = {TIER_NAME, run, nonzero, test, unpack, pack};
