/* The bytecode of a model, as the caller hands it over: plain arrays, no ownership. checker/engines/native/library.py mirrors every struct.
 *
 * A state is `words` 64-bit words. Field i holds the value ((word >> shift) & mask(width)) + low; bits that belong to no field are 0.
 * Registers are columns of LANES int32, one lane for each state of a batch:
 *   0 .. n_fields-1                     the fields of the batch, unpacked (read only)
 *   n_fields .. n_fields+n_consts-1     constants (read only)
 *   n_fields+n_consts .. n_registers-1  temporaries
 * The state section runs once a batch; what it writes stays for all outcomes (PINNED: no outcome may write it). The tests follow it: each is
 * one bit for each state of the batch, and they decide, without a run of any code, where most outcomes cannot be enabled. The code of an
 * outcome may read fields, constants, pinned registers, and what it wrote itself before (DEFINED); the verifier (verify.c) holds programs to
 * both.
 * The final section is bound like an outcome. It runs after the outcomes, for batches with a final state: one where no outcome that is not a
 * fault is enabled.
 * The canonical section, where there is one, makes of a state the one that stands for its orbit (symmetry), by updates like an outcome's. It
 * runs over successors and initial states, in registers of its own: it may read fields, constants, and what it wrote itself before. */
#ifndef TEAMCHECK_PROGRAM_H
#define TEAMCHECK_PROGRAM_H

#include <stdint.h>

#define TC_MAX_WORDS 64
#define TC_MOST_REDUCED 4096 /* outcomes of a program with `independence` */
#define TC_NONE 0xffff /* no register: `failed` of an outcome that cannot fail, `done_reg` of a model that is never done */

/* All arithmetic wraps (two's complement); a truth value is any value but 0, results of comparisons are 0 or 1. */
typedef enum {
    TC_ADD,      /* d = a + b */
    TC_SUB,      /* d = a - b */
    TC_MUL,      /* d = a * b */
    TC_DIV,      /* d = a / b rounded down; 0 when b is 0 */
    TC_MOD,      /* d = a - b * (a / b), so its sign is b's; 0 when b is 0 */
    TC_EQ,       /* d = a == b */
    TC_LT,       /* d = a < b */
    TC_AND,      /* d = a and b, as truth values (TC_BITAND is cheaper when both are 0 or 1) */
    TC_OR,       /* d = a or b, as truth values (TC_BITOR is cheaper when both are 0 or 1) */
    TC_NOT,      /* d = not a, as a truth value */
    TC_SELECT,   /* d = a ? b : c */
    TC_BITAND,   /* d = a & b */
    TC_BITOR,    /* d = a | b */
    TC_BITCLEAR, /* d = a & ~b */
    TC_SHL,      /* d = a << b; only the low five bits of b count */
    TC_SHR,      /* d = a >> b, the sign is kept; only the low five bits of b count */
    TC_POPCOUNT, /* d = the number of bits set in a */
    TC_MIN,      /* d = min(a, b) */
    TC_MAX,      /* d = max(a, b) */
    TC_COPY,     /* d = a */
    TC_OPERATIONS
} tc_operation;

typedef struct {
    uint16_t op, d, a, b, c, unused; /* operands that the operation does not have are not looked at */
} tc_instruction;

typedef struct {
    uint16_t word;
    uint8_t shift;
    uint8_t width; /* 1..31 */
    int32_t low;
} tc_field;

typedef struct {
    uint16_t field, reg;
} tc_update;

typedef struct {
    uint32_t watch; /* < n_watch_ids */
    uint16_t reg;
    uint16_t unused;
} tc_watch;

/* Passes where a & mask is not 0; with `zero`, where it is 0. */
typedef struct {
    uint32_t mask;
    uint16_t reg;
    uint16_t zero; /* 0 or 1 */
} tc_test;

/* One way for one step to go. It is there in the states that pass all its tests and where `enabled` is not 0, which is final after the first
 * guard_length instructions: when that is in no state of the batch, the rest is not run. The successor is the state with the updated fields
 * replaced. */
typedef struct {
    uint32_t first_need, n_needs; /* of `needs`: its tests */
    uint32_t code_start, code_length, guard_length;
    uint32_t label_length; /* instructions after the code that only labels need (edges.c) */
    uint32_t first_update, n_updates;
    uint32_t first_watch, n_watches; /* of `watches`: they fire on transitions that do not fail */
    uint32_t label_base;
    uint16_t enabled; /* TC_NONE: wherever the tests pass */
    uint16_t failed;
    uint16_t label;    /* the label of a transition is label_base + this register; TC_NONE: label_base alone */
    uint16_t progress; /* the transition is progress where this register is not 0; TC_NONE: never */
    uint8_t is_fault, is_timeout;
    uint16_t unused;
} tc_outcome;

/* What outcomes have to do with each other, for partial-order reduction (stubborn.h). A row has a bit for each outcome, the first in the lowest bit
 * of the first 64-bit word, and 0 beyond. */
typedef struct {
    uint32_t n_conditions, n_needs;
    const uint16_t *conditions; /* registers, read after the state section: a condition holds where it is not 0 */
    const uint32_t *first_need; /* n_outcomes + 1: an outcome is enabled just where the conditions needs[first_need[i] .. first_need[i+1]-1] hold */
    const uint32_t *needs;
    const uint64_t *conflicts;  /* a row for each outcome: those that do not accord with it */
    const uint64_t *enablers;   /* a row for each condition: the outcomes that may make it hold */
    const uint64_t *invisible;  /* one row: the outcomes that change no watch on states */
} tc_independence;

typedef struct {
    uint32_t words, n_fields, n_consts, n_registers;
    uint32_t n_code, n_outcomes, n_updates, n_watches, n_state_watches, n_final_watches, n_watch_ids;
    uint32_t n_tests, n_needs;
    uint32_t state_code_start, state_code_length, final_code_start, final_code_length;
    uint32_t canonical_code_start, canonical_code_length, first_canonical_update, n_canonical_updates; /* no updates: there is no such section */
    uint32_t done_reg;                 /* read after the final section: a final state where it is 0 is a deadlock; TC_NONE: never done */
    uint32_t timeouts_only_when_stuck; /* 0 or 1 */
    const tc_field *fields;
    const int32_t *consts;
    const tc_instruction *code;
    const tc_outcome *outcomes;
    const tc_update *updates;
    const tc_watch *watches;
    const tc_watch *state_watches; /* read after the state section */
    const tc_watch *final_watches; /* of final states; read after the final section */
    const tc_test *tests;          /* read after the state section */
    const uint32_t *needs;         /* numbers of tests */
    const tc_independence *independence; /* NULL: every state is expanded in full */
} tc_program;

/* The register of the first temporary. */
static inline uint32_t tc_first_temporary(const tc_program *program)
{
    return program->n_fields + program->n_consts;
}

/* The bits of its word that a field takes. */
static inline uint64_t tc_field_mask(const tc_field *field)
{
    return ((1ull << field->width) - 1) << field->shift;
}

/* How many of the operands a, b, c an operation reads. */
static inline int tc_arity(unsigned op)
{
    return op == TC_SELECT ? 3 : op == TC_NOT || op == TC_POPCOUNT || op == TC_COPY ? 1 : 2;
}

#endif
