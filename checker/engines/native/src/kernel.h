/* The inner loops, compiled once for each tier of vector instructions from kernel_body.h; the best one that runs here is chosen at run time.
 * A column is LANES values, one for each state of the batch, aligned to 64 bytes. Lanes without a state hold any values: every operation is
 * total, and what they give is masked out by the caller. */
#ifndef TEAMCHECK_KERNEL_H
#define TEAMCHECK_KERNEL_H

#include "program.h"

#ifndef LANES
#define LANES 64 /* a multiple of 64 */
#endif
#define GROUPS (LANES / 64)
_Static_assert(LANES % 64 == 0, "a batch is whole groups");

/* One bit for each lane. */
typedef struct {
    uint64_t group[GROUPS];
} lane_set;

/* A field to unpack into its register. */
typedef struct {
    uint32_t word, reg, shift, mask;
    int32_t low;
} unpacking;

/* A register to pack into a word. */
typedef struct {
    uint32_t reg, shift, mask;
    int32_t low;
} packing;

typedef struct {
    const char *name;
    void (*run)(const tc_instruction *code, uint32_t n, int32_t *registers);
    lane_set (*nonzero)(const int32_t *column);
    void (*test)(const tc_test *tests, uint32_t n, const int32_t *registers, lane_set *passed);
    void (*unpack)(const unpacking *fields, uint32_t n, const uint64_t *columns, int32_t *registers);
    /* after = (before & keep) | set | the packed registers; a lane of `excess` gets bits where a value does not fit its mask, and its `after`
     * is of no use then */
    void (*pack)(const packing *fields, uint32_t n, uint64_t keep, uint64_t set, const uint64_t *before, const int32_t *registers,
                 uint64_t *after, int32_t *excess);
} kernel;

extern const kernel kernel_portable;
#if defined(__x86_64__)
extern const kernel kernel_avx2, kernel_avx512;
#endif

/* The kernel of a tc_tier, or NULL when this machine cannot run it. */
const kernel *choose_kernel(uint32_t tier);

#endif
